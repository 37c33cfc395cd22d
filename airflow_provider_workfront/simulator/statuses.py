"""What follows when a project, a task or an issue enters a status (reference 6.4)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflow_provider_workfront.simulator.derived import DONE

if TYPE_CHECKING:
    from airflow_provider_workfront.simulator.ledger import Ledger
    from airflow_provider_workfront.simulator.table import Row

PENDING = ":A"
STARTED = frozenset({"INP", "CUR"})


def entered(ledger: Ledger, code: str, row: Row, values: dict[str, Any]) -> dict[str, Any]:
    """Give what a write of `status` brings along; nothing when the status stays."""
    status = values.get("status")
    if status in {None, row.get("status")}:
        return {}
    if row and _needs_approval(ledger, {**row, **values}, str(status)):
        return {"status": f"{status}{PENDING}", "previousStatus": row.get("status")}
    before = {"previousStatus": row["status"]} if row else {}
    return {**before, **_progress(ledger, code, row, str(status))}


def _needs_approval(ledger: Ledger, row: Row, status: str) -> bool:
    process = ledger.world.get("ARVPRC", row.get("approvalProcessID")) or {}
    return status in process.get("approvalStatuses", ())


def _progress(ledger: Ledger, code: str, row: Row, status: str) -> dict[str, Any]:
    """Let the actual dates and the percentage follow."""
    base = ledger.world.equates_with(code, status)
    if status.endswith(PENDING) or base == ledger.world.equates_with(code, row.get("status")):
        return {}
    now = ledger.world.now()
    start = {"actualStartDate": row.get("actualStartDate", now)}
    if base in DONE[code]:
        return {**start, "percentComplete": 100.0, "actualCompletionDate": now}
    return {**(start if base in STARTED else {}), "actualCompletionDate": None}
