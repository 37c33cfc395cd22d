"""Which DAG run is asking: the current task's, if there is one."""

from __future__ import annotations

from airflow.sdk import get_current_context

from airflow_provider_workfront.broker.client import Run


def current_run() -> Run:
    """Give key and start of the running task's DAG run, and its name; an empty run in triggers, servers and scripts."""
    try:
        context = get_current_context()
        dag_run, task = context["dag_run"], context["ti"]
    except (RuntimeError, KeyError):
        return Run()
    key = f"{dag_run.dag_id}\n{dag_run.run_id}\n{dag_run.clear_number or 0}"
    index = f"[{task.map_index}]" if task.map_index is not None and task.map_index >= 0 else ""
    who = f"{task.dag_id}.{task.task_id}{index} try {task.try_number}"
    return Run(key, dag_run.start_date.timestamp() if dag_run.start_date else None, who)
