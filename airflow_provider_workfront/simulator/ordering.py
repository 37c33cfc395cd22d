"""The order of rows: sorts, and the disorder of searches without one."""

from __future__ import annotations

from dataclasses import dataclass
from math import gcd
from typing import TYPE_CHECKING, Any

from airflow_provider_workfront.simulator.operands import as_text
from airflow_provider_workfront.simulator.paths import SEARCH_ONLY, Path, resolve
from airflow_provider_workfront.simulator.wire import illegal

if TYPE_CHECKING:
    from random import Random

    from airflow_provider_workfront.simulator.schema import ObjectType
    from airflow_provider_workfront.simulator.scope import Shape
    from airflow_provider_workfront.simulator.table import Row
    from airflow_provider_workfront.simulator.view import View

DIRECTIONS = frozenset({"asc", "desc", "ciasc", "cidesc"})


@dataclass(frozen=True, slots=True)
class Sort:
    """Order by one path."""

    path: Path
    descending: bool
    folds: bool

    def key(self, value: Any) -> Any:
        """Give what the value is compared by."""
        if self.folds:
            return as_text(value).casefold()
        return as_text(value) if isinstance(value, list | dict) else value


def sorts_of(view: View, obj_type: ObjectType, shapes: list[Shape]) -> list[Sort]:
    """Read `_Sort` parameters, the one with the lowest number first (rule 52)."""
    asked = sorted((shape for shape in shapes if shape.kind == "Sort"), key=lambda shape: shape.order)
    return [_sort(view, obj_type, shape) for shape in asked]


def _sort(view: View, obj_type: ObjectType, shape: Shape) -> Sort:
    direction = shape.value.lower()
    if direction not in DIRECTIONS:
        raise illegal(f"Invalid sort order: {shape.value}")  # text inferred
    path = resolve(view, obj_type, shape.path)
    if SEARCH_ONLY in path.flags:
        raise view.no_field(shape.path, obj_type)
    if "DYNAMIC" in path.flags:  # rule 52; text inferred
        raise illegal(f"Field {shape.path} ({obj_type.name}) is dynamic and cannot be sorted by")
    return Sort(path, direction.endswith("desc"), direction.startswith("ci"))


def in_order(rows: list[Row], sorts: list[Sort], *, nulls_high: bool) -> list[Row]:
    """Sort by every key; rows equal in all of them keep their places."""
    for sort in reversed(sorts):
        rows = _in_order_of(rows, sort, nulls_high=nulls_high)
    return rows


def _in_order_of(rows: list[Row], sort: Sort, *, nulls_high: bool) -> list[Row]:
    keyed = [(sort.path.get(row), row) for row in rows]
    nulls = [row for value, row in keyed if value is None]
    found = [(sort.key(value), row) for value, row in keyed if value is not None]
    found.sort(key=lambda pair: pair[0], reverse=sort.descending)
    ordered = [row for _, row in found]
    return nulls + ordered if sort.descending == nulls_high else ordered + nulls


def some_of(rows: list[Row], first: int, limit: int, random: Random) -> list[Row]:
    """Give a page of the rows in an order drawn anew for every call (rule 51).

    The order is a walk round the list in steps of a fixed length, so that a page costs no more than its size.
    """
    size = len(rows)
    step = next(s for s in iter(lambda: random.randrange(1, size + 1), None) if gcd(s, size) == 1) if size else 1
    start = random.randrange(size) if size else 0
    return [rows[(start + step * place) % size] for place in range(first, min(first + limit, size))]
