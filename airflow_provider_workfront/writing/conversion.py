"""From a value of an input to what is sent: by the kind of the field, exact, and refused rather than guessed. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, time, tzinfo
from decimal import Decimal
from math import isfinite
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from airflow_provider_workfront.api.dates import format_date, parse_date
from airflow_provider_workfront.api.values import digits, plain
from airflow_provider_workfront.extract.conversion import Misfit, as_boolean, as_decimal, as_integer, as_number
from airflow_provider_workfront.extract.jsontext import as_json, opened
from airflow_provider_workfront.writing.diff import is_empty
from airflow_provider_workfront.writing.undo import shortened
from airflow_provider_workfront.writing.unfit import Unfit

Convert = Callable[[Any], Any]

DATE_FORM = "write it as 2026-01-31 or 2026-01-31T10:00:00+01:00, or say its format"
TIMES = ("%H", "%I", "%p", "%c", "%X")
SHORT_OFFSET = re.compile(r"(?:UTC|GMT|(?<=[\d ])([+-]\d\d))$")
"""Offsets that databases print and ``%z`` does not take."""
COMMA = re.compile(r"[+-]?(\d+|\d{1,3}(\.\d{3})+)(,\d+)?")


def sent_text(value: Any) -> str:
    """Give text; of other single values, the text that says the same: of a number its digits.

    A whole number that came as a float, as pandas gives them, is that whole number; decimals keep their digits.
    """
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, int | float | Decimal) and isfinite(value):
        return digits(value)
    if isinstance(value, str | UUID):
        return _writable(str(value))
    raise Unfit("is no text")


def sent_integer(value: Any) -> int | None:
    """Give a whole number."""
    try:
        return as_integer(value)
    except Misfit:
        raise Unfit("is no whole number of 64 bits, written in digits alone") from None


def sent_number(value: Any) -> float | None:
    """Give a number."""
    try:
        return as_number(value)
    except Misfit:
        raise Unfit("is no number; write it as 1234.5, without signs between thousands") from None


def sent_decimal(value: Any) -> str | None:
    """Give money, to the last digit: as text, which Workfront takes for numbers (reference 3.3)."""
    try:
        found = as_decimal(value)
    except Misfit as misfit:
        why = "has more than 18 digits behind the point" if misfit.nearest is not None else "is no amount"
        raise Unfit(f"{why}; write it as 1234.50, without signs between thousands") from None
    if found is not None and not found.is_finite():
        raise Unfit("is no amount")
    return None if found is None else format(found, "f")


def sent_boolean(value: Any) -> bool | None:
    """Give a truth value; many databases and their exports have only 1 and 0 for it."""
    if str(value).strip() in {"0", "1"}:
        return str(value).strip() == "1"
    try:
        return as_boolean(value)
    except Misfit:
        raise Unfit("is no truth value: true, false, 1 or 0") from None


def day_reader(pattern: str = "") -> Convert:
    """Give what turns a value into a day; a time of day is not dropped but refused."""

    def sent_day(value: Any) -> str:
        found = _moment(value, pattern, ZoneInfo("UTC"))
        if isinstance(found, datetime) and found.time() != time():
            raise Unfit("has a time of day, and the field holds days")
        return date(found.year, found.month, found.day).isoformat()

    return sent_day


def instant_reader(pattern: str = "", timezone: str = "") -> Convert:
    """Give what turns a value into an instant; one without an offset is in `timezone`, which is UTC unless given.

    A bare day is its midnight there. Without a `timezone` it is sent as a day, which Workfront reads in the zone of the
    connection's user (reference 7.2, inferred).
    """
    zone = ZoneInfo(timezone or "UTC")

    def sent_instant(value: Any) -> str:
        found = _moment(value, pattern, zone)
        if not isinstance(found, datetime):
            return format_date(datetime(found.year, found.month, found.day, tzinfo=zone) if timezone else found)
        try:
            return format_date(found, zone)
        except OverflowError:
            raise Unfit("is an instant beyond the calendar") from None

    return sent_instant


def scaled(convert: Convert, factor: int, divisor: int) -> Convert:
    """Give what converts an effort from one unit to another before all else."""

    def sent_effort(value: Any) -> Any:
        try:
            effort = as_decimal(value)
        except Misfit:
            effort = None
        if effort is None or not effort.is_finite():
            raise Unfit("is no number; write it as 1.5")
        return convert(effort * factor / divisor)

    return sent_effort


def with_comma(convert: Convert) -> Convert:
    """Give what reads a text whose decimals follow a comma, with a point between thousands or none: 1.234,50."""

    def sent_value(value: Any) -> Any:
        if not isinstance(value, str):
            return convert(value)
        if not COMMA.fullmatch(value.strip()):
            raise Unfit("is no number as decimal ',' has it; write it as 1.234,50 or 1234,50")
        return convert(value.strip().replace(".", "").replace(",", "."))

    return sent_value


def in_digits(value: Any) -> Any:
    """Give a whole number that came as a float or a decimal as that whole number; all else as it is."""
    is_whole = isinstance(value, float | Decimal) and isfinite(value) and value == int(value)
    return int(value) if is_whole else value


def as_key(convert: Convert) -> Convert:
    """Give what converts a key; a whole number is written in digits alone, one with a fraction is refused."""

    def sent_key(value: Any) -> Any:
        found = in_digits(value)
        if isinstance(found, float | Decimal) and isfinite(found):
            raise Unfit("is a fraction, which is no key; give the key as text or as a whole number")
        return convert(found)

    return sent_key


def each_of(convert: Convert, separator: str = "") -> Convert:
    """Give what turns a list, a JSON array, or text with separators (a semicolon unless given) into a list."""

    def sent_list(value: Any) -> list[Any]:
        items = [item for item in _items(value, separator or ";") if not is_empty(item)]
        return [of_list(convert, item, item) for item in items]

    return sent_list


def of_list(convert: Convert, item: Any, shown: Any) -> Any:
    """Convert an item of a list; what is wrong with it is said of this item."""
    try:
        return convert(item)
    except Unfit as unfit:
        raise Unfit(f"has {shortened(shown)}, which {unfit}") from None


def sent_rich_text(value: Any) -> str:
    """Give a rich text: a Draft.js document as it is, of plain text one with a block a line (reference 5.10)."""
    found = opened(value) if isinstance(value, str) and value.lstrip().startswith("{") else value
    if not isinstance(found, Mapping):
        return as_json(
            {"blocks": [_block(at, line) for at, line in enumerate(sent_text(value).splitlines())]} | ENTITIES
        )
    if not isinstance(found.get("blocks"), list):
        raise Unfit("is no rich text: give plain text, or a Draft.js document, which has blocks")
    return value if isinstance(value, str) and "entityMap" in found else as_json({**ENTITIES, **found})


def sent_objects(value: Any) -> list[Any]:
    """Give a collection: a list of objects, or a JSON array of them."""
    found = _json(value)
    if not isinstance(found, list) or not all(isinstance(item, Mapping) for item in found):
        raise Unfit('is no list of objects, such as [{"assignedToID": "..."}]')
    return found


def sent_map(value: Any) -> Mapping[str, Any]:
    """Give a JSON object."""
    found = _json(value)
    if not isinstance(found, Mapping):
        raise Unfit("is no JSON object")
    return found


ENTITIES: dict[str, Any] = {"entityMap": {}}


def _block(place: int, text: str) -> dict[str, Any]:
    """Give a paragraph; its key says only its place, so that the same text makes the same document."""
    shape: dict[str, Any] = {"type": "unstyled", "depth": 0, "inlineStyleRanges": [], "entityRanges": [], "data": {}}
    return {"key": f"{place:05x}", "text": text, **shape}


def _writable(text: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError:
        raise Unfit("holds characters that are no text (a wrong encoding?)") from None
    if "\0" in text:
        raise Unfit("holds a NUL character, which is no text; take it out")
    return text


def _moment(value: Any, pattern: str, zone: tzinfo) -> date:
    """Read a date or an instant of any form."""
    if isinstance(value, date):
        return value
    if not isinstance(value, str) and not (pattern and type(value) is int):
        raise Unfit(f"is no date; {DATE_FORM}")
    text = str(value).strip()
    try:
        return _patterned(text, pattern) if pattern else parse_date(text, zone)
    except (ValueError, OverflowError):
        raise Unfit(f"is no date as {pattern} has it" if pattern else f"is no date; {DATE_FORM}") from None


def _patterned(text: str, pattern: str) -> date:
    if "%z" in pattern:
        text = SHORT_OFFSET.sub(lambda found: "+0000" if found[1] is None else f"{found[1]}00", text)
    found = datetime.strptime(text, pattern)  # noqa: DTZ007 the zone is that of the column
    return found if any(sign in pattern for sign in TIMES) else found.date()


def _items(value: Any, separator: str) -> list[Any]:
    if isinstance(value, list | tuple | set | frozenset):
        return list(value)
    if isinstance(value, str):
        found = opened(value) if value.lstrip().startswith("[") else None
        return found if isinstance(found, list) else [item.strip() for item in value.split(separator)]
    return [value]


def _json(value: Any) -> Any:
    """Open JSON that came as text, and write what JSON has no form for as Workfront does."""
    try:
        return plain(opened(value) if isinstance(value, str) else value)
    except (TypeError, ValueError) as error:
        raise Unfit(f"cannot be sent: {error}") from None
