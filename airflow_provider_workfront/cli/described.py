"""The fields of an object type, as Workfront's metadata describes them (reference 10.2). Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

LONGEST = 6  # values that a table shows


@dataclass(frozen=True, slots=True)
class Described:
    """One field: how it is called in a call and by people, what it holds, which values, in which forms it stands."""

    name: str
    label: str
    type: str
    values: tuple[str, ...] = ()
    forms: tuple[str, ...] = ()

    def is_like(self, text: str) -> bool:
        """Tell whether a text stands in name or label, in any case."""
        return text.casefold() in f"{self.name}\n{self.label}".casefold()

    def record(self) -> dict[str, Any]:
        """Write everything, for programs."""
        return {
            "name": self.name,
            "label": self.label,
            "type": self.type,
            "values": list(self.values),
            "forms": list(self.forms),
        }

    def row(self) -> dict[str, str]:
        """Write what fits a table."""
        more = len(self.values) - LONGEST
        values = [*self.values[:LONGEST], *([f"... {more} more"] if more > 0 else [])]
        shown = {"values": ", ".join(values), "forms": ", ".join(self.forms)}
        return {"name": self.name, "label": self.label, "type": self.type} | shown


def fields_of(metadata: Mapping[str, Any], labels: Mapping[str, str]) -> Iterator[Described]:
    """Give the fields, the custom ones, and what leads to other objects; `labels` are those of custom fields."""
    for name, known in _of(metadata, "fields"):
        yield Described(name, str(known.get("label") or ""), str(known.get("fieldType") or ""), _values(known))
    for name, known in _of(metadata, "custom"):
        forms = tuple(str(form.get("name")) for form in known.get("categories") or ())
        label = labels.get(name) or str(known.get("label") or "")
        yield Described(f"DE:{name}", label, str(known.get("type") or ""), _values(known), forms)
    for block, shape in (("references", "one {}"), ("collections", "many {}")):
        for name, known in _of(metadata, block):
            yield Described(name, str(known.get("label") or ""), shape.format(known.get("typeObjCode") or ""))


def _of(metadata: Mapping[str, Any], block: str) -> list[tuple[str, Mapping[str, Any]]]:
    return sorted((name, known or {}) for name, known in (metadata.get(block) or {}).items())


def _values(known: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(f"{entry.get('value')}={entry.get('label')}" for entry in known.get("possibleValues") or ())
