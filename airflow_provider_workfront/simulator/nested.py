"""Collections inside a write: the list that is sent replaces the list that is there (rule 85)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from airflow_provider_workfront.simulator.assignments import assign
from airflow_provider_workfront.simulator.forms import attach, detach, form_ids
from airflow_provider_workfront.simulator.schema import ObjectType, object_type
from airflow_provider_workfront.simulator.schema.links import JOINS, OWNER_KEYS
from airflow_provider_workfront.simulator.values import plain_value
from airflow_provider_workfront.simulator.wire import illegal, invalid_value

if TYPE_CHECKING:
    from airflow_provider_workfront.simulator.ledger import Ledger

OWNED = frozenset({"ASSGN", "TASSGN", "POPT", "RATE", "RESVT", "NTAG", "OBJCAT"})  # beside the secondary types


@dataclass(frozen=True, slots=True)
class Link:
    """Say which rows make up a collection: their type, the field that names the owner, the one that leads on."""

    code: str
    key: str
    onward: str = ""


def link_of(kind: ObjectType, name: str) -> Link | None:
    """Find the rows behind a collection; None when they are objects in their own right."""
    spec = JOINS.get(f"{kind.code}.{name}", "")
    if spec and not spec.startswith("enum:"):
        source, _, onward = spec.partition(">")
        code, _, key = source.partition(".")
    else:
        code, onward = kind.collections.get(name, ""), ""
        key = _owner_key(kind, object_type(code)) if code else ""
    is_owned = bool(code and key) and (object_type(code).secondary or code in OWNED or bool(onward))
    return Link(code, key, onward) if is_owned else None


def replace_collection(ledger: Ledger, kind: ObjectType, obj_id: str, name: str, members: Any) -> None:
    """Put these members in the place of all that were there."""
    if not isinstance(members, list) or not all(isinstance(member, dict) for member in members):
        raise invalid_value(name, members)
    if name == "objectCategories":
        _replace_forms(ledger, kind, obj_id, members)
    elif name == "assignments" and kind.code in {"TASK", "OPTASK"}:
        workers = [_row(ledger, object_type("ASSGN"), member) for member in members]
        assign(ledger, kind.code, ledger.world.objects(kind.code)[obj_id], workers)
    else:
        _replace_rows(ledger, kind, obj_id, (name, members))


def _replace_rows(ledger: Ledger, kind: ObjectType, obj_id: str, sent: tuple[str, list[dict[str, Any]]]) -> None:
    name, members = sent
    link = link_of(kind, name)
    if link is None:
        raise illegal(f"{name} ({kind.name}) cannot be written; write to its members")
    for old in ledger.world.find(link.code, **{link.key: obj_id}):
        ledger.remove(link.code, old["ID"])
    for member in members:
        ledger.add(link.code, {**_member(ledger, link, member), **_owner(kind, link, obj_id)})


def _member(ledger: Ledger, link: Link, member: dict[str, Any]) -> dict[str, Any]:
    if link.onward and "ID" in member:
        member = {link.onward: member["ID"]}
    if link.code == "NTAG" and not member.get("objObjCode"):
        raise illegal("objCode cannot be null")  # reference 5.12
    return _row(ledger, object_type(link.code), member)


def _row(ledger: Ledger, kind: ObjectType, member: dict[str, Any]) -> dict[str, Any]:
    names = (name for name in member if name not in {"ID", "objCode"})
    return {name: plain_value(ledger, kind, name, member[name]) for name in names}


def _owner(kind: ObjectType, link: Link, obj_id: str) -> dict[str, Any]:
    """Name the owner in a member: by ID, and by code where the member has room for it."""
    code_key = {"securityObjID": "securityObjCode", "objID": "objObjCode"}.get(link.key)
    return {link.key: obj_id} | ({code_key: kind.code} if code_key else {})


def _replace_forms(ledger: Ledger, kind: ObjectType, obj_id: str, members: list[dict[str, Any]]) -> None:
    wanted = [str(member.get("categoryID", "")) for member in members]
    row = ledger.world.objects(kind.code)[obj_id]
    detach(ledger, kind, obj_id, [each for each in form_ids(ledger.world, row) if each not in wanted])
    attach(ledger, kind.code, obj_id, wanted)
    if wanted and "categoryID" in kind.fields:
        ledger.update(kind.code, obj_id, {"categoryID": wanted[0]})


def _owner_key(owner: ObjectType, member: ObjectType) -> str:
    candidates = (OWNER_KEYS.get(owner.code, ""), "objID", "securityObjID")
    return next((key for key in candidates if key in member.fields), "")
