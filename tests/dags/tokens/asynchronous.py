"""A task that works on an event loop."""

from __future__ import annotations

from airflow.sdk import dag, get_current_context, task

from airflow_provider_workfront.hooks import WorkfrontHook


@dag(schedule=None, catchup=False)
def asynchronous() -> None:
    """Search with the asynchronous client."""

    @task
    async def names() -> list[str]:
        async with WorkfrontHook(get_current_context()["dag_run"].conf["conn_id"]).aget_conn() as workfront:
            return [row["name"] async for row in workfront.search("PROJ", {"status": "CUR"}, ["name"])]

    names()


asynchronous()
