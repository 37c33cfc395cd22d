"""What Workfront says of itself: `/metadata` and `/{obj}/metadata` (rule 126, reference 10)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflow_provider_workfront.simulator.custom import kind_of
from airflow_provider_workfront.simulator.schema import ObjectType, object_type, object_types
from airflow_provider_workfront.simulator.schema.enums import ENUMS
from airflow_provider_workfront.simulator.schema.labels import label_of

if TYPE_CHECKING:
    from airflow_provider_workfront.simulator.schema import Field, Signature
    from airflow_provider_workfront.simulator.table import Row
    from airflow_provider_workfront.simulator.world import World


DECIMAL_FROM, DECIMAL = 20, "java.math.BigDecimal"  # Adobe's notes on version 20
CONSTANTS = "com.attask.common.constants"


def all_metadata(root: str, version: int) -> dict[str, Any]:
    """List every type of this version by its API name."""
    types = (t for t in object_types().values() if not t.removed_in or version < t.removed_in)
    return {"objects": {t.name: _entry(t, root) for t in types}}


def _entry(obj_type: ObjectType, root: str) -> dict[str, Any]:
    entry = {
        "name": obj_type.name,
        "label": obj_type.label,
        "objCode": obj_type.code,
        "url": _url(root, obj_type),
    }
    return {**entry, "flags": ["SECONDARY"]} if obj_type.secondary else entry


def type_metadata(world: World, obj_type: ObjectType, root: str, version: int) -> dict[str, Any]:
    """Describe one type, the tenant's custom fields included (rule 128)."""
    fields = {name: known for name, known in sorted(obj_type.fields.items()) if known.since <= version}
    return {
        "name": obj_type.name,
        "label": obj_type.label,
        "objCode": obj_type.code,
        "flags": list(obj_type.flags),
        "url": _url(root, obj_type),
        "fields": {name: _field(obj_type, known, version) for name, known in fields.items()},
        "references": {name: _link(label_of(name), code, root) for name, code in sorted(obj_type.references.items())},
        "collections": {name: _link(name, code, root) for name, code in sorted(obj_type.collections.items())},
        "search": {name: _record(label_of(name)) for name in obj_type.search},
        "custom": _custom(world, obj_type),
        "actions": {name: _action(action) for name, action in sorted(obj_type.actions.items())},
        "queries": {name: _action(query) for name, query in sorted(obj_type.queries.items())},
        "operations": sorted(obj_type.operations),
    }


def _url(root: str, obj_type: ObjectType) -> str:
    return f"{root}/{obj_type.code.lower()}/metadata"


def _record(label: str, **known: Any) -> dict[str, Any]:
    keys = ("typeObjCode", "targetTypeObjCode", "fieldType", "enumTargetObjCode", "enumType", "url")
    return {"label": label, **dict.fromkeys(keys), **known}


def _field(obj_type: ObjectType, known: Field, version: int) -> dict[str, Any]:
    is_money = known.is_("CURRENCY") and version >= DECIMAL_FROM
    enum = ENUMS.get(f"{obj_type.code}.{known.name}")
    record = _record(label_of(known.name), fieldType=DECIMAL if is_money else known.kind)
    if enum:
        record["enumType"] = f"{CONSTANTS}.{enum.name}"
    if flags := sorted(known.flags | ({"RESTRICTABLE"} if is_money else set())):
        record["flags"] = flags
    values = enum.values if enum else None
    if values:  # rule 127: base values only, no custom statuses
        record["possibleValues"] = [{"label": label, "value": value} for value, label in values.items()]
    return record


def _link(label: str, code: str, root: str) -> dict[str, Any]:
    target = object_type(code)
    return _record(label, typeObjCode=code, fieldType=target.name, url=_url(root, target))


def _action(signature: Signature) -> dict[str, Any]:
    shown: dict[str, Any] = {"flags": [], "label": signature.name}
    if signature.arguments:
        shown["arguments"] = [{"name": name, "type": kind} for name, kind in signature.arguments]
    if signature.result:
        shown["resultType"] = signature.result
    return shown


def _custom(world: World, obj_type: ObjectType) -> dict[str, Any]:
    """List custom fields by name with the forms of this type that hold them."""
    found: dict[str, Any] = {}
    for form in world.objects("CTGY").values():
        if obj_type.code not in form.get("objTypes", [form.get("catObjCode")]):
            continue
        for row in world.find("CTGYPA", categoryID=form["ID"]):
            parameter = world.get("PARAM", row.get("parameterID"))
            if parameter is not None:
                entry = found.setdefault(parameter["name"], _custom_field(world, parameter))
                entry["categories"].append({"ID": form["ID"], "name": form["name"], "objCode": "CTGY"})
    return dict(sorted(found.items()))


def _custom_field(world: World, parameter: Row) -> dict[str, Any]:
    entry: dict[str, Any] = {"type": kind_of(parameter)}
    options = world.find("POPT", parameterID=parameter["ID"])
    if options:
        entry["possibleValues"] = [{"label": o.get("label"), "value": o.get("value")} for o in options]
    return {**entry, "categories": []}
