"""A DAG that writes over the record of a connection, as any DAG can, and then needs a token."""

from __future__ import annotations

from airflow.sdk import Variable, dag, get_current_context, task

from airflow_provider_workfront.hooks import WorkfrontHook


@dag(schedule=None, catchup=False)
def spoiled() -> None:
    """Spoil and count."""

    @task
    def spoil() -> int:
        conn_id = get_current_context()["dag_run"].conf["conn_id"]
        Variable.set(f"workfront_token__{conn_id}", "mine")
        with WorkfrontHook(conn_id).get_conn() as workfront:
            return workfront.count("PROJ")

    spoil()


spoiled()
