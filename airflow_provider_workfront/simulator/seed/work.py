"""Tasks with parents, predecessors and assignments; issues in many states."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflow_provider_workfront.simulator.seed.tenant import user_key

if TYPE_CHECKING:
    from airflow_provider_workfront.simulator.seed.planter import Planter

# name, who does it; an indented one is a child of the phase above
BREAKDOWN = (
    ("Discovery", ""),
    ("  Interview stakeholders", "paula"),
    ("  Write requirements", "omar"),
    ("Design", ""),
    ("  Draw wireframes", "dana"),
    ("  Write copy", "felix"),
    ("Delivery", ""),
    ("  Build it", "grace"),
    ("  Test it", "hiro"),
    ("Launch", "omar"),
)

# name, project, status, priority, severity, type, assignee, reporter, days ago, custom values
ISSUES: tuple[tuple[str, str, str, int, int, str, str, str, int, dict[str, Any]], ...] = (
    ("Login fails on Safari", "Mobile App 2.0", "NEW", 4, 5, "BUG", "grace", "xenia", 3, {"Severity Score": 9.0}),
    ("Crash when offline", "Mobile App 2.0", "INP", 4, 5, "BUG", "hiro", "xenia", 8, {"Affected Systems": ["Mobile"]}),
    ("Wrong colour on buttons", "Website Relaunch", "RLV", 1, 1, "BUG", "dana", "paula", 30, {}),
    (
        "Search finds nothing",
        "Website Relaunch",
        "AWF",
        3,
        4,
        "BUG",
        "grace",
        "felix",
        12,
        {"Root Cause": "Index stale"},
    ),
    ("Add a newsletter box", "Website Relaunch", "TRI", 2, 2, "CHO", "", "paula", 2, {}),
    ("Typo on the imprint page", "Website Relaunch", "CLS", 1, 1, "BUG", "felix", "dana", 45, {}),
    ("New laptop", "Help Desk", "NEW", 2, 1, "REQ", "", "hiro", 1, {}),
    ("Access to the archive", "Help Desk", "INP", 2, 1, "REQ", "omar", "felix", 5, {}),
    ("Printer is jammed again", "Help Desk", "CLS", 1, 2, "ISU", "omar", "dana", 60, {}),
    ("VPN drops every hour", "Help Desk", "ROP", 3, 3, "ISU", "grace", "paula", 20, {"Affected Systems": ["Backend"]}),
    ("Reset my password", "Help Desk", "CLS", 2, 1, "REQ", "omar", "xenia", 90, {}),
    ("Invoice shows net as gross", "Data Warehouse", "INP:A", 3, 4, "BUG", "grace", "omar", 15, {}),
    ("Nightly load too slow", "Data Warehouse", "ONH", 2, 3, "ISU", "", "grace", 18, {}),
    ("Old logo on business cards", "Brand Refresh", "WTR", 0, 1, "ISU", "dana", "felix", 70, {}),
    ("Desk missing on floor 3", "Office Move", "VCP", 1, 2, "ISU", "omar", "hiro", 150, {}),
)


def plant_tasks(planter: Planter, project: str, percent: float, span: tuple[int, int]) -> None:
    """Plant the usual breakdown; how much of it is done follows from the project."""
    step = (span[1] - span[0]) // len(BREAKDOWN)
    done = round(len(BREAKDOWN) * percent / 100)
    phase, phase_number, child_number, previous = "", 0, 0, ""
    for number, (name, who) in enumerate(BREAKDOWN, 1):
        is_child = name.startswith(" ")
        if not is_child:
            phase, phase_number, child_number = name, phase_number + 1, 0
        child_number += is_child
        key = f"{project}/{name.strip()}"
        _plant_task(
            planter,
            key,
            {
                "name": name.strip(),
                "projectID": planter.ref("PROJ", project),
                "parentID": planter.ref("TASK", f"{project}/{phase}") if is_child else None,
                "taskNumber": number,
                "wbs": f"{phase_number}.{child_number}" if is_child else str(phase_number),
                "indent": int(is_child),
                **_progress(planter, number, done),
                **_dates(planter, span[0] + step * (number - 1), step),
            },
        )
        if who:
            _assign(planter, "taskID", planter.ref("TASK", key), who, is_done=number <= done)
            _follow(planter, key, previous)
            previous = key


def _plant_task(planter: Planter, key: str, values: dict[str, Any]) -> None:
    project = planter.world.get("PROJ", values["projectID"]) or {}
    number = planter.world.next_number("TASK")
    planter.add(
        "TASK",
        key,
        priority=project.get("priority", 0),
        condition=0,
        groupID=project.get("groupID"),
        durationMinutes=480 * 5,
        duration=5.0,
        durationUnit="D",
        durationType="A",
        workRequired=2400,
        work=40.0,
        plannedCost=3200.0,
        trackingMode="USER",
        taskConstraint="ASAP",
        referenceNumber=number,
        lastUpdateDate=planter.day(-(number % 28), number % 9 + 8),
        **values,
    )


def _progress(planter: Planter, number: int, done: int) -> dict[str, Any]:
    if number <= done:
        return {"status": "CPL", "percentComplete": 100.0, "progressStatus": "ON", "actualStartDate": planter.day(-40)}
    if number == done + 1 and done:
        return {"status": "INP", "percentComplete": 50.0, "progressStatus": "LT", "actualStartDate": planter.day(-5)}
    status = "RVW" if number == done + 2 and done else "NEW"
    return {"status": status, "percentComplete": 0.0, "progressStatus": "ON"}


def _dates(planter: Planter, start: int, length: int) -> dict[str, Any]:
    begin, end = planter.day(start, 14), planter.day(start + length, 22)
    return {
        "plannedStartDate": begin,
        "plannedCompletionDate": end,
        "projectedStartDate": begin,
        "projectedCompletionDate": end,
        "slackDate": end.date(),
    }


def _assign(planter: Planter, field: str, obj_id: str | None, who: str, *, is_done: bool) -> None:
    code = "TASK" if field == "taskID" else "OPTASK"
    user_id = planter.ref("USER", user_key(who))
    role_id = (planter.world.get("USER", user_id) or {}).get("roleID")
    work = planter.world.update(code, str(obj_id), {"assignedToID": user_id, "roleID": role_id})
    planter.add(
        "ASSGN",
        f"{obj_id}/{who}",
        projectID=work.get("projectID"),
        assignedToID=user_id,
        assignedByID=planter.world.admin_id,
        roleID=role_id,
        status="DN" if is_done else "AA",
        assignmentPercent=100.0,
        work=work.get("work"),
        workRequired=work.get("workRequired"),
        isPrimary=True,
        isTeamAssignment=False,
        **{field: obj_id},
    )


def _follow(planter: Planter, key: str, previous: str) -> None:
    if previous:
        planter.add(
            "PRED",
            f"{previous}>{key}",
            predecessorID=planter.ref("TASK", previous),
            successorID=planter.ref("TASK", key),
            predecessorType="FS",
            isEnforced=False,
            isCP=False,
        )


def plant_issues(planter: Planter, form_id: str | None) -> None:
    """Plant the issues; the ones with custom values carry the triage form."""
    for number, (name, project, status, *levels, kind, who, by, age, custom) in enumerate(ISSUES, 1):
        issue = planter.add(
            "OPTASK",
            name,
            projectID=planter.ref("PROJ", project),
            status=status,
            priority=levels[0],
            severity=levels[1],
            opTaskType=kind,
            isHelpDesk=project == "Help Desk",
            condition=0,
            percentComplete=100.0 if status in {"CLS", "RLV", "VCP", "WTR"} else 0.0,
            enteredByID=planter.ref("USER", user_key(by)),
            ownerID=planter.ref("USER", user_key(by)),
            entryDate=planter.day(-age),
            lastUpdateDate=planter.day(-age // 2, 11),
            plannedStartDate=planter.day(-age, 14),
            plannedCompletionDate=planter.day(-age + 10, 22),
            workRequired=240,
            referenceNumber=number,
            categoryID=form_id if custom else None,
            teamID=None if who else planter.ref("TEAMOB", "Platform Squad"),
            **{f"DE:{field}": value for field, value in custom.items()},
        )
        if custom:
            planter.add("OBJCAT", name, objID=issue["ID"], objObjCode="OPTASK", categoryID=form_id, categoryOrder=0)
        if who:
            _assign(planter, "opTaskID", issue["ID"], who, is_done=status == "CLS")
