"""Grouped figures: `_GroupBy` and `_AggFunc` (rule 73)."""

from __future__ import annotations

import statistics
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, TypeAlias

from airflow_provider_workfront.simulator.dates import write_datetime
from airflow_provider_workfront.simulator.operands import as_text
from airflow_provider_workfront.simulator.paths import SEARCH_ONLY, Path, resolve
from airflow_provider_workfront.simulator.wire import illegal

if TYPE_CHECKING:
    from airflow_provider_workfront.simulator.schema import ObjectType
    from airflow_provider_workfront.simulator.scope import Shape
    from airflow_provider_workfront.simulator.table import Row
    from airflow_provider_workfront.simulator.view import View

ROLLUP = "$$ROLLUP"
Figure: TypeAlias = Callable[[list[Any]], Any]


def _spread(measure: Callable[[list[float]], float]) -> Figure:
    return lambda values: measure(values) if len(values) > 1 else 0.0


FUNCTIONS: dict[str, Figure] = {
    "sum": sum,
    "avg": lambda values: statistics.fmean(values) if values else None,
    "min": lambda values: min(values, default=None),
    "max": lambda values: max(values, default=None),
    "count": len,
    "std": _spread(statistics.stdev),
    "var": _spread(statistics.variance),
}
NUMERIC = frozenset({"sum", "avg", "std", "var"})
DISTINCT = "d"


@dataclass(frozen=True, slots=True)
class Group:
    """Group by one path."""

    name: str
    path: Path


@dataclass(frozen=True, slots=True)
class Aggregate:
    """Compute one figure over one path; `dsum` and its kind see every value once."""

    name: str
    function: str
    path: Path

    def over(self, rows: list[Row], view: View) -> Any:
        """Give the figure of these rows."""
        values = [value for value in (self.path.get(row) for row in rows) if value is not None]
        plain = self.function
        if plain not in FUNCTIONS:
            plain, values = plain.removeprefix(DISTINCT), list(dict.fromkeys(values))
        return _written(view, FUNCTIONS[plain](values))


def report(view: View, obj_type: ObjectType, shapes: list[Shape], rows: list[Row], *, rollup: bool) -> dict[str, Any]:
    """Give a map by group value, nested for every further group."""
    asked = sorted((shape for shape in shapes if shape.kind == "GroupBy"), key=lambda shape: shape.order)
    groups = [_group(view, obj_type, shape) for shape in asked if shape.value.lower() == "true"]
    figures = [_aggregate(view, obj_type, shape) for shape in shapes if shape.kind == "AggFunc"]
    if not groups and not figures:
        raise illegal("A report needs a _GroupBy or an _AggFunc")  # text inferred
    return _level(view, groups, figures, rows, rollup=rollup)


def _level(
    view: View, groups: list[Group], figures: list[Aggregate], rows: list[Row], *, rollup: bool
) -> dict[str, Any]:
    if not groups:
        return {figure.name: figure.over(rows, view) for figure in figures}
    group, *deeper = groups
    buckets: dict[Any, list[Row]] = {}
    for row in rows:
        buckets.setdefault(group.path.get(row), []).append(row)
    found = {_key(view, value): _level(view, deeper, figures, held, rollup=rollup) for value, held in buckets.items()}
    if not deeper:
        for value in buckets:
            found[_key(view, value)][group.name] = _written(view, value)  # the group's field is echoed
    if rollup:
        found[ROLLUP] = {figure.name: figure.over(rows, view) for figure in figures}
    return found


def _group(view: View, obj_type: ObjectType, shape: Shape) -> Group:
    path = resolve(view, obj_type, shape.path)
    if SEARCH_ONLY in path.flags:
        raise view.no_field(shape.path, obj_type)
    if "NOT_GROUPABLE" in path.flags:  # reference 4.11; text inferred
        raise illegal(f"Field {shape.path} ({obj_type.name}) cannot be grouped by")
    return Group(shape.path, path)


def _aggregate(view: View, obj_type: ObjectType, shape: Shape) -> Aggregate:
    function = shape.value.lower()
    plain = function if function in FUNCTIONS else function.removeprefix(DISTINCT)
    if plain not in FUNCTIONS:
        raise illegal(f"Invalid aggregate function: {shape.value}")  # text inferred
    path = resolve(view, obj_type, shape.path)
    if plain in NUMERIC and path.kind not in {"int", "double"}:
        raise illegal(f"Field {shape.path} ({obj_type.name}) is not a number")  # text inferred
    return Aggregate(f"{function}_{shape.path}", function, path)


def _key(view: View, value: Any) -> str:
    """Write a group's value as a key; null is an empty text [inferred]."""
    return "" if value is None else as_text(_written(view, value))


def _written(view: View, value: Any) -> Any:
    if isinstance(value, datetime):
        return write_datetime(value, view.zone)
    return value.isoformat() if isinstance(value, date) else value
