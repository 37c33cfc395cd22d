"""A DAG that runs when tasks are changed, polled for every second."""

from __future__ import annotations

from airflow.sdk import Asset, AssetWatcher, dag, task

from airflow_provider_workfront.triggers import WorkfrontChangeTrigger, changed_ids

TRIGGER = WorkfrontChangeTrigger(obj_code="TASK", poll_interval=1, end_lag=0.5, max_events_per_minute=100)
TASKS = Asset("tasks", watchers=[AssetWatcher(name="workfront", trigger=TRIGGER)])


@dag(schedule=[TASKS], catchup=False, max_active_runs=1)
def on_change() -> None:
    """One task."""

    @task(inlets=[TASKS])
    def work() -> list[str]:
        """Give what was changed."""
        return changed_ids(TASKS)

    work()


on_change()
