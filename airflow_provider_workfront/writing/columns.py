"""Which field each column of an input fills, and how: what the user says of it, read and checked. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from airflow_provider_workfront.api.everyday.errand import nearest
from airflow_provider_workfront.failures import Unworkable
from airflow_provider_workfront.writing.dead import OWN

if TYPE_CHECKING:
    from collections.abc import Sequence

ADDED = frozenset({*OWN, "objCode"})
"""Columns that nobody means: our own of rejected rows, and what Workfront adds to every answer (reference 4.8)."""
UNITS = {"minutes": 1, "hours": 60}
EMPTY = ("clear", "keep")
DECIMALS = (".", ",")
STARTS, ENDS = ("MSO", "SNET", "SNLT"), ("MFO", "FNET", "FNLT")
CONSTRAINTS = {**dict.fromkeys(STARTS, "plannedStartDate"), **dict.fromkeys(ENDS, "plannedCompletionDate")}
"""Constraints of tasks that name a date, each with the planned date that it is about."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where a column goes; an option that was not given is empty.

    `by` is the field by which a referenced object is found, `obj_code` its type where the field does not say it;
    `timezone` is that of times without an offset, `format` a pattern of `strptime`, `separator` that of choices in one
    text, `unit` the one in which the input has an effort, `decimal` the sign before
    decimals; `constraint` pins a date of a task, such as ``MSO``; `empty` says what an empty value does.
    """

    column: str
    field: str
    by: str = ""
    obj_code: str = ""
    timezone: str = ""
    format: str = ""
    separator: str = ""
    unit: str = ""
    decimal: str = ""
    constraint: str = ""
    empty: str = ""

    def given(self) -> list[str]:
        """Name the options that were given, of those that only some fields have."""
        return [name for name in OPTIONS if name not in {"field", "empty"} and getattr(self, name)]


OPTIONS = tuple(each.name for each in fields(Target) if each.name != "column")


def targets_of(columns: Mapping[str, Any] | None, header: Sequence[str]) -> tuple[list[Target], list[str]]:
    """Read a mapping: what it comes to, and what is wrong with it.

    Without one, each column is the field of its name. A header without names, that of an empty input, allows any.
    """
    if columns is None:
        return [Target(name, name) for name in header if name not in ADDED], []
    if not isinstance(columns, Mapping):
        raise Unworkable(f"columns must be a dict such as {{'title': 'name'}}, not {type(columns).__name__}")
    targets, problems = [], []
    for column, said in columns.items():
        try:
            if said is not None and column not in OWN:
                targets.append(_target(column, said, header))
        except (ValueError, TypeError) as error:
            problems.append(f"column {column}: {error}")
    return targets, problems + _doubled(targets)


def said_field(said: Any) -> Any:
    """Give the field that is said of a column, however it is said."""
    return said.get("field") if isinstance(said, Mapping) else said


def _target(column: str, said: Any, header: Sequence[str]) -> Target:
    if header and column not in header:
        raise ValueError(f"the input has no such column{nearest(str(column), header)}")
    said = {"field": said} if isinstance(said, str) else said
    if not isinstance(said, Mapping):
        raise TypeError(f"give a field, options with a field, or None, not {said!r}")
    for name, value in said.items():
        if name not in OPTIONS:
            raise ValueError(f"there is no option {name}{nearest(str(name), OPTIONS)}")
        if not isinstance(value, str) or not value:
            raise ValueError(f"{name} is a text that is not empty, not {value!r}")
    if "field" not in said:
        raise ValueError("say which field it fills: {'field': ...}")
    return _checked(Target(column, **said))


def _checked(target: Target) -> Target:
    """Refuse what cannot be the value of an option."""
    for name, known in (("unit", UNITS), ("empty", EMPTY), ("decimal", DECIMALS), ("constraint", CONSTRAINTS)):
        if getattr(target, name) not in {"", *known}:
            shown = " ".join(known) if name == "decimal" else ", ".join(known)
            raise ValueError(f"{name} is one of {shown}, not {getattr(target, name)!r}")
    if target.timezone:
        _check_timezone(target.timezone)
    if target.format:
        _check_format(target.format)
    return target


def _check_timezone(name: str) -> None:
    try:
        ZoneInfo(name)
    except (ValueError, KeyError, OSError):  # unknown, no name at all, the name of a folder
        raise ValueError(f"there is no timezone {name!r}; write one such as Europe/Berlin") from None


def _check_format(pattern: str) -> None:
    if "%Z" in pattern:  # it is read, and what it says is dropped
        raise ValueError(f"format {pattern!r}: %Z would not count; write %z, which takes UTC too, or set timezone")
    now = datetime.now(UTC)
    try:
        is_date = datetime.strptime(now.strftime(pattern), pattern).year == now.year  # noqa: DTZ007
    except ValueError:
        is_date = False
    if not is_date:
        raise ValueError(f"format {pattern!r} is no pattern of a date for strptime, such as %d.%m.%Y")


def _doubled(targets: Sequence[Target]) -> list[str]:
    pinned = [target.column for target in targets if target.constraint]
    if len(pinned) > 1:
        return [f"columns {' and '.join(pinned)} have a constraint each: a task has one"]
    counts = Counter(target.field for target in targets)
    columns = {name: [t.column for t in targets if t.field == name] for name, count in counts.items() if count > 1}
    return [f"columns {' and '.join(names)} give the same field, {name}" for name, names in columns.items()]
