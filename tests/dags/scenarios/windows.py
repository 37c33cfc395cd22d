"""One extraction on each kind of schedule; each has a folder, and so a watermark, of its own."""

from __future__ import annotations

import os
from datetime import datetime, timedelta

from airflow.sdk import DAG, Asset, CronDataIntervalTimetable

from airflow_provider_workfront.transfers import WorkfrontToObjectStorageOperator

EXTRACTED = Asset("extracted")
NOW = datetime.fromisoformat(os.environ["WINDOWS_NOW"]).replace(minute=0, second=0, microsecond=0)
CATCHING_UP = {"start_date": NOW - timedelta(hours=2), "end_date": NOW, "catchup": True, "max_active_runs": 1}


def extraction(name: str, **rest: object) -> None:
    """Read what has changed."""
    WorkfrontToObjectStorageOperator(
        task_id="extract",
        obj_code="TASK",
        fields=["name"],
        output_path=f"{os.environ['WINDOWS_OUT']}/{name}/{{{{ run_id | replace(':', '_') }}}}",
        incremental_field="lastUpdateDate",
        retries=5,  # the scheduler may be there before the api-server is
        retry_delay=timedelta(seconds=2),
        **rest,
    )


with DAG("cron", schedule="@hourly", **CATCHING_UP):
    extraction("cron", outlets=[EXTRACTED])

with DAG("interval", schedule=CronDataIntervalTimetable("@hourly", "UTC"), **CATCHING_UP):
    extraction("interval")

with DAG("by_asset", schedule=[EXTRACTED], max_active_runs=1):
    extraction("by_asset")
