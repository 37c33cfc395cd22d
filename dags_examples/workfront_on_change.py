"""Run when somebody has changed tasks of current projects, and say how those stand now; Workfront calls nobody for it.

Needs the connection `workfront_default` and a triggerer, which asks Workfront every 15 seconds what has changed. What
the connection's own user changes does not count, so a DAG may write to what it watches.
"""

from __future__ import annotations

from datetime import timedelta

from airflow.sdk import Asset, AssetWatcher, dag, task

from airflow_provider_workfront.hooks import WorkfrontHook
from airflow_provider_workfront.triggers import WorkfrontChangeTrigger, changed_ids

WATCHER = AssetWatcher(
    name="workfront",
    trigger=WorkfrontChangeTrigger(
        obj_code="TASK",
        filters={"project:status": "CUR"},
        fields=["status", "percentComplete"],
        poll_interval=15,
    ),
)
CURRENT_TASKS = Asset("workfront_current_tasks", watchers=[WATCHER])


@dag(
    schedule=[CURRENT_TASKS],
    catchup=False,
    max_active_runs=1,
    default_args={"retries": 2, "retry_delay": timedelta(minutes=1)},
    tags=["workfront"],
    doc_md=__doc__,
)
def workfront_on_change() -> None:
    """One run for all changes that were found since the last one began."""

    @task(inlets=[CURRENT_TASKS])
    def changed() -> list[str]:
        """Give the tasks that were changed."""
        return changed_ids(CURRENT_TASKS)

    @task
    def say(ids: list[str]) -> list[str]:
        """Say how they stand; one that was deleted meanwhile is not found."""
        with WorkfrontHook().get_conn() as workfront:
            hundreds = [ids[start : start + 100] for start in range(0, len(ids), 100)]
            found = [row for some in hundreds for row in workfront.search("TASK", {"ID": some}, ["name", "status"])]
        return [f"{row['name']} is {row['status']}" for row in found]

    say(changed())


workfront_on_change()
