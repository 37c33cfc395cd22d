"""What people do with their work: accept it, finish it, pass it on (rules 87 to 89)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflow_provider_workfront.simulator.assignments import (
    ACCEPTED,
    ACTIVE,
    DONE,
    assign,
    assignment,
    assignments_of,
    mirror,
    set_status,
    worker_of,
)
from airflow_provider_workfront.simulator.editing import update
from airflow_provider_workfront.simulator.schema import object_type
from airflow_provider_workfront.simulator.special_records import OBJECT_KEYS
from airflow_provider_workfront.simulator.wire import illegal, not_found

if TYPE_CHECKING:
    from airflow_provider_workfront.simulator.act import Act, Handler
    from airflow_provider_workfront.simulator.table import Row


def _assign(act: Act) -> None:
    worker = worker_of(act.ledger, act.text("objCode"), act.text("objID"))
    act.ledger.add("ASSGN", assignment(act.ledger, act.code, act.row, worker))
    mirror(act.ledger, act.code, act.row["ID"])


def _unassign(act: Act) -> None:
    _drop(act, act.row, act.text("userID"))


def _unassign_occurrences(act: Act) -> list[str]:
    """Take somebody off a task and its recurrences."""
    again = act.row.get("recurrenceRuleID")
    rows = act.ledger.world.find("TASK", recurrenceRuleID=again) if again else [act.row]
    for row in rows:
        _drop(act, row, act.text("userID"))
    return [row["ID"] for row in rows]


def _assign_multiple(act: Act) -> None:
    """Replace all assignments (rule 88)."""
    users, roles, teams = (act.strings(name) for name in ("userIDs", "roleIDs", "teamIDs"))
    if act.args.get("teamID"):
        teams = [act.args["teamID"], *teams]
    if act.code == "OPTASK" and not users and not roles:
        teams = teams[:1]  # reference 5.6: an issue keeps just the first team
    named = [("USER", users), ("ROLE", roles), ("TEAMOB", teams)]
    workers = [worker_of(act.ledger, code, obj_id) for code, ids in named for obj_id in ids]
    assign(act.ledger, act.code, act.row, workers)


def _accept(act: Act) -> None:
    if not _own(act):
        worker = {"assignedToID": act.ledger.user_id}
        act.ledger.add("ASSGN", assignment(act.ledger, act.code, act.row, worker))
        mirror(act.ledger, act.code, act.row["ID"])
    set_status(act.ledger, _own(act), ACCEPTED)
    _take_status(act)


def _unaccept(act: Act) -> None:
    set_status(act.ledger, _own(act), ACTIVE)
    _take_status(act)


def _mark_done(act: Act) -> None:
    set_status(act.ledger, _own(act) or assignments_of(act.ledger, act.code, act.row["ID"]), DONE)
    _take_status(act)


def _mark_not_done(act: Act) -> None:
    """Reopen an assignment: as accepted, not as active (rule 89)."""
    rows = assignments_of(act.ledger, act.code, act.row["ID"])
    wanted = act.args.get("assignmentID")
    chosen = [row for row in rows if row["ID"] == wanted] if wanted else _own(act) or rows
    if wanted and not chosen:
        raise not_found("Assignment", wanted)
    set_status(act.ledger, chosen, ACCEPTED)


def _reply(act: Act) -> None:
    """Say something about an assignment, and perhaps when it will be done."""
    row = act.row
    note = {
        "noteText": act.text("noteText"),
        "noteObjCode": act.code,
        "objID": row["ID"],
        "ownerID": act.ledger.user_id,
        "projectID": row.get("projectID"),
        OBJECT_KEYS[act.code]: row["ID"],
    }
    act.ledger.add("NOTE", note)
    if act.args.get("commitDate"):
        act.update({"commitDate": act.args["commitDate"]})


def _calculate(act: Act) -> None:
    """Pretend to compute: formulas are not interpreted, so nothing changes."""
    _ = act.row


def _link_external(act: Act) -> dict[str, Any]:
    link = act.args.get("externalObject")
    if not link:
        raise illegal("externalObject is required and cannot be empty")
    row = act.ledger.add("OBJINT", {"objID": act.row["ID"], "objObjCode": act.code, **link})
    return {**link, "ID": row["ID"]}


def _unlink_external(act: Act) -> None:
    link_id = act.text("externalObjectID")
    if act.ledger.world.get("OBJINT", link_id) is None:
        raise not_found("External Object", link_id)
    act.ledger.remove("OBJINT", link_id)


def _own(act: Act) -> list[Row]:
    rows = assignments_of(act.ledger, act.code, act.row["ID"])
    return [row for row in rows if row.get("assignedToID") == act.ledger.user_id]


def _drop(act: Act, row: Row, user_id: str) -> None:
    for old in assignments_of(act.ledger, act.code, row["ID"]):
        if old.get("assignedToID") == user_id:
            act.ledger.remove("ASSGN", old["ID"])
    mirror(act.ledger, act.code, row["ID"])


def _take_status(act: Act) -> None:
    if act.args.get("status"):
        update(act.ledger, object_type(act.code), act.row["ID"], {"status": act.args["status"]})


HANDLERS: dict[str, Handler] = {
    "assign": _assign,
    "unassign": _unassign,
    "unassignOccurrences": _unassign_occurrences,
    "assignMultiple": _assign_multiple,
    "acceptWork": _accept,
    "unacceptWork": _unaccept,
    "markDone": _mark_done,
    "markNotDone": _mark_not_done,
    "replyToAssignment": _reply,
    "calculateDataExtension": _calculate,
    "calculateDataExtensions": _calculate,
    "linkExternalObject": _link_external,
    "unlinkExternalObject": _unlink_external,
}
