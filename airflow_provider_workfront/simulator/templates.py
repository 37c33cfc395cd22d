"""Projects from templates (rule 93, reference 5.6 `attachTemplate`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from airflow_provider_workfront.simulator.assignments import WORKER_KEYS, assign
from airflow_provider_workfront.simulator.defaults import DEFAULTS
from airflow_provider_workfront.simulator.numbering import place_of
from airflow_provider_workfront.simulator.wire import not_found

if TYPE_CHECKING:
    from airflow_provider_workfront.simulator.ledger import Ledger
    from airflow_provider_workfront.simulator.table import Row

CARRIED = (
    "name", "description", "duration", "durationMinutes", "durationUnit", "durationType", "workRequired", "work",
    "priority", "taskConstraint", "costType", "revenueType", "trackingMode", "milestoneID", "categoryID",
)  # fmt: skip


def plant_template(
    ledger: Ledger, project_id: str, template_id: str, *, parent_id: str | None = None, without: tuple[str, ...] = ()
) -> list[Row]:
    """Copy the tasks of a template into a project, the tree and the predecessors included."""
    world = ledger.world
    if world.get("TMPL", template_id) is None:
        raise not_found("Template", template_id)
    steps = [step for step in world.find("TTSK", templateID=template_id) if step["ID"] not in without]
    steps.sort(key=lambda step: step.get("taskNumber", 0))
    made: dict[str, Row] = {}
    for step in steps:
        parent = made.get(step.get("parentID", ""))
        made[step["ID"]] = _plant_step(ledger, project_id, step, parent["ID"] if parent else parent_id)
    for step in steps:
        _link_predecessors(ledger, made, step)
    return list(made.values())


def _plant_step(ledger: Ledger, project_id: str, step: Row, parent_id: str | None) -> Row:
    own = {
        **place_of(ledger.world, project_id, parent_id),
        "projectID": project_id,
        "parentID": parent_id,
        "templateTaskID": step["ID"],
        "referenceNumber": ledger.world.next_number("TASK"),
    }
    carried = {name: step[name] for name in CARRIED if name in step}
    task = ledger.add("TASK", {**DEFAULTS["TASK"], **carried, **own})
    workers = ledger.world.find("TASSGN", templateTaskID=step["ID"]) or [step]
    named = [{key: worker[key] for key in WORKER_KEYS if worker.get(key)} for worker in workers]
    assign(ledger, "TASK", task, [worker for worker in named if worker])
    return task


def _link_predecessors(ledger: Ledger, made: dict[str, Row], step: Row) -> None:
    for link in ledger.world.find("TPRED", successorID=step["ID"]):
        before = made.get(link["predecessorID"])
        if before is not None:
            kind = {"predecessorType": link.get("predecessorType", "fs")}
            ledger.add("PRED", {"predecessorID": before["ID"], "successorID": made[step["ID"]]["ID"], **kind})
