"""Who else may see an object (rule 106)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from airflow_provider_workfront.simulator.schema import object_type
from airflow_provider_workfront.simulator.wire import invalid_value, not_found

if TYPE_CHECKING:
    from airflow_provider_workfront.simulator.act import Act, Handler

ACCESSORS = frozenset({"USER", "TEAMOB", "ROLE", "GROUP", "CMPY"})
CORE_ACTIONS = {  # reference 5.7, with the version that brought each
    "ADD": 0, "DELETE": 0, "EDIT": 0, "LIMITED_EDIT": 0, "VIEW": 0,
    "REMOVE_CUSTOMFORM": 20, "ADD_SUB_PROJECTS": 20, "EDIT_CONTACTINFO": 21,
}  # fmt: skip


def _share(act: Act) -> None:
    """Add one rule; a second one for the same accessor takes the place of the first."""
    accessor = _accessor(act)
    action = str(act.args.get("coreAction") or "VIEW")  # Adobe's team example has none; which it gives is inferred
    if CORE_ACTIONS.get(action, act.ledger.call.version + 1) > act.ledger.call.version:
        raise invalid_value("coreAction", action)
    _remove(act, accessor[1])
    rule = {
        "accessorObjCode": accessor[0],
        "accessorID": accessor[1],
        "coreAction": action,
        "forbiddenActions": act.strings("forbiddenActions"),
        "securityObjCode": act.code,
        "securityObjID": act.row["ID"],
        "isInherited": False,
    }
    act.ledger.add("ACSRUL", rule)


def _unshare(act: Act) -> None:
    _remove(act, _accessor(act)[1])


def _share_public(act: Act) -> str:
    act.update({"isPublic": True, "publicToken": act.row["ID"]})
    return str(act.row["ID"])


def _unshare_public(act: Act) -> None:
    act.update({"isPublic": False, "publicToken": None})


def _accessor(act: Act) -> tuple[str, str]:
    code, obj_id = act.text("accessorObjCode"), act.text("accessorID")
    if code not in ACCESSORS:
        raise invalid_value("accessorObjCode", code)
    if act.ledger.world.get(code, obj_id) is None:
        raise not_found(object_type(code).label, obj_id)
    return code, obj_id


def _remove(act: Act, accessor_id: str) -> None:
    for rule in act.ledger.world.find("ACSRUL", securityObjID=act.row["ID"], accessorID=accessor_id):
        act.ledger.remove("ACSRUL", rule["ID"])


HANDLERS: dict[str, Handler] = {
    "share": _share,
    "unshare": _unshare,
    "sharePublic": _share_public,
    "unsharePublic": _unshare_public,
}
