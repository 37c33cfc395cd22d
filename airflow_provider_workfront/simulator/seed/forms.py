"""Custom forms: fields of every sort on projects, some on issues."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from airflow_provider_workfront.simulator.seed.planter import Planter

PROJECT_FORM = "Project Intake"
ISSUE_FORM = "Issue Triage"
TASK_FORM = "Task Details"
SECTION = "Default Section"

# name, label, dataType, displayType, options (reference 6.4)
PROJECT_FIELDS: tuple[tuple[str, str, str, str, str], ...] = (
    ("Vendor Name", "Vendor", "TEXT", "TEXT", ""),
    ("Headcount", "Head count", "NMBR", "TEXT", ""),
    ("Budget Cap", "Budget cap", "CURC", "TEXT", ""),
    ("Go Live", "Go-live date", "DATE", "TEXT", ""),
    ("Region", "Region", "TEXT", "SLCT", "EMEA AMER APAC"),
    ("Risk Level", "Risk level", "TEXT", "RDIO", "Low Medium High"),
    ("Channels", "Channels", "TEXT", "CHCK", "Web Mail Social Print"),
    ("Markets", "Markets", "TEXT", "MULT", "DE FR UK US JP"),
    ("Executive Sponsor", "Executive sponsor", "TEXT", "TYAH", ""),
    ("Summary", "Summary", "RICH", "RICH", ""),
    ("Budget per Head", "Budget per head", "NMBR", "CALC", ""),
)
ISSUE_FIELDS: tuple[tuple[str, str, str, str, str], ...] = (
    ("Root Cause", "Root cause", "TEXT", "TXTA", ""),
    ("Severity Score", "Severity score", "NMBR", "TEXT", ""),
    ("Affected Systems", "Affected systems", "TEXT", "CHCK", "Web Mobile Backend"),
)
TASK_FIELDS: tuple[tuple[str, str, str, str, str], ...] = (
    ("Ticket", "Ticket number", "TEXT", "TEXT", ""),
    ("Story Size", "Story size", "TEXT", "SLCT", "S M L"),
)
EXPRESSIONS = {"Budget per Head": "{DE:Budget Cap}/{DE:Headcount}"}


def plant_forms(planter: Planter) -> None:
    """Plant the forms with their fields and options."""
    planter.add("PGRP", SECTION, isDefault=True, displayOrder=0)
    _plant_form(planter, PROJECT_FORM, "PROJ", PROJECT_FIELDS)
    _plant_form(planter, ISSUE_FORM, "OPTASK", ISSUE_FIELDS)
    _plant_form(planter, TASK_FORM, "TASK", TASK_FIELDS)


def _plant_form(planter: Planter, name: str, code: str, fields: tuple[tuple[str, str, str, str, str], ...]) -> None:
    calculates = any(field[0] in EXPRESSIONS for field in fields)
    form = planter.add("CTGY", name, catObjCode=code, objTypes=[code], hasCalculatedFields=calculates)
    for order, field in enumerate(fields):
        _plant_field(planter, form["ID"], order, field)


def _plant_field(planter: Planter, form_id: str, order: int, field: tuple[str, str, str, str, str]) -> None:
    name, label, data_type, display_type, options = field
    parameter = planter.add(
        "PARAM",
        name,
        label=label,
        dataType=data_type,
        displayType=display_type,
        displaySize=0,
        isRequired=False,
        isActive=True,
        refObjCode="USER" if display_type == "TYAH" else None,
    )
    planter.add(
        "CTGYPA",
        f"{form_id}/{name}",
        categoryID=form_id,
        parameterID=parameter["ID"],
        parameterGroupID=planter.ref("PGRP", SECTION),
        displayOrder=order,
        isRequired=False,
        customExpression=EXPRESSIONS.get(name),
    )
    for place, option in enumerate(options.split()):
        planter.add(
            "POPT",
            f"{name}/{option}",
            parameterID=parameter["ID"],
            value=option,
            label=option,
            displayOrder=place,
            isDefault=False,
            isHidden=False,
        )


def rich_text(text: str) -> str:
    """Write a paragraph as a rich text field holds it: Draft.js in a JSON string (reference 5.10)."""
    block = {"key": "a1b2c", "text": text, "type": "unstyled", "depth": 0, "inlineStyleRanges": [], "entityRanges": []}
    return json.dumps({"blocks": [{**block, "data": {}}], "entityMap": {}})
