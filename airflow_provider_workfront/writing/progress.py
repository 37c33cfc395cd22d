"""How far a write has come, kept where a retry of the task finds it: numbers of rows, never their content.

Airflow's task state store is plain text, is kept for 30 days, and belongs to one task of one run. Each value in it
stays below 64 KB: rows are bits of a bitmap, and each 131,072 rows have a value of their own.
"""

from __future__ import annotations

import hashlib
import time
import zlib
from base64 import b64decode, b64encode
from collections import Counter
from itertools import groupby
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

BLOCK = 131_072
"""Rows of one value in the store: two bitmaps of 16 KB, written as base64, are 44 KB."""
PAUSE = 2.0
"""Seconds between two writes of what is settled; a retry looks in Workfront for what was not yet noted."""


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

    def __init__(self, store: Store, *parts: object, pause: float = PAUSE) -> None:
        """Read the progress of earlier tries; `parts` tell what is written: another input, or a cleared run, is new.

        :param pause: seconds between two writes of what is settled
        """
        self._store = store
        self._key = f"workfront_write:{hashlib.sha256(repr(parts).encode()).hexdigest()[:16]}"
        self._pause = pause
        self._kept_at = float("-inf")
        self._changed: set[int] = set()
        self._counts: dict[int, Counter[str]] = {}
        self.begun = Numbers()
        self.settled = Numbers()
        kept = store.get(self._key) or {}
        self.tries = int(kept.get("tries", 0)) + 1
        self._known: list[int] = list(kept.get("blocks", ()))
        for block in self._known:
            self._read(block)

    @property
    def is_first(self) -> bool:
        """Tell whether no earlier try wrote of this."""
        return self.tries == 1

    @property
    def counts(self) -> Counter[str]:
        """Count the settled rows by what they came to."""
        return sum(self._counts.values(), Counter[str]())

    def is_open(self, number: int) -> bool:
        """Tell whether a row was begun and is not settled."""
        return number in self.begun and number not in self.settled

    def begin(self, numbers: Iterable[int]) -> None:
        """Note rows that are about to be sent; this is kept before it returns."""
        new = [number for number in numbers if number not in self.begun]
        self.begun.add(new)
        self._changed |= {number // BLOCK for number in new}
        if new or self._kept_at == float("-inf"):
            self.keep()

    def settle(
        self, numbers: Iterable[int], counts: Mapping[str, int], unwritten: Iterable[int] = (), *, at_once: bool = False
    ) -> None:
        """Note rows that are written, what they count as, and rows that surely are not.

        :param at_once: keep it now, not after the pause: no look in Workfront shows what became of these rows
        """
        numbers, unwritten = list(numbers), list(unwritten)
        self.begun.discard(unwritten)
        self.settled.add(numbers)
        at = (numbers or unwritten or [0])[0] // BLOCK
        self._counts.setdefault(at, Counter()).update(counts)
        self._changed |= {at, *(number // BLOCK for number in (*numbers, *unwritten))}
        if at_once or time.monotonic() - self._kept_at >= self._pause:
            self.keep()

    def keep(self) -> None:
        """Write what has changed."""
        for block in sorted(self._changed):
            counts = dict(self._counts.get(block, {}))
            bits = {"begun": self.begun.packed(block), "settled": self.settled.packed(block)}
            self._store.set(f"{self._key}:{block}", {**bits, "counts": counts})
        if self._changed - set(self._known) or self._kept_at == float("-inf"):
            self._known = sorted({*self._known, *self._changed})
            self._store.set(self._key, {"tries": self.tries, "blocks": self._known})
        self._changed.clear()
        self._kept_at = time.monotonic()

    def _read(self, block: int) -> None:
        kept = self._store.get(f"{self._key}:{block}") or {}
        self.begun.unpack(block, kept.get("begun", ""))
        self.settled.unpack(block, kept.get("settled", ""))
        self._counts[block] = Counter(kept.get("counts", {}))


class Numbers:
    """A set of row numbers, kept as bits: as many bytes as an eighth of the rows, however they are scattered."""

    def __init__(self) -> None:
        self._blocks: dict[int, bytearray] = {}

    def __contains__(self, number: int) -> bool:
        bits = self._blocks.get(number // BLOCK)
        place = number % BLOCK
        return bool(bits and bits[place >> 3] & 1 << (place & 7))

    def __len__(self) -> int:
        return sum(int.from_bytes(bits).bit_count() for bits in self._blocks.values())

    def add(self, numbers: Iterable[int]) -> None:
        """Add numbers, in any order."""
        for block, group in groupby(numbers, lambda number: number // BLOCK):
            bits = self._blocks.setdefault(block, bytearray(BLOCK >> 3))
            for number in group:
                bits[number % BLOCK >> 3] |= 1 << (number & 7)

    def discard(self, numbers: Iterable[int]) -> None:
        """Take numbers out, those that are in."""
        for number in numbers:
            if number in self:
                self._blocks[number // BLOCK][number % BLOCK >> 3] &= ~(1 << (number & 7))

    def packed(self, block: int) -> str:
        """Write one block as text."""
        bits = self._blocks.get(block)
        return b64encode(zlib.compress(bits, 1)).decode() if bits else ""

    def unpack(self, block: int, text: str) -> None:
        """Read one block from its text."""
        if text:
            self._blocks[block] = bytearray(zlib.decompress(b64decode(text)))
