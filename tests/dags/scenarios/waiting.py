"""A sensor that waits in the triggerer."""

from __future__ import annotations

from datetime import timedelta

from airflow.sdk import dag

from airflow_provider_workfront.sensors import WorkfrontObjectSensor


@dag(schedule=None, catchup=False)
def waiting() -> None:
    """One task."""
    WorkfrontObjectSensor(
        task_id="approved",
        workfront_conn_id="{{ dag_run.conf['conn_id'] }}",
        obj_code="PROJ",
        obj_id="{{ dag_run.conf['project'] }}",
        field="status",
        reaches="CPL",
        poke_interval=1,
        timeout=timedelta(minutes=5),
        deferrable=True,
    )


waiting()
