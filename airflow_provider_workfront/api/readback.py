"""Tell from a read whether an update, whose answer timed out, took place."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from airflow_provider_workfront.api.dates import parse_date

NUMBERS = frozenset(
    {"int", "double", "java.lang.Integer", "java.lang.Long", "java.lang.Double", "java.math.BigDecimal"}
)
DATES = frozenset({"date", "dateTime"})


def happened(sent: Any, found: Any, kinds: Mapping[str, str] | None = None) -> bool | None:
    """Compare what was sent with what is there: all equal (True), a difference (False), or unclear (None).

    `kinds` gives the metadata's type of fields. Without it texts are compared to the letter: nothing else tells whether
    ``007`` is the same as ``7``.
    """
    if not isinstance(sent, Mapping) or not isinstance(found, Mapping):
        return None
    results = [_shown(value, found.get(field), (kinds or {}).get(field, "")) for field, value in sent.items()]
    if False in results:
        return False
    return None if None in results else True


def may_have_happened(sent: Mapping[str, Any], found: Any) -> bool:
    """Tell whether a difference, if there is any, may be one of form only, so that kinds of fields decide."""
    return isinstance(found, Mapping) and all(same(value, found.get(field)) for field, value in sent.items())


def kinds_in(metadata: Mapping[str, Any]) -> dict[str, str]:
    """Give the type of each field, custom ones included, as the metadata has it (reference 6.5)."""
    blocks = (("fields", ""), ("references", ""), ("custom", "DE:"))
    return {
        f"{prefix}{name}": str(known.get("fieldType") or known.get("type") or "")
        for block, prefix in blocks
        for name, known in (metadata.get(block) or {}).items()
        if isinstance(known, Mapping)
    }


def _shown(sent: Any, found: Any, kind: str) -> bool | None:
    """Compare one field by its kind; what comes as a number is one."""
    loosely = same(sent, found)
    if not loosely or sent in (None, "") or written(sent) == written(found):
        return loosely
    if isinstance(found, int | float) or kind in NUMBERS:
        return _same_number(sent, found)
    return kind in DATES and _same_moment(str(sent), str(found))


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
