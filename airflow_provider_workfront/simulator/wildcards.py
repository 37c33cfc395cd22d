"""Wildcards in filter values: `$$TODAY-7d`, `$$TODAYbm`, `$$NOW-1h`, `$$USER.homeGroupID` (rule 68)."""

from __future__ import annotations

import calendar
import re
from datetime import date, datetime, timedelta, tzinfo
from typing import TYPE_CHECKING, Any

from airflow_provider_workfront.simulator.dates import DAY, midnight
from airflow_provider_workfront.simulator.wire import illegal

if TYPE_CHECKING:
    from collections.abc import Callable

    from airflow_provider_workfront.simulator.options import BareEdges
    from airflow_provider_workfront.simulator.table import Row
    from airflow_provider_workfront.simulator.view import View
    from airflow_provider_workfront.simulator.world import World

MONTHS = {"m": 1, "q": 3, "y": 12}
LENGTHS = {"h": timedelta(hours=1), "d": DAY, "w": 7 * DAY}

_TIME = re.compile(r"\$\$(?P<base>TODAY|NOW)(?P<edge>[be])?(?P<sign>[+-])?(?P<n>\d+)?(?P<unit>[hdwmqy])?")
_USER = re.compile(r"\$\$USER(?:\.(?P<field>\w+))?")


def is_wildcard(value: str) -> bool:
    """Tell whether a value is to be replaced before it is compared."""
    return value.startswith("$$")


def moment_of(text: str, now: datetime, zone: tzinfo, edges: BareEdges = "refused") -> datetime | None:
    """Give the moment that a time wildcard names; None if it is none, or beyond the calendar."""
    match = _TIME.fullmatch(text)
    if match is None:
        return None
    bare = "d"
    if match["edge"] is not None and match["unit"] is None:
        if edges == "refused":
            raise illegal(f"{text} needs a unit: {text}d or {text}w")  # rule 68 [X], text inferred
        bare = edges[0]
    try:
        return _moment(match, now, zone, bare)
    except (ValueError, OverflowError):
        return None


def _moment(match: re.Match[str], now: datetime, zone: tzinfo, bare: str) -> datetime:
    local = now.astimezone(zone)
    unit = match["unit"] or bare
    steps = int(match["n"] or 0) * (-1 if match["sign"] == "-" else 1)
    if match["edge"] is None and match["base"] == "NOW":
        return _shifted(local, steps, unit)
    if unit == "h":
        start = midnight(local.date(), zone) + (DAY if match["edge"] == "e" else timedelta())
        return start + steps * LENGTHS["h"]
    return midnight(_edge(local.date(), match["edge"], steps, unit), zone)


def _edge(today: date, edge: str | None, steps: int, unit: str) -> date:
    if edge is None:
        return _later(today, steps, unit)
    begin = _begin(_later(today, steps, unit), unit)
    return begin if edge == "b" else _later(begin, 1, unit)  # `$$TODAYe` is the next midnight


def _begin(day: date, unit: str) -> date:
    if unit == "w":
        return day - ((day.weekday() + 1) % 7) * DAY  # weeks start on Sunday
    if unit == "m":
        return day.replace(day=1)
    if unit == "q":
        return day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1)
    return day.replace(month=1, day=1) if unit == "y" else day


def _later(day: date, steps: int, unit: str) -> date:
    if unit not in MONTHS:
        return day + steps * LENGTHS[unit]
    year, month = divmod(day.year * 12 + day.month - 1 + steps * MONTHS[unit], 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def _shifted(moment: datetime, steps: int, unit: str) -> datetime:
    if unit not in MONTHS:
        return moment + steps * LENGTHS[unit]
    day = _later(moment.date(), steps, unit)
    return moment.replace(year=day.year, month=day.month, day=day.day)


def expand(value: str, view: View) -> list[str]:
    """Replace a wildcard that stands for IDs or names; other values stay as they are."""
    match = _USER.fullmatch(value)
    if match is not None:
        return _of_user(view.world, view.user_id, match["field"] or "ID")
    if value == "$$CUSTOMER":
        return [view.world.customer_id]
    if value == "$$AR":
        return []  # this customer has no account representative
    return [value]


def _of_user(world: World, user_id: str, field: str) -> list[str]:
    user = world.get("USER", user_id) or {}
    if field in _LISTS:
        return _LISTS[field](world, user)
    if field == "accessLevelRank":
        level = world.get("ACSLVL", user.get("accessLevelID")) or {}
        return [str(level.get("rank", 0))]
    if field not in {"ID", "name", "homeGroupID", "roleID", "companyID", "categoryID", "accessLevelID", *_NAMED}:
        raise illegal(f"Invalid wildcard: $$USER.{field}")
    value: Any = user.get(field)
    return [] if value is None else [value]


_NAMED = ("customerID", "firstName", "lastName", "homeTeamID")
_LISTS: dict[str, Callable[[World, Row], list[str]]] = {
    "otherGroupIDs": lambda world, user: [m["groupID"] for m in world.find("USRGPS", userID=user.get("ID"))],
    "teamIDs": lambda world, user: [m["teamID"] for m in world.find("TEAMMB", userID=user.get("ID"))],
    "roleIDs": lambda world, user: [m["roleID"] for m in world.find("USRROL", userID=user.get("ID"))],
}
