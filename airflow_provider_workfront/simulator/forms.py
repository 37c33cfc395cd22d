"""Custom forms on objects, and the values of their fields (rules 100 to 102)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from airflow_provider_workfront.simulator.custom import is_lookup, kind_of
from airflow_provider_workfront.simulator.values import typed
from airflow_provider_workfront.simulator.wire import illegal, invalid_value, not_found
from airflow_provider_workfront.simulator.world import CUSTOM

if TYPE_CHECKING:
    from airflow_provider_workfront.simulator.ledger import Ledger
    from airflow_provider_workfront.simulator.schema import ObjectType
    from airflow_provider_workfront.simulator.table import Row
    from airflow_provider_workfront.simulator.world import World


def form_ids(world: World, row: Row) -> list[str]:
    """Give the forms attached to an object, the primary one first."""
    links = sorted(world.find("OBJCAT", objID=row["ID"]), key=lambda link: link.get("categoryOrder", 0))
    ids = [row.get("categoryID"), *(link["categoryID"] for link in links)]
    return list(dict.fromkeys(each for each in ids if each))


def check_form(ledger: Ledger, code: str, category_id: str) -> None:
    """Refuse a form that is made for another type of object."""
    category = ledger.world.get("CTGY", category_id)
    if category is None:
        raise not_found("Category", category_id)
    if code not in {category.get("catObjCode"), *category.get("objTypes", ())}:
        raise illegal(f"Category: {category['name']} is not a Category of the type: {code}")


def attach(ledger: Ledger, code: str, obj_id: str, category_ids: list[str]) -> None:
    """Attach forms behind those already there."""
    taken = {link["categoryID"]: link for link in ledger.world.find("OBJCAT", objID=obj_id)}
    for category_id in category_ids:
        check_form(ledger, code, category_id)
        if category_id not in taken:
            link = {"objID": obj_id, "objObjCode": code, "categoryID": category_id, "categoryOrder": len(taken)}
            taken[category_id] = ledger.add("OBJCAT", link)


def detach(ledger: Ledger, kind: ObjectType, obj_id: str, category_ids: list[str]) -> None:
    """Take forms off; their values go along."""
    world = ledger.world
    for link in world.find("OBJCAT", objID=obj_id):
        if link["categoryID"] in category_ids:
            ledger.remove("OBJCAT", link["ID"])
    row = world.objects(kind.code)[obj_id]
    left = [each for each in form_ids(world, row) if each not in category_ids]
    changes: dict[str, Any] = dict.fromkeys(_keys_off_form(world, row, left))
    if "categoryID" in kind.fields:
        changes["categoryID"] = left[0] if left else None
    ledger.update(kind.code, obj_id, changes)


def custom_values(ledger: Ledger, row: Row, sent: dict[str, Any]) -> dict[str, Any]:
    """Give what to store for the `DE:` keys that were sent."""
    stored = {}
    on_forms = _parameter_ids(ledger.world, form_ids(ledger.world, row))
    for key, value in sent.items():
        parameter = ledger.world.parameter(key.removeprefix(CUSTOM))
        if parameter is None:
            raise not_found("Parameter", key.removeprefix(CUSTOM))  # rule 100: the name, not the label
        if parameter["ID"] not in on_forms:
            raise illegal(f"{key} is not on a custom form of this object; attach the form first")
        if parameter.get("displayType") != "CALC":
            stored[key] = None if value in (None, "", []) else _custom_value(ledger, parameter, value)
    return stored


def _custom_value(ledger: Ledger, parameter: Row, value: Any) -> Any:
    name = parameter["name"]
    stored = typed(ledger, name, kind_of(parameter), value)
    if parameter.get("dataType") == "RICH":
        return _rich_text(name, stored)
    options = {option["value"] for option in ledger.world.find("POPT", parameterID=parameter["ID"])}
    if options and not is_lookup(parameter):
        bad = [each for each in (stored if isinstance(stored, list) else [stored]) if each not in options]
        if bad:
            raise invalid_value(name, bad[0])  # rule 100
    return stored


def _rich_text(name: str, text: str) -> str:
    """Keep a Draft.js text as it came, if it is one (rule 102)."""
    try:
        draft = json.loads(text)
    except ValueError as error:
        raise invalid_value(name, text) from error
    if not isinstance(draft, dict) or "blocks" not in draft or "entityMap" not in draft:
        raise invalid_value(name, text)
    return text


def _parameter_ids(world: World, category_ids: list[str]) -> set[str]:
    return {member["parameterID"] for each in category_ids for member in world.find("CTGYPA", categoryID=each)}


def _keys_off_form(world: World, row: Row, category_ids: list[str]) -> list[str]:
    kept = _parameter_ids(world, category_ids)
    keys = [key for key in row if key.startswith(CUSTOM)]
    return [key for key in keys if (world.parameter(key.removeprefix(CUSTOM)) or {}).get("ID") not in kept]
