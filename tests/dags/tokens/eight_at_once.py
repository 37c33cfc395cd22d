"""Eight mapped tasks that begin at once, the first ones to need a token."""

from __future__ import annotations

from airflow.sdk import dag, get_current_context, task

from airflow_provider_workfront.hooks import WorkfrontHook


@dag(schedule=None, catchup=False)
def eight_at_once() -> None:
    """Count something eight times."""

    @task
    def count(number: int) -> int:
        with WorkfrontHook(get_current_context()["dag_run"].conf["conn_id"]).get_conn() as workfront:
            return workfront.count("TASK", {"taskNumber": {"gte": number}})

    count.expand(number=list(range(8)))


eight_at_once()
