"""Which window each kind of run reads under a real scheduler, and whether the watermark moves."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from demo import wait
from support.listening import Listening

if TYPE_CHECKING:
    from collections.abc import Iterator

    from support.deployment import Deployment

pytestmark = pytest.mark.timeout(600)

OVERLAP = timedelta(minutes=10)


class Runs:
    """The runs of an Airflow, and what each has read."""

    def __init__(self, made: Deployment, out: Path) -> None:
        self.made, self.out = made, out

    def of(self, dag_id: str, kind: str, count: int) -> list[dict[str, Any]]:
        """Wait for so many runs of a type to succeed; give them in order, each with its window."""
        found: list[dict[str, Any]] = []

        def there() -> bool:
            nonlocal found
            answer = self.made.http.get(f"/api/v2/dags/{dag_id}/dagRuns", params={"limit": 100}).json()
            runs = [run for run in answer.get("dag_runs", ()) if run["run_type"] == kind]
            failed = [run["dag_run_id"] for run in runs if run["state"] == "failed"]
            assert not failed, self.made.log(dag_id, failed[0])[-5000:]
            found = sorted((run for run in runs if run["state"] == "success"), key=lambda run: run["end_date"])
            return len(found) >= count and len(found) == len(runs)

        wait(there, 240, f"{count} runs of {dag_id} by {kind}")
        return [run | {"window": self.window(dag_id, run["dag_run_id"])} for run in found]

    def window(self, dag_id: str, run_id: str) -> dict[str, Any]:
        """Read from the manifest what a run has read."""
        (path,) = (self.out / dag_id / run_id.replace(":", "_")).glob("_manifest-*.json")
        return json.loads(path.read_text())["window"]

    def watermark(self, dag_id: str) -> dict[str, Any]:
        """Read from the database how far the runs of a DAG have come."""
        query = "select value from asset_state_store where last_updated_by_dag_id = ? and value like ?"
        ((value,),) = self.made.query(query, dag_id, "%until%")
        return json.loads(value)


@pytest.fixture(scope="module")
def runs(airflow, served) -> Iterator[Runs]:
    """Let the schedules run, against one simulator for this file."""
    simulator = Listening()
    with served(simulator, auth="api_key", api_key=simulator.credentials["api_key"]):
        airflow.pause("cron", "interval", "by_asset", is_paused=False)
        yield Runs(airflow, Path(airflow.environment["WINDOWS_OUT"]))
        airflow.pause("cron", "interval", "by_asset")


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def test_a_cron_schedule_reads_from_the_watermark(runs):
    """Its intervals have no length: the first run reads everything, each other goes on where the last one ended."""
    first, *others = runs.of("cron", "scheduled", 3)

    assert first["data_interval_start"] == first["data_interval_end"]
    assert first["window"]["source"] == "everything"
    assert {run["window"]["source"] for run in others} == {"watermark"}
    for before, after in zip([first, *others], others, strict=False):
        assert moment(after["window"]["since"]) == moment(before["window"]["reached"]) - OVERLAP
    assert runs.watermark("cron")["run_id"] == others[-1]["dag_run_id"]


def test_a_manual_run_reads_from_the_watermark_and_leaves_it(runs):
    """It has no interval, and nothing of the schedule's business is its own."""
    runs.of("cron", "scheduled", 3)
    before = runs.watermark("cron")

    run_id = runs.made.run("cron")

    window = runs.window("cron", run_id)
    assert (window["source"], moment(window["since"])) == ("watermark", moment(before["until"]) - OVERLAP)
    assert runs.watermark("cron") == before


def test_data_intervals_are_read_with_overlap(runs):
    """One after another, without a gap; the watermark comes along."""
    found = runs.of("interval", "scheduled", 2)

    for run in found:
        assert run["window"]["source"] == "data interval"
        assert moment(run["window"]["since"]) == moment(run["data_interval_start"]) - OVERLAP
        assert moment(run["window"]["until"]) <= moment(run["data_interval_end"])
    assert runs.watermark("interval")["run_id"] == found[-1]["dag_run_id"]


def test_a_backfill_reads_its_intervals_and_leaves_the_watermark(runs):
    """Those of yesterday, in one go each."""
    runs.of("interval", "scheduled", 2)
    before = runs.watermark("interval")
    day = (datetime.now(UTC) - timedelta(days=1)).replace(hour=3, minute=0, second=0, microsecond=0)
    body = {"dag_id": "interval", "from_date": day.isoformat(), "to_date": (day + timedelta(hours=1)).isoformat()}

    runs.made.http.post("/api/v2/backfills", json=body).raise_for_status()

    found = runs.of("interval", "backfill", 2)
    assert {run["window"]["source"] for run in found} == {"data interval"}
    assert sorted(moment(run["window"]["since"]) for run in found) == [
        day - OVERLAP,
        day + timedelta(hours=1) - OVERLAP,
    ]
    assert runs.watermark("interval") == before


def test_runs_by_assets_go_on_from_one_another(runs):
    """They have no interval, and are made by the DAG's schedule: so they move the watermark."""
    runs.of("cron", "scheduled", 3)
    before = runs.of("by_asset", "asset_triggered", 1)
    runs.made.run("cron")

    found = runs.of("by_asset", "asset_triggered", len(before) + 1)

    assert found[0]["data_interval_start"] is None
    assert found[0]["window"]["source"] == "everything"
    assert {run["window"]["source"] for run in found[1:]} == {"watermark"}
    assert runs.watermark("by_asset")["run_id"] == found[-1]["dag_run_id"]
