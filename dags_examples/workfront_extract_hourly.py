"""Keep tasks and hours of a warehouse up to date: all of them at first, then every hour what has changed.

Needs the connection `workfront_default` and a folder to write to, `output_path` of the parameters: on this machine, or
on S3, Google Cloud Storage or Azure, such as `s3://aws_default@bucket/workfront`.

A run begins where the last one ended, ten minutes earlier: neighbouring runs repeat some rows, so merge by ID. Once a
week all is read, since `lastUpdateDate` does not move for calculated fields, children, and what is newly shared.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from airflow.sdk import dag, task

from airflow_provider_workfront.transfers import WorkfrontToObjectStorageOperator

FIELDS = {
    "TASK": ["name", "status", "percentComplete", "plannedCompletionDate", "projectID", "DE:*"],
    "HOUR": ["hours", "entryDate", "ownerID", "taskID", "status"],
}


@dag(
    schedule="@hourly",
    start_date=datetime(2026, 1, 1),  # noqa: DTZ001 Airflow takes it in its own time zone
    catchup=False,
    max_active_runs=1,  # one after another: each begins where the last one ended
    params={"output_path": "file:///tmp/workfront"},
    default_args={
        "retries": 5,
        "retry_delay": timedelta(seconds=30),
        "retry_exponential_backoff": 2.0,
        "max_retry_delay": timedelta(minutes=15),
    },
    tags=["workfront"],
    doc_md=__doc__,
)
def workfront_extract_hourly() -> None:
    """Write what has changed as Parquet, and hand on which files to load."""

    @task
    def load(written: dict[str, Any]) -> str:
        """Let the warehouse load the files that the manifest names, and merge them by ID."""
        return f"{written['rows']} rows in {written['files']} files: {written['manifest']}"

    for obj_code, fields in FIELDS.items():
        changed = WorkfrontToObjectStorageOperator(
            task_id=f"changed_{obj_code.lower()}",
            obj_code=obj_code,
            fields=fields,
            output_path=f"{{{{ params.output_path }}}}/{obj_code.lower()}/{{{{ run_id | replace(':', '-') }}}}",
            state_path=f"{{{{ params.output_path }}}}/{obj_code.lower()}",  # the columns, for all runs
            file_format="parquet",
            incremental_field="lastUpdateDate",
            full_refresh_every=timedelta(days=7),
        )
        load.override(task_id=f"load_{obj_code.lower()}")(changed.output)


workfront_extract_hourly()
