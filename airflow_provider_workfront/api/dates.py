"""Workfront's dates, both ways (reference 7)."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    import pendulum

_FORM = re.compile(
    r"(?P<date>\d{4}-\d\d-\d\d)"
    r"(?:[Tt ](?P<time>\d\d:\d\d(?::\d\d)?)(?:[:.,](?P<fraction>\d{1,9}))?"
    r"(?: ?(?P<zone>[Zz]|UTC|GMT|[+-]\d\d(?::?[0-5]\d(?::[0-5]\d)?)?))?)?"
)
"""Workfront's own forms, ISO 8601's, and the offsets that databases print: ``+00``, `` -0800``, `` UTC``."""


def format_date(value: date, tz: tzinfo | None = None) -> str:
    """Write a date or an instant as Workfront does: ``2017-03-08``, ``2017-03-08T17:00:00:000+0400``.

    A datetime without a zone needs `tz`: Workfront would read it in the zone of the connection's user, which
    hardly anyone means; how it is read there says `in_zone`. Workfront keeps milliseconds; what is finer is cut off.
    """
    if not isinstance(value, datetime):
        return value.isoformat()
    if value.tzinfo is None:
        if tz is None:
            raise ValueError(f"{value.isoformat()} has no time zone: give it one, for example pendulum.datetime(...)")
        value = in_zone(value, tz)
    value = _in_minutes(value)
    local = value.replace(tzinfo=None, microsecond=0).isoformat()
    return f"{local}:{value.microsecond // 1000:03d}{_offset(value)}"


def in_zone(local: datetime, tz: tzinfo) -> datetime:
    """Give a local time its zone.

    A time that the clock skips when daylight saving begins is moved forward by what is skipped (as RFC 5545, 3.3.5,
    has it): 02:30 becomes 03:30. Of a time that comes twice the first is meant, unless `fold` says otherwise.
    """
    found = local.replace(tzinfo=tz)
    try:
        real = found.astimezone(UTC).astimezone(tz)
    except OverflowError:  # at the ends of the calendar no clock is changed
        return found
    return found if real.replace(tzinfo=None) == local.replace(tzinfo=None) else real


def parse_date(text: str, tz: tzinfo | str = "UTC") -> pendulum.DateTime | pendulum.Date:
    """Read any form in which Workfront writes dates; a bare date gives a `pendulum.Date`.

    `tz` is for an instant without offset: it is in the zone of the user who asked (reference 7.2, inferred).
    """
    import pendulum

    match = _FORM.fullmatch(text)
    if not match:
        raise ValueError(f"{text!r} is not a date as Workfront writes it, such as 2017-03-08T17:00:00:000+0400")
    day = date.fromisoformat(match["date"])
    if match["time"] is None:
        return pendulum.Date(day.year, day.month, day.day)
    moment = datetime.fromisoformat(f"{match['date']}T{match['time']}")
    moment = moment.replace(microsecond=int((match["fraction"] or "0").ljust(6, "0")[:6]))
    if match["zone"]:
        return pendulum.instance(moment.replace(tzinfo=_zone(match["zone"])))
    return pendulum.instance(in_zone(moment, ZoneInfo(tz) if isinstance(tz, str) else tz))


def _in_minutes(value: datetime) -> datetime:
    """Give the same instant with an offset of whole minutes: before there were zones, clocks went by the sun."""
    offset = value.utcoffset() or timedelta()
    rest = offset % timedelta(minutes=1)
    return value.astimezone(timezone(offset - rest)) if rest else value


def _offset(value: datetime) -> str:
    minutes = round((value.utcoffset() or timedelta()).total_seconds() / 60)
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02d}{abs(minutes) % 60:02d}"


def _zone(text: str) -> timezone:
    if text[0] not in "+-":
        return UTC
    digits = text[1:].replace(":", "").ljust(6, "0")
    span = timedelta(hours=int(digits[:2]), minutes=int(digits[2:4]), seconds=int(digits[4:]))
    return timezone(-span if text[0] == "-" else span)
