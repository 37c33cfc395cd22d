"""The customer, its groups, people and statuses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from airflow_provider_workfront.simulator.schema.enums import VALUES

if TYPE_CHECKING:
    from airflow_provider_workfront.simulator.seed.planter import Planter

GROUPS = {"Acme Default": None, "Marketing": "Acme Default", "IT": "Acme Default", "Platform": "IT"}
COMPANIES = {"Acme": True, "Globex": False, "Initech": False}
ROLES = {
    "Project Manager": (95.0, 150.0),
    "Designer": (70.0, 120.0),
    "Developer": (80.0, 140.0),
    "Copywriter": (60.0, 100.0),
    "Account Manager": (65.0, 110.0),
}
LEVELS = {"System Administrator": ("F", 100), "Plan": ("F", 50), "Work": ("C", 30), "External User": ("X", 10)}
TEAMS = {"Creative Studio": ("Marketing", False), "Platform Squad": ("Platform", True)}

# first name, last name, title, role, level, group, team, time zone
PEOPLE = (
    ("admin", "Ada", "Admin", "Integration User", "", "System Administrator", "IT", "", "America/New_York"),
    (
        "paula",
        "Paula",
        "Planner",
        "Program Lead",
        "Project Manager",
        "Plan",
        "Marketing",
        "Creative Studio",
        "Europe/London",
    ),
    ("omar", "Omar", "Ortiz", "Project Manager", "Project Manager", "Plan", "IT", "Platform Squad", "America/Denver"),
    ("dana", "Dana", "Desai", "Senior Designer", "Designer", "Work", "Marketing", "Creative Studio", "Asia/Kolkata"),
    ("felix", "Félix", "Fontaine", "Copywriter", "Copywriter", "Work", "Marketing", "Creative Studio", "Europe/Paris"),
    ("grace", "Grace", "Green", "Backend Developer", "Developer", "Work", "Platform", "Platform Squad", "UTC"),
    ("hiro", "Hiro", "Honda", "Frontend Developer", "Developer", "Work", "Platform", "Platform Squad", "Asia/Tokyo"),
    ("xenia", "Xenia", "Xu", "Client Contact", "Account Manager", "External User", "Marketing", "", "Australia/Sydney"),
)

# A tenant's own statuses, with what each equates to (reference 6.4); the last column is a group that alone has it.
OWN_STATUSES = (
    ("STATUS_PROJ", "INT", "Intake", "PLN", None),
    ("STATUS_TASK", "RVW", "In Review", "INP", None),
    ("STATUS_OPTASK", "TRI", "Triage", "NEW", None),
    ("STATUS_PROJ", "CRV", "Creative Review", "CUR", "Marketing"),
)
ENUM_CLASSES = {"status": "STATUS", "priority": "PRIORITY", "condition": "CONDITION", "severity": "SEVERITY"}
COLORS = ("4A90E2", "7ED321", "F5A623", "D0021B", "9B9B9B")


def user_key(name: str) -> str:
    """Give the user name of a person."""
    return f"{name}@acme.example"


def plant_tenant(planter: Planter) -> None:
    """Plant what projects need before they exist."""
    world = planter.world
    planter.add("CUST", "Acme", timeZone="America/New_York", currency="USD", locale="en_US", domain="acme")
    for name, parent in GROUPS.items():
        planter.add("GROUP", name, parentID=planter.ref("GROUP", parent), rootID=world.id_of("GROUP", "Acme Default"))
    for name, is_primary in COMPANIES.items():
        planter.add("CMPY", name, isPrimary=is_primary, hasRateOverride=False)
    for name, (cost, billing) in ROLES.items():
        planter.add("ROLE", name, costPerHour=cost, billingPerHour=billing, maxUsers=0, description=f"{name} work")
    for name, (licence, rank) in LEVELS.items():
        planter.add("ACSLVL", name, licenseType=licence, rank=rank, isAdmin=rank == LEVELS["System Administrator"][1])
    week = dict.fromkeys(("monday", "tuesday", "wednesday", "thursday", "friday"), 8.0)
    planter.add("SCHED", "Standard Week", isDefault=True, timeZone="America/New_York", **week)
    for name, (group, is_agile) in TEAMS.items():
        planter.add(
            "TEAMOB", name, groupID=planter.ref("GROUP", group), isAgile=is_agile, ownerID=_owner(planter, name)
        )
    for person in PEOPLE:
        _plant_person(planter, *person[:3], person[3:])
    _plant_enums(planter)


def _owner(planter: Planter, team: str) -> str | None:
    return planter.ref("USER", user_key("paula" if team == "Creative Studio" else "omar"))


def _plant_person(planter: Planter, key: str, first: str, last: str, rest: tuple[str, ...]) -> None:
    title, role, level, group, team, zone = rest
    user = planter.add(
        "USER",
        user_key(key),
        name=f"{first} {last}",
        firstName=first,
        lastName=last,
        username=user_key(key),
        emailAddr=user_key(key),
        title=title,
        roleID=planter.ref("ROLE", role),
        accessLevelID=planter.ref("ACSLVL", level),
        licenseType=LEVELS[level][0],
        homeGroupID=planter.ref("GROUP", group),
        homeTeamID=planter.ref("TEAMOB", team),
        companyID=planter.ref("CMPY", "Globex" if key == "xenia" else "Acme"),
        managerID=planter.ref("USER", user_key("paula")) if level == "Work" else None,
        scheduleID=planter.ref("SCHED", "Standard Week"),
        timeZone=zone,
        locale="en_US",
        isActive=True,
        fte=1.0,
        workTime=1.0,
    )
    planter.add("USRGPS", f"{key}/{group}", userID=user["ID"], groupID=planter.ref("GROUP", group), isOwner=False)
    if role:
        planter.add("USRROL", f"{key}/{role}", userID=user["ID"], roleID=planter.ref("ROLE", role))
    if team:
        planter.add("TEAMMB", f"{key}/{team}", userID=user["ID"], teamID=planter.ref("TEAMOB", team))


def _plant_enums(planter: Planter) -> None:
    for field, values in VALUES.items():
        code, _, name = field.partition(".")
        if name in ENUM_CLASSES and code in {"PROJ", "TASK", "OPTASK"}:
            for value, label in values.items():
                _plant_enum(planter, f"{ENUM_CLASSES[name]}_{code}", value, label)
    for enum_class, value, label, base, group in OWN_STATUSES:
        _plant_enum(planter, enum_class, value, label, base, group)


def _plant_enum(
    planter: Planter, enum_class: str, value: str, label: str, base: str = "", group: str | None = None
) -> None:
    planter.add(
        "CSTEM",
        f"{enum_class}/{value}",
        enumClass=enum_class,
        value=value,
        valueAsString=value,
        valueAsInt=int(value) if value.isdecimal() else None,
        label=label,
        equatesWith=base or value,
        color=COLORS[len(label) % len(COLORS)],
        isPrimary=not base,
        groupID=planter.ref("GROUP", group),
    )
