"""Projects, tasks, issues and assignments: what happens when they are created or changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflow_provider_workfront.simulator.assignments import WORK_KEYS, WORKER_KEYS, assign, assignment, mirror
from airflow_provider_workfront.simulator.numbering import place_of
from airflow_provider_workfront.simulator.schedule import (
    PLANNED,
    calculate_timeline,
    day_from,
    minutes_of,
    morning,
    plan,
)
from airflow_provider_workfront.simulator.statuses import entered
from airflow_provider_workfront.simulator.templates import plant_template
from airflow_provider_workfront.simulator.wire import ApiError

if TYPE_CHECKING:
    from airflow_provider_workfront.simulator.ledger import Ledger
    from airflow_provider_workfront.simulator.table import Row

    Values = dict[str, Any]

CONSTRAINTS = frozenset(
    ["ASAP", "ALAP", "MSO", "MFO", "SNET", "SNLT", "FNET", "FNLT", "FIXT", "EAT", "LAT"]
)  # reference 6.4
VIOLATION = "com.attask.common.ProjectStatusViolationException"


def project_violation() -> ApiError:
    """Make the error of a project that is complete (rule 97, quoted from a recorded answer)."""
    return ApiError(
        422,
        VIOLATION,
        "Unable to complete operation for a project of status Complete",
        title=None,
        msgKey="exception.attask",
        attributes=[""],
        code=0,
    )


def new_project(ledger: Ledger, values: Values, _sent: Values) -> Values:
    """Give a project its owner, its group, its dates and its number."""
    user = ledger.world.get("USER", ledger.user_id) or {}
    start = values.get("plannedStartDate") or morning(ledger.world)
    end = values.get("plannedCompletionDate") or day_from(start)
    own = {
        "ownerID": ledger.user_id,
        "groupID": user.get("homeGroupID"),
        "plannedStartDate": start,
        "plannedCompletionDate": end,
        "projectedStartDate": start,
        "projectedCompletionDate": end,
        "referenceNumber": ledger.world.next_number("PROJ"),
    }
    return {**own, **values, **entered(ledger, "PROJ", {}, values)}


def finish_project(ledger: Ledger, row: Row, _sent: Values) -> None:
    """Fill a project from its template (rule 93)."""
    if row.get("templateID"):
        plant_template(ledger, row["ID"], row["templateID"])
        calculate_timeline(ledger, row["ID"])


def changed_project(ledger: Ledger, row: Row, values: Values) -> Values:
    """Let the actual dates follow the status."""
    return {**values, **entered(ledger, "PROJ", row, values)}


def new_task(ledger: Ledger, values: Values, _sent: Values) -> Values:
    """Give a task its place in the project and in time."""
    world = ledger.world
    project = world.get("PROJ", values.get("projectID")) or {}
    _refuse_complete(ledger, project)
    own = {
        **place_of(world, values.get("projectID"), values.get("parentID")),
        "referenceNumber": ledger.world.next_number("TASK"),
        "groupID": project.get("groupID"),
    }
    full = {"durationMinutes": 480, **own, **_unplanned(ledger, values), **minutes_of(values)}
    return {**full, **plan(full, project), **entered(ledger, "TASK", {}, values)}


def changed_task(ledger: Ledger, row: Row, values: Values) -> Values:
    """Plan a task anew; dates that were sent do not stick (reference 5.12)."""
    kept = {name: value for name, value in _unplanned(ledger, values).items() if name != "projectID"}
    kept |= minutes_of({"durationUnit": row.get("durationUnit"), **kept})
    project = ledger.world.get("PROJ", row.get("projectID")) or {}
    planned = (
        plan({**row, **kept}, project) if kept.keys() & {"durationMinutes", "taskConstraint", "constraintDate"} else {}
    )
    return {**kept, **planned, **entered(ledger, "TASK", row, kept)}


def new_template_task(_ledger: Ledger, values: Values, _sent: Values) -> Values:
    """Plan no effort for a template's task: what is sent does not stick (reference 0.4 [T])."""
    return {**values, "workRequired": 0}


def changed_template_task(_ledger: Ledger, _row: Row, values: Values) -> Values:
    """Leave the planned effort at 0."""
    return {name: value for name, value in values.items() if name != "workRequired"}


def new_issue(ledger: Ledger, values: Values, _sent: Values) -> Values:
    """Give an issue its owner and number."""
    project = ledger.world.get("PROJ", values.get("projectID")) or {}
    _refuse_complete(ledger, project)
    start = values.get("plannedStartDate") or morning(ledger.world)
    end = values.get("plannedCompletionDate") or day_from(start)
    own = {
        "ownerID": ledger.user_id,
        "plannedStartDate": start,
        "plannedCompletionDate": end,
        "referenceNumber": ledger.world.next_number("OPTASK"),
    }
    return {**own, **values, **minutes_of(values), **entered(ledger, "OPTASK", {}, values)}


def changed_issue(ledger: Ledger, row: Row, values: Values) -> Values:
    """Change an issue, but not its project: that is said to work and does nothing (rule 86)."""
    kept = {name: value for name, value in values.items() if name != "projectID"}
    return {**kept, **minutes_of(kept), **entered(ledger, "OPTASK", row, kept)}


def finish_task(ledger: Ledger, row: Row, _sent: Values) -> None:
    """Assign the one whom a new task names."""
    _assign_named(ledger, "TASK", row, row)


def finish_issue(ledger: Ledger, row: Row, _sent: Values) -> None:
    """Assign the one whom a new issue names."""
    _assign_named(ledger, "OPTASK", row, row)


def reassign_task(ledger: Ledger, row: Row, values: Values) -> None:
    """Replace the assignments of a task whose assignee was changed."""
    _reassign(ledger, "TASK", row, values)


def reassign_issue(ledger: Ledger, row: Row, values: Values) -> None:
    """Replace the assignments of an issue whose assignee was changed."""
    _reassign(ledger, "OPTASK", row, values)


def new_assignment(ledger: Ledger, values: Values, _sent: Values) -> Values:
    """Fill in the role and the project of an assignment made on its own (rule 87)."""
    code = "TASK" if values.get("taskID") else "OPTASK"
    work = ledger.world.get(code, values.get(WORK_KEYS[code]))
    if work is None:
        return values
    return assignment(ledger, code, work, values)


def finish_assignment(ledger: Ledger, row: Row, _sent: Values) -> None:
    """Show an assignment on its task or issue."""
    code = "TASK" if row.get("taskID") else "OPTASK"
    if row.get(WORK_KEYS[code]):
        mirror(ledger, code, row[WORK_KEYS[code]])


def _reassign(ledger: Ledger, code: str, row: Row, values: Values) -> None:
    if values.keys() & set(WORKER_KEYS):
        _assign_named(ledger, code, ledger.world.objects(code)[row["ID"]], values)


def _assign_named(ledger: Ledger, code: str, work: Row, named: Values) -> None:
    worker = {name: named[name] for name in WORKER_KEYS if named.get(name)}
    assign(ledger, code, work, [worker] if worker else [])


def _unplanned(ledger: Ledger, values: Values) -> Values:
    """Leave out what a client cannot decide; an unknown constraint is passed over, too (reference 5.12)."""
    if values.get("taskConstraint") not in CONSTRAINTS:
        values = {name: value for name, value in values.items() if name != "taskConstraint"}
    if not ledger.options.schedule_tasks:
        return values
    return {name: value for name, value in values.items() if name not in PLANNED}


def _refuse_complete(ledger: Ledger, project: Row) -> None:
    if ledger.world.equates_with("PROJ", project.get("status")) == "CPL":
        raise project_violation()
