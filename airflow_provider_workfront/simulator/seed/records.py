"""Hours, timesheets, notes, documents, a template, a queue, approvals and requests for access."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from airflow_provider_workfront.simulator.seed.tenant import user_key

if TYPE_CHECKING:
    from airflow_provider_workfront.simulator.seed.planter import Planter

HOUR_TYPES = {"General": "GLOBAL", "Project Time": "GLOBAL", "Vacation": "GLOBAL"}

# who, task, hours, days ago
LOGGED = (
    ("dana", "Website Relaunch/Draw wireframes", 6.5, 9),
    ("dana", "Website Relaunch/Draw wireframes", 7.0, 8),
    ("felix", "Website Relaunch/Write copy", 4.0, 8),
    ("felix", "Website Relaunch/Write copy", 3.5, 7),
    ("paula", "Website Relaunch/Interview stakeholders", 2.0, 30),
    ("omar", "Website Relaunch/Write requirements", 5.0, 28),
    ("grace", "Website Relaunch/Build it", 8.0, 4),
    ("grace", "Website Relaunch/Build it", 8.0, 3),
    ("grace", "Website Relaunch/Build it", 7.5, 2),
    ("paula", "Mobile App 2.0/Interview stakeholders", 3.0, 14),
    ("omar", "Mobile App 2.0/Write requirements", 6.0, 12),
    ("omar", "Mobile App 2.0/Write requirements", 6.0, 11),
    ("dana", "Brand Refresh/Draw wireframes", 5.5, 60),
    ("felix", "Brand Refresh/Write copy", 6.0, 55),
    ("hiro", "Brand Refresh/Test it", 1.5, 40),
)

# who, project, text, days ago, answer to
NOTES = (
    ("paula", "Website Relaunch", "Kick-off on Monday.", 58, None),
    ("dana", "Website Relaunch", "Wireframes are ready / please review.", 9, None),
    ("paula", "Website Relaunch", "Looks good - très bien!", 8, 1),
    ("omar", "Mobile App 2.0", "We are late by a week.", 5, None),
    ("xenia", "Mobile App 2.0", "When will <offline> work?", 4, 3),
    ("paula", "Brand Refresh", "Please approve the completion.", 2, None),
)
DOCUMENTS = {
    "Style Guide.pdf": ("Website Relaunch", 482113),
    "Wireframes.png": ("Website Relaunch", 91822),
    "Contract.docx": ("Mobile App 2.0", 35110),
    "Logo.svg": ("Brand Refresh", 4099),
}
APPROVAL = "Project Completion"
TEMPLATE = "Campaign Template"
TEMPLATE_TASKS = (
    ("Brief", None, "Project Manager", 0, 2),
    ("Creation", None, "", 2, 12),
    ("Design", "Creation", "Designer", 2, 8),
    ("Copy", "Creation", "Copywriter", 4, 8),
    ("Rollout", None, "Account Manager", 14, 3),
)


def plant_records(planter: Planter) -> None:
    """Plant what people left behind while working."""
    for name, scope in HOUR_TYPES.items():
        planter.add("HOURT", name, scope=scope, isActive=True, countAsRevenue=name != "Vacation")
    _plant_hours(planter)
    _plant_notes(planter)
    _plant_documents(planter)
    _plant_template(planter)
    _plant_requests(planter)


def _plant_hours(planter: Planter) -> None:
    week = planter.today - timedelta(days=planter.today.weekday())
    for key, (who, weeks_ago, status) in {"Open": ("grace", 0, "O"), "Submitted": ("dana", 1, "S")}.items():
        start = week - timedelta(weeks=weeks_ago)
        planter.add(
            "TSHET",
            key,
            userID=planter.ref("USER", user_key(who)),
            status=status,
            startDate=start.date(),
            endDate=(start + timedelta(days=6)).date(),
            approverID=planter.ref("USER", user_key("paula")),
        )
    for number, (who, task, hours, age) in enumerate(LOGGED, 1):
        task_row = planter.world.get("TASK", planter.ref("TASK", task)) or {}
        user_id = planter.ref("USER", user_key(who))
        planter.add(
            "HOUR",
            f"{number}",
            ownerID=user_id,
            projectID=task_row.get("projectID"),
            taskID=task_row.get("ID"),
            hours=hours,
            actualCost=round(hours * 80, 2),
            entryDate=planter.day(-age).date(),
            hourTypeID=planter.ref("HOURT", "Project Time"),
            roleID=(planter.world.get("USER", user_id) or {}).get("roleID"),
            status="APP" if age > 20 else "SUB",
            timesheetID=planter.ref("TSHET", "Submitted") if who == "dana" and age < 20 else None,
            description=f"{task.partition('/')[2]}, day {number}",
            lastUpdateDate=planter.day(-age, 17),
        )


def _plant_notes(planter: Planter) -> None:
    for number, (who, project, text, age, answers) in enumerate(NOTES):
        project_id = planter.ref("PROJ", project)
        parent_id = planter.ref("NOTE", f"{answers}") if answers is not None else None
        planter.add(
            "NOTE",
            f"{number}",
            noteText=text,
            noteObjCode="PROJ",
            objID=project_id,
            topNoteObjCode="PROJ",
            topObjID=project_id,
            projectID=project_id,
            ownerID=planter.ref("USER", user_key(who)),
            parentNoteID=parent_id,
            threadID=parent_id or planter.ref("NOTE", f"{number}"),
            isReply=parent_id is not None,
            isPrivate=False,
            isDeleted=False,
            isMessage=False,
            entryDate=planter.day(-age, 15),
            threadDate=planter.day(-age, 15),
            numReplies=0 if answers is not None or number in {0, 5} else 1,
            numLikes=0,
            indent=int(answers is not None),
        )


def _plant_documents(planter: Planter) -> None:
    for name, (project, size) in DOCUMENTS.items():
        project_id = planter.ref("PROJ", project)
        planter.add(
            "DOCU",
            name,
            docObjCode="PROJ",
            objID=project_id,
            projectID=project_id,
            ownerID=planter.ref("USER", user_key("dana")),
            currentVersionID=planter.ref("DOCV", name),
            lastVersionNum="1",
            isPrivate=False,
            isPublic=False,
            lastModDate=planter.day(-20),
        )
        planter.add(
            "DOCV",
            name,
            documentID=planter.ref("DOCU", name),
            version="1",
            fileName=name,
            ext=name.rpartition(".")[2],
            docSize=size,
        )


def _plant_template(planter: Planter) -> None:
    template_id = planter.add("TMPL", TEMPLATE, groupID=planter.ref("GROUP", "Marketing"), priority=2, startDay=0)["ID"]
    for number, (name, parent, role, start, length) in enumerate(TEMPLATE_TASKS, 1):
        task = planter.add(
            "TTSK",
            name,
            templateID=template_id,
            parentID=planter.ref("TTSK", parent),
            taskNumber=number,
            startDay=start,
            completionDay=start + length,
            duration=float(length),
            durationUnit="D",
            durationMinutes=length * 480,
            work=float(length * 8),
            workRequired=length * 480,
            indent=int(parent is not None),
            roleID=planter.ref("ROLE", role),
            priority=2,
        )
        if role:
            planter.add(
                "TASSGN",
                name,
                templateID=template_id,
                templateTaskID=task["ID"],
                roleID=planter.ref("ROLE", role),
                assignmentPercent=100.0,
                isPrimary=True,
            )


def _plant_requests(planter: Planter) -> None:
    queue = planter.add(
        "QUED",
        "Help Desk",
        projectID=planter.ref("PROJ", "Help Desk"),
        isPublic=1,
        allowedOpTaskTypes=["ISU", "REQ"],
    )
    planter.world.update("PROJ", str(planter.ref("PROJ", "Help Desk")), {"queueDefID": queue["ID"]})
    for topic in ("Hardware", "Access"):
        planter.add("QUET", topic, queueDefID=queue["ID"], allowedOpTaskTypes=["REQ"])
    planter.add("ARVPRC", APPROVAL, approvalObjCode="PROJ", approvalStatuses=["CPL"], isPrivate=False)
    planter.add(
        "AWAPVL",
        "Brand Refresh",
        projectID=planter.ref("PROJ", "Brand Refresh"),
        approverID=planter.world.admin_id,
        userID=planter.world.admin_id,
        submittedByID=planter.ref("USER", user_key("paula")),
    )
    planter.add(
        "ACSREQ",
        "Xenia asks",
        requestedObjCode="PROJ",
        requestedObjID=planter.ref("PROJ", "Mobile App 2.0"),
        requestorID=planter.ref("USER", user_key("xenia")),
        granterID=planter.world.admin_id,
        action="VIEW",
        status="PEN",
        requestDate=planter.day(-1),
    )
