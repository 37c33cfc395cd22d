"""Read the tables of this package.

A table holds blocks that begin with `[CODE]`; a line is `kind: name name name`, an indented line
continues the one above. A field's name may be followed by signs: `!` READ_ONLY, `~` DYNAMIC and
LAZY_READ, `@` DYNAMIC only, `$` CURRENCY, `%` PERCENT, `-` WRITE_ONLY, `^` NOT_FILTERABLE, `+` REQUIRED,
`#` may be grouped by; and by `>=19`, the API version that brought it. References and collections are `name>CODE`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

SIGNS = {
    "!": ("READ_ONLY",),
    "~": ("DYNAMIC", "LAZY_READ"),
    "@": ("DYNAMIC",),
    "$": ("CURRENCY",),
    "%": ("PERCENT",),
    "-": ("WRITE_ONLY",),
    "^": ("NOT_FILTERABLE",),
    "+": ("REQUIRED",),
    "#": (),
}
KINDS = frozenset({"string", "string[]", "int", "double", "boolean", "date", "dateTime", "map"})

_FIELD = re.compile(r"(\w+)([^\w>]*)(?:>=(\d+))?")


@dataclass(frozen=True, slots=True)
class Field:
    """Describe one field of an object type."""

    name: str
    kind: str
    flags: frozenset[str] = frozenset()
    since: int = 0

    def is_(self, flag: str) -> bool:
        """Tell whether the field carries a flag such as DYNAMIC."""
        return flag in self.flags


@dataclass(frozen=True, slots=True)
class Block:
    """Hold what a table says of one object type."""

    fields: dict[str, Field] = field(default_factory=dict)
    references: dict[str, str] = field(default_factory=dict)
    collections: dict[str, str] = field(default_factory=dict)
    search: tuple[str, ...] = ()
    default: tuple[str, ...] = ()


def read_table(table: str) -> dict[str, Block]:
    """Give the blocks of a table by object code."""
    lines: dict[str, list[str]] = {}
    for line in table.strip().splitlines():
        if line.startswith("["):
            current = lines.setdefault(line.strip("[]"), [])
        elif line.startswith(" "):
            current[-1] += " " + line.strip()
        else:
            current.append(line)
    return {code: _read_block(texts) for code, texts in lines.items()}


def _read_block(lines: list[str]) -> Block:
    words = {kind: names.split() for kind, _, names in (line.partition(":") for line in lines)}
    return Block(
        {field.name: field for kind in KINDS for field in (read_field(kind, word) for word in words.get(kind, ()))},
        dict(_pair(word) for word in words.get("references", ())),
        dict(_pair(word) for word in words.get("collections", ())),
        tuple(words.get("search", ())),
        tuple(words.get("default", ())),
    )


def _pair(word: str) -> tuple[str, str]:
    name, _, code = word.partition(">")
    return name, code


def read_field(kind: str, word: str) -> Field:
    """Read one field with its signs."""
    match = _FIELD.fullmatch(word)
    if match is None:
        raise ValueError(f"unreadable field: {word}")
    name, signs, since = match.groups()
    flags = {flag for sign in signs for flag in SIGNS[sign]}
    if "#" not in signs:
        flags.add("NOT_GROUPABLE")
    return Field(name, kind, frozenset(flags), int(since or 0))
