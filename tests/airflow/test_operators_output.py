"""Where rows go: a few into XCom, many into a file that is whole or not there."""

from __future__ import annotations

import gzip
import json
import resource
import secrets
from typing import TYPE_CHECKING

import pytest
from airflow.sdk import ObjectStoragePath
from airflow.sdk.exceptions import AirflowFailException
from airflow.sdk.io import attach
from fsspec.implementations.memory import MemoryFileSystem
from support.tasks import run

from airflow_provider_workfront.api.errors import WorkfrontError
from airflow_provider_workfront.extract.lines import target, write_lines
from airflow_provider_workfront.extract.xcom import MOST_BYTES, MOST_ROWS, within_bounds
from airflow_provider_workfront.failures import Unworkable
from airflow_provider_workfront.operators import WorkfrontGetOperator, WorkfrontSearchOperator

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ROWS = [{"ID": "a", "name": "Grün & <b>"}, {"ID": "b", "DE:Budget": 1.5, "owner": None}]


def rows(count: int, *, size: int = 1) -> Iterator[dict]:
    for number in range(count):
        yield {"ID": f"{number}", "text": "x" * size}


@pytest.fixture(autouse=True)
def _store_in_memory() -> None:
    """Register `memory://`, as a provider registers `s3://`."""
    attach("memory", fs=MemoryFileSystem())


def lines(text: str) -> list[dict]:
    return [json.loads(line) for line in text.splitlines()]


def test_a_thousand_rows_fit_into_xcom():
    """The bound itself is allowed."""
    assert len(within_bounds(rows(MOST_ROWS), "search PROJ", lambda: 0)) == MOST_ROWS


def test_row_1_001_ends_the_reading():
    """Nothing beyond it is read; the message says how many there are and what to do."""
    source = rows(5000)

    with pytest.raises(Unworkable, match=r"search PROJ: 5,000 rows match, more than 1,000.*set output_path"):
        within_bounds(source, "search PROJ", lambda: 5000)

    assert next(source)["ID"] == f"{MOST_ROWS + 1}"


def test_a_megabyte_ends_the_reading_too():
    """Few rows with long texts weigh as much as many short ones."""
    source = rows(200, size=MOST_BYTES // 100)

    with pytest.raises(Unworkable, match=r"200 rows match, and the first 100 exceed 1 MB"):
        within_bounds(source, "search NOTE", lambda: 200)

    assert next(source)["ID"] == "100"


@pytest.mark.parametrize("form", ["{}", "file://{}"])
def test_rows_become_lines_in_a_local_file(tmp_path, form):
    """Folders are made, an older file is replaced, text stays text."""
    target = tmp_path / "2026" / "rows.jsonl"
    target.parent.mkdir()
    target.write_text("older")

    count = write_lines([ROWS[:1], ROWS[1:]], ObjectStoragePath(form.format(target)))

    assert count == 2
    assert lines(target.read_text(encoding="utf-8")) == ROWS
    assert [path.name for path in target.parent.iterdir()] == ["rows.jsonl"]


def test_folders_are_made(tmp_path):
    """A path with the date in it needs no preparation."""
    write_lines([ROWS], ObjectStoragePath(f"{tmp_path}/a/b/rows.jsonl"))

    assert (tmp_path / "a" / "b" / "rows.jsonl").exists()


def test_a_name_in_gz_is_compressed(tmp_path):
    """The same rows give the same bytes."""
    for name in ("one.jsonl.gz", "two.jsonl.gz"):
        write_lines([ROWS], ObjectStoragePath(f"{tmp_path}/{name}"))

    assert lines(gzip.decompress((tmp_path / "one.jsonl.gz").read_bytes()).decode()) == ROWS
    assert (tmp_path / "one.jsonl.gz").read_bytes() == (tmp_path / "two.jsonl.gz").read_bytes()


def test_other_stores_work_alike():
    """Here a store in memory; s3 and the like come with Airflow's providers."""
    path = ObjectStoragePath("memory://bucket/rows.jsonl")

    write_lines([ROWS], path)

    assert lines(path.read_text()) == ROWS
    assert [entry.name for entry in path.parent.iterdir()] == ["rows.jsonl"]


@pytest.mark.parametrize("url", ["{}/rows.jsonl", "{}/rows.jsonl.gz", "memory://broken/rows.jsonl"])
def test_a_half_file_is_never_left(tmp_path, url):
    """Neither under the final name, where the older file stays, nor under another."""
    path = ObjectStoragePath(url.format(tmp_path))
    path.write_text("older")

    def broken() -> Iterator[list[dict]]:
        yield ROWS
        raise ConnectionError("lost")

    with pytest.raises(ConnectionError, match="lost"):
        write_lines(broken(), path)

    assert path.read_text() == "older"
    assert [entry.name for entry in path.parent.iterdir()] == [path.name]


@pytest.mark.parametrize("path", ["nowhere://bucket/rows.jsonl", ""])
def test_a_store_that_airflow_does_not_know_can_never_work(path):
    """Its provider is not installed, or the path is misspelt."""
    with pytest.raises(Unworkable, match=r"output_path is empty|path nowhere://bucket/rows.jsonl: .*its store needs a"):
        target(path)


@pytest.mark.parametrize("path", ["{}", "{}/", "{}/new/"])
def test_a_folder_is_no_file(tmp_path, path):
    """The rows would land in it under a name that nobody knows."""
    with pytest.raises(Unworkable, match="is a folder; name the file"):
        target(path.format(tmp_path))


def test_a_path_that_cannot_be_written_is_named(tmp_path):
    """No retry makes a folder of a file."""
    (tmp_path / "file").touch()

    with pytest.raises(Unworkable, match=r"file .*/file/rows\.jsonl cannot be written"):
        write_lines([ROWS], ObjectStoragePath(f"{tmp_path}/file/rows.jsonl"))


@pytest.mark.parametrize("name", ["rows.jsonl", "rows.jsonl.gz"])
def test_a_full_store_is_tried_again_later_and_keeps_the_older_file(tmp_path, name):
    """Here it is a limit to the size of files that ends the writing."""
    path = ObjectStoragePath(f"{tmp_path}/{name}")
    path.write_text("older")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    noise = [{"ID": secrets.token_hex(1000)} for _ in range(100)]

    resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, limits[1]))
    try:
        with pytest.raises(WorkfrontError, match=f"file .*{name} cannot be written: File too large") as error:
            write_lines([noise], path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)

    assert not error.value.permanent
    assert path.read_text() == "older"
    assert [entry.name for entry in path.parent.iterdir()] == [name]


def test_half_an_emoji_does_not_end_a_read(tmp_path):
    """JSON may hold one, where a long text was cut; it is written as JSON's own escape."""
    write_lines([[{"ID": "a", "name": "x\ud83d"}]], ObjectStoragePath(f"{tmp_path}/rows.jsonl"))

    assert lines((tmp_path / "rows.jsonl").read_text()) == [{"ID": "a", "name": "x\ud83d"}]


def test_no_rows_make_an_empty_file(tmp_path: Path):
    """Whoever reads it next finds a file."""
    assert write_lines([], ObjectStoragePath(f"{tmp_path}/none.jsonl")) == 0
    assert (tmp_path / "none.jsonl").read_text() == ""


def test_a_task_with_too_many_rows_fails_for_good(large_simulator):
    """It says how many there are and what to do, and has read little more than fits."""
    with pytest.raises(AirflowFailException, match=r"search TASK: 3,\d{3} rows match.*set output_path"):
        run(WorkfrontSearchOperator(task_id="t", obj_code="TASK", fields=["name"]))

    search, count = large_simulator.asked
    assert search.path.endswith("/task/search")
    assert dict(search.query)["$$LIMIT"] == "1001"
    assert count.path.endswith("/task/count")


def test_a_limit_within_the_bound_is_no_failure(large_simulator):
    """A thousand of three thousand rows are what was asked for."""
    rows = run(WorkfrontSearchOperator(task_id="t", obj_code="TASK", fields=["name"], limit=1000))

    assert len(rows) == 1000


def test_a_single_object_of_a_megabyte_is_too_much_as_well(simulator):
    """A collection or a long text can make one object as heavy as many rows."""
    project = next(iter(simulator.world.objects("PROJ").values()))
    project["description"] = "x" * MOST_BYTES

    with pytest.raises(AirflowFailException, match=r"get PROJ: the result exceeds 1 MB of JSON.*output_path"):
        run(WorkfrontGetOperator(task_id="t", obj_code="PROJ", obj_id=project["ID"], fields=["description"]))


def test_a_file_takes_them_all(large_simulator, tmp_path):
    """Each row once, though they come in pages."""
    operator = WorkfrontSearchOperator(
        task_id="t", obj_code="TASK", fields=["name"], output_path=f"file://{tmp_path}/tasks.jsonl.gz"
    )

    result = run(operator)

    written = lines(gzip.decompress((tmp_path / "tasks.jsonl.gz").read_bytes()).decode())
    assert result == {"path": f"file://{tmp_path}/tasks.jsonl.gz", "count": len(written)}
    assert len({row["ID"] for row in written}) == len(written) > 3000
