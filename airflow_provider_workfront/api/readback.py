"""Tell from a read whether an update, whose answer timed out, took place."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from airflow_provider_workfront.api.dates import parse_date


def happened(sent: Any, found: Any) -> bool | None:
    """Compare what was sent with what is there: all equal (True), a difference (False), or unclear (None)."""
    if not isinstance(sent, Mapping) or not isinstance(found, Mapping):
        return None
    results = [same(value, found.get(field)) for field, value in sent.items()]
    if False in results:
        return False
    return None if None in results else True


def same(sent: Any, found: Any) -> bool | None:
    """Compare one field; None when its forms cannot be compared, as with nested objects and collections."""
    if _is_nested(sent) or _is_nested(found):
        return None
    if sent in (None, "") or found in (None, ""):
        return sent in (None, "") and found in (None, "")
    return written(sent) == written(found) or _same_number(sent, found) or _same_moment(str(sent), str(found))


def _is_nested(value: Any) -> bool:
    return isinstance(value, Mapping | list)


def written(value: Any) -> str:
    """Write a single value as Workfront does."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _same_number(sent: Any, found: Any) -> bool:
    """Money comes as text from version 20 on (reference 6.6)."""
    try:
        return Decimal(str(sent)) == Decimal(str(found))
    except InvalidOperation:
        return False


def _same_moment(sent: str, found: str) -> bool | None:
    """Compare instants whatever their offset; a day against an instant stays unclear."""
    try:
        one, other = parse_date(sent), parse_date(found)
    except ValueError:
        return False
    return one == other if type(one) is type(other) else None
