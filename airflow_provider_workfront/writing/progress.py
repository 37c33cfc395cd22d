"""How far a write has come, kept where a retry of the task finds it: numbers of rows, never their content.

Airflow's task state store is plain text, is kept for 30 days, and belongs to one task of one run.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from collections import Counter
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


class Store(Protocol):
    """What Airflow offers to one task."""

    def get(self, key: str) -> Any:
        """Give a value, None if there is none."""

    def set(self, key: str, value: Any) -> None:
        """Keep a value."""


class Progress:
    """Which rows were begun, which are settled, and how many came to what.

    A row is begun before it is sent, and settled when it is written; between the two it may have been written. One
    that surely was not, such as a refused one, counts as never begun: a retry tries it again.
    """

    def __init__(self, store: Store, *parts: object) -> None:
        """Read the progress of earlier tries; `parts` tell what is written: another input, or a cleared run, is new."""
        self._store = store
        self._key = f"workfront_write:{hashlib.sha256(repr(parts).encode()).hexdigest()[:16]}"
        kept = store.get(self._key) or {}
        self.begun = Numbers(kept.get("begun", ()))
        self.settled = Numbers(kept.get("settled", ()))
        self.counts: Counter[str] = Counter(kept.get("counts", {}))
        self.tries = int(kept.get("tries", 0)) + 1

    @property
    def is_first(self) -> bool:
        """Tell whether no earlier try wrote of this."""
        return self.tries == 1

    def is_open(self, number: int) -> bool:
        """Tell whether a row was begun and is not settled."""
        return number in self.begun and number not in self.settled

    def begin(self, numbers: Iterable[int]) -> None:
        """Note rows that are about to be sent."""
        self.begun.add(numbers)
        self._keep()

    def settle(self, numbers: Iterable[int], counts: Mapping[str, int], unwritten: Iterable[int] = ()) -> None:
        """Note rows that are written, what they count as, and rows that surely are not."""
        self.begun.discard(unwritten)
        self.settled.add(numbers)
        self.counts.update(counts)
        self._keep()

    def _keep(self) -> None:
        kept = {"begun": self.begun.ranges, "settled": self.settled.ranges, "counts": dict(self.counts)}
        self._store.set(self._key, {**kept, "tries": self.tries})


class Numbers:
    """A set of row numbers, kept as ranges: a whole input that is done is one."""

    def __init__(self, ranges: Iterable[Iterable[int]] = ()) -> None:
        self.ranges = [list(each) for each in ranges]

    def __contains__(self, number: int) -> bool:
        at = bisect_right(self.ranges, number, key=lambda each: each[0]) - 1
        return at >= 0 and number <= self.ranges[at][1]

    def __len__(self) -> int:
        return sum(last - first + 1 for first, last in self.ranges)

    def add(self, numbers: Iterable[int]) -> None:
        """Add numbers, in any order."""
        merged: list[list[int]] = []
        for first, last in sorted([*self.ranges, *([number, number] for number in numbers)]):
            if merged and first <= merged[-1][1] + 1:
                merged[-1][1] = max(merged[-1][1], last)
            else:
                merged.append([first, last])
        self.ranges = merged

    def discard(self, numbers: Iterable[int]) -> None:
        """Take numbers out, those that are in."""
        for number in numbers:
            if number in self:
                at = bisect_right(self.ranges, number, key=lambda each: each[0]) - 1
                first, last = self.ranges[at]
                self.ranges[at : at + 1] = [
                    each for each in ([first, number - 1], [number + 1, last]) if each[0] <= each[1]
                ]
