"""As many mapped tasks as asked for, which all need a token at the same second."""

from __future__ import annotations

import time
from pathlib import Path

from airflow.sdk import dag, get_current_context, task

from airflow_provider_workfront.hooks import WorkfrontHook


@dag(schedule=None, catchup=False, max_active_tasks=64, max_active_runs=32)
def at_once() -> None:
    """`tasks` instances meet at the folder `barrier`, then call `calls` times, after each waiting for file `gate`."""

    @task
    def numbers() -> list[int]:
        return list(range(int(get_current_context()["dag_run"].conf.get("tasks", 2))))

    @task
    def count(number: int) -> int:
        conf = get_current_context()["dag_run"].conf
        hook = WorkfrontHook(conf.get("conn_id", "workfront_default"))
        if "barrier" in conf:
            (Path(conf["barrier"]) / str(number)).touch()
            while not (Path(conf["barrier"]) / "open").exists():
                time.sleep(0.02)  # noqa: TID251 it is what the test orders
        counted = 0
        with hook.get_conn() as workfront:
            for _ in range(int(conf.get("calls", 1))):
                counted = workfront.count("TASK", {"taskNumber": {"gte": number}})
                time.sleep(float(conf.get("pause", 0)))  # noqa: TID251 likewise
                while not Path(conf.get("gate", "/")).exists():
                    time.sleep(0.1)  # noqa: TID251 likewise
        return counted

    count.expand(number=numbers())


at_once()
