"""Rows of one object type, with indexes that keep up with every write."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import Counter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

Row = dict[str, Any]


class Table:
    """Hold the rows of one type by ID; a row is replaced, never changed in place."""

    def __init__(self) -> None:
        self.rows: dict[str, Row] = {}
        self.version = 0
        self._indexes: dict[str, dict[Any, dict[str, None]]] = {}
        self._counts: dict[tuple[str, ...], Counter[tuple[Any, ...]]] = {}
        self._most: dict[tuple[str, str], dict[Any, int]] = {}
        self._ids: list[str] | None = None
        self._ordered: tuple[int, list[Row]] = (-1, [])

    def put(self, row: Row) -> None:
        """Add a row, or replace the one of the same ID."""
        old = self.rows.get(row["ID"])
        self.rows[row["ID"]] = row
        self._moved(old, row)

    def load(self, rows: Iterable[Row]) -> None:
        """Add many rows at once."""
        self.rows.update((row["ID"], row) for row in rows)
        self._indexes.clear()
        self._counts.clear()
        self._most.clear()
        self._ids = None
        self.version += 1

    def pop(self, obj_id: str) -> Row | None:
        """Take a row out."""
        old = self.rows.pop(obj_id, None)
        self._moved(old, None)
        return old

    def find(self, field: str, value: Any) -> list[Row]:
        """Give the rows whose field holds the value; of a list, one member suffices."""
        if field == "ID":
            return [self.rows[value]] if value in self.rows else []
        if field not in self._indexes:
            self._indexes[field] = self._built(field)
        return [self.rows[obj_id] for obj_id in self._indexes[field].get(value, ())]

    def count(self, fields: tuple[str, ...], values: tuple[Any, ...]) -> int:
        """Count the rows whose fields hold these values; None counts the rows without one."""
        if fields not in self._counts:
            self._counts[fields] = Counter(tuple(map(row.get, fields)) for row in self.rows.values())
        return self._counts[fields][values]

    def most(self, field: str, by: str, value: Any) -> int:
        """Give the highest number in a field among the rows whose field `by` holds the value; 0 without any."""
        known = self._most.setdefault((field, by), {})
        if value not in known:
            known[value] = max((row.get(field) or 0 for row in self.find(by, value)), default=0)
        return known[value]

    def ordered(self) -> list[Row]:
        """Give every row, by ID; look, do not change the list."""
        if self._ids is None:
            self._ids = sorted(self.rows)
        if self._ordered[0] != self.version:
            self._ordered = (self.version, [self.rows[obj_id] for obj_id in self._ids])
        return self._ordered[1]

    def _built(self, field: str) -> dict[Any, dict[str, None]]:
        index: dict[Any, dict[str, None]] = {}
        for row in self.rows.values():
            for value in _values(row, field):
                index.setdefault(value, {})[row["ID"]] = None
        return index

    def _moved(self, old: Row | None, new: Row | None) -> None:
        self.version += 1
        self._reordered(old, new)
        for field, index in self._indexes.items():
            if old is not None:
                for value in _values(old, field):
                    index[value].pop(old["ID"], None)
            if new is not None:
                for value in _values(new, field):
                    index.setdefault(value, {})[new["ID"]] = None

        for fields, counts in self._counts.items():
            if old is not None:
                counts[tuple(map(old.get, fields))] -= 1
            if new is not None:
                counts[tuple(map(new.get, fields))] += 1
        for (field, by), known in self._most.items():
            _follow(known, field, by, (old, new))

    def _reordered(self, old: Row | None, new: Row | None) -> None:
        if self._ids is None or (old is None) == (new is None):
            return
        if new is not None:
            insort(self._ids, new["ID"])
        elif old is not None:
            del self._ids[bisect_left(self._ids, old["ID"])]


def _follow(known: dict[Any, int], field: str, by: str, change: tuple[Row | None, Row | None]) -> None:
    """Keep the highest numbers true after a change; one that may have sunk is forgotten and counted anew."""
    old, new = change
    before = (old.get(by), old.get(field) or 0) if old is not None else None
    after = (new.get(by), new.get(field) or 0) if new is not None else None
    if before == after:
        return
    if before is not None and known.get(before[0]) == before[1]:
        del known[before[0]]
    if after is not None and after[0] in known:
        known[after[0]] = max(known[after[0]], after[1])


def _values(row: Mapping[str, Any], field: str) -> Iterator[Any]:
    value = row.get(field)
    if isinstance(value, list):
        yield from value
    elif value is not None:
        yield value
