"""Rows that refer to other rows of the same input: in which order they are written, and which ones cannot be. Pure."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from airflow_provider_workfront.writing.row import RowReference

if TYPE_CHECKING:
    from collections.abc import Container, Iterator, Mapping

    from airflow_provider_workfront.writing.row import Wanted

MOST_NAMED = 5


class Levels:
    """The references between the rows of an input, of which only rows that have some take memory.

    A row that refers to no other is on level 0, any other one level above the highest row that it refers to. All rows
    of a level are written before the next level begins.
    """

    def __init__(self, obj_code: str, key: str) -> None:
        """Take the type of the rows' objects, and the field by which they are found."""
        self._which = (
            f"is the {key} of no {obj_code} that this connection sees, and of no other row that can be written"
        )
        self._references: dict[int, dict[str, str]] = {}
        self._rows: Mapping[str, int] = {}
        self._levels: dict[int, int] = {}
        self._problems: dict[int, str] = {}

    def add(self, number: int, values: Mapping[str, Any]) -> None:
        """Take in the references among the values of a row."""
        found = {name: value.key for name, value in values.items() if isinstance(value, RowReference)}
        if found:
            self._references[number] = found

    @property
    def keys(self) -> set[str]:
        """Name the keys that rows refer to."""
        return {key for found in self._references.values() for key in found.values()}

    def settle(self, rows: Mapping[str, int], refused: Container[int]) -> None:
        """Give each row its level, or say why it has none.

        :param rows: the row that has a key, for those of `keys` that some row has
        :param refused: numbers of rows that will not be written
        """
        self._rows = rows
        dependents: defaultdict[int, list[int]] = defaultdict(list)
        open_parents: dict[int, int] = {}
        for number, found in self._references.items():
            if missing := next(((name, key) for name, key in found.items() if key not in rows), None):
                self._problems[number] = f"{missing[0]}: {missing[1]!r} {self._which}"
            elif parent := next((rows[key] for key in found.values() if rows[key] in refused), None):
                self._problems[number] = _not_written(parent)
            parents = [rows[key] for key in found.values() if key in rows and rows[key] in self._references]
            open_parents[number] = len(parents)
            for parent in parents:
                dependents[parent].append(number)
        ready = [number for number, count in open_parents.items() if not count or number in self._problems]
        self._spread(ready, dependents, open_parents)
        self._refuse_cycles(dependents, open_parents)

    def problem(self, number: int) -> str:
        """Say why a row cannot be written; empty if its references can be followed."""
        return self._problems.get(number, "")

    def level(self, number: int) -> int:
        """Give the level of a row."""
        return self._levels.get(number, 0)

    def placed(self, wanted: Wanted) -> Wanted:
        """Put the numbers of rows into the references of a row."""
        found = self._references.get(wanted.row.number)
        if not found:
            return wanted
        numbered = {name: RowReference(key, self._rows[key]) for name, key in found.items()}
        return replace(wanted, values=wanted.values | numbered)

    def _spread(self, ready: list[int], dependents: Mapping[int, list[int]], open_parents: dict[int, int]) -> None:
        """Settle rows all of whose parents are settled, and those that a refused parent takes with it."""
        while ready:
            number = ready.pop()
            if open_parents.pop(number, None) is None:
                continue
            if number not in self._problems:
                self._levels[number] = 1 + max(self.level(self._rows[key]) for key in self._references[number].values())
            for dependent in dependents.get(number, ()):
                if dependent not in open_parents:
                    continue
                open_parents[dependent] -= 1
                if number in self._problems:
                    self._problems.setdefault(dependent, _not_written(number))
                if not open_parents[dependent] or dependent in self._problems:
                    ready.append(dependent)

    def _refuse_cycles(self, dependents: Mapping[int, list[int]], open_parents: dict[int, int]) -> None:
        """Refuse the rows of each cycle, and those that refer to them."""
        while open_parents:
            cycle = list(self._cycle(min(open_parents), open_parents))
            told = _in_circle(cycle, {number: key for key, number in self._rows.items()})
            self._problems |= dict.fromkeys(cycle, told)
            self._spread(cycle, dependents, open_parents)

    def _cycle(self, start: int, among: Container[int]) -> Iterator[int]:
        """Follow references until a row comes again, and give the rows from its first time on."""
        way: dict[int, None] = {}
        number = start
        while number not in way:
            way[number] = None
            number = next(self._rows[key] for key in self._references[number].values() if self._rows[key] in among)
        seen = list(way)
        yield from seen[seen.index(number) :]


def _in_circle(cycle: list[int], keys: Mapping[int, str]) -> str:
    shown = " -> ".join(f"row {number} ({keys[number]})" for number in cycle[:MOST_NAMED])
    more = f" -> {len(cycle) - MOST_NAMED} more" if len(cycle) > MOST_NAMED else ""
    return f"the row refers to itself, directly or through others: {shown}{more} -> row {cycle[0]}"


def _not_written(number: int) -> str:
    return f"the row refers to row {number}, which is not written"
