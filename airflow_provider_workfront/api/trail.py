"""The rows that were handed out last, in the server's order: what a page must join, and what it may not double."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


class Trail:
    """Remember so many IDs; all rows handed out that stand behind a remembered one are remembered too.

    That is why pages are woven into one line instead of being kept by themselves: rows inserted in front push old rows
    into new windows, and a page of long ago may reach further back than the one before it.
    """

    def __init__(self, most: int, ids: Iterable[str] = ()) -> None:
        self.most = most
        self.line: list[str] = list(ids)
        self.beyond: dict[str, None] = {}  # handed out, and behind the line's end if they still exist

    def touch(self, ids: Sequence[str], *, last: bool = False) -> int | None:
        """Give where a page first (or last) shows a row of the line; 0 if nothing was handed out yet."""
        if not self.line:
            return 0
        known = set(self.line)
        order = reversed(range(len(ids))) if last else iter(range(len(ids)))
        return next((at for at in order if ids[at] in known), None)

    def weave(self, page: Sequence[str]) -> set[str]:
        """Take a page that begins at a row of the line; give those of its IDs that were not handed out before."""
        here = set(page)
        at = self.line.index(page[0]) if self.line else 0
        front, runs = self.line[:at], _runs(self.line[at:], here)
        if misplaced := here.intersection(front):  # the order of two rows that no page had shown together
            front = [row for row in front if row not in misplaced]
        fresh = here.difference(misplaced, runs, self.beyond)
        behind = runs.pop(next(reversed(runs)), []) if runs else []
        self.beyond = {row: None for row in (*self.beyond, *behind) if row not in here}
        woven = [row for known in page for row in (known, *runs.get(known, ()))] if any(runs.values()) else page
        self.line = [*front, *woven][-self.most :]
        return fresh


def _runs(line: Sequence[str], page: set[str]) -> dict[str, list[str]]:
    """Give the rows of the line that a page lacks, each behind the last one before it that the page has.

    They were deleted, or inserted after the page was taken; in the second case this is where they stand.
    """
    runs: dict[str, list[str]] = {}
    for row in line:
        if row in page:
            runs[row] = run = []
        else:
            run.append(row)  # the line begins with a row of the page
    return runs
