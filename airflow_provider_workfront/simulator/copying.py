"""Copy an object (rule 92)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflow_provider_workfront.simulator.assignments import ACTIVE, WORK_KEYS, mirror
from airflow_provider_workfront.simulator.editing import apply_parts, visible
from airflow_provider_workfront.simulator.incoming import read_incoming
from airflow_provider_workfront.simulator.ledger import STAMPS
from airflow_provider_workfront.simulator.numbering import place_of
from airflow_provider_workfront.simulator.values import string_list
from airflow_provider_workfront.simulator.wire import illegal
from airflow_provider_workfront.simulator.world import CUSTOM

if TYPE_CHECKING:
    from airflow_provider_workfront.simulator.ledger import Ledger
    from airflow_provider_workfront.simulator.table import Row

COMMON = ("Approvers", "Assignments", "CustomData", "Documents", "Permissions", "Progress")
WORK = (*COMMON, "Constraints", "Expenses", "Financials", "Predecessors", "TimedNotifications")
OPTIONS = {"TASK": WORK, "PROJ": tuple(name for name in WORK if name != "Constraints"), "OPTASK": COMMON}
PROGRESS = {"status": "NEW", "percentComplete": 0.0, "actualStartDate": None, "actualCompletionDate": None}
CLEARED: dict[str, dict[str, Any]] = {
    "Assignments": {"assignedToID": None, "roleID": None, "teamID": None},
    "Constraints": {"taskConstraint": "ASAP", "constraintDate": None},
    "Financials": {"plannedCost": None, "actualCost": None, "budget": None},
    "Approvers": {"approvalProcessID": None},
}
COMPANIONS = {"CustomData": "OBJCAT.objID", "Permissions": "ACSRUL.securityObjID", "Predecessors": "PRED.successorID"}
OWN = frozenset({"ID", "customerID", "referenceNumber", "taskNumber", "wbs", *STAMPS})


def copy(ledger: Ledger, updates: dict[str, Any]) -> Row:
    """Copy the object that `copySourceID` names; what is sent overrides what it had."""
    call = ledger.call
    if "copy" not in call.type.operations:
        raise illegal("Unsupported HTTP method: COPY")
    source = visible(ledger, call.type.code, call.params.get("copySourceID"))
    names = {name: value for name, value in updates.items() if name != "copySourceID"}
    incoming = read_incoming(ledger, call.type, names)
    cleared = read_options(call.type.code, call.params.get("options"))
    row = copy_row(ledger, call.type.code, source, cleared, incoming.plain)
    if call.type.code == "PROJ":
        _copy_tasks(ledger, source["ID"], row["ID"], cleared)
    apply_parts(ledger, call.type, row["ID"], incoming)
    return ledger.world.objects(call.type.code)[row["ID"]]


def read_options(code: str, options: Any) -> frozenset[str]:
    """Read the names of what shall not be copied."""
    names = string_list(options) if options else []
    known = {f"clear{name}": name for name in OPTIONS.get(code, ())}
    for name in names:
        if name not in known:
            raise illegal(f"unknown copy option: {name}")
    return frozenset(known[name] for name in names)


def copy_row(ledger: Ledger, code: str, source: Row, cleared: frozenset[str], changes: dict[str, Any]) -> Row:
    """Copy one row and what hangs on it; the assignments begin anew (reference 5.6)."""
    values = {name: value for name, value in source.items() if name not in OWN}
    if "CustomData" in cleared:
        values = {name: value for name, value in values.items() if not name.startswith(CUSTOM) and name != "categoryID"}
    for name in cleared:
        values |= _kept(code, PROGRESS if name == "Progress" else CLEARED.get(name, {}))
    row = ledger.add(code, {**values, **_numbers(ledger, code, {**values, **changes}), **changes})
    for name, spec in COMPANIONS.items():
        if name not in cleared:
            _copy_rows(ledger, spec, source["ID"], row["ID"])
    if code in WORK_KEYS and "Assignments" not in cleared:
        _copy_rows(ledger, f"ASSGN.{WORK_KEYS[code]}", source["ID"], row["ID"])
        mirror(ledger, code, row["ID"])
    if "Documents" not in cleared:
        _copy_documents(ledger, code, source["ID"], row["ID"])
    return row


def _kept(code: str, values: dict[str, Any]) -> dict[str, Any]:
    status = {"PROJ": "PLN"}.get(code, "NEW")
    return {name: status if name == "status" else value for name, value in values.items()}


def _numbers(ledger: Ledger, code: str, values: Row) -> dict[str, Any]:
    numbers: dict[str, Any] = {"referenceNumber": ledger.world.next_number(code)} if code in OPTIONS else {}
    if code == "TASK":
        numbers |= place_of(ledger.world, values.get("projectID"), values.get("parentID"))
    return numbers


def _copy_rows(ledger: Ledger, spec: str, source_id: str, target_id: str) -> None:
    code, _, key = spec.partition(".")
    for row in ledger.world.find(code, **{key: source_id}):
        fresh = {name: value for name, value in row.items() if name not in OWN}
        ledger.add(code, {**fresh, key: target_id} | ({"status": ACTIVE} if code == "ASSGN" else {}))


def _copy_documents(ledger: Ledger, code: str, source_id: str, target_id: str) -> None:
    for document in ledger.world.find("DOCU", objID=source_id):
        if document.get("docObjCode") == code:
            fresh = {name: value for name, value in document.items() if name not in OWN}
            ledger.add("DOCU", {**fresh, "objID": target_id})


def _copy_tasks(ledger: Ledger, source_id: str, target_id: str, cleared: frozenset[str]) -> None:
    """Copy the tasks of a project, parents before children, so that the tree stays a tree."""
    made: dict[str, str] = {}
    tasks = sorted(ledger.world.find("TASK", projectID=source_id), key=lambda task: task.get("indent", 0))
    for task in tasks:
        place = {"projectID": target_id, "parentID": made.get(task.get("parentID", ""))}
        made[task["ID"]] = copy_row(ledger, "TASK", task, cleared, place)["ID"]
