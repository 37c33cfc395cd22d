"""Who works on a task or an issue (rules 87 to 89)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflow_provider_workfront.simulator.schema import object_type
from airflow_provider_workfront.simulator.wire import illegal, not_found

if TYPE_CHECKING:
    from airflow_provider_workfront.simulator.ledger import Ledger
    from airflow_provider_workfront.simulator.table import Row

WORK_KEYS = {"TASK": "taskID", "OPTASK": "opTaskID"}
WORKER_KEYS = ("assignedToID", "roleID", "teamID")
ACTIVE, ACCEPTED, DONE = "AA", "AD", "DN"  # reference 6.4


def assignments_of(ledger: Ledger, code: str, work_id: str) -> list[Row]:
    """Give the assignments of a task or an issue."""
    return ledger.world.find("ASSGN", **{WORK_KEYS[code]: work_id})


def assign(ledger: Ledger, code: str, work: Row, workers: list[dict[str, Any]]) -> None:
    """Replace all assignments of a task or an issue (rule 88)."""
    for old in assignments_of(ledger, code, work["ID"]):
        ledger.remove("ASSGN", old["ID"])
    for worker in workers:
        ledger.add("ASSGN", assignment(ledger, code, work, worker))
    mirror(ledger, code, work["ID"])


def assignment(ledger: Ledger, code: str, work: Row, worker: dict[str, Any]) -> dict[str, Any]:
    """Give the values of an assignment to a user, a role, or a team."""
    return {
        "status": ACTIVE,
        "assignmentPercent": 100.0,
        "workRequired": work.get("workRequired"),
        **worker,
        "roleID": _role(ledger, worker),
        WORK_KEYS[code]: work["ID"],
        "projectID": work.get("projectID"),
        "assignedByID": ledger.user_id,
        "isPrimary": not assignments_of(ledger, code, work["ID"]),
        "isTeamAssignment": bool(worker.get("teamID")),
    }


def mirror(ledger: Ledger, code: str, work_id: str) -> None:
    """Show the first assignment in the fields of the task or issue itself."""
    rows = assignments_of(ledger, code, work_id)
    users = [row for row in rows if row.get("assignedToID")]
    first = (users or rows or [{}])[0]
    team = next((row["teamID"] for row in rows if row.get("teamID")), None)
    values = {"assignedToID": first.get("assignedToID"), "roleID": first.get("roleID"), "teamID": team}
    ledger.update(code, work_id, values)


def worker_of(ledger: Ledger, code: str, obj_id: str) -> dict[str, Any]:
    """Describe a user, a role or a team as the one to work."""
    key = {"USER": "assignedToID", "ROLE": "roleID", "TEAMOB": "teamID"}.get(code)
    if key is None:
        raise illegal(f'Invalid Parameter: objCode value "{code}"')
    if ledger.world.get(code, obj_id) is None:
        raise not_found(object_type(code).label, obj_id)
    return {key: obj_id}


def set_status(ledger: Ledger, rows: list[Row], status: str) -> None:
    """Mark assignments as accepted or done."""
    for row in rows:
        ledger.update("ASSGN", row["ID"], {"status": status})


def _role(ledger: Ledger, worker: dict[str, Any]) -> str | None:
    """Fill in the user's primary role, refuse one that is not theirs (rule 87)."""
    role_id, user_id = worker.get("roleID"), worker.get("assignedToID")
    user = ledger.world.get("USER", user_id)
    if user is None:
        return role_id
    roles = {user.get("roleID"), *(link["roleID"] for link in ledger.world.find("USRROL", userID=user_id))}
    if role_id and role_id not in roles:
        role = ledger.world.get("ROLE", role_id) or {}
        raise illegal(f"{user['name']} cannot be assigned to Role: {role.get('name')}")
    return role_id or user.get("roleID")
