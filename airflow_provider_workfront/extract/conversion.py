"""From what Workfront sends to typed values: exact, tolerant of the shapes that were seen, and never silent. Pure.

Numbers may come as text (reference 6.6 [I]), money does from API v20 on ([X]); a looked-up object is a JSON text
or an object ([X]). What fits no type at all raises `Misfit`, which carries the nearest value that fits.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Context, Decimal, InvalidOperation
from enum import Enum
from functools import lru_cache
from typing import Any

from airflow_provider_workfront.api.dates import parse_date
from airflow_provider_workfront.extract.jsontext import as_json, opened
from airflow_provider_workfront.extract.richtext import plain_text

PRECISION, SCALE = 38, 18  # of a decimal: the widest that Parquet and the warehouses share; a double's noise fits
SMALLEST_INTEGER, LARGEST_INTEGER = -(2**63), 2**63 - 1
EXACT_FLOAT = 2**53
NATIVE_LENGTH = 28  # 2017-03-08T17:00:00:000+0400

Convert = Callable[[Any], Any]

_PLAIN_DECIMAL = re.compile(r"-?[0-9]{1,18}(\.[0-9]{1,18})?").fullmatch
_UNIT_OF_SCALE = Decimal(1).scaleb(-SCALE)
_WIDE = Context(prec=PRECISION + SCALE, Emax=10**6, Emin=-(10**6))


class Kind(Enum):
    """What a column holds."""

    TEXT = "text"
    INTEGER = "integer"
    NUMBER = "number"
    DECIMAL = "decimal"
    BOOLEAN = "boolean"
    DATE = "date"
    INSTANT = "instant"
    LIST = "list"
    JSON = "json"


class Misfit(Exception):
    """Tell that a value does not fit; `nearest` is what a column may hold instead, None if there is no such value."""

    def __init__(self, nearest: Any = None) -> None:
        super().__init__()
        self.nearest = nearest


def as_text(value: Any) -> str:
    """Give text as it is, anything else as JSON: text takes all."""
    return value if type(value) is str else as_json(value)


def as_integer(value: Any) -> int | None:
    """Give a whole number of 64 bits."""
    if type(value) is int and SMALLEST_INTEGER <= value <= LARGEST_INTEGER:
        return value
    number = _number(value)
    if number is None:
        return None
    if number.adjusted() > 20 or number != number.to_integral_value():
        raise Misfit
    if not SMALLEST_INTEGER <= number <= LARGEST_INTEGER:
        raise Misfit
    return int(number)


def as_number(value: Any) -> float | None:
    """Give a double; a whole number too long for one is rounded, and told."""
    if type(value) is float and math.isfinite(value):
        return value
    number = _number(value)
    if number is None:
        return None
    nearest = float(number)
    if -EXACT_FLOAT < nearest < EXACT_FLOAT:
        return nearest
    if not math.isfinite(nearest):
        raise Misfit
    if number == number.to_integral_value() and Decimal(nearest) != number:
        raise Misfit(nearest)
    return nearest


def as_decimal(value: Any) -> Decimal | None:
    """Give an exact decimal of 38 digits, 18 of them behind the point; a finer one is rounded, and told."""
    if type(value) is str and _PLAIN_DECIMAL(value):  # nearly all money
        return Decimal(value)
    number = _number(value)
    if number is None:
        return None
    if number.adjusted() >= PRECISION - SCALE:
        raise Misfit
    exponent = number.as_tuple().exponent
    if not isinstance(exponent, int) or -SCALE <= exponent <= 0:
        return number
    if exponent > 0:
        return number.quantize(Decimal(1), context=_WIDE)
    rounded = number.quantize(_UNIT_OF_SCALE, context=_WIDE)
    if rounded != number:
        raise Misfit(rounded)
    return rounded


def as_boolean(value: Any) -> bool | None:
    """Give a truth value; Workfront takes the words for one, so it may send them."""
    if type(value) is bool:
        return value
    if type(value) is str and value.strip().lower() in {"true", "false", ""}:
        return value.strip().lower() == "true" if value.strip() else None
    raise Misfit


def as_instant(value: Any) -> datetime | None:
    """Give an instant in UTC; a bare date is taken for its midnight there."""
    if type(value) is not str:
        raise Misfit
    try:
        return _moment(value) if value else None
    except (ValueError, OverflowError):
        raise Misfit from None


def as_date(value: Any) -> date | None:
    """Give a day; of an instant, the day that its user sees, and the time of day is told."""
    if type(value) is not str:
        raise Misfit
    try:
        read = parse_date(value) if value else None
    except (ValueError, OverflowError):
        raise Misfit from None
    if read is None:
        return None
    day = date(read.year, read.month, read.day)
    if isinstance(read, datetime) and (read.hour, read.minute, read.second, read.microsecond) != (0, 0, 0, 0):
        raise Misfit(day)
    return day


def as_list(value: Any) -> list[str] | None:
    """Give a list of texts; one bare value is a list of one."""
    if type(value) is list:
        return [item if type(item) is str else as_text(item) for item in value if item is not None]
    return [as_text(value)] if value != "" else None


def looked_up_id(value: Any) -> str | None:
    """Give the ID of a looked-up object; what is no such object stands for itself."""
    found = _envelope(value)
    if not isinstance(found, dict):
        return as_text(found) if found != "" else None
    if not isinstance(found.get("ID"), str):
        raise Misfit
    return str(found["ID"])


def looked_up_name(value: Any) -> str | None:
    """Give the name of a looked-up object."""
    found = _envelope(value)
    name = found.get("name") if isinstance(found, dict) else None
    return None if name is None else as_text(name)


def looked_up_ids(value: Any) -> list[str] | None:
    """Give the IDs of several looked-up objects."""
    ids = [looked_up_id(item) for item in _envelopes(value)]
    return [obj_id for obj_id in ids if obj_id is not None] if value != "" else None


def looked_up_names(value: Any) -> list[str] | None:
    """Give the names of several looked-up objects, in the order of their IDs; an unknown one is empty."""
    names = [looked_up_name(item) for item in _envelopes(value)]
    return [name or "" for name in names] if any(names) else None


CONVERSIONS: dict[Kind, Convert] = {
    Kind.TEXT: as_text,
    Kind.INTEGER: as_integer,
    Kind.NUMBER: as_number,
    Kind.DECIMAL: as_decimal,
    Kind.BOOLEAN: as_boolean,
    Kind.DATE: as_date,
    Kind.INSTANT: as_instant,
    Kind.LIST: as_list,
    Kind.JSON: as_json,
}

PARTS: dict[tuple[str, Kind], Convert] = {
    ("plain", Kind.TEXT): plain_text,
    ("id", Kind.TEXT): looked_up_id,
    ("name", Kind.TEXT): looked_up_name,
    ("id", Kind.LIST): looked_up_ids,
    ("name", Kind.LIST): looked_up_names,
}
"""Of values that fill more than one column, what each takes of it."""


def conversion(kind: Kind, part: str) -> Convert:
    """Give what turns Workfront's value into the column's."""
    return PARTS.get((part, kind)) or CONVERSIONS[kind]


def _number(value: Any) -> Decimal | None:
    """Read a number of any spelling; the shortest decimal that is a float, which is what JSON said."""
    kind = type(value)
    if kind is str:
        return _spelt(value.strip()) if value.strip() else None
    if kind is float and math.isfinite(value):
        return Decimal(repr(value))
    if kind is int:
        return Decimal(value)
    if kind is Decimal:
        return value  # type: ignore[no-any-return]
    raise Misfit


def _spelt(text: str) -> Decimal:
    """Read a number written as text; Python's own liberties, `1_000` and `NaN`, are none."""
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise Misfit from None
    if "_" in text or not number.is_finite():
        raise Misfit
    return number


@lru_cache(maxsize=10_000)  # planned dates fall on the hours of a schedule, so the same come again and again
def _moment(text: str) -> datetime:
    if len(text) == NATIVE_LENGTH and text[19] == ":":
        return datetime.fromisoformat(f"{text[:19]}.{text[20:]}").astimezone(UTC)
    read = parse_date(text)
    if not isinstance(read, datetime):
        return datetime(read.year, read.month, read.day, tzinfo=UTC)
    moment = read.astimezone(UTC)
    return datetime(*moment.timetuple()[:6], moment.microsecond, UTC)  # noqa: DTZ001 it has one


def _envelope(value: Any) -> Any:
    """Open the JSON text in which an object may come."""
    return opened(value) if type(value) is str and value.startswith("{") else value


def _envelopes(value: Any) -> list[Any]:
    if type(value) is str and value.startswith("["):
        value = opened(value)
    return value if isinstance(value, list) else [value]
