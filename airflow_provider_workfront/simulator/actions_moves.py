"""Actions that move, copy and plant (reference 5.5 and 5.6)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflow_provider_workfront.simulator.copying import copy_row, read_options
from airflow_provider_workfront.simulator.editing import visible
from airflow_provider_workfront.simulator.moving import move_issue, move_task
from airflow_provider_workfront.simulator.schedule import calculate_timeline
from airflow_provider_workfront.simulator.templates import plant_template
from airflow_provider_workfront.simulator.wire import illegal

if TYPE_CHECKING:
    from airflow_provider_workfront.simulator.act import Act, Handler

COPY_BITS = {  # reference 5.5: each bit clears something
    2: "Assignments",
    4: "Progress",
    128: "Documents",
    65536: "Updates",
    524288: "Permissions",
    1048576: "CustomData",
}


def _move_task(act: Act) -> None:
    read_options("TASK", act.strings("options"))
    move_task(act.ledger, act.row, act.text("projectID"), act.args.get("parentID"))


def _move_tasks(act: Act) -> None:
    read_options("TASK", act.strings("options"))
    for task_id in act.strings("taskIDs"):
        task = visible(act.ledger, "TASK", task_id)
        move_task(act.ledger, task, act.text("projectID"), act.args.get("parentID"))


def _copy_tasks(act: Act) -> list[str]:
    """Copy tasks: status, percentage and actual dates stay, assignments begin anew (reference 5.6)."""
    cleared = read_options("TASK", act.strings("options"))
    visible(act.ledger, "PROJ", act.text("projectID"))
    place = {"projectID": act.text("projectID"), "parentID": act.args.get("parentID")}
    tasks = [visible(act.ledger, "TASK", task_id) for task_id in act.strings("taskIDs")]
    return [copy_row(act.ledger, "TASK", task, cleared, place)["ID"] for task in tasks]


def _move_issue(act: Act) -> None:
    move_issue(act.ledger, act.row, act.text("projectID"), act.args.get("parentID"))


def _move_issues(act: Act) -> None:
    ids = act.strings("issueIDs") or act.strings("IDs")
    if act.args.get("newName") and len(ids) != 1:
        raise illegal("newName needs exactly one issue")
    for issue_id in ids:
        issue = visible(act.ledger, "OPTASK", issue_id)
        move_issue(act.ledger, issue, act.text("projectID"), act.args.get("parentID"))
        if act.args.get("newName"):
            act.ledger.update("OPTASK", issue_id, {"name": act.args["newName"]})


def _copy_issue(act: Act) -> str:
    bits = act.args.get("options") or 0
    source = visible(act.ledger, "OPTASK", act.args.get("opTaskID") or act.ledger.call.obj_id)
    cleared = frozenset(name for bit, name in COPY_BITS.items() if bits & bit)
    changes: dict[str, Any] = {name: act.args[name] for name in ("name", "description") if act.args.get(name)}
    if act.args.get("projectID"):
        changes["projectID"] = visible(act.ledger, "PROJ", act.args["projectID"])["ID"]
    if act.args.get("parentID"):
        changes["sourceTaskID"] = visible(act.ledger, "TASK", act.args["parentID"])["ID"]
    return str(copy_row(act.ledger, "OPTASK", source, cleared, changes)["ID"])


def _attach_template(act: Act) -> str:
    """Plant a template into a project; the first new tasks wait for the one named (reference 5.6)."""
    tasks = plant_template(
        act.ledger,
        act.row["ID"],
        act.text("templateID"),
        parent_id=act.args.get("parentTaskID"),
        without=tuple(act.strings("excludeTemplateTaskIDs")),
    )
    before = act.args.get("predecessorTaskID")
    if before and tasks:
        link = {"predecessorID": visible(act.ledger, "TASK", before)["ID"], "successorID": tasks[0]["ID"]}
        act.ledger.add("PRED", {**link, "predecessorType": "fs"})
    calculate_timeline(act.ledger, act.row["ID"])
    return str(act.row["ID"])


def _calculate_timeline(act: Act) -> None:
    calculate_timeline(act.ledger, act.row["ID"])


def _calculate_finance(act: Act) -> None:
    act.update({"financeLastUpdateDate": act.ledger.world.now()})


def _touch(act: Act) -> None:
    """Check that the object is there: what else happens is not documented."""
    _ = act.row


HANDLERS: dict[str, Handler] = {
    "TASK.move": _move_task,
    "TASK.bulkMove": _move_tasks,
    "TASK.bulkCopy": _copy_tasks,
    "OPTASK.move": _move_issue,
    "OPTASK.moveToTask": _move_issue,
    "OPTASK.bulkMove": _move_issues,
    "OPTASK.bulkMoveWithOptions": _move_issues,
    "OPTASK.copyIssue": _copy_issue,
    "PROJ.attachTemplate": _attach_template,
    "PROJ.calculateTimeline": _calculate_timeline,
    "PROJ.calculateFinance": _calculate_finance,
    "PROJ.updateBusinessCaseSource": _touch,
    "TMPL.calculateTimeline": _touch,
}
