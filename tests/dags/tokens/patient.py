"""A task that is tried again and again, as tasks in production are."""

from __future__ import annotations

from datetime import timedelta

from airflow.sdk import dag, get_current_context, task

from airflow_provider_workfront.hooks import WorkfrontHook


@dag(schedule=None, catchup=False, default_args={"retries": 60, "retry_delay": timedelta(seconds=1)})
def patient() -> None:
    """Count, in the connection that the run names."""

    @task
    def count() -> int:
        with WorkfrontHook(get_current_context()["dag_run"].conf["conn_id"]).get_conn() as workfront:
            return workfront.count("PROJ")

    count()


patient()
