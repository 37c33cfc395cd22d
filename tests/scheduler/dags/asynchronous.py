"""A task that works on an event loop."""

from __future__ import annotations

from airflow.sdk import dag, task

from airflow_provider_workfront.hooks import WorkfrontHook


@dag(schedule=None, catchup=False)
def asynchronous() -> None:
    """Search with the asynchronous client."""

    @task
    async def names() -> list[str]:
        async with WorkfrontHook().aget_conn() as workfront:
            return [row["name"] async for row in workfront.search("PROJ", {"status": "CUR"}, ["name"])]

    names()


asynchronous()
