"""A row on its way from an input to Workfront."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class InputRow:
    """A row as the input has it, by column; rows are numbered from 1."""

    number: int
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a row asks for: the object with this key, and its fields as they are to be sent."""

    row: InputRow
    key: Any
    values: dict[str, Any]


@dataclass(frozen=True, slots=True)
class RowReference:
    """Stands for the ID of the object that another row of the same input creates: its key, and its number if known."""

    key: str
    number: int = 0

    def __str__(self) -> str:
        return f"ID of row {self.number} ({self.key})"


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row that cannot be written, and why."""

    row: InputRow
    reason: str
