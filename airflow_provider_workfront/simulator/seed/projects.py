"""Portfolios, programs, projects, their tasks and issues."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from airflow_provider_workfront.simulator.seed.forms import ISSUE_FORM, PROJECT_FORM, rich_text
from airflow_provider_workfront.simulator.seed.tenant import user_key
from airflow_provider_workfront.simulator.seed.work import plant_issues, plant_tasks

if TYPE_CHECKING:
    from airflow_provider_workfront.simulator.seed.planter import Planter

PORTFOLIOS = {"Growth": "paula", "Run the Business": "omar"}
PROGRAMS = {"Digital Experience": "Growth", "Campaigns": "Growth", "Infrastructure": "Run the Business"}


@dataclass(frozen=True, slots=True)
class Plan:
    """Describe one project; days count from today."""

    name: str
    status: str
    program: str
    owner: str
    group: str
    span: tuple[int, int]
    percent: float
    priority: int
    budget: float
    description: str = ""
    custom: dict[str, Any] = field(default_factory=dict)
    has_tasks: bool = False


PLANS = (
    Plan(
        "Website Relaunch", "CUR", "Digital Experience", "paula", "Marketing", (-60, 40), 55.0, 3, 250000.0,
        "A new <acme.example>: faster / simpler, für alle",
        {"Vendor Name": "Northwind & Söhne", "Headcount": 6.0, "Budget Cap": 240000.0, "Budget per Head": 40000.0,
         "Region": "EMEA", "Risk Level": "Medium", "Channels": ["Web", "Mail"], "Markets": ["DE", "FR", "UK"],
         "Executive Sponsor": "paula", "Go Live": 40, "Summary": "Everything new by spring."},
        has_tasks=True,
    ),
    Plan(
        "Brand Refresh", "CPL:A", "Campaigns", "paula", "Marketing", (-120, -2), 100.0, 2, 80000.0,
        "Logo, colours, tone of voice.",
        {"Vendor Name": "Studio Blau", "Headcount": 3.0, "Budget Cap": 75000.0, "Budget per Head": 25000.0,
         "Region": "AMER", "Risk Level": "Low", "Channels": ["Print"], "Executive Sponsor": "admin"},
        has_tasks=True,
    ),
    Plan(
        "Mobile App 2.0", "CUR", "Digital Experience", "omar", "IT", (-30, 75), 20.0, 4, 400000.0,
        "Offline mode and a new login.",
        {"Headcount": 8.0, "Region": "APAC", "Risk Level": "High", "Markets": ["US", "JP"], "Go Live": 75},
        has_tasks=True,
    ),
    Plan("Data Warehouse", "PLN", "Infrastructure", "omar", "IT", (10, 160), 0.0, 2, 300000.0, has_tasks=True),
    Plan("Office Move", "CPL", "Infrastructure", "omar", "Acme Default", (-200, -100), 100.0, 1, 50000.0),
    Plan("Holiday Campaign", "INT", "Campaigns", "paula", "Marketing", (20, 90), 0.0, 0, 0.0),
    Plan("Legacy Shutdown", "DED", "Infrastructure", "omar", "IT", (-300, -250), 35.0, 0, 20000.0),
    Plan("Help Desk", "CUR", "Infrastructure", "omar", "IT", (-365, 365), 40.0, 2, 0.0, "Where requests come in."),
)  # fmt: skip


def plant_projects(planter: Planter) -> None:
    """Plant everything from portfolios down to issues."""
    for name, owner in PORTFOLIOS.items():
        planter.add("PORT", name, ownerID=planter.ref("USER", user_key(owner)), isActive=True, budget=1000000.0)
    for name, portfolio in PROGRAMS.items():
        owner_id = planter.ref("USER", user_key(PORTFOLIOS[portfolio]))
        planter.add("PRGM", name, portfolioID=planter.ref("PORT", portfolio), ownerID=owner_id, isActive=True)
    for number, plan in enumerate(PLANS, 1):
        _plant_project(planter, number, plan)
    for plan in PLANS:
        if plan.has_tasks:
            plant_tasks(planter, plan.name, plan.percent, plan.span)
    plant_issues(planter, planter.ref("CTGY", ISSUE_FORM))


def _plant_project(planter: Planter, number: int, plan: Plan) -> None:
    start, end = plan.span
    project = planter.add(
        "PROJ",
        plan.name,
        description=plan.description or None,
        status=plan.status,
        percentComplete=plan.percent,
        priority=plan.priority,
        condition="AR" if plan.priority == 4 else "ON",
        conditionType="MN",
        progressStatus="LT" if plan.name == "Mobile App 2.0" else "ON",
        programID=planter.ref("PRGM", plan.program),
        portfolioID=planter.ref("PORT", PROGRAMS[plan.program]),
        ownerID=planter.ref("USER", user_key(plan.owner)),
        sponsorID=planter.ref("USER", user_key("paula")) if plan.budget else None,
        groupID=planter.ref("GROUP", plan.group),
        companyID=planter.ref("CMPY", "Globex" if plan.name == "Mobile App 2.0" else "Acme"),
        scheduleID=planter.ref("SCHED", "Standard Week"),
        lastUpdateDate=planter.day(-number, 12),
        lastUpdatedByID=planter.ref("USER", user_key(plan.owner)),
        budget=plan.budget,
        plannedCost=round(plan.budget * 0.9, 2),
        actualCost=round(plan.budget * plan.percent / 100, 2),
        scheduleMode="S",
        updateType="AUTO",
        durationMinutes=(end - start) * 480,
        workRequired=(end - start) * 600,
        actualWorkRequired=int((end - start) * 6 * plan.percent),
        referenceNumber=number,
        risk=plan.priority,
        **_dates(planter, plan),
        **_custom(planter, plan),
    )
    _plant_team(planter, project["ID"], plan)


def _dates(planter: Planter, plan: Plan) -> dict[str, Any]:
    start, end = plan.span
    return {
        "plannedStartDate": planter.day(start, 14),
        "plannedCompletionDate": planter.day(end, 22),
        "projectedStartDate": planter.day(start, 14),
        "projectedCompletionDate": planter.day(end + 3, 22),
        "actualStartDate": planter.day(start, 14) if plan.percent else None,
        "actualCompletionDate": planter.day(end, 20) if plan.status == "CPL" else None,
        "entryDate": planter.day(start - 14),
    }


def _custom(planter: Planter, plan: Plan) -> dict[str, Any]:
    """Attach the intake form, if the project filled it in."""
    if not plan.custom:
        return {}
    found = {f"DE:{name}": value for name, value in plan.custom.items()}
    if "DE:Executive Sponsor" in found:
        found["DE:Executive Sponsor"] = planter.ref("USER", user_key(plan.custom["Executive Sponsor"]))
    if "DE:Go Live" in found:
        found["DE:Go Live"] = planter.day(plan.custom["Go Live"], 0)
    if "DE:Summary" in found:
        found["DE:Summary"] = rich_text(plan.custom["Summary"])
    form_id = planter.ref("CTGY", PROJECT_FORM)
    project_id = planter.ref("PROJ", plan.name)
    planter.add("OBJCAT", plan.name, objID=project_id, objObjCode="PROJ", categoryID=form_id, categoryOrder=0)
    return {**found, "categoryID": form_id}


def _plant_team(planter: Planter, project_id: str, plan: Plan) -> None:
    for name in (plan.owner, "dana", "grace"):
        user_id = planter.ref("USER", user_key(name))
        role_id = (planter.world.get("USER", user_id) or {}).get("roleID")
        planter.add("PRTU", f"{plan.name}/{name}", projectID=project_id, userID=user_id)
        planter.add("PTEAM", f"{plan.name}/{name}", projectID=project_id, userID=user_id, roleID=role_id)
