"""A run of an operator as Airflow makes it: its times, its type, its store; and what it wrote."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import zstandard
from airflow.sdk.api.datamodels._generated import DagRunType
from support.tasks import run

from airflow_provider_workfront.transfers import WATERMARKS
from airflow_provider_workfront.transfers.turn import WRITES

NOW = datetime(2026, 3, 18, 15, 30, tzinfo=UTC)
HOUR = timedelta(hours=1)


class Kept(dict):
    """A store with the face of Airflow's: it holds JSON."""

    def set(self, key: str, value: Any) -> None:
        """Keep a value as JSON does."""
        self[key] = json.loads(json.dumps(value))


def context(  # noqa: PLR0913 each by its name
    *,
    run_id: str = "scheduled__1",
    kind: str = "scheduled",
    began: datetime = NOW,
    interval: tuple[datetime, datetime] | None = None,
    store: Kept | None = None,
    cleared: int = 0,
    map_index: int = -1,
) -> dict[str, Any]:
    """Give what a task needs of Airflow's context."""
    start, end = interval or (None, None)
    dag_run = SimpleNamespace(
        run_id=run_id, run_type=DagRunType(kind), start_date=began, run_after=began,
        data_interval_start=start, data_interval_end=end, clear_number=cleared,
    )  # fmt: skip
    pushed = Kept()
    ti = SimpleNamespace(dag_id="d", task_id="t", map_index=map_index, xcom_push=pushed.set, pushed=pushed)
    return {
        "dag_run": dag_run,
        "ti": ti,
        "asset_state_store": {each: Kept() if store is None else store for each in (WATERMARKS, WRITES)},
    }


def manifest(result: dict[str, Any]) -> dict[str, Any]:
    """Read the manifest that a task's result names."""
    return json.loads(Path(result["manifest"].removeprefix("file://")).read_text())


def unpacked(path: Path) -> bytes:
    """Read a file, packed or not."""
    content = path.read_bytes()
    if path.suffix == ".gz":
        return gzip.decompress(content)
    return zstandard.ZstdDecompressor().decompressobj().decompress(content) if path.suffix == ".zst" else content


def rows(result: dict[str, Any]) -> list[dict[str, Any]]:
    """Read the rows of all files that the manifest names, in order."""
    folder = Path(result["manifest"].removeprefix("file://")).parent
    texts = [unpacked(folder / file["name"]) for file in manifest(result)["files"]]
    return [json.loads(line) for text in texts for line in text.splitlines()]


def run_dag(code: str, home: Path, name: str) -> Any:
    """Run a DAG by `dag.test()`, from a file in the DAGs folder, where it looks for it again."""
    from airflow.dag_processing.dagbag import DagBag

    file = home / "dags" / f"{name}.py"
    file.write_text(code)
    try:
        bag = DagBag(file)
        assert not bag.import_errors
        return bag.dags[name].test()
    finally:
        file.unlink()


__all__ = ["HOUR", "NOW", "Kept", "context", "manifest", "rows", "run", "run_dag", "unpacked"]
