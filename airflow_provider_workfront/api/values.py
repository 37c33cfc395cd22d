"""Write Python values as Workfront takes them: text in a query, plain JSON in a body."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Any

from airflow_provider_workfront.api.dates import format_date


def text(value: object, where: str = "a value") -> str:
    """Write one value of a query; `where` names it in the error."""
    if isinstance(value, str):
        return _writable(str(value.value) if isinstance(value, Enum) else value, where)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float | Decimal):
        _check_finite(value, where)
        return digits(value)
    if isinstance(value, date):
        return _date(value, where)
    if isinstance(value, Enum):
        return text(value.value, where)
    raise TypeError(f"{where}: {type(value).__name__} cannot be written in a query")


def plain(value: Any, where: str = "a value") -> Any:
    """Write a JSON value: dates in Workfront's format, tuples and sets as lists, decimals as text."""
    if isinstance(value, Enum):
        return plain(value.value, where)
    if isinstance(value, Mapping):
        return {str(key): plain(item, str(key)) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(item, where) for item in value]
    if isinstance(value, str | date | Decimal):
        return text(value, where)
    if isinstance(value, float):
        _check_finite(value, where)
        return _float(value)
    if value is not None and not isinstance(value, bool | int):
        raise TypeError(f"{where}: {type(value).__name__} cannot be written as JSON")
    return value


def digits(value: float | Decimal) -> str:
    """Write a finite number without an exponent; a float that is whole as the whole number it is: 1001.0 as 1001."""
    if isinstance(value, float):
        return format(value, ".0f") if value.is_integer() else format(Decimal(repr(value)), "f")
    return format(value, "f") if isinstance(value, Decimal) else str(value)


def _float(value: float) -> float | int | str:
    """Write a float of JSON; one that Python writes with an exponent goes as digits, as text if it is a fraction."""
    if "e" not in repr(value):
        return value
    return int(value) if value.is_integer() else digits(value)


def _writable(value: str, where: str) -> str:
    """Refuse half characters, such as undecodable file names have: they travel in no encoding."""
    try:
        value.encode()
    except UnicodeEncodeError:
        raise ValueError(f"{where} holds characters that are no text (a wrong encoding?)") from None
    return value


def _check_finite(value: float | Decimal, where: str) -> None:
    if not isinstance(value, int) and not math.isfinite(value):
        raise ValueError(f"{where}: {value} is not a number that Workfront knows")


def _date(value: date, where: str) -> str:
    try:
        return format_date(value)
    except ValueError as error:
        raise ValueError(f"{where}: {error}") from None
