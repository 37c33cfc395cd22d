"""Wait until nothing of a project is left to do and the project is approved, then say so.

Needs the connection `workfront_default`, and a triggerer: the tasks that wait occupy no worker. `project` of the
parameters is the project's ID. Runs when it is triggered.
"""

from __future__ import annotations

from datetime import timedelta

from airflow.sdk import dag, task

from airflow_provider_workfront.sensors import WorkfrontObjectSensor, WorkfrontSearchSensor

PROJECT = "{{ params.project }}"


@dag(
    schedule=None,
    catchup=False,
    params={"project": ""},
    default_args={"retries": 2, "retry_delay": timedelta(minutes=1)},
    tags=["workfront"],
    doc_md=__doc__,
)
def workfront_wait() -> None:
    """Two waits at the same time, both in the triggerer."""
    nothing_open = WorkfrontSearchSensor(
        task_id="nothing_open",
        obj_code="TASK",
        filters={"projectID": PROJECT, "status": {"notin": ["CPL"]}},
        at_most=0,
        poke_interval=30,
        timeout=timedelta(days=3),
        deferrable=True,
    )
    approved = WorkfrontObjectSensor(
        task_id="approved",
        obj_code="PROJ",
        obj_id=PROJECT,
        field="status",
        reaches=["CPL", "DED"],  # `CPL:A` waits for approval: it is not yet `CPL`
        fields=["name"],
        poke_interval=30,
        timeout=timedelta(days=3),
        deferrable=True,
    )

    @task
    def say(project: dict[str, str]) -> str:
        """Say what has come of it."""
        return f"{project['name']} is {project['status']}"

    nothing_open >> say(approved.output)


workfront_wait()
