"""What a bench gives: tables, and the numbers for the plot; for the terminal and for the page."""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass, field
from typing import Any

STARTED = time.monotonic()


@dataclass(frozen=True)
class Table:
    """Rows of one comparison: a dict each, whose keys are the heads of the columns; sentences below it."""

    title: str
    rows: list[dict[str, Any]]
    notes: list[str] = field(default_factory=list)

    def markdown(self) -> str:
        """Write it for the page."""
        lines = [f"| {' | '.join(map(_cell, cells))} |" for cells in self._cells()]
        lines.insert(1, "|---" * len(self._heads()) + "|")
        return "\n".join([f"**{self.title}**", "", *lines, "", *(f"- {note}" for note in self.notes)])

    def text(self) -> str:
        """Write it for the terminal."""
        cells = self._cells()
        widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
        lines = ["  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) for line in cells]
        lines.insert(1, "  ".join("-" * width for width in widths))
        return "\n".join([f"\n{self.title}", "", *lines, "", *(f"  {note}" for note in self.notes)])

    def plain(self) -> dict[str, Any]:
        """Give it as JSON keeps it."""
        return asdict(self)

    def _heads(self) -> list[str]:
        return list(dict.fromkeys(head for row in self.rows for head in row))

    def _cells(self) -> list[list[str]]:
        heads = self._heads()
        return [heads, *([str(row.get(head, "-")) for head in heads] for row in self.rows)]


@dataclass(frozen=True)
class Result:
    """What one bench found; `plot` are the numbers of its picture."""

    tables: list[Table]
    plot: dict[str, Any] = field(default_factory=dict)


def target(text: str, *, holds: bool) -> str:
    """Say whether a target of the project was met."""
    return f"Target {'met' if holds else 'MISSED'}: {text}"


def is_target(note: str) -> bool:
    """Tell whether a sentence below a table is about a target."""
    return note.startswith("Target ")


def say(text: str) -> None:
    """Print one step with the seconds since the start."""
    print(f"[{time.monotonic() - STARTED:6.1f} s] {text}", flush=True)


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
