"""Base values of enumerated fields (reference 6.4); a tenant's own statuses are CSTEM rows, not here."""

from __future__ import annotations

from dataclasses import dataclass


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


@dataclass(frozen=True, slots=True)
class Enum:
    """Name the constants of a field, and what each stands for."""

    name: str
    values: dict[str, str]


_ALIGNED = _values("0=After the planned completion date, 1=On it, 2=Before it, 3=No set planned date")
_EFFORT = _values("0=More hours than planned, 1=Same hours as planned, 2=Less hours than planned, 3=No planned hours")
_AUDITS = _values(
    "ST=Status Change, AA=Attachment Action, SC=Scope Change, NO=Note, GE=General Edit, CM=Combined Entry, "
    "ER=Error Entry, SB=Subscription Change"
)
_UNITS = _values(
    "M=Minutes, H=Hours, D=Days, W=Weeks, T=Months, EM=Elapsed Minutes, EH=Elapsed Hours, ED=Elapsed Days, "
    "EW=Elapsed Weeks, ET=Elapsed Months"
)
_NAMES = """
status=ProjectStatusEnum previousStatus=ProjectStatusEnum priority=TimelinePriorityEnum
progressStatus=ProgressStatusEnum condition=ProjectConditionEnum conditionType=ProjectConditionTypeEnum
scheduleMode=ProjectScheduleModeEnum updateType=ProjectUpdateTypeEnum completionType=CompletionTypeEnum
summaryCompletionType=CompletionTypeEnum levelingMode=ResourceLevelingCalculationModeEnum
performanceIndexMethod=PerformanceIndexMethodEnum durationType=DurationTypeEnum severity=SeverityEnum
opTaskType=OpTaskTypeEnum licenseType=LicenseTypeEnum
"""
_OWN_NAMES = {
    "TASK.status": "TaskStatusEnum", "TASK.previousStatus": "TaskStatusEnum", "TASK.condition": "ConditionEnum",
    "OPTASK.status": "OpTaskStatusEnum", "OPTASK.previousStatus": "OpTaskStatusEnum",
    "OPTASK.condition": "ConditionEnum", "HOUR.status": "HourStatusEnum",
}  # fmt: skip
_BY_FIELD = dict(word.split("=") for word in _NAMES.split())

ENUMS: dict[str, Enum] = {
    **{key: Enum(_OWN_NAMES.get(key) or _BY_FIELD[key.partition(".")[2]], values) for key, values in VALUES.items()},
    **{f"{code}.auditTypes": Enum("AuditTypeEnum", _AUDITS) for code in ("PROJ", "TASK", "OPTASK")},
    **{f"{c}.plannedDateAlignment": Enum("PlannedDatesAlignmentEnum", _ALIGNED) for c in ("PROJ", "TASK", "OPTASK")},
    **{f"{c}.plannedHoursAlignment": Enum("PlannedHoursAlignmentEnum", _EFFORT) for c in ("PROJ", "TASK", "OPTASK")},
    "PROJ.BCCompletionState": Enum(
        "BusinessCaseDetailSectionEnum",
        _values(
            "SUMMARY=Summary, INFO=Project Info, DEL=Goals, RISK=Risks, COST=Costs, ALIGN=Alignment, DE=Custom Data"
        ),
    ),
    "PROJ.autoBaselineRecurrenceType": Enum(
        "RecurrenceEnum", _values("D=Daily, W=Weekly, BW=Bi-weekly, SM=Semi-monthly, M=Monthly, C=Custom")
    ),
    "PROJ.budgetStatus": Enum(
        "ProjectResourceBudgetEnum",
        _values("0=Not Included, 1=Included but not Calculated, 2=Included and Calculated"),
    ),
    "PROJ.eacCalculationMethod": Enum(
        "EacCalculationMethodEnum", _values("P=Calculate at project level, T=Roll up from tasks/subtasks")
    ),
    "PROJ.ownerPrivileges": Enum(
        "ProjectOwnerPrivilegeTypeEnum", _values("APT=Require time to be approved for this project")
    ),
    "PROJ.risk": Enum("RiskLevelEnum", _values("0=None, 1=Very Low, 2=Low, 3=Medium, 4=High, 5=Very High")),
    "TASK.costType": Enum("CostTypeEnum", _values("NOC=No Cost, FHR=Fixed Hourly, UHR=User Hourly, RHC=Role Hourly")),
    "TASK.durationUnit": Enum("DurationUnitEnum", _UNITS),
    "TASK.workUnit": Enum("DurationUnitEnum", _UNITS),
    "TASK.kanbanFlag": Enum(
        "KanbanFlagEnum", _values("ONTRACK=On Track, ISBLOCKED=Is Blocked, READYTOPULL=Ready to Pull")
    ),
    "TASK.parentLagType": Enum(
        "LagTypeEnum", _values("d=Days, c=Calendar Days, p=Percent, w=Day of Week, k=Day of Week (Non-Zero)")
    ),
    "TASK.resourceScope": Enum("TaskResourceScopeEnum", _values("NONE=None, GLOB=Global")),
    "TASK.revenueType": Enum(
        "RevenueTypeEnum",
        _values(
            "NOB=Not Billable, UHR=User Hourly, RHR=Role Hourly, FHR=Fixed Hourly, RHC=Role Hourly w/Cap, "
            "UHF=User Hourly Plus Fixed, RHF=Role Hourly Plus Fixed, FRV=Fixed Revenue"
        ),
    ),
    "TASK.taskConstraint": Enum(
        "TaskConstraintEnum",
        _values(
            "FIXT=Fixed Dates, MSO=Must Start On, MFO=Must Finish On, ASAP=As Soon As Possible, "
            "ALAP=As Late As Possible, EAT=Earliest Available Time, LAT=Latest Available Time, "
            "SNLT=Start No Later Than, SNET=Start No Earlier Than, FNLT=Finish No Later Than, "
            "FNET=Finish No Earlier Than"
        ),
    ),
    "TASK.trackingMode": Enum(
        "TaskTrackingModeEnum",
        _values(
            "USER=User Must Update, ONTM=Assume On Time, IGNR=Ignore Late Warnings, AUTO=Auto Complete, "
            "PRED=Predecessor"
        ),
    ),
    "TASK.workEffort": Enum("WorkEffortEnum", _values("1=Small, 2=Medium, 3=Large")),
    "USER.defaultInterface": Enum(
        "UserInterfaceEnum", _values("0=Default, 1=Project Management Home, 2=TeamHome, 3=Early Access")
    ),
    "USER.webDAVProfile": Enum(
        "WebDAVProjectEnum", _values("ALL=All Projects, CUR=Current Projects, FAV=Favorite Projects")
    ),
}
