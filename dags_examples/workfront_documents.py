"""File a report on a project, put a newer version in its place, and fetch what Workfront has then.

Needs the connection `workfront_default` and a folder to work in, `folder` of the parameters: on this machine, or on S3,
Google Cloud Storage or Azure, such as `s3://aws_default@bucket/reports`. Runs when it is triggered.
"""

from __future__ import annotations

from datetime import timedelta

from airflow.sdk import ObjectStoragePath, chain, dag, task

from airflow_provider_workfront.operators import (
    WorkfrontCreateOperator,
    WorkfrontDownloadDocumentOperator,
    WorkfrontUploadDocumentOperator,
)

FOLDER = "{{ params.folder }}/{{ run_id | replace(':', '-') }}"


@dag(
    schedule=None,
    catchup=False,
    params={"folder": "file:///tmp/workfront/documents"},
    default_args={"retries": 3, "retry_delay": timedelta(seconds=30)},  # each begins at the beginning of the file
    tags=["workfront"],
    doc_md=__doc__,
)
def workfront_documents() -> None:
    """Upload twice, download once."""

    @task
    def write_report(folder: str, text: str) -> str:
        """Write a file, as any other task may; give its path."""
        path = ObjectStoragePath(folder) / text / "report.csv"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"state\n{text}\n")
        return str(path)

    project = WorkfrontCreateOperator(
        task_id="create_project", obj_code="PROJ", values={"name": "Reports {{ run_id }}"}
    )
    upload = WorkfrontUploadDocumentOperator(
        task_id="upload_report",
        path=write_report.override(task_id="write_draft")(FOLDER, "draft"),
        obj_code="PROJ",
        obj_id="{{ ti.xcom_pull(task_ids='create_project')['ID'] }}",
        name="Report.csv",
        ext_ref_id="{{ run_id }}/report",  # so that a task that is tried again makes no second document
    )
    new_version = WorkfrontUploadDocumentOperator(
        task_id="upload_new_version",
        path=write_report.override(task_id="write_final")(FOLDER, "final"),
        document_id="{{ ti.xcom_pull(task_ids='upload_report')['ID'] }}",
        version="v2.0",
    )
    download = WorkfrontDownloadDocumentOperator(
        task_id="download_report",
        document_id="{{ ti.xcom_pull(task_ids='upload_report')['ID'] }}",
        path=f"{FOLDER}/from_workfront.csv",
    )
    chain(project, upload, new_version, download)


workfront_documents()
