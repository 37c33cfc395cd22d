"""Read what is typed at `airflow workfront query` as the arguments of a search. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflow_provider_workfront.api.filters import DIRECTIONS, MODIFIERS, NULL_TESTS, RANGES, SETS

if TYPE_CHECKING:
    from collections.abc import Sequence


def filters_of(conditions: Sequence[str]) -> dict[str, Any]:
    """Read `field=value` and `field:modifier=value`; one field named twice means any of its values."""
    found: dict[str, tuple[str, list[str]]] = {}
    for condition in conditions:
        field, modifier, value = _parts(condition)
        known, values = found.setdefault(field, (modifier, []))
        if known != modifier:
            raise ValueError(f"-f: {field} takes one condition, not {known or 'equal'!r} and {modifier or 'equal'!r}")
        values.append(value)
    return {field: _condition(modifier, values) for field, (modifier, values) in found.items()}


def sort_of(text: str) -> dict[str, str]:
    """Read `name`, `name:desc` or several with commas between; a direction stands last, as in `project:name:desc`."""
    pairs = (_split(part.strip(), DIRECTIONS) for part in text.split(",") if part.strip())
    return {field: direction or "asc" for field, direction in pairs}


def _parts(condition: str) -> tuple[str, str, str]:
    left, equals, value = condition.partition("=")
    field, modifier = _split(left.strip(), MODIFIERS)
    if not field or not (equals or modifier in NULL_TESTS):
        raise ValueError(
            f"-f {condition!r} is no condition: field=value, field:modifier=value or field:isnull is wanted"
        )
    return field, modifier, value


def _split(path: str, words: frozenset[str]) -> tuple[str, str]:
    """Split a word off a path: `project:name` ends in a field, `name:cicontains` in a modifier."""
    field, _, last = path.rpartition(":")
    return (field, last) if last in words else (path, "")


def _condition(modifier: str, values: list[str]) -> Any:
    if modifier in NULL_TESTS:
        return {modifier: True}
    if modifier in RANGES | SETS:
        return {modifier: values if len(values) > 1 else values[0].split(",")}
    several = values if len(values) > 1 else values[0]
    return {modifier: several} if modifier else several
