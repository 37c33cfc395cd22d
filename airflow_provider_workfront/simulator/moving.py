"""Move tasks and issues between projects, with all that hangs on them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from airflow_provider_workfront.simulator.editing import visible
from airflow_provider_workfront.simulator.numbering import place_of
from airflow_provider_workfront.simulator.wire import illegal

if TYPE_CHECKING:
    from airflow_provider_workfront.simulator.ledger import Ledger
    from airflow_provider_workfront.simulator.table import Row

FOLLOWERS = {"TASK": ("HOUR.taskID", "NOTE.taskID", "ASSGN.taskID", "DOCU.taskID"),
             "OPTASK": ("HOUR.opTaskID", "NOTE.opTaskID", "ASSGN.opTaskID", "DOCU.opTaskID")}  # fmt: skip


def move_task(ledger: Ledger, task: Row, project_id: str, parent_id: str | None) -> None:
    """Move a task and the tasks below it."""
    visible(ledger, "PROJ", project_id)
    if parent_id:
        parent = visible(ledger, "TASK", parent_id)
        if parent.get("projectID") != project_id or parent_id in _below(ledger, task):
            raise illegal(f'Invalid Parameter: parentID value "{parent_id}"')
    place = place_of(ledger.world, project_id, parent_id)
    ledger.update("TASK", task["ID"], {"projectID": project_id, "parentID": parent_id, **place})
    _follow(ledger, "TASK", task["ID"], project_id)
    for child in ledger.world.find("TASK", parentID=task["ID"]):
        move_task(ledger, child, project_id, task["ID"])


def move_issue(ledger: Ledger, issue: Row, project_id: str, task_id: str | None) -> None:
    """Move an issue to a project, or under one of its tasks."""
    visible(ledger, "PROJ", project_id)
    source = ("TASK", task_id) if task_id else ("PROJ", project_id)
    if task_id and visible(ledger, "TASK", task_id).get("projectID") != project_id:
        raise illegal(f'Invalid Parameter: parentID value "{task_id}"')
    values = {"projectID": project_id, "sourceTaskID": task_id, "sourceObjCode": source[0], "sourceObjID": source[1]}
    ledger.update("OPTASK", issue["ID"], values)
    _follow(ledger, "OPTASK", issue["ID"], project_id)


def _below(ledger: Ledger, task: Row) -> set[str]:
    """Give the task itself and all that lie below it: none of them may become its parent."""
    found = {task["ID"]}
    for child in ledger.world.find("TASK", parentID=task["ID"]):
        found |= _below(ledger, child)
    return found


def _follow(ledger: Ledger, code: str, work_id: str, project_id: str) -> None:
    for spec in FOLLOWERS[code]:
        follower, _, key = spec.partition(".")
        for row in ledger.world.find(follower, **{key: work_id}):
            ledger.update(follower, row["ID"], {"projectID": project_id})
