"""A try that ends in the middle: what is finished is kept, what is not is removed, and the next one loses nothing."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from airflow.sdk.exceptions import AirflowException
from support.ending import hangs, told_to_end
from support.transfers import Kept, context, manifest, rows, run
from support.watched import WatchedSimulator, served

from airflow_provider_workfront.api.errors import WorkfrontError
from airflow_provider_workfront.simulator.faults import Fault
from airflow_provider_workfront.simulator.large import fill
from airflow_provider_workfront.transfers import WorkfrontToObjectStorageOperator

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LASTING = Fault("403", path="search", skip=3, times=-1)
"""Three pages come, then none any more; a 403 is not asked again."""


@pytest.fixture
def large(monkeypatch) -> Iterator[WatchedSimulator]:
    """Serve more than 9,000 tasks, a page at a time: so it is known which pages came."""
    with served(monkeypatch, max_concurrency=1) as simulator:
        fill(simulator.world, projects=10, tasks=9000)
        yield simulator


def operator(path, **arguments) -> WorkfrontToObjectStorageOperator:
    given = {"task_id": "t", "obj_code": "TASK", "output_path": f"{path}", "fields": ["name"], "rows_per_file": 1000}
    return WorkfrontToObjectStorageOperator(**given | arguments)


def ids(result) -> list[str]:
    return [row["ID"] for row in rows(result)]


def first_offset(simulator) -> int:
    asked = [dict(request.query) for request in simulator.asked if request.path.endswith("/search")]
    return min(int(query["$$FIRST"]) for query in asked if "$$FIRST" in query)


def visible(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir() if not path.name.startswith("_")}


def fail(simulator, path, **arguments) -> None:
    """Let a try fail after three pages."""
    simulator.faults.plan([LASTING])
    with pytest.raises((AirflowException, WorkfrontError)):
        run(operator(path, **arguments), **context())
    simulator.faults.plan([])
    simulator.asked.clear()


@pytest.mark.parametrize("file_format", ["jsonl", "csv", "parquet"])
def test_a_retry_goes_on_behind_the_last_finished_file(large, tmp_path, file_format):
    """Each row once; what an earlier try wrote is not asked for again, and the manifest names the files of both."""
    fail(large, tmp_path, file_format=file_format)
    finished = visible(tmp_path)

    result = run(operator(tmp_path, file_format=file_format), **context())

    found = manifest(result)
    assert len(finished) >= 2
    assert finished <= {file["name"] for file in found["files"]} == visible(tmp_path)
    assert result["rows"] == len(large.world.objects("TASK"))
    assert first_offset(large) > 4900
    assert not list(tmp_path.glob("_progress-*"))
    if file_format == "jsonl":
        assert sorted(ids(result)) == sorted(large.world.objects("TASK"))


def test_no_row_is_lost_while_others_change_between_the_tries(large, tmp_path):
    """Rows in front are deleted and others are added: those that were there all the time come once each."""
    before = set(large.world.objects("TASK"))
    fail(large, tmp_path)
    for obj_id in sorted(before)[:700]:
        large.world.remove("TASK", obj_id)
    project = next(iter(large.world.objects("PROJ")))
    for number in range(100):
        large.world.add("TASK", {"name": f"new {number}", "projectID": project})

    found = ids(run(operator(tmp_path), **context()))

    assert set(large.world.objects("TASK")) & before <= set(found)
    assert len(found) == len(set(found))


def test_a_retry_reads_the_same_window(large, tmp_path):
    """Though the watermark may have moved meanwhile."""
    asked, store = {"incremental_field": "lastUpdateDate"}, Kept()
    fail(large, tmp_path, **asked)

    result = run(operator(tmp_path, **asked), **context(store=store))

    assert manifest(result)["window"]["source"] == "everything"
    assert sorted(ids(result)) == sorted(large.world.objects("TASK"))


@pytest.mark.parametrize(
    "changed", [{"fields": ["name", "status"]}, {"filters": {"name": {"contains": "Task"}}}, {"compression": "gzip"}]
)
def test_a_retry_of_something_else_begins_anew(large, tmp_path, changed):
    """And removes the files of the earlier one, once its own manifest stands."""
    fail(large, tmp_path)
    earlier = visible(tmp_path)

    result = run(operator(tmp_path, **changed), **context())

    assert not earlier & visible(tmp_path)
    assert visible(tmp_path) == {file["name"] for file in manifest(result)["files"]}


def test_a_cleared_run_begins_anew(large, tmp_path):
    """Its rows are to be those of now."""
    fail(large, tmp_path)
    earlier = visible(tmp_path)

    run(operator(tmp_path), **context(cleared=1))

    assert not earlier & visible(tmp_path)


def test_other_runs_do_not_meet(large, tmp_path):
    """In one folder, each has files and a manifest of its own."""
    fail(large, tmp_path)
    earlier = visible(tmp_path)

    other = run(operator(tmp_path), **context(run_id="scheduled__2"))

    assert earlier <= visible(tmp_path)
    assert not earlier & {file["name"] for file in manifest(other)["files"]}


def test_a_re_run_replaces_its_own_files(simulator, tmp_path):
    """A reader of the old manifest finds the old files until the new one stands; then only the new ones are there."""
    first = run(operator(tmp_path), **context())
    old = {file["name"] for file in manifest(first)["files"]}
    simulator.faults.plan([Fault("403", path="search", times=-1)])  # whichever page is asked for first
    with pytest.raises(AirflowException):
        run(operator(tmp_path), **context(cleared=1))
    simulator.faults.plan([])
    assert old <= visible(tmp_path)

    second = run(operator(tmp_path), **context(cleared=1))

    assert second["manifest"] == first["manifest"]
    assert visible(tmp_path) == {file["name"] for file in manifest(second)["files"]}
    assert not old & visible(tmp_path)


def test_a_re_run_reads_what_it_read_before(simulator, tmp_path):
    """Its own watermark would leave it next to nothing, and its files would be replaced by that."""
    asked, store = {"incremental_field": "lastUpdateDate"}, Kept()
    first = run(operator(tmp_path, **asked), **context(store=store))

    second = run(operator(tmp_path, **asked), **context(store=store, cleared=1))

    assert store
    assert sorted(ids(second)) == sorted(simulator.world.objects("TASK"))
    assert second["rows"] == first["rows"] > 0


def test_a_sweep_knows_the_rows_of_an_earlier_try(large, tmp_path):
    """A row that was delivered then, and deleted before the sweep, was in no sweep: nothing else tells of it."""
    run(operator(tmp_path, deletions=True), **context(run_id="before"))
    project = next(iter(large.world.objects("PROJ")))
    large.world.add("TASK", {"ID": "0" * 32, "name": "short-lived", "projectID": project})
    fail(large, tmp_path, deletions=True)
    large.world.remove("TASK", "0" * 32)

    result = run(operator(tmp_path, deletions=True), **context())

    (tombstone,) = (tmp_path / manifest(result)["deleted"]["name"]).read_text().splitlines()
    assert json.loads(tombstone)["ID"] == "0" * 32
    assert first_offset(large) == 0  # the sweep's; the rows were not read again
    assert not list(tmp_path.glob("_ids-*"))


def test_rows_that_reappeared_do_not_mislead_a_retry(large, tmp_path):
    """They are written behind the others, but are not behind them in Workfront's order."""
    asked = {"deletions": True, "max_delete_ratio": 0.5, "incremental_field": "lastUpdateDate", "rows_per_file": 50}
    kept = {obj_id: large.world.objects("TASK")[obj_id] for obj_id in sorted(large.world.objects("TASK"))[:150]}
    for obj_id in kept:
        large.world.remove("TASK", obj_id)
    run(operator(tmp_path, **asked), **context(run_id="before"))
    for row in kept.values():
        large.world.add("TASK", row)
    asked |= {"since": "2020-01-01", "until": "2020-01-02"}
    large.faults.plan([Fault("403", path="search?ID=", skip=1, times=-1)])
    with pytest.raises(AirflowException):
        run(operator(tmp_path, **asked), **context())
    large.faults.plan([])

    result = run(operator(tmp_path, **asked), **context())

    assert sorted(ids(result)) == sorted(kept)


def test_a_task_that_is_told_to_end_removes_the_unfinished_file(large, tmp_path):
    """While it waits for a page. It keeps the finished files: the next try goes on from there."""
    made = operator(tmp_path)
    hanging = hangs(large)
    with (
        pytest.raises(AirflowException, match="TASK: the task was told to end"),
        told_to_end(made, lambda: hanging() and bool(visible(tmp_path))),
    ):
        run(made, **context())

    large.faults.plan([])
    assert not list(tmp_path.glob("_writing-*"))
    finished = visible(tmp_path)
    assert finished
    result = run(operator(tmp_path), **context())
    assert finished <= {file["name"] for file in manifest(result)["files"]}
    assert sorted(ids(result)) == sorted(large.world.objects("TASK"))


def test_a_task_that_is_over_is_not_disturbed(simulator, tmp_path):
    """Airflow calls `on_kill` after a timeout too, when everything is closed already."""
    made = operator(tmp_path)
    run(made, **context())

    assert made.on_kill() is None


def test_the_manifest_comes_last(simulator, tmp_path):
    """Whoever finds it finds every file that it names, and the watermark has not moved before it."""
    seen = []

    class Watching(Kept):
        def set(self, key, value):
            (found,) = tmp_path.glob("_manifest-*.json")
            names = [file["name"] for file in json.loads(found.read_text())["files"]]
            seen.append(all((tmp_path / name).exists() for name in names))
            super().set(key, value)

    run(operator(tmp_path, incremental_field="lastUpdateDate"), **context(store=Watching()))

    assert seen
    assert all(seen)
