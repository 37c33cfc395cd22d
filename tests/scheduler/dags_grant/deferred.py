"""A deferrable task: it asks once, waits in the triggerer, which asks too, and comes back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseOperator, dag, get_current_context
from airflow.triggers.base import BaseTrigger, TriggerEvent

from airflow_provider_workfront.hooks import WorkfrontHook

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


class Counted(BaseTrigger):
    """Count on the event loop, three times."""

    def __init__(self, conn_id: str) -> None:
        super().__init__()
        self.conn_id = conn_id

    def serialize(self) -> tuple[str, dict[str, Any]]:
        return f"{self.__class__.__module__}.{self.__class__.__qualname__}", {"conn_id": self.conn_id}

    async def run(self) -> AsyncIterator[TriggerEvent]:
        counted = 0
        for _ in range(3):
            async with WorkfrontHook(self.conn_id).aget_conn() as workfront:
                counted = await workfront.count("PROJ")
        yield TriggerEvent(counted)


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
    from airflow.sdk import task

    @task.sensor(mode="reschedule", poke_interval=1, timeout=60)
    def third_time() -> bool:
        context = get_current_context()
        with WorkfrontHook(context["dag_run"].conf["conn_id"]).get_conn() as workfront:
            return (
                workfront.request("GET", "proj/count") is not None
                and context["ti"].get_first_reschedule_date(first_try_number=1) is not None
            )

    third_time()


deferred()
sensing()
