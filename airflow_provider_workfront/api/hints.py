"""Say what was probably meant when Workfront does not know a name."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from airflow_provider_workfront.api.objects import object_type, resembling, segment
from airflow_provider_workfront.api.request import Repeat, Request

if TYPE_CHECKING:
    from collections.abc import Iterable

# the texts are Workfront's own (reference 8.3)
_UNSUPPORTED = re.compile(r"does not support (?P<kind>field|action|namedQuery) (?P<name>.+) \((?P<owner>\w+)\)")
_UNKNOWN_TYPE = re.compile(r"Unknown object type: (?P<name>\w+)")
_SECONDARY = re.compile(r"(?P<name>\w+) is not a top level object")
_NO_PARAMETER = re.compile(r'Parameter with primary key value\(s\) "(?P<name>.*)" not found')
_DATE_WITH_SPACE = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d")  # how a template writes a datetime

_BLOCKS = {
    "field": ("fields", "references", "collections", "search"),
    "action": ("actions",),
    "namedQuery": ("queries",),
    "custom field": (),
}
_CUSTOM = "a custom field is written by its name, which may differ from its label, on an object that has its form"


@dataclass(frozen=True, slots=True)
class Question:
    """A name to look for in the metadata of an object type."""

    kind: str
    name: str
    owner: str

    @property
    def request(self) -> Request:
        """Ask for the metadata."""
        return Request("GET", f"{segment(self.owner)}/metadata", repeat=Repeat.ALWAYS)

    def answer(self, metadata: Any) -> str:
        """Name what is spelled alike."""
        alike = self._alike(metadata) if isinstance(metadata, dict) else []
        fallback = _CUSTOM if self.kind == "custom field" else ""
        return did_you_mean(alike) or fallback

    def _alike(self, metadata: dict[str, Any]) -> list[str]:
        names = {name.casefold(): name for block in _BLOCKS[self.kind] for name in metadata.get(block) or {}}
        if self.kind in {"field", "custom field"}:
            names |= {name.casefold(): f"DE:{name}" for name in metadata.get("custom") or {}}
        wanted = self.name.removeprefix("DE:").casefold()
        return [names[match] for match in get_close_matches(wanted, names, n=3, cutoff=0.6)]


def hint(request: Request, message: str) -> str | Question:
    """Give a hint for an error message, or the question whose answer is one."""
    if match := _UNSUPPORTED.search(message):
        return Question(match["kind"], match["name"], match["owner"])
    if match := _UNKNOWN_TYPE.search(message):
        return did_you_mean(resembling(match["name"]))
    if match := _SECONDARY.search(message):
        return f"{match['name']} is read and written as a collection of its parent object"
    if _DATE_WITH_SPACE.search(message):
        return "pass the datetime itself, or write it with a T: {{ ts }}, {{ data_interval_start.isoformat() }}"
    owner = request.path.partition("/")[0]
    if (match := _NO_PARAMETER.search(message)) and object_type(owner):
        return Question("custom field", match["name"], owner)
    return ""


def did_you_mean(names: Iterable[str]) -> str:
    """Offer names that are spelled alike; empty when there are none."""
    found = ", ".join(names)
    return f"did you mean {found}?" if found else ""
