"""What a new object gets when nobody says, and what somebody has to say (rules 80 and 81)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflow_provider_workfront.simulator.wire import illegal

if TYPE_CHECKING:
    from airflow_provider_workfront.simulator.schema import ObjectType

DEFAULTS: dict[str, dict[str, Any]] = {
    "PROJ": {
        "status": "CUR", "percentComplete": 0.0, "priority": 0, "condition": "ON", "conditionType": "MN",
        "progressStatus": "ON", "scheduleMode": "S", "updateType": "AUTO", "completionType": "MAN",
    },
    "TASK": {
        "status": "NEW", "percentComplete": 0.0, "priority": 0, "condition": 0, "progressStatus": "ON",
        "durationMinutes": 480, "duration": 1.0, "durationUnit": "D", "durationType": "A", "taskConstraint": "ASAP",
        "trackingMode": "USER", "workRequired": 0, "work": 0.0, "costType": "NOC", "revenueType": "NOB",
    },
    "OPTASK": {
        "status": "NEW", "percentComplete": 0.0, "priority": 0, "condition": 0, "opTaskType": "ISU",
        "workRequired": 0,
    },
    "HOUR": {"status": "SUB"},
    "NOTE": {"isPrivate": False, "isReply": False, "isDeleted": False, "isMessage": False, "numReplies": 0,
             "numLikes": 0, "auditType": "NO"},
    "USER": {"isActive": False},  # gotcha 33: pending approval in the Admin Console
    "PARAM": {"dataType": "TEXT", "displayType": "TEXT", "isRequired": False, "isActive": True},
    "POPT": {"isDefault": False, "isHidden": False},
    "PORT": {"isActive": True},
    "PRGM": {"isActive": True},
    "TMPL": {"priority": 0, "scheduleMode": "S"},
    "TTSK": {"durationMinutes": 480, "duration": 1.0, "durationUnit": "D", "durationType": "A",
             "taskConstraint": "ASAP", "workRequired": 0, "priority": 0},
    "TSHET": {"status": "O", "regularHours": 0.0, "overtimeHours": 0.0, "totalHours": 0.0},
    "ACSREQ": {"status": "N"},
}  # fmt: skip

REQUIRED = {
    "PROJ": "name",
    "TASK": "name projectID",
    "OPTASK": "name projectID",
    "HOUR": "hours entryDate projectID|taskID|opTaskID|timesheetID",
    "NOTE": "noteText noteObjCode objID",
    "DOCU": "name handle docObjCode objID",
    "DOCV": "documentID handle",
    "DOCFDR": "name",
    "USER": "username firstName lastName",
    "ASSGN": "taskID|opTaskID assignedToID|roleID|teamID",
    "PARAM": "name label",
    "POPT": "parameterID value label",
    "CTGY": "name catObjCode",
    "PRGM": "name portfolioID",
    "TTSK": "name templateID",
    "TSHET": "userID startDate endDate",
    "EXPNS": "plannedAmount|actualAmount projectID|taskID|objID",
}
NAMED = ("PORT", "TMPL", "CMPY", "GROUP", "TEAMOB", "ROLE", "SCHED", "HOURT", "EXPTYP", "ITRN", "MPATH", "ACSLVL")


def check_required(kind: ObjectType, values: dict[str, Any]) -> None:
    """Refuse a new object that lacks what its type needs; `a|b` is satisfied by either."""
    needed = REQUIRED.get(kind.code, "name" if kind.code in NAMED else "")
    for names in needed.split():
        if all(values.get(name) is None for name in names.split("|") if name in kind.fields or name == "handle"):
            label = names.split("|")[0]
            raise illegal(f"{label[0].upper()}{label[1:]} is required and cannot be empty")
