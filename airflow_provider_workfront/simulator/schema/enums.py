"""Base values of enumerated fields (reference 6.4); a tenant's own statuses are CSTEM rows, not here."""

from __future__ import annotations


def _values(text: str) -> dict[str, str]:
    pairs = (part.partition("=") for part in text.split(", "))
    return {value: label for value, _, label in pairs}


PRIORITY = _values("0=None, 1=Low, 2=Normal, 3=High, 4=Urgent")
PROGRESS = _values("ON=On Time, LT=Late, BH=Behind, RK=At Risk")
WORK_CONDITION = _values("0=Going Smoothly, 1=Some Concerns, 2=Major Roadblocks")
PROJECT_STATUS = _values(
    "CUR=Current, ONH=On Hold, PLN=Planning, CPL=Complete, DED=Dead, REQ=Requested, "
    "APR=Approved, REJ=Rejected, IDA=Idea"
)
TASK_STATUS = _values(
    "NEW=New, INP=In Progress, CPL=Complete, CPA=Complete - Pending Approval, CPI=Complete - Pending Issues"
)
ISSUE_STATUS = _values(
    "NEW=New, INP=In Progress, AWF=Awaiting Feedback, ONH=On Hold, ROP=Reopened, CND=Cannot Duplicate, "
    "WTR=Won't Resolve, RLV=Resolved, VCP=Verified Complete, CLS=Closed"
)

VALUES: dict[str, dict[str, str]] = {
    "PROJ.status": PROJECT_STATUS,
    "PROJ.previousStatus": PROJECT_STATUS,
    "PROJ.priority": PRIORITY,
    "PROJ.progressStatus": PROGRESS,
    "PROJ.condition": _values("ON=On Target, AR=At Risk, IT=In Trouble"),
    "PROJ.conditionType": _values("PG=Progress Status, MN=Manual"),
    "PROJ.scheduleMode": _values("S=Start Date, C=Completion Date"),
    "PROJ.updateType": _values("AUTO=Automatic, EVNT=On Change, ATYO=Automatic and On Change, MANU=Manual"),
    "PROJ.completionType": _values("MAN=Manual, AUT=Automatic"),
    "PROJ.summaryCompletionType": _values("MAN=Manual, AUT=Automatic"),
    "PROJ.levelingMode": _values("MAN=Manual, AUT=Automatic"),
    "PROJ.performanceIndexMethod": _values("H=Hours, C=Cost"),
    "TASK.status": TASK_STATUS,
    "TASK.previousStatus": TASK_STATUS,
    "TASK.priority": PRIORITY,
    "TASK.progressStatus": PROGRESS,
    "TASK.condition": WORK_CONDITION,
    "TASK.durationType": _values("A=Calculated Assignment, D=Effort Driven, S=Simple, W=Calculated Work"),
    "OPTASK.status": ISSUE_STATUS,
    "OPTASK.previousStatus": ISSUE_STATUS,
    "OPTASK.priority": PRIORITY,
    "OPTASK.condition": WORK_CONDITION,
    "OPTASK.severity": _values("1=Cosmetic, 2=Causes Confusion, 3=Bug with Workaround, 4=Bug, 5=Fatal Error"),
    "OPTASK.opTaskType": _values("ISU=Issue, BUG=Bug Report, CHO=Change Order, REQ=Request"),
    "HOUR.status": _values("SUB=Submitted, APP=Approved, NAP=Not Approved, BLD=Billed, BA=Billed And Approved"),
    "USER.licenseType": _values("F=Standard, C=Light, R=Contributor, X=External"),
}
