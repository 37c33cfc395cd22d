"""Approve, reject and recall (reference 5.12): a status that waits for approval ends in `:A`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflow_provider_workfront.simulator.statuses import PENDING
from airflow_provider_workfront.simulator.wire import illegal

if TYPE_CHECKING:
    from airflow_provider_workfront.simulator.act import Act, Handler

APPROVED, REJECTED = "APV", "REJ"  # reference 6.4
KEYS = {"PROJ": "projectID", "TASK": "taskID", "OPTASK": "opTaskID"}


def _approve(act: Act) -> None:
    status = _pending_status(act)
    _note_decision(act, APPROVED)
    act.update({"status": status.removesuffix(PENDING)})


def _reject(act: Act) -> None:
    _pending_status(act)
    _note_decision(act, REJECTED)
    act.update({"status": act.row.get("previousStatus")})


def _recall(act: Act) -> None:
    _pending_status(act)
    act.update({"status": act.row.get("previousStatus")})


def _pending_status(act: Act) -> str:
    status = str(act.row.get("status", ""))
    if not status.endswith(PENDING):
        raise illegal(f"This {act.ledger.call.type.label} is not pending approval")  # text inferred
    return status


def _note_decision(act: Act, decision: str) -> None:
    row = act.row
    entry: dict[str, Any] = {
        "approvableObjCode": act.code,
        "approvableObjID": row["ID"],
        "approvedByID": act.args.get("userID") or act.ledger.user_id,
        "approvalStepID": row.get("currentApprovalStepID"),
        "status": decision,
        KEYS[act.code]: row["ID"],
    }
    act.ledger.add("ARVSTS", entry)


HANDLERS: dict[str, Handler] = {
    "approveApproval": _approve,
    "rejectApproval": _reject,
    "recallApproval": _recall,
}
