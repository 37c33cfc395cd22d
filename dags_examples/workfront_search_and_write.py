"""Search Workfront, write what was found out, and change many tasks at once.

Needs the connection `workfront_default` and nothing else; runs when it is triggered.
"""

from __future__ import annotations

from typing import Any

from airflow.sdk import dag, task

from airflow_provider_workfront.hooks import WorkfrontHook
from airflow_provider_workfront.operators import (
    WorkfrontCreateOperator,
    WorkfrontOperator,
    WorkfrontSearchOperator,
    WorkfrontUpdateOperator,
)


@dag(schedule=None, catchup=False, tags=["workfront"], doc_md=__doc__)
def workfront_search_and_write() -> None:
    """Find current projects, keep a project that says what was found, and start eight tasks."""
    projects = WorkfrontSearchOperator(
        task_id="find_current_projects",
        obj_code="PROJ",
        filters={"status": "CUR"},
        fields=[
            "name",
            "status",
            "plannedCompletionDate",
            "owner:name",
            "DE:Budget Cap",
        ],  # DE: names a custom field, here one of the simulator's
    )

    created = WorkfrontCreateOperator(
        task_id="create_project",
        obj_code="PROJ",
        values={"name": "Airflow {{ run_id }}", "status": "PLN"},
    )

    updated = WorkfrontUpdateOperator(
        task_id="update_project",
        obj_code="PROJ",
        obj_id="{{ ti.xcom_pull(task_ids='create_project')['ID'] }}",
        values={
            "status": "CUR",
            "description": "{{ ti.xcom_pull(task_ids='find_current_projects') | length }} projects were current",
        },
        fields=["name", "status", "description"],
    )
    projects >> updated
    created >> updated

    open_tasks = WorkfrontSearchOperator(
        task_id="find_open_tasks",
        obj_code="TASK",
        filters={"status": ["NEW", "INP"]},
        fields=["name", "status"],
        limit=8,
    )

    @task
    def plan_changes(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Say for each task what is to be changed: one mapped instance each."""
        return [{"obj_id": row["ID"], "values": {"status": "INP"}} for row in found]

    WorkfrontOperator.partial(task_id="start_tasks", operation="update", obj_code="TASK").expand_kwargs(
        plan_changes(open_tasks.output)
    )

    @task
    def summarize(found: list[dict[str, Any]]) -> dict[str, int]:
        """Ask the hook for what no operator is needed for: the client's verbs, in plain Python."""
        with WorkfrontHook("workfront_default").get_conn() as workfront:
            return {row["name"]: workfront.count("TASK", {"projectID": row["ID"]}) for row in found[:5]}

    summarize(projects.output)


workfront_search_and_write()
