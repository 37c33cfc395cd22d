"""Tables that go wrong in quiet ways: keys that look alike, one path for two files, rows that change their form."""

from __future__ import annotations

import json
import re
from datetime import date
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from airflow.sdk.exceptions import AirflowFailException
from support.transfers import Kept, context
from support.transfers import run as run_task

from airflow_provider_workfront.transfers import ObjectStorageToWorkfrontOperator

NOWHERE = "0" * 32


class Corner:
    """A folder of files, and the task that writes them as tasks of one project."""

    def __init__(self, simulator, folder):
        self.simulator, self.folder = simulator, folder
        self.project = next(iter(simulator.world.objects("PROJ")))

    def rows(self, *keys, **more):
        return [{"extRefID": key, "name": f"Task {key}", "projectID": self.project} | more for key in keys]

    def file(self, rows, name="rows.jsonl"):
        path = self.folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("".join(f"{json.dumps(row)}\n" for row in rows))
        return f"file://{path}"

    def write(self, path, store=None, **given):
        usual = {"task_id": "t", "path": path, "obj_code": "TASK", "key": "extRefID"}
        usual["report_path"] = f"file://{self.folder}/reports"
        operator = ObjectStorageToWorkfrontOperator(**usual | given)
        return run_task(operator, **context(), task_state_store=Kept() if store is None else store)

    def names(self):
        """Give the names of the tasks that have a reference, by it."""
        tasks = [task for task in self.simulator.world.objects("TASK").values() if task.get("extRefID")]
        names = {task["extRefID"]: task["name"] for task in tasks}
        assert len(names) == len(tasks)
        return names

    def writes(self):
        return [call for call in self.simulator.asked if call.method != "GET"]


class Losing(Kept):
    """A store that takes what is begun in the first two tries, and is away when they end."""

    taken = 0

    def set(self, key, value):
        self.taken += 1
        if self.taken in {3, 5}:
            raise ConnectionError("the store is away")
        super().set(key, value)


@pytest.fixture
def corner(simulator, tmp_path):
    return Corner(simulator, tmp_path)


@pytest.mark.parametrize("mode", ["upsert", "insert"])
def test_keys_that_are_one_number_are_two_keys(corner, mode):
    """A new 1.1 is not written over the 1.10 that is there."""
    corner.write(corner.file(corner.rows("1.10", "007")))
    done = corner.write(corner.file(corner.rows("1.10", "007", "1.1", "7")), mode=mode, max_error_percent=50)
    assert done["created"] == 2
    assert corner.names() == {key: f"Task {key}" for key in ("1.10", "007", "1.1", "7")}


def test_keys_of_any_characters_are_found_again(corner):
    """Also those that a query might read as something else."""
    keys = [
        "a,b",
        "c,d",
        'q"',
        "ü ä",
        "100%",
        "a&b=c",
        "a\nb",
        "*",
        "NULL",
        '["x"]',
        "$$TODAY",
        "a+b",
        "😀",
        "x" * 3000,
    ]
    assert corner.write(corner.file(corner.rows(*keys)))["created"] == len(keys)
    assert corner.write(corner.file(corner.rows(*keys)))["unchanged"] == len(keys)
    assert len(corner.names()) == len(keys)


def test_rows_that_workfront_refuses_keep_the_types_of_the_input(corner):
    """A plan has dates and decimals as text; a Parquet file does not take them so, and shall not lose the row."""
    rows = corner.rows("a", "b", plannedCompletionDate=date(2026, 1, 2), cost=Decimal("1.50"), raw=b"\0")
    rows[1]["projectID"] = NOWHERE
    pq.write_table(pa.Table.from_pylist(rows), corner.folder / "rows.parquet")
    columns = {name: name for name in rows[0] if name not in {"cost", "raw"}}
    done = corner.write(f"file://{corner.folder}/rows.parquet", columns=columns, max_error_percent=50)
    assert (done["created"], done["rejected"]) == (1, 1)
    (kept,) = pq.read_table(done["rejected_path"].removeprefix("file://")).to_pylist()
    assert NOWHERE in kept.pop("workfront_error")
    assert kept == rows[1]


def test_rejected_rows_are_found_among_thousands(corner):
    """Wherever they stand, whatever stood before them that could not be planned."""
    rows = corner.rows(*(f"k{number}" for number in range(2300)))
    for at in (0, 999, 1000, 2299):
        rows[at]["projectID"] = NOWHERE
    rows[500]["extRefID"] = rows[1500]["extRefID"] = "twice"
    done = corner.write(corner.file(rows), max_error_percent=1)
    assert (done["created"], done["rejected"]) == (2294, 6)
    text = (corner.folder / done["rejected_path"].removeprefix("file://")).read_text()
    assert sorted(json.loads(line)["name"] for line in text.splitlines()) == sorted(
        f"Task k{number}" for number in (0, 500, 999, 1000, 1500, 2299)
    )


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"plan_path": "one.jsonl", "undo_path": "one.jsonl"}, "plan_path and undo_path are the same"),
        ({"plan_path": "one.jsonl", "rejected_path": "one.jsonl"}, "plan_path and rejected_path are the same"),
        ({"undo_path": "one.jsonl", "rejected_path": "one.jsonl"}, "undo_path and rejected_path are the same"),
        ({"plan_path": "rows/rows.jsonl"}, "part of the input"),
        ({"plan_path": "rows/plan.jsonl"}, "part of the input"),
        ({"undo_path": "rows/undo.jsonl"}, "part of the input"),
        ({"rejected_path": "rows/rejected.jsonl"}, "part of the input"),
    ],
)
def test_no_file_is_written_over_another(corner, given, said):
    """Nor into the folder of the input, where the next run would take it for rows."""
    path = corner.file(corner.rows("a"), "rows/rows.jsonl")
    before = (corner.folder / "rows/rows.jsonl").read_text()
    with pytest.raises(AirflowFailException, match=re.escape(said)):
        corner.write(path.removesuffix("/rows.jsonl"), **{k: f"file://{corner.folder}/{v}" for k, v in given.items()})
    assert (corner.folder / "rows/rows.jsonl").read_text() == before
    assert not corner.writes()


def test_what_earlier_tries_wrote_stays_theirs(corner):
    """However many tries it takes, nothing of it counts as unchanged: that would be so before the task."""
    path, store = corner.file(corner.rows(*(f"k{number}" for number in range(150)))), Losing()
    for _ in range(2):
        with pytest.raises(ConnectionError):
            corner.write(path, store)
    done = corner.write(path, store)
    assert (done["rows"], done["unchanged"], len(corner.names())) == (150, 0, 150)
