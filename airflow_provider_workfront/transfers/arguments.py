"""Arguments of a transfer, once their templates are rendered: texts become what they stand for, or are named."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from airflow_provider_workfront.api.dates import parse_date
from airflow_provider_workfront.api.filters import Expression
from airflow_provider_workfront.spelling import without_lists_as_text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from airflow_provider_workfront.api.filters import Filters

MISSING = {"", "None"}  # what a template makes of a value that is not there


def share(name: str, value: Any) -> float:
    """Read a share from 0 to 1."""
    try:
        found = float(value)
    except (TypeError, ValueError):
        found = -1.0
    if not 0 <= found <= 1 or isinstance(value, bool):
        raise ValueError(f"{name} is a share from 0 to 1, such as 0.1, not {value!r}")
    return found


def percent(name: str, value: Any) -> float:
    """Read a number from 0 to 100."""
    try:
        found = float(value)
    except (TypeError, ValueError):
        found = -1.0
    if not 0 <= found <= 100 or isinstance(value, bool):
        raise ValueError(f"{name} must be a number from 0 to 100, not {value!r}")
    return found


def moment(name: str, value: Any) -> datetime | None:
    """Read an instant, or a date as the beginning of its day in UTC; a missing value gives none."""
    if value is None or (isinstance(value, str) and value.strip() in MISSING):
        return None
    if isinstance(value, str):
        try:
            value = parse_date(value.strip())
        except ValueError:
            raise ValueError(f"{name} must be a date such as 2026-03-18T15:30:00+00:00, not {value!r}") from None
    if not isinstance(value, date):
        raise TypeError(f"{name} must be a date or its text, not {type(value).__name__}")
    if not isinstance(value, datetime):
        value = datetime.combine(value, time(), UTC)
    if value.tzinfo is None:
        raise ValueError(f"{name} {value.isoformat()} has no time zone, which pendulum.datetime(...) has")
    found: datetime = value.astimezone(UTC)
    return found


def span(name: str, value: Any) -> timedelta | None:
    """Check a length of time."""
    if value is not None and not (isinstance(value, timedelta) and value >= timedelta()):
        raise TypeError(f"{name} must be a timedelta, such as timedelta(minutes=10), not {value!r}")
    return value


def filters_of(value: Any) -> Filters:
    """Read filters; a text is their JSON."""
    if value is None or isinstance(value, Expression):
        return value
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError:
            raise TypeError("filters are a text, and not the JSON of a dict; the template needs `| tojson`") from None
    if not isinstance(value, Mapping):
        raise TypeError(f"filters must be a dict, not {type(value).__name__}")
    return without_lists_as_text(value)  # type: ignore[no-any-return]


def chosen(name: str, value: Any, known: Iterable[str]) -> str:
    """Check that a word is one of the known ones."""
    words = list(known)
    if value not in words:
        raise ValueError(f"{name} must be one of {', '.join(words)}, not {value!r}")
    return str(value)
