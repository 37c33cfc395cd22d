"""Write Python values as Workfront takes them: text in a query, plain JSON in a body."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Any

from airflow_provider_workfront.api.dates import format_date


def text(value: object, where: str = "a value") -> str:
    """Write one value of a query; `where` names it in the error."""
    if isinstance(value, str):
        return str(value.value) if isinstance(value, Enum) else value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float | Decimal):
        return format(value, "f") if isinstance(value, Decimal) else str(value)
    if isinstance(value, date):
        return format_date(value)
    if isinstance(value, Enum):
        return text(value.value, where)
    raise TypeError(f"{where}: {type(value).__name__} cannot be written in a query")


def plain(value: Any) -> Any:
    """Write a JSON value: dates in Workfront's format, tuples and sets as lists, decimals as text."""
    if isinstance(value, Enum):
        return plain(value.value)
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(item) for item in value]
    if isinstance(value, date | Decimal):
        return text(value)
    return value
