"""A deferrable task that asks once, waits in the triggerer, which asks too, and comes back; and a sensor."""

from __future__ import annotations

from typing import Any

from airflow.sdk import BaseOperator, dag, get_current_context, task
from support.counted import Counted

from airflow_provider_workfront.hooks import WorkfrontHook


class Waiting(BaseOperator):
    """Ask, defer, and ask again."""

    def execute(self, context: Any) -> None:
        conn_id = context["dag_run"].conf["conn_id"]
        with WorkfrontHook(conn_id).get_conn() as workfront:
            workfront.count("PROJ")
        self.defer(trigger=Counted(conn_id), method_name="resume")

    def resume(self, context: Any, event: int) -> int:
        with WorkfrontHook(context["dag_run"].conf["conn_id"]).get_conn() as workfront:
            assert workfront.count("PROJ") == event
        return event


@dag(schedule=None, catchup=False)
def deferred() -> None:
    """One task."""
    Waiting(task_id="waiting")


@dag(schedule=None, catchup=False)
def sensing() -> None:
    """A sensor in reschedule mode: each poke is a process of its own."""

    @task.sensor(mode="reschedule", poke_interval=1, timeout=60)
    def second_time() -> bool:
        context = get_current_context()
        with WorkfrontHook(context["dag_run"].conf["conn_id"]).get_conn() as workfront:
            workfront.count("PROJ")
        return context["ti"].get_first_reschedule_date(context) is not None

    second_time()


deferred()
sensing()
