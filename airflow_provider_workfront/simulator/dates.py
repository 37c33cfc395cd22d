"""Dates as Workfront writes and reads them (reference 7)."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import tzinfo

MILLISECOND = timedelta(milliseconds=1)
DAY = timedelta(days=1)
EARLIEST, LATEST = 1000, 9998  # inferred: the years that every time zone can still show

_TEXT = re.compile(
    r"(?P<day>\d{4}-\d\d-\d\d)"
    r"(?:T(?P<time>\d\d:\d\d(?::\d\d)?)(?:[:.](?P<fraction>\d{1,9}))?(?P<offset>Z|[+-]\d\d:?\d\d)?)?"
)


def write_datetime(moment: datetime, zone: tzinfo) -> str:
    """Write a moment in a user's zone: a colon before the milliseconds, none in the offset (rule 110)."""
    local = moment.astimezone(zone)
    return f"{local:%Y-%m-%dT%H:%M:%S}:{local.microsecond // 1000:03d}{local:%z}"


def write_date(day: date) -> str:
    """Write a pure date (rule 110)."""
    return day.isoformat()


def read_datetime(text: str, zone: tzinfo) -> datetime | None:
    """Read every form of reference 7.2; without an offset it is the user's time (rule 111).

    None if it is no date, or too far away.
    """
    match = _TEXT.fullmatch(text.strip())
    if match is None:
        return None
    try:
        moment = _moment(match, zone)
    except (ValueError, OverflowError):
        return None
    return moment if EARLIEST <= moment.year <= LATEST else None


def _moment(match: re.Match[str], zone: tzinfo) -> datetime:
    time = match["time"] or "00:00:00"
    naive = datetime.fromisoformat(f"{match['day']}T{time}")
    micros = int((match["fraction"] or "0").ljust(6, "0")[:6])
    moment = naive.replace(microsecond=micros)
    if match["offset"] is None:
        return moment.replace(tzinfo=zone).astimezone(UTC)
    return datetime.fromisoformat(moment.isoformat() + match["offset"]).astimezone(UTC)


def read_date(text: str, zone: tzinfo) -> date | None:
    """Read a pure date; of a moment, take the user's day. None if it is no date."""
    moment = read_datetime(text, zone)
    return moment.astimezone(zone).date() if moment else None


def midnight(day: date, zone: tzinfo) -> datetime:
    """Give the moment at which a day begins for the user."""
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)


def last_moment(day: date, zone: tzinfo) -> datetime:
    """Give the last millisecond of a day (reference 7.2)."""
    return midnight(day + DAY, zone) - MILLISECOND
