"""The place of a task in its project: number, outline, indent (rule 80)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from airflow_provider_workfront.simulator.world import World


def place_of(world: World, project_id: str | None, parent_id: str | None) -> dict[str, Any]:
    """Give the numbers of a task that comes last among its brothers."""
    parent = world.get("TASK", parent_id) or {}
    table = world.table("TASK")
    number = table.count(("projectID", "parentID"), (project_id, parent.get("ID"))) + 1
    return {
        "taskNumber": table.most("taskNumber", "projectID", project_id) + 1,
        "wbs": f"{parent['wbs']}.{number}" if parent.get("wbs") else str(number),
        "indent": parent.get("indent", -1) + 1,
    }
