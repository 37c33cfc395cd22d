"""Watch over late projects in plain Python tasks, and let Workfront know how it went.

Needs the connection `workfront_default`; runs when it is triggered. With more late projects than `most_late` a task
fails: an issue is opened in *Help Desk*, and each further failure is a comment on it. With fewer, the help desk's
description says so. Names such as *Help Desk* are the simulator's: put those of your own Workfront in their place.
"""

from __future__ import annotations

from typing import Any

from airflow.sdk import dag, get_current_context, task
from airflow.sdk.exceptions import AirflowFailException

from airflow_provider_workfront.hooks import WorkfrontHook
from airflow_provider_workfront.notifications import WorkfrontNotifier

HELP_DESK = "Help Desk"
complain = WorkfrontNotifier(project_id=HELP_DESK, values={"priority": 3}, mention="omar@acme.example")
praise = WorkfrontNotifier(
    obj_code="PROJ",
    obj_id="{{ ti.xcom_pull(task_ids='find_help_desk') }}",
    values={"description": "Late projects: {{ ti.xcom_pull(task_ids='late')|length }}, checked by run {{ run_id }}"},
)


@dag(
    schedule=None,
    catchup=False,
    params={"most_late": 5},
    default_args={"on_failure_callback": complain},
    tags=["workfront"],
    doc_md=__doc__,
)
def workfront_notify() -> None:
    """Find them, and judge."""

    @task
    def find_help_desk() -> str:
        """Give the ID of the project that is told."""
        with WorkfrontHook().get_conn() as workfront:
            (found,) = workfront.search("PROJ", {"name": HELP_DESK})
        return str(found["ID"])

    @task
    async def late() -> list[dict[str, Any]]:
        """Give the late projects, and whose they are; a task that is `async` uses the same verbs."""
        async with WorkfrontHook().aget_conn() as workfront:
            found = workfront.search("PROJ", {"status": "CUR", "progressStatus": "LT"}, ["name", "owner:name"])
            return [{"name": row["name"], "owner": row["owner"]["name"]} async for row in found]

    @task(on_success_callback=praise)
    def judge(projects: list[dict[str, Any]]) -> int:
        """Fail if there are too many."""
        most = get_current_context()["params"]["most_late"]
        if len(projects) > most:
            names = ", ".join(f"{project['name']} ({project['owner']})" for project in projects)
            raise AirflowFailException(f"{len(projects)} projects are late, {most} may be: {names}")
        return len(projects)

    find_help_desk() >> judge(late())


workfront_notify()
