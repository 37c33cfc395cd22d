"""From what a user asks for to what there is: `fields` expanded from the metadata, wrong names found. Pure.

``*`` stands for the plain fields, ``DE:*`` for the custom ones: Workfront itself refuses the latter (reference 4.8).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from airflow_provider_workfront.api.filters import Fields, field_list, stripped
from airflow_provider_workfront.extract.naming import CUSTOM, split_path
from airflow_provider_workfront.failures import Unworkable

if TYPE_CHECKING:
    from collections.abc import Iterable

ALL_CUSTOM = f"{CUSTOM}*"
ALL_VALUES = "parameterValues"
NOT_IN_STAR = frozenset({"LAZY_READ", "WRITE_ONLY"})
ALWAYS = {"ID": "string", "objCode": "string"}  # every answer has them (reference 4.8)

Description = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Leaf:
    """One value of a row: the path to it, and what the metadata says of it.

    `sort` is the block of the metadata in which it stands; `fields` of an unknown type have no type.
    """

    source: str
    sort: str
    known: Mapping[str, Any]
    obj_code: str = ""


@dataclass(slots=True)
class Found:
    """What the fields of a user come to: values, what to ask for, what else must be known, what does not exist."""

    leaves: dict[str, Leaf] = field(default_factory=dict)
    asked: dict[str, None] = field(default_factory=dict)
    wanted: dict[str, None] = field(default_factory=dict)
    wrong: dict[str, str] = field(default_factory=dict)

    def customs(self) -> list[str]:
        """List the names of the custom fields."""
        names = (split_path(leaf.source)[1] for leaf in self.leaves.values() if leaf.sort == "custom")
        return list(dict.fromkeys(name.removeprefix(CUSTOM) for name in names))

    def refuse_wrong(self, obj_code: str) -> None:
        """Name every field that does not exist, and what was probably meant."""
        if self.wrong:
            told = "; ".join(f"{path}: {why}" for path, why in self.wrong.items())
            raise Unworkable(f"fields of {obj_code} cannot be read - {told}")


def names_of(fields: Fields) -> list[str]:
    """List the fields that were asked for; all plain ones if none were."""
    if not fields:
        return ["*"]
    try:
        field_list(fields)
        if isinstance(fields, str):
            fields = json.loads(fields) if fields.startswith("[") else fields.split(",")
        return list(dict.fromkeys(stripped(name) for name in fields if name.strip()))
    except (TypeError, ValueError, AttributeError) as error:
        raise Unworkable(f"fields: {error}") from error


def found(obj_code: str, names: Iterable[str], types: Mapping[str, Description | None]) -> Found:
    """Follow every path through the types; those not yet in `types` are `wanted`, those that are None unknowable."""
    result = Found()
    result.asked["ID"] = None
    for path in ("ID", *names):
        _Walk(result, types, path).begin(obj_code)
    return result


@dataclass(frozen=True, slots=True)
class _Walk:
    """Follows one path."""

    result: Found
    types: Mapping[str, Description | None]
    path: str

    def begin(self, obj_code: str) -> None:
        """Begin at the object that is searched for."""
        hops, leaf = split_path(self.path)
        self._step(obj_code, hops, leaf, done=(), many="")

    def _step(self, code: str, hops: tuple[str, ...], leaf: str, *, done: tuple[str, ...], many: str) -> None:
        """Take the next step; `many` is the collection that the path has gone through, which is read as a whole."""
        if code not in self.types:
            self.result.wanted[code] = None
            return
        described = self.types[code]
        if described is None:  # a type that has no metadata of its own: Workfront will say what is wrong
            sort = "collections" if many or leaf == "*" else "unknown"
            self._add(many or ":".join((*done, *hops, leaf)).removesuffix(":*"), sort, {})
            self._ask(self.path)
        elif not hops or hops[0] == ALL_VALUES:
            self._leaf(described, code, hops[0] if hops else leaf, done, many)
        elif link := _link(described, hops[0]):
            block, known = link
            reached = ":".join((*done, hops[0]))
            into = many or (reached if block == "collections" else "")
            self._step(str(known.get("typeObjCode")), hops[1:], leaf, done=(*done, hops[0]), many=into)
        else:
            self.result.wrong[self.path] = _why(described, hops[0], links_only=True)

    def _leaf(self, described: Description, code: str, leaf: str, done: tuple[str, ...], many: str) -> None:
        block, names = _matching(described, leaf)
        if not names and leaf != ALL_CUSTOM:  # a type without forms has none, and that is no mistake
            self.result.wrong[self.path] = _why(described, leaf)
            return
        for name, known in names.items():
            source = ":".join((*done, name))
            if block == "custom":
                self._ask(source)
            if block == "references" and not many:
                self._references(source, known)
            else:
                self._add(many or source, "collections" if many else block, known, code)
        if block != "custom":
            self._ask(self.path)

    def _references(self, source: str, known: Mapping[str, Any]) -> None:
        """Give ID and name of the object, if its type has names."""
        code = str(known.get("typeObjCode"))
        if code not in self.types:
            self.result.wanted[code] = None
            return
        described = self.types[code]
        self._add(f"{source}:ID", "fields", {"label": known.get("label"), "fieldType": "string"}, code)
        if described is None or "name" in described.get("fields", {}):
            self._add(f"{source}:name", "fields", {"label": known.get("label"), "fieldType": "string"}, code)

    def _add(self, source: str, sort: str, known: Mapping[str, Any], code: str = "") -> None:
        self.result.leaves.setdefault(source, Leaf(source, sort, known, code))

    def _ask(self, path: str) -> None:
        self.result.asked[path] = None


def _matching(described: Description, leaf: str) -> tuple[str, dict[str, Mapping[str, Any]]]:
    """Give what a name, or a star, stands for; nothing if there is no such thing."""
    customs, plain = described.get("custom") or {}, described.get("fields") or {}
    if leaf == ALL_CUSTOM:
        return "custom", {CUSTOM + name: known or {} for name, known in sorted(customs.items())}
    if leaf.startswith(CUSTOM):
        name = leaf.removeprefix(CUSTOM)
        return "custom", {leaf: customs[name] or {}} if name in customs else {}
    if leaf == "*":
        chosen = {name: known for name, known in plain.items() if not NOT_IN_STAR & set(known.get("flags") or ())}
        return "fields", {name: chosen[name] for name in sorted(chosen, key=_ids_and_names_first)}
    if leaf in plain and "WRITE_ONLY" not in (plain[leaf].get("flags") or ()):
        return "fields", {leaf: plain[leaf]}
    if leaf in ALWAYS and leaf not in plain:
        return "fields", {leaf: {"label": leaf, "fieldType": ALWAYS[leaf]}}
    if leaf == ALL_VALUES:
        return "collections", {leaf: {"label": "Custom fields"}}
    link = _link(described, leaf)
    return (link[0], {leaf: link[1]}) if link else ("", {})


def _ids_and_names_first(name: str) -> tuple[int, str]:
    return {"ID": 0, "name": 1}.get(name, 2), name


def _link(described: Description, name: str) -> tuple[str, Mapping[str, Any]] | None:
    for block in ("references", "collections"):
        if known := (described.get(block) or {}).get(name):
            return block, known
    return None


def _why(described: Description, leaf: str, *, links_only: bool = False) -> str:
    """Say why a name cannot be read, and which ones are spelt alike."""
    if leaf in (described.get("search") or {}):
        return "it can be filtered by, not read"
    if leaf in (described.get("fields") or {}):
        return "it leads to no other object" if links_only else "it can be written, not read"
    blocks = ("references", "collections") if links_only else ("fields", "references", "collections")
    names = {name.casefold(): name for block in blocks for name in described.get(block) or {}}
    if not links_only:
        names |= {name.casefold(): CUSTOM + name for name in described.get("custom") or {}}
    wanted = leaf.removeprefix(CUSTOM).casefold()
    alike = [names[match] for match in get_close_matches(wanted, names, n=3, cutoff=0.6)]
    return f"{described.get('name')} has no such field" + (f", did you mean {', '.join(alike)}?" if alike else "")
