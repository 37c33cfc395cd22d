"""Custom fields: their kinds, and how their values look on the wire."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from airflow_provider_workfront.simulator.table import Row
    from airflow_provider_workfront.simulator.world import World

MULTIPLE = frozenset({"CHCK", "MULT", "MULTINTRNL"})  # reference 6.4
LOOKUPS = frozenset({"TYAH", "INTRNL", "MULTINTRNL"})
KINDS = {"NMBR": "double", "CURC": "double", "DATE": "dateTime"}


def kind_of(parameter: Row) -> str:
    """Give the kind that a custom field's values have."""
    if parameter.get("displayType") in MULTIPLE:
        return "string[]"
    return KINDS.get(parameter.get("dataType", ""), "string")


def is_lookup(parameter: Row) -> bool:
    """Tell whether the field stores the ID of another object (reference 5.10)."""
    return parameter.get("displayType") in LOOKUPS


def lookup_value(world: World, parameter: Row, obj_id: Any) -> Any:
    """Show a looked-up object: a JSON string, or an object by switch (reference 6.6 [X])."""
    code = parameter.get("refObjCode", "USER")
    row = world.get(code, obj_id)
    if row is None:
        return obj_id
    shown = {"objCode": code, "name": row.get("name"), "ID": obj_id}
    return shown if world.options.lookups_as_objects else json.dumps(shown)
