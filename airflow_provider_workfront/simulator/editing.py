"""Change one object (rules 82 to 86, 107)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflow_provider_workfront.simulator.assignments import assign
from airflow_provider_workfront.simulator.forms import attach, check_form, custom_values
from airflow_provider_workfront.simulator.incoming import Incoming, read_incoming
from airflow_provider_workfront.simulator.nested import replace_collection
from airflow_provider_workfront.simulator.schema import object_type
from airflow_provider_workfront.simulator.special import AFTER_UPDATE, BEFORE_UPDATE
from airflow_provider_workfront.simulator.wire import not_found

if TYPE_CHECKING:
    from airflow_provider_workfront.simulator.ledger import Ledger
    from airflow_provider_workfront.simulator.schema import ObjectType
    from airflow_provider_workfront.simulator.table import Row


def visible(ledger: Ledger, code: str, obj_id: str) -> Row:
    """Give a row that exists and that the user may see, or refuse as if there were none (rule 83)."""
    row = ledger.world.get(code, obj_id)
    if row is None or not ledger.world.may_see(ledger.user_id, obj_id):
        raise not_found(object_type(code).label, obj_id)
    return row


def update(ledger: Ledger, kind: ObjectType, obj_id: str, updates: dict[str, Any]) -> Row:
    """Change the fields that were sent and no others (rule 82)."""
    row = visible(ledger, kind.code, obj_id)
    incoming = read_incoming(ledger, kind, updates)
    values = incoming.plain
    if kind.code in BEFORE_UPDATE:
        values = BEFORE_UPDATE[kind.code](ledger, row, values)
    leaves_role = kind.code == "OPTASK" and updates.get("assignments") == [] and updates.get("assignedToID", "") is None
    role_id = row.get("roleID") if leaves_role and "roleID" not in updates else None
    ledger.update(kind.code, obj_id, values)
    if kind.code in AFTER_UPDATE:
        AFTER_UPDATE[kind.code](ledger, row, values)
    apply_parts(ledger, kind, obj_id, incoming)
    if role_id:  # reference 0.4 [T]: the role stays behind
        assign(ledger, kind.code, ledger.world.objects(kind.code)[obj_id], [{"roleID": role_id}])
    return ledger.world.objects(kind.code)[obj_id]


def apply_parts(ledger: Ledger, kind: ObjectType, obj_id: str, incoming: Incoming) -> None:
    """Write collections, forms and custom values; forms first, for the values need them (rule 100)."""
    for name, members in sorted(incoming.collections.items(), key=lambda pair: pair[0] != "objectCategories"):
        replace_collection(ledger, kind, obj_id, name, members)
    category_id = incoming.plain.get("categoryID")
    if category_id and kind.is_extendible:
        check_form(ledger, kind.code, category_id)
        attach(ledger, kind.code, obj_id, [category_id])
    for name, values in incoming.objects.items():
        _write_part(ledger, kind, obj_id, (name, values))
    row = ledger.world.objects(kind.code)[obj_id]
    ledger.update(kind.code, obj_id, custom_values(ledger, row, incoming.custom))


def _write_part(ledger: Ledger, kind: ObjectType, obj_id: str, part: tuple[str, dict[str, Any]]) -> None:
    """Write an object that lives inside another one: the queue of a project (reference 5.1)."""
    name, updates = part
    code = kind.references[name]
    values = read_incoming(ledger, object_type(code), updates).plain
    part_id = ledger.world.objects(kind.code)[obj_id].get(f"{name}ID")
    if part_id:
        ledger.update(code, part_id, values)
    else:
        row = ledger.add(code, {**values, "projectID": obj_id})
        ledger.update(kind.code, obj_id, {f"{name}ID": row["ID"]})
