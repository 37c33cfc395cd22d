"""As many mapped tasks as asked for, each of which says which worker ran it."""

from __future__ import annotations

import os
import time
from collections import Counter

from airflow.sdk import dag, get_current_context, task

from airflow_provider_workfront.hooks import WorkfrontHook


@dag(schedule=None, catchup=False, max_active_tasks=64)
def on_workers() -> None:
    """Count in Workfront on every worker; the environment variable WORKER names it."""

    @task
    def numbers() -> list[int]:
        return list(range(int(get_current_context()["dag_run"].conf["tasks"])))

    @task
    def count(number: int) -> str:
        conf = get_current_context()["dag_run"].conf
        time.sleep(max(0.0, float(conf.get("at", 0)) - time.time()))  # noqa: TID251 it is what the test orders
        with WorkfrontHook(conf["conn_id"]).get_conn() as workfront:
            workfront.count("TASK", {"taskNumber": {"gte": number}})
        return os.environ["WORKER"]

    @task
    def spread(workers: list[str]) -> dict[str, int]:
        return dict(Counter(workers))

    spread(count.expand(number=numbers()))


on_workers()
