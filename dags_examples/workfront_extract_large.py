"""Read all tasks of a large Workfront with eight workers side by side.

A search is cut into slices by the date of creation, and each slice is a mapped task of its own: it writes its own
files, is tried again by itself, and goes on behind its last finished file. Needs the connection `workfront_default`;
runs when it is triggered, with the folder to write to as `output_path`.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from airflow.sdk import dag, task

from airflow_provider_workfront.hooks import WorkfrontHook
from airflow_provider_workfront.transfers import WorkfrontToObjectStorageOperator, plan_slices

SLICES = 8


@dag(
    schedule=None,
    catchup=False,
    max_active_runs=1,
    params={"output_path": "file:///tmp/workfront"},
    default_args={
        "retries": 5,
        "retry_delay": timedelta(seconds=30),
        "retry_exponential_backoff": 2.0,
        "max_retry_delay": timedelta(minutes=10),
    },
    tags=["workfront"],
    doc_md=__doc__,
)
def workfront_extract_large() -> None:
    """Plan eight slices, read them side by side, and say what came of it."""

    @task
    def plan() -> list[dict[str, Any]]:
        """Cut the tasks into eight; `plan_slices("TASK")` alone makes slices of 50,000 rows each."""
        with WorkfrontHook().get_conn() as workfront:
            rows = workfront.count("TASK")
        return plan_slices("TASK", rows_per_slice=max(1, -(-rows // SLICES)))

    read = WorkfrontToObjectStorageOperator.partial(
        task_id="read",
        obj_code="TASK",
        fields=["name", "status", "percentComplete", "entryDate", "lastUpdateDate"],
        output_path="{{ params.output_path }}/tasks/{{ run_id }}",
        compression="gzip",
        # Workfront bears few calls at once, of all a customer's tools together. A pool is Airflow's own way to share
        # them among DAGs: `airflow pools set workfront 3 "tasks that call Workfront"`, and here `pool="workfront"`;
        # for this DAG alone, `max_active_tis_per_dagrun=3` does.
    ).expand(filters=plan())

    @task
    def summarize(slices: list[dict[str, Any]]) -> dict[str, int]:
        """Add up; each result names the manifest that tells which files to load."""
        return {"slices": len(slices), "rows": sum(each["rows"] for each in slices)}

    summarize(read.output)


workfront_extract_large()
