"""One task that calls once: the cheapest run there is."""

from __future__ import annotations

from airflow.sdk import dag, get_current_context, task

from airflow_provider_workfront.hooks import WorkfrontHook


@dag(schedule=None, catchup=False, max_active_tasks=64, max_active_runs=32)
def few() -> None:
    """Count, in the connection that the run names."""

    @task
    def count() -> int:
        hook = WorkfrontHook(get_current_context()["dag_run"].conf.get("conn_id", "workfront_default"))
        with hook.get_conn() as workfront:
            return workfront.count("PROJ")

    count()


few()
