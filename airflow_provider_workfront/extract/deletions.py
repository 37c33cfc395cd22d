"""Which IDs are gone and which are new since the last look: sorted IDs against sorted IDs, in little memory."""

from __future__ import annotations

from heapq import merge
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

PREFIX = 3
"""Signs by which IDs are kept apart, so that only a small part of them is sorted at a time."""


class Ids:
    """IDs in any order, kept as text of 33 bytes each; they come back sorted, each once."""

    def __init__(self, ids: Iterable[str] = ()) -> None:
        self._parts: dict[str, bytearray] = {}
        self.update(ids)

    def add(self, obj_id: str) -> None:
        """Take in one."""
        self._parts.setdefault(obj_id[:PREFIX], bytearray()).extend(f"{obj_id}\n".encode())

    def update(self, ids: Iterable[str]) -> None:
        """Take in many."""
        for obj_id in ids:
            self.add(obj_id)

    def __bool__(self) -> bool:
        return bool(self._parts)

    def __iter__(self) -> Iterator[str]:
        for prefix in sorted(self._parts):
            yield from sorted(set(self._parts[prefix].decode().split("\n")[:-1]))

    def __len__(self) -> int:
        return sum(1 for _ in self)


def compare(known: Iterable[str], present: Iterable[str]) -> Iterator[tuple[str, bool]]:
    """Give the IDs of one side only, each with whether it is missing (known, but not present) or new.

    Both sides are sorted.
    """
    sides = merge(((obj_id, True) for obj_id in known), ((obj_id, False) for obj_id in present))
    for obj_id, found in groupby(sides, key=itemgetter(0)):
        where = {is_known for _, is_known in found}
        if len(where) == 1:
            yield obj_id, where.pop()
