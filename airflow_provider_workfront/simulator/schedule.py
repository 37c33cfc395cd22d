"""When a task is planned: Workfront computes it, clients do not say it (reference 5.12)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from airflow_provider_workfront.simulator.ledger import Ledger
    from airflow_provider_workfront.simulator.table import Row
    from airflow_provider_workfront.simulator.world import World

OPENS, CLOSES = 9, 17  # reference 7.3: samples run from 09:00 to 17:00
DAY_MINUTES = (CLOSES - OPENS) * 60
WEEKDAYS = 5
UNIT_MINUTES = {"M": 1, "H": 60, "D": DAY_MINUTES, "W": 5 * DAY_MINUTES, "T": 20 * DAY_MINUTES}
ELAPSED_MINUTES = {"EM": 1, "EH": 60, "ED": 1440, "EW": 10080, "ET": 43200}
PINNED = {"MSO", "SNET", "FIXT"}  # reference 6.4: constraints that name a start
PINNED_END = {"MFO", "FNET"}  # and those that name an end
PLANNED = ("plannedStartDate", "plannedCompletionDate")


def morning(world: World) -> datetime:
    """Give the beginning of today's work, where the customer is."""
    zone = ZoneInfo(world.objects("CUST")[world.customer_id].get("timeZone") or "UTC")
    today = world.now().astimezone(zone).replace(hour=OPENS, minute=0, second=0, microsecond=0)
    return today.astimezone(UTC)


def day_from(start: datetime) -> datetime:
    """Give the end of a day's work."""
    return start + timedelta(minutes=DAY_MINUTES)


def minutes_of(values: Row) -> dict[str, Any]:
    """Give the minutes that a duration or an effort stands for."""
    found: dict[str, Any] = {}
    if values.get("duration") is not None:
        unit = values.get("durationUnit") or "D"
        found["durationMinutes"] = int(values["duration"] * (UNIT_MINUTES | ELAPSED_MINUTES).get(unit, DAY_MINUTES))
    if values.get("work") is not None:
        found["workRequired"] = int(values["work"] * 60)
    return found


def plan(task: Row, project: Row) -> dict[str, Any]:
    """Place a task: from its constraint, or else from the start of its project."""
    start = project.get("plannedStartDate")
    if task.get("taskConstraint") in PINNED and task.get("constraintDate"):
        start = task["constraintDate"]
    if start is None:
        return {}
    minutes, is_elapsed = task.get("durationMinutes") or 0, str(task.get("durationUnit")).startswith("E")
    end = after(start, minutes, is_elapsed=is_elapsed)
    if task.get("taskConstraint") in PINNED_END and task.get("constraintDate"):
        end = task["constraintDate"]
        start = before(end, minutes, is_elapsed=is_elapsed)
    dates = (start, end)
    return {**dict(zip(PLANNED, dates, strict=True)), "projectedStartDate": start, "projectedCompletionDate": end}


def after(start: datetime, minutes: int, *, is_elapsed: bool = False) -> datetime:
    """Go forward by working minutes, Monday to Friday, nine to five."""
    if is_elapsed:
        return start + timedelta(minutes=minutes)
    days, rest = divmod(minutes, DAY_MINUTES)
    if days and not rest:
        days, rest = days - 1, DAY_MINUTES  # a full day ends in the evening, not the next morning
    end = start + timedelta(minutes=rest)
    for _ in range(days):
        end += timedelta(days=1 if end.weekday() < WEEKDAYS - 1 else 7 - end.weekday())
    return end


def before(end: datetime, minutes: int, *, is_elapsed: bool = False) -> datetime:
    """Go back by working minutes, Monday to Friday, nine to five."""
    if is_elapsed:
        return end - timedelta(minutes=minutes)
    days, rest = divmod(minutes, DAY_MINUTES)
    if days and not rest:
        days, rest = days - 1, DAY_MINUTES  # a full day begins in the morning, not in the evening before
    start = end - timedelta(minutes=rest)
    for _ in range(days):
        start -= timedelta(days=1 if start.weekday() else 3)
    return start


def calculate_timeline(ledger: Ledger, project_id: str) -> None:
    """Place every task of a project anew, then end the project with the last one."""
    world = ledger.world
    project = world.objects("PROJ")[project_id]
    for task in world.find("TASK", projectID=project_id):
        ledger.update("TASK", task["ID"], plan(task, project))
    ends = [task["plannedCompletionDate"] for task in world.find("TASK", projectID=project_id) if PLANNED[1] in task]
    if ends:
        end = max(ends)
        ledger.update("PROJ", project_id, {"plannedCompletionDate": end, "projectedCompletionDate": end})
