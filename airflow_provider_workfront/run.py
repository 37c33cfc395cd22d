"""Which DAG run is asking: the current task's, if there is one."""

from __future__ import annotations

from airflow.sdk import get_current_context

from airflow_provider_workfront.broker.client import Run


def current_run() -> Run:
    """Give key and start of the DAG run of the running task; an empty run in triggers, servers and scripts."""
    try:
        dag_run = get_current_context()["dag_run"]
    except (RuntimeError, KeyError):
        return Run()
    key = f"{dag_run.dag_id}\n{dag_run.run_id}\n{dag_run.clear_number or 0}"
    return Run(key, dag_run.start_date.timestamp() if dag_run.start_date else None)
