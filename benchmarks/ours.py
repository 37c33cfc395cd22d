"""This provider: its clients as they are, and its operator as a task runs it."""

from __future__ import annotations

import asyncio
import json
import os
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from reader import API, KEY, Reader

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from airflow_provider_workfront.api.slices import Slice

AT_ONCE = 10
PACKAGE = "airflow_provider_workfront"
VERSIONS = ("airflow-provider-workfront", "httpx", "msgspec")


def lines(slices: Sequence[Slice]) -> bytes:
    """Give rows as JSON Lines: each row is a line as it came."""
    return b"\n".join([each.text for each in slices]) + b"\n"


def blocking(**pace: int) -> Callable[[str, Path], None]:
    """Read with the blocking client."""

    def read(url: str, file: Path) -> None:
        from airflow_provider_workfront.api.reads import Search
        from airflow_provider_workfront.auth.session import ApiKeySession
        from airflow_provider_workfront.client import HttpOptions, Pace, open_client

        options = HttpOptions(pace=Pace(**pace))
        with (
            open_client(ApiKeySession(KEY), api_root=f"{url}{API}", options=options) as client,
            file.open("wb") as out,
        ):
            for slices in client.slices(Search("TASK", fields="*")):
                out.write(lines(slices))

    return read


def awaiting(**pace: int) -> Callable[[str, Path], None]:
    """Read with the client for event loops."""

    async def read(url: str, file: Path) -> None:
        from airflow_provider_workfront.api.reads import Search
        from airflow_provider_workfront.auth.session import ApiKeySession
        from airflow_provider_workfront.client import HttpOptions, Pace, open_async_client

        options = HttpOptions(pace=Pace(**pace))
        client = open_async_client(ApiKeySession(KEY), api_root=f"{url}{API}", options=options)
        async with client:
            with file.open("wb") as out:
                async for slices in client.slices(Search("TASK", fields="*")):
                    out.write(lines(slices))

    return lambda url, file: asyncio.run(read(url, file))


def operator(**extra: int) -> Callable[[str, Path], None]:
    """Read as a task does: the operator, its manifest, files of 50,000 rows in a folder named as the file."""

    def read(url: str, file: Path) -> None:
        from airflow.sdk.bases.operator import ExecutorSafeguard

        from airflow_provider_workfront.transfers import WorkfrontToObjectStorageOperator

        conn = {"conn_type": "workfront", "host": url, "extra": {"auth": "api_key", "api_key": KEY, **extra}}
        os.environ["AIRFLOW_CONN_WORKFRONT_DEFAULT"] = json.dumps(conn)
        task = WorkfrontToObjectStorageOperator(task_id="bench", obj_code="TASK", fields=["*"], output_path=str(file))
        ExecutorSafeguard.tracker.set(task)
        task.execute(_context())

    return read


def _context() -> Any:
    """Give as much of a task's surroundings as a whole read looks at."""
    from airflow.utils.types import DagRunType

    now = datetime.now(UTC)
    run = {"run_id": "bench", "run_type": DagRunType.MANUAL, "start_date": now, "run_after": now, "clear_number": 0}
    interval = {"data_interval_start": None, "data_interval_end": None}
    task = {"dag_id": "bench", "task_id": "bench", "map_index": -1, "try_number": 1}
    return {"dag_run": SimpleNamespace(**run, **interval), "ti": SimpleNamespace(**task)}


TEN = {"first": AT_ONCE, "most": AT_ONCE}
NEEDS = (f"{PACKAGE}.client", f"{PACKAGE}.api.reads", f"{PACKAGE}.auth.session", f"{PACKAGE}.api.slices")
OPERATOR = (f"{PACKAGE}.hooks", f"{PACKAGE}.transfers", f"{PACKAGE}.transfers.extraction", "airflow.sdk.io")
ALL = ("extract", "torn", "memory")
READERS = {
    "ours, operator": Reader(
        operator(max_concurrency=AT_ONCE),
        (*NEEDS, *OPERATOR),
        ("airflow-provider-workfront", "apache-airflow"),
        told="WorkfrontToObjectStorageOperator, max_concurrency 10, outside a scheduler",
        benches=ALL,
        quick=("memory",),
    ),
    "ours, operator, defaults": Reader(
        operator(),
        (*NEEDS, *OPERATOR),
        ("airflow-provider-workfront", "apache-airflow"),
        told="the same with max_concurrency unset: begins with 2 calls at once, 4 at most",
        benches=("extract",),
    ),
    "ours, client": Reader(
        blocking(**TEN),
        NEEDS,
        VERSIONS,
        told="client.slices, max_concurrency 10, rows written as they came",
        benches=ALL,
        quick=("extract",),
    ),
    "ours, async client": Reader(
        awaiting(**TEN),
        NEEDS,
        VERSIONS,
        told="the same on an event loop",
        benches=ALL,
        quick=("torn",),
    ),
    "ours, client, defaults": Reader(
        blocking(), NEEDS, VERSIONS, told="client.slices with max_concurrency unset", benches=("extract",)
    ),
}
