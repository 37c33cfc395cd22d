"""A trigger that asks Workfront; in a module of its own, since the triggerer imports it by name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

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
