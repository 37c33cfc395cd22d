"""Workfront's dates, both ways (reference 7)."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pendulum

_FORM = re.compile(
    r"(?P<date>\d{4}-\d\d-\d\d)"
    r"(?:[T ](?P<time>\d\d:\d\d(?::\d\d)?)(?:[:.](?P<fraction>\d{1,9}))?(?P<zone>Z|[+-]\d\d:?\d\d)?)?"
)


def format_date(value: date, tz: tzinfo | None = None) -> str:
    """Write a date or an instant as Workfront does: ``2017-03-08``, ``2017-03-08T17:00:00:000+0400``.

    A datetime without a zone needs `tz`: Workfront would read it in the zone of the connection's user, which
    hardly anyone means. Workfront keeps milliseconds; what is finer is cut off.
    """
    if not isinstance(value, datetime):
        return value.isoformat()
    if value.tzinfo is None:
        if tz is None:
            raise ValueError(f"{value.isoformat()} has no time zone: give it one, for example pendulum.datetime(...)")
        value = value.replace(tzinfo=tz)
    return f"{value:%Y-%m-%dT%H:%M:%S}:{value.microsecond // 1000:03d}{_offset(value)}"


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
    return pendulum.instance(moment, tz=tz)


def _offset(value: datetime) -> str:
    minutes = round((value.utcoffset() or timedelta()).total_seconds() / 60)
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02d}{abs(minutes) % 60:02d}"


def _zone(text: str) -> timezone:
    if text == "Z":
        return UTC
    digits = text[1:].replace(":", "")
    minutes = int(digits[:2]) * 60 + int(digits[2:])
    return timezone(timedelta(minutes=-minutes if text[0] == "-" else minutes))
