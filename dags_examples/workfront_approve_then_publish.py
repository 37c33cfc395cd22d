"""Complete a project, wait until somebody has approved it, publish its documents, and say there where they are.

Needs the connection `workfront_default`, a triggerer (the task that waits for days occupies no worker), and a folder to
publish to, `folder` of the parameters: on this machine, or on S3, Google Cloud Storage or Azure, such as
`s3://aws_default@bucket/site`. `project` is the project's ID. Runs when it is triggered. A project without an approval
process is completed at once; of one that is rejected nothing is published.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from airflow.sdk import chain, dag, task

from airflow_provider_workfront.hooks import WorkfrontHook
from airflow_provider_workfront.operators import (
    WorkfrontCommentOperator,
    WorkfrontDownloadDocumentOperator,
    WorkfrontStatusOperator,
)
from airflow_provider_workfront.sensors import WorkfrontObjectSensor

if TYPE_CHECKING:
    from collections.abc import Iterable

PROJECT = "{{ params.project }}"


@dag(
    schedule=None,
    catchup=False,
    params={"project": "", "folder": "file:///tmp/workfront/published"},
    default_args={"retries": 3, "retry_delay": timedelta(seconds=30)},
    tags=["workfront"],
    doc_md=__doc__,
)
def workfront_approve_then_publish() -> None:
    """Ask for the approval, wait for it, publish."""
    complete = WorkfrontStatusOperator(task_id="complete", obj_code="PROJ", obj_id=PROJECT, status="Complete")
    decided = WorkfrontObjectSensor(
        task_id="decided",
        obj_code="PROJ",
        obj_id=PROJECT,
        field="status",
        changes_from="CPL:A",  # completed, and waiting for approval
        poke_interval=60,
        timeout=timedelta(days=7),
        deferrable=True,
    )

    @task.short_circuit
    def is_approved(project: dict[str, str]) -> bool:
        """Skip the rest if the project was rejected: then it has the status from before."""
        return project["status"] == "CPL"

    @task
    def find_documents(project: str, folder: str) -> list[dict[str, str]]:
        """Give each document, and the path that it is published under."""
        with WorkfrontHook().get_conn() as workfront:
            found = workfront.search("DOCU", {"projectID": project}, ["name"])
            return [{"document_id": row["ID"], "path": f"{folder}/{project}/{row['name']}"} for row in found]

    @task
    def sentence(files: Iterable[dict[str, str]]) -> str:
        """Say where the documents are."""
        return "Published: " + ", ".join(file["path"] for file in files)

    documents = find_documents(PROJECT, "{{ params.folder }}")
    publish = WorkfrontDownloadDocumentOperator.partial(task_id="publish").expand_kwargs(documents)
    WorkfrontCommentOperator(task_id="say", obj_code="PROJ", obj_id=PROJECT, text=sentence(publish.output))
    chain(complete, decided, is_approved(decided.output), documents)


workfront_approve_then_publish()
