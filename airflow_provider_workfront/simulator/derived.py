"""Fields that Workfront computes at every read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable

    from airflow_provider_workfront.simulator.table import Row
    from airflow_provider_workfront.simulator.world import World

Compute: TypeAlias = "Callable[[World, Row], Any]"

DAY = 86400.0
DONE = {"PROJ": {"CPL", "DED", "REJ"}, "TASK": {"CPL"}, "OPTASK": {"CLS", "RLV", "VCP", "WTR", "CND"}}


def _equates(kind: str) -> Compute:
    return lambda world, row: world.equates_with(kind, row.get("status"))


def _done(kind: str) -> Compute:
    return lambda world, row: world.equates_with(kind, row.get("status")) in DONE[kind]


def _is_pending(_world: World, row: Row) -> bool:
    return str(row.get("status", "")).endswith(":A")  # reference 6.4


def _url(kind: str) -> Compute:
    return lambda _world, row: f"/{kind}/view?ID={row['ID']}"


def _count(code: str, key: str) -> Compute:
    return lambda world, row: len(world.find(code, **{key: row["ID"]}))


def _open_issues(world: World, row: Row) -> int:
    issues = world.find("OPTASK", projectID=row["ID"])
    return sum(world.equates_with("OPTASK", issue.get("status")) not in DONE["OPTASK"] for issue in issues)


def _hours(world: World, row: Row) -> float:
    return float(sum(hour.get("hours", 0.0) for hour in world.find("HOUR", projectID=row["ID"])))


def _age_in_days(world: World, row: Row) -> float | None:
    entered = row.get("entryDate")
    return None if entered is None else round((world.now() - entered).total_seconds() / DAY, 1)


def _assignees(world: World, row: Row) -> str:
    users = (world.get("USER", a.get("assignedToID")) for a in world.find("ASSGN", taskID=row["ID"]))
    return ", ".join(user["name"] for user in users if user is not None)


def _is_admin(world: World, row: Row) -> bool:
    level = world.get("ACSLVL", row.get("accessLevelID")) or {}
    return bool(level.get("isAdmin"))


def _download_url(world: World, row: Row) -> str:
    has_version = world.get("DOCV", row.get("currentVersionID")) is not None
    return f"/document/download?ID={row['ID']}" if has_version else ""  # reference 5.11: empty without a version


def _timesheet_name(_world: World, row: Row) -> str:
    return f"{row.get('startDate', '')} - {row.get('endDate', '')}"


COMPUTED: dict[str, tuple[str, Compute]] = {  # kind, function
    "PROJ.URL": ("string", _url("project")),
    "PROJ.isComplete": ("boolean", _done("PROJ")),
    "PROJ.isProjectDead": ("boolean", lambda world, row: world.equates_with("PROJ", row.get("status")) == "DED"),
    "PROJ.isStatusComplete": ("boolean", _done("PROJ")),
    "PROJ.numberOpenOpTasks": ("int", _open_issues),
    "PROJ.pendingApproval": ("boolean", _is_pending),
    "PROJ.statusEquatesWith": ("string", _equates("PROJ")),
    "PROJ.totalHours": ("double", _hours),
    "PROJ.totalOpTaskCount": ("int", _count("OPTASK", "projectID")),
    "PROJ.totalTaskCount": ("int", _count("TASK", "projectID")),
    "TASK.URL": ("string", _url("task")),
    "TASK.assignmentsListString": ("string", _assignees),
    "TASK.dueDate": ("dateTime", lambda _world, row: row.get("plannedCompletionDate")),
    "TASK.isComplete": ("boolean", _done("TASK")),
    "TASK.isStatusComplete": ("boolean", _done("TASK")),
    "TASK.numberOfChildren": ("int", _count("TASK", "parentID")),
    "TASK.pendingApproval": ("boolean", _is_pending),
    "TASK.statusEquatesWith": ("string", _equates("TASK")),
    "OPTASK.dueDate": ("dateTime", lambda _world, row: row.get("plannedCompletionDate")),
    "OPTASK.age": ("double", _age_in_days),
    "OPTASK.howOld": ("double", _age_in_days),
    "OPTASK.isComplete": ("boolean", _done("OPTASK")),
    "OPTASK.pendingApproval": ("boolean", _is_pending),
    "OPTASK.statusEquatesWith": ("string", _equates("OPTASK")),
    "OPTASK.url": ("string", _url("issue")),
    "USER.isAdmin": ("boolean", _is_admin),
    "DOCU.downloadURL": ("string", _download_url),
    "TSHET.displayName": ("string", _timesheet_name),
}
