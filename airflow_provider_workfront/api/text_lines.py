"""One line of a text-mode filter: what it is about, or why a filter cannot have it. Pure.

The grammar is that of Adobe's pages on text mode (edit-text-mode-in-filter, create-or-statements-in-filters-text-mode,
create-complex-text-mode-filters-using-exists-statements) and of stored filters (reference 4.3 to 4.7).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from airflow_provider_workfront.api.filters import MODIFIERS, NOT_FILTERS

BLOCK_KEYS = {"$$OBJCODE": "$$OBJCODE", "$$EXISTSMOD": "$$EXISTSMOD", "$$ID": "ID"}
"""What an EXISTS block may be told besides fields; stored filters write the ID in both ways."""

_PREFIX = re.compile(r"(OR|AND|EXISTS|NOTEXISTS):([^:]+):(.+)")
_ORDER = re.compile(r"(OR )?(AND )?((NOT)?EXISTS (OR )?(AND )?)?")
_MISCASED = re.compile(r"(or|and|exists|notexists):[^:]+:", re.IGNORECASE)
_SUFFIX = re.compile(r"(?P<path>.+)_(?P<part>Mod|Range)")
_ENDING = re.compile(r".+_(?P<word>[A-Za-z]+)")
_NATIVE = re.compile(r"[A-Za-z]\w*(:[A-Za-z]\w*)*")
_CUSTOM = re.compile(r"(?P<way>(?:[A-Za-z]\w*:)*)DE:(?P<rest>.+)")
_PROMPT = re.compile(r"&[^&=]+_(Mod|Range)=")
_TEMPLATE = re.compile(r"\{\{|\{%")

_VIEW = re.compile(
    r"(column|group|row|tile|aggregator|styledef|image|link|chart|prompt)\."
    r"|(valuefield|valueexpression|valueformat|displayname|linkedname|namekey|textmode|listmethod|listdelimiter"
    r"|querysort|usewidths|sharecol|enumclass|enumtype|shortview)$"
)
_BELONGS = {
    "valuefield": "ask for the field with fields=[...]",
    "valueexpression": "compute it where the rows are read, or filter by a calculated custom field",
    "group": "group with the operation `report` and group_by=",
    "querysort": "pass sort=",
}
_ENDINGS = {
    "mod": "write _Mod: names are case-sensitive",
    "range": "write _Range: names are case-sensitive",
    "sort": "it is no filter; pass sort=",
    "groupby": "it is no filter; group with the operation `report` and group_by=",
    "aggfunc": "it is no filter; aggregate with the operation `report` and aggregates=",
    "prompt": "it asks the reader of a report; nobody is there to answer a task, so write the value",
    "join": "it says how a report joins its tables, which the API has no word for; leave the line out",
    "caseinsensitive": "case is ignored by modifiers: cieq, cicontains, ciin ...",
}

# what a browser pastes for a space, and what it pastes unseen
_PASTED = str.maketrans({"\u00a0": " ", "\u2007": " ", "\u202f": " ", "\u200b": "", "\u2060": "", "\ufeff": ""})


class Unreadable(ValueError):
    """Say what is wrong with a line."""


@dataclass(frozen=True, slots=True)
class Line:
    """Say where a line stands, and what: in ``OR:1:status_Mod=in`` scope, path, part and value."""

    number: int
    text: str
    scope: tuple[str, ...]
    path: str
    part: str
    value: str

    def unreadable(self, why: str) -> Unreadable:
        """Make the error that names this line."""
        return unreadable(self.number, self.text, why)


def unreadable(number: int, text: str, why: str) -> Unreadable:
    """Make the error that names a line."""
    return Unreadable(f"line {number}, {text!r}: {why}")


def written(text: str) -> list[tuple[int, str]]:
    """Give the lines that say something, numbered from 1, free of what browsers and editors add."""
    lines = re.split(r"\r\n|[\r\n\u2028]", text.translate(_PASTED))
    said = [(number, line.strip()) for number, line in enumerate(lines, 1)]
    return [(number, line) for number, line in said if line not in {"", "="} and not line.startswith(("#", "//"))]


def read(number: int, text: str) -> Line:
    """Take a line apart."""
    key, equals, value = text.partition("=")
    if why := _no_condition(key, equals, value):
        raise unreadable(number, text, why)
    scope, rest = _scope(key.strip())
    if not _ORDER.fullmatch("".join(f"{word.partition(':')[0]} " for word in scope)):
        raise unreadable(number, text, "prefixes come once each, in the order OR, AND, EXISTS")
    suffix = _SUFFIX.fullmatch(rest)
    path, part = (suffix["path"], suffix["part"]) if suffix else (rest, "")
    in_block = any("EXISTS" in word for word in scope)
    if why := _no_field(path, in_block=in_block) or _no_suffix(path, value.strip()):
        raise unreadable(number, text, why)
    return Line(number, text, scope, _spelt(path), part, value.strip())


def _scope(key: str) -> tuple[tuple[str, ...], str]:
    """Take the prefixes off: ``OR:1:EXISTS:a:status`` stands in ``OR:1`` and there in ``EXISTS:a``."""
    words: list[str] = []
    while match := _PREFIX.fullmatch(key):
        words.append(f"{match[1]}:{match[2]}")
        key = match[3]
    return tuple(words), key


def _no_condition(key: str, equals: str, value: str) -> str:
    """Say why a line is no condition at all."""
    if _TEMPLATE.search(key) or (not equals and _TEMPLATE.search(value)):
        return (
            "templates may stand in values only, since the text is read when the DAG is parsed; "
            "to read a text that comes from elsewhere, call text_mode in a task"
        )
    if not equals or not key.strip():
        return "a line is key=value"
    if _PROMPT.search(value):
        return "conditions joined by & are a prompt; write each in a line of its own"
    return ""


def _no_field(path: str, *, in_block: bool) -> str:
    """Say why what is left of a key is no field to filter by."""
    if view := _VIEW.match(path):
        ways = [way for word, way in _BELONGS.items() if word in path]
        what = "grouping" if view[0] == "group." else "prompt" if view[0] == "prompt." else "view"
        return f"it belongs to a {what}, not to a filter: leave it out" + (f", and {ways[0]}" if ways else "")
    if path in NOT_FILTERS:
        return f"{path} is not a filter: {NOT_FILTERS[path]}"
    if path.startswith("$$"):
        known = in_block and path in BLOCK_KEYS
        return "" if known else "only $$OBJCODE, $$EXISTSMOD and $$ID may be set, and within EXISTS"
    if match := _MISCASED.match(path):
        return f"write {match[1].upper()}: it is case-sensitive"
    if _CUSTOM.fullmatch(path) or _NATIVE.fullmatch(path):
        return ""
    return "a field is written as the API names it (plannedStartDate, project:name), a custom one as DE:<name>"


def _no_suffix(path: str, value: str) -> str:
    """Say why a key may not end as it does; the name of a custom field may have any small word at its end."""
    found = _ENDING.fullmatch(path)
    if not found:
        return ""
    word = found["word"]
    if not _CUSTOM.fullmatch(path):
        why = _ENDINGS.get(word.lower(), "a key ends in _Mod, _Range, or the field's name")
    elif word.lower() == "mod":
        why = _ENDINGS["mod"] if value in MODIFIERS else ""
    else:
        why = _ENDINGS.get(word.lower(), "") if word[0].isupper() else ""
    return f"_{word}: {why}" if why else ""


def _spelt(path: str) -> str:
    """Put DE: first, as filters were seen to have it; in fields it stands last (reference 4.3)."""
    if path in BLOCK_KEYS:
        return BLOCK_KEYS[path]
    custom = _CUSTOM.fullmatch(path)
    return f"DE:{custom['way']}{custom['rest']}" if custom else path
