"""Sort filter parameters into scopes: the base, OR groups, EXISTS blocks (reference 4.3 to 4.6)."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from airflow_provider_workfront.simulator.call import is_reserved
from airflow_provider_workfront.simulator.wire import ApiError, illegal

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from airflow_provider_workfront.simulator.options import Options

OBJECT_CODE = "$$OBJCODE"
EXISTS_MOD = "$$EXISTSMOD"

STEERING = frozenset({"$$FIRST", "$$LIMIT", "$$ROLLUP"})

_PREFIX = re.compile(r"(OR|EXISTS|NOTEXISTS):([^:]+):(.+)", re.DOTALL)
_NOT_EXISTS = re.compile(r"(?:OR:[^:]+:)*NOTEXISTS:")
_SUFFIX = re.compile(r"(.+?)_(Mod|Range)", re.DOTALL)
_SHAPE = re.compile(r"(.+?)_(?:(\d+)_)?(Sort|GroupBy|AggFunc)", re.DOTALL)


@dataclass(slots=True)
class Term:
    """Collect what was said of one path, in order of appearance."""

    values: list[str] = field(default_factory=list)
    mods: list[str] = field(default_factory=list)
    ranges: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Scope:
    """Hold filters that belong together."""

    terms: dict[str, Term] = field(default_factory=dict)
    groups: dict[str, Scope] = field(default_factory=dict)
    exists: dict[tuple[bool, str], Scope] = field(default_factory=dict)
    """By whether rows must exist, and tag."""

    @property
    def is_empty(self) -> bool:
        """Tell whether the scope itself, without its groups, asks for nothing."""
        return not self.terms and not self.exists

    def into(self, prefix: str, tag: str) -> Scope:
        """Give the scope behind a prefix."""
        if prefix == "OR":
            return self.groups.setdefault(tag, Scope())
        return self.exists.setdefault((prefix == "EXISTS", tag), Scope())

    def note(self, key: str, value: str) -> None:
        """Take in one parameter."""
        match = _PREFIX.fullmatch(key)
        if match is not None:
            self.into(match[1], match[2]).note(match[3], value)
            return
        suffix = _SUFFIX.fullmatch(key)
        path, part = (suffix[1], suffix[2]) if suffix else (key, "")
        term = self.terms.setdefault(path, Term())
        {"": term.values, "Mod": term.mods, "Range": term.ranges}[part].append(value)


@dataclass(frozen=True, slots=True)
class Shape:
    """Hold a parameter that shapes the answer: `name_1_Sort=asc`."""

    path: str
    order: int
    kind: str
    value: str


def sort_out(params: Iterable[tuple[str, str]], options: Options) -> tuple[Scope, list[Shape], list[tuple[str, str]]]:
    """Split parameters into filters, shapes, and the filters as they were sent."""
    scope, shapes, sent = Scope(), [], []
    for key, value in _filters(params, options):
        shape = _SHAPE.fullmatch(key)
        if shape is not None:
            shapes.append(Shape(shape[1], int(shape[2] or 0), shape[3], value))
            continue
        if _NOT_EXISTS.match(key) and not options.notexists_prefix:
            raise illegal(
                f"{key} is no filter; negate with EXISTS:<n>:{EXISTS_MOD}=NOTEXISTS"
            )  # rule 67, text inferred
        scope.note(key, value)
        sent.append((key, value))
    return scope, shapes, sent


def _filters(params: Iterable[tuple[str, str]], options: Options) -> Iterator[tuple[str, str]]:
    for key, value in params:
        if key in {"filters", "listOptions"}:
            yield from _unpacked(key, value)
        elif key == "username" and options.username_filter == "refused":  # rule 70
            raise ApiError(401, "com.attask.common.AuthenticationException", "You are not currently logged in.")
        elif key.startswith("$$") and key not in STEERING:
            raise illegal(f"Unknown parameter: {key}")  # inferred
        elif not is_reserved(key):
            yield key, value


def _unpacked(name: str, text: str) -> Iterator[tuple[str, str]]:
    """Read `filters={json}`: the same as parameters, and reserved names are allowed (rule 69)."""
    try:
        found = json.loads(text)
    except ValueError:
        raise illegal("JSON parsing error") from None
    if not isinstance(found, dict):
        raise illegal(f"Invalid Parameter: {name}")
    for key, value in found.items():
        for member in value if isinstance(value, list) else [value]:
            yield key, _text(member)


def _text(value: Any) -> str:
    if value is None:
        return ""
    return json.dumps(value) if isinstance(value, bool) else str(value)
