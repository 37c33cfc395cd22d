"""Values of Workfront's fields against values that people write: found by path, equal, or passed."""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from airflow_provider_workfront.api.dates import parse_date
from airflow_provider_workfront.api.values import text

if TYPE_CHECKING:
    from airflow_provider_workfront.api.operation import Record

_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?")


def value_at(record: Record, path: str) -> Any:
    """Give the value of a field such as ``status``, ``project:status`` or ``project:DE:Region``; None if there is none.

    The name of a custom field may have colons in it. Raises ValueError if the path leads through a collection.
    """
    way, is_custom, name = path.partition("DE:")
    steps = [*filter(None, way.split(":")), *([f"DE:{name}"] if is_custom else [])]
    found: Any = record
    for step in steps:
        if isinstance(found, list):
            wrong = f"{path} has many values, one of each object in a collection: count those objects instead"
            raise ValueError(wrong)  # noqa: TRY004 a value of Workfront's
        found = found.get(step) if isinstance(found, dict) else None
    return found


def is_empty(value: object) -> bool:
    """Tell whether a field has no value."""
    return value is None or value in ("", [])


def is_same(found: Any, wanted: Any) -> bool:
    """Tell whether a field has a value; of one with several values, whether it is among them.

    An empty text stands for no value. A number equals its text: Workfront writes money as text (reference 1.4). Dates
    are the same as in `has_passed`.
    """
    if is_empty(found) or is_empty(wanted):
        return is_empty(found) and is_empty(wanted)
    if isinstance(found, list):
        return any(is_same(each, wanted) for each in found)
    if isinstance(found, bool):
        return text(found) == str(wanted).lower()
    if not (isinstance(found, str) and isinstance(wanted, str)):
        left, right = _number(found), _number(wanted)
        return left is not None and left == right
    return found == wanted or _is_same_date(found, wanted)


def check_wanted(found: Any, wanted: Any) -> None:
    """Refuse what a field can never be: a label such as ``High`` where it has a number, or is true or false.

    Raises ValueError, since it would be waited for in vain, or be taken for a value that the field has left.
    """
    if is_empty(found) or is_empty(wanted):
        return
    if isinstance(found, bool) and str(wanted).lower() not in {"true", "false"}:
        raise ValueError(f"it is true or false, never {wanted!r}")
    if isinstance(found, int | float) and not isinstance(found, bool) and _number(wanted) is None:
        raise ValueError(f"it is a number, {found}, never {wanted!r}: give the value, not its label")


def has_passed(found: Any, limit: float | str) -> bool:
    """Tell whether a field's number or date has come to a limit, or is beyond it; no value is before all limits.

    A limit without a time of day is compared with the day as Workfront writes it, in the zone of the connection's user.
    Raises ValueError if the two cannot be compared.
    """
    if is_empty(found):
        return False
    if (bound := _number(limit)) is not None:
        number = _number(found)
        if number is None:
            raise ValueError(f"{found!r} is no number, so it cannot pass {limit}")
        return number >= bound
    if not isinstance(found, str):
        raise ValueError(f"{found!r} is no date, so it cannot pass {limit}")  # noqa: TRY004 a value of Workfront's
    moment, end = _comparable(found, str(limit))
    return moment >= end


def check_limit(limit: object) -> None:
    """Refuse what is neither a number nor a date."""
    if _number(limit) is None:
        try:
            parse_date(str(limit))
        except ValueError as error:
            raise ValueError(f"{limit!r} is neither a number nor a date such as 2026-12-01") from error


def _number(value: object) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal | str):
        return None
    written = format(value, "f") if isinstance(value, float) else str(value).strip()
    return Decimal(written) if _NUMBER.fullmatch(written) else None


def _is_same_date(found: str, wanted: str) -> bool:
    try:
        moment, other = _comparable(found, wanted)
    except ValueError:  # not both are dates
        return False
    return moment == other


def _comparable(*texts: str) -> list[date]:
    """Read dates: all as instants, or all as days if one of them has no time of day."""
    moments = [parse_date(text) for text in texts]
    if all(isinstance(moment, datetime) for moment in moments):
        return [*moments]
    return [moment.date() if isinstance(moment, datetime) else moment for moment in moments]
