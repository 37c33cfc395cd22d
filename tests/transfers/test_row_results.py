"""What became of each row: one line for each, whatever became of the run."""

from __future__ import annotations

import csv
import gzip
import json
from collections import Counter
from pathlib import Path

import pytest
from airflow.sdk.exceptions import AirflowFailException
from airflow.sdk.io import attach
from fsspec.implementations.memory import MemoryFileSystem
from support.applying import bench
from support.transfers import Kept, context
from support.transfers import run as run_task

from airflow_provider_workfront.api.errors import WorkfrontError
from airflow_provider_workfront.failures import Unworkable
from airflow_provider_workfront.hooks import WorkfrontHook
from airflow_provider_workfront.simulator.faults import Fault
from airflow_provider_workfront.transfers import ObjectStorageToWorkfrontOperator, WorkfrontApplyPlanOperator
from airflow_provider_workfront.transfers.applying import Limits
from airflow_provider_workfront.transfers.row_results import COLUMNS, row_results
from airflow_provider_workfront.writing.progress import Progress

ALL = Limits(max_error_percent=100)
COUNTED = ("created", "updated", "deleted", "unchanged", "done", "rejected", "skipped", "unknown", "not tried")


def read(path):
    """Read a file of results, by the number of the row; two lines for one row are an error."""
    path = path.removeprefix("file://")
    text = gzip.decompress(Path(path).read_bytes()).decode() if path.endswith(".gz") else Path(path).read_text()
    if ".csv" in path:
        lines = list(csv.DictReader(text.splitlines()))
    else:
        lines = [json.loads(line) for line in text.splitlines()]
    assert all(tuple(line) == COLUMNS for line in lines)
    found = {int(line["row"]): line for line in lines}
    assert len(found) == len(lines)
    return found


def outcomes(path):
    return Counter(line["outcome"] for line in read(path).values())


@pytest.fixture
def write(simulator, tmp_path):
    """Write rows of a file to a project, by the operator."""
    project = next(iter(simulator.world.objects("PROJ")))

    def carry_out(rows, *, store=None, about=None, **given):
        path = tmp_path / "in.jsonl"
        path.write_text("".join(json.dumps({"projectID": project, "name": "n"} | row) + "\n" for row in rows))
        usual = {"task_id": "t", "path": str(path), "obj_code": "TASK", "key": "extRefID"}
        usual |= {"report_path": f"{tmp_path}/r", "results_path": f"{tmp_path}/results.csv"}
        operator = ObjectStorageToWorkfrontOperator(**usual | given)
        return run_task(operator, **(about or context()), task_state_store=Kept() if store is None else store)

    return carry_out


def applied(world, plan, path, **options):
    """Apply a plan with a file of results, as an operator does."""
    with row_results(path) as results:
        progress = Progress(world.store, plan.fingerprint)
        results.know(plan, progress)
        return world.apply(plan, tell=results.take, progress=progress, **options)


@pytest.mark.parametrize("ending", [".csv", ".jsonl", ".csv.gz", ".jsonl.gz"])
def test_each_row_has_a_line(simulator, write, tmp_path, ending):
    """With its key, what was done, and the object's ID; what Workfront did not keep is named."""
    write([{"extRefID": "a"}, {"extRefID": "b", "name": "old"}])
    path = f"{tmp_path}/told{ending}"
    rows = [{"extRefID": key, "name": name} for key, name in (("a", "n"), ("b", 'new, "ü"'), ("c", ""), ("d", "n"))]
    rows += [{"extRefID": "e", "plannedStartDate": "2027-07-01T09:00:00Z"}, {"extRefID": "f", "status": "Nwe"}]

    result = write(rows, results_path=path, max_error_percent=100)

    lines, ids = read(path), {t.get("extRefID"): t["ID"] for t in simulator.world.objects("TASK").values()}
    assert result["results_path"] == path
    told = {number: tuple(line[name] for name in COLUMNS[1:5]) for number, line in lines.items()}
    assert told == {
        1: ("a", "none", "unchanged", ids["a"]),
        2: ("b", "update", "updated", ids["b"]),
        3: ("c", "create", "rejected", ""),
        4: ("d", "create", "created", ids["d"]),
        5: ("e", "create", "created", ids["e"]),
        6: ("f", "", "rejected", ""),
    }
    assert "Name is required" in lines[3]["message"]
    assert lines[5]["message"].startswith('Workfront kept another value: plannedStartDate "')
    assert "Nwe" in lines[6]["message"]
    assert outcomes(path) == {name: result[name] for name in COUNTED if result.get(name)}


def test_a_run_that_is_stopped_has_a_line_for_each_row(write, tmp_path):
    """Also for those that it did not come to; the path is in the result that a failed run pushes."""
    about = context()
    with pytest.raises(AirflowFailException, match="not tried"):
        write([{"extRefID": f"n{n}", "name": "" if n == 7 else "n"} for n in range(300)], about=about)
    told = about["ti"].pushed
    assert outcomes(told["results_path"]) == {"created": 99, "rejected": 1, "not tried": 200}
    assert read(told["results_path"])[8]["outcome"] == "rejected"


@pytest.mark.parametrize(
    ("given", "said", "counts"),
    [
        ({"max_changes": 2}, "max_changes is 2", {"not tried": 3, "unchanged": 1, "rejected": 1}),
        ({"max_error_percent": 0}, "max_error_percent is 0", {"not tried": 3, "unchanged": 1, "rejected": 1}),
    ],
)
def test_a_run_that_is_refused_tells_its_counts(simulator, write, given, said, counts):
    """In XCom and in the file, though nothing is written."""
    write([{"extRefID": "a"}])
    simulator.asked.clear()
    about = context()
    rows = [{"extRefID": key} for key in "abcd"] + [{"extRefID": "e", "status": "Nwe"}]
    with pytest.raises(AirflowFailException, match=said):
        write(rows, about=about, **{"max_error_percent": 50} | given)
    told = about["ti"].pushed["return_value"]
    assert (told["rows"], told["rejected"], told["created"], told["not tried"]) == (5, 1, 0, 4)
    assert (told["undo_path"], told["not_tried_path"]) == (None, None)
    assert Path(told["rejected_path"]).exists()
    assert outcomes(told["results_path"]) == counts
    assert {call.method for call in simulator.asked} == {"GET"}


def test_conflicts_tell_their_counts(simulator, write, tmp_path):
    """A plan that is refused before it writes: its counts and paths are in XCom, its rows in the file."""
    write([{"extRefID": "a"}, {"extRefID": "b"}])
    plan = write([{"extRefID": key, "name": "new"} for key in "abc"], plan_only=True)
    assert outcomes(plan["results_path"]) == {"not tried": 3}
    with WorkfrontHook().get_conn() as workfront:
        (task,) = workfront.search("TASK", {"extRefID": "b"})
        workfront.update("TASK", task["ID"], {"name": "theirs"})
    simulator.asked.clear()
    about, path = context(), f"{tmp_path}/of_plan.jsonl"
    operator = WorkfrontApplyPlanOperator(
        task_id="t", plan_path=plan["plan_path"], report_path=f"{tmp_path}/r", results_path=path
    )
    with pytest.raises(AirflowFailException, match="1 of 3 rows were changed in Workfront"):
        run_task(operator, **about, task_state_store=Kept())

    told = about["ti"].pushed
    assert told["return_value"] == {name: told[name] for name in told["return_value"]}
    assert (told["rows"], told["skipped"], told["not tried"], told["updated"]) == (3, 1, 2, 0)
    assert (told["undo_path"], told["not_tried_path"], told["results_path"]) == (None, None, path)
    assert len(Path(told["rejected_path"]).read_text().splitlines()) == 1
    assert outcomes(path) == {"skipped": 1, "not tried": 2}
    assert 'is "theirs"' in read(path)[2]["message"]
    assert {call.method for call in simulator.asked} == {"GET"}


def test_lost_answers_are_unknown_and_named(tmp_path):
    """Creates without a key: nobody can tell."""
    with bench(tmp_path) as world:
        plan = world.plan([{"name": f"n{n}", "projectID": world.project} for n in range(250)], None, "insert")
        world.simulator.faults.plan([Fault("reset", method="POST", when="after")])
        with pytest.raises(Unworkable, match="100 unknown"):
            applied(world, plan, f"{tmp_path}/r.jsonl", limits=ALL)
        found = read(f"{tmp_path}/r.jsonl").values()
        assert Counter(line["outcome"] for line in found) == {"unknown": 100, "created": 150}
        assert all("look in Workfront" in line["message"] for line in found if line["outcome"] == "unknown")


def test_a_retry_has_the_rows_of_earlier_tries_too(tmp_path):
    """So that the last file is enough."""
    with bench(tmp_path, tasks=3) as world:
        plan = world.plan([world.row("t1", name="x"), world.row("t2"), world.row("n1")])
        world.simulator.faults.plan([Fault("503", method="PUT", times=-1)])
        with pytest.raises(WorkfrontError):
            applied(world, plan, f"{tmp_path}/r.jsonl")
        first = read(f"{tmp_path}/r.jsonl")
        assert {number: line["outcome"] for number, line in first.items()} == {
            1: "unknown",
            2: "unchanged",
            3: "created",
        }
        world.simulator.faults.plan([])
        applied(world, plan, f"{tmp_path}/r.jsonl")
        found = read(f"{tmp_path}/r.jsonl")
        assert {number: line["outcome"] for number, line in found.items()} == {
            1: "updated",
            2: "unchanged",
            3: "created",
        }
        assert found[3]["message"] == "written by an earlier try of the task"


def test_a_run_that_breaks_off_leaves_the_file(tmp_path):
    """With what was done until then; rows under way may have been written."""
    with bench(tmp_path) as world:
        plan = world.plan([world.row(f"n{n}") for n in range(1100)])
        calls = iter(range(100))

        def hold():
            if next(calls) == 2:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            applied(world, plan, f"{tmp_path}/r.csv", hold=hold)
        told, there = read(f"{tmp_path}/r.csv"), world.names()
        assert len(told) == 1100
        assert {line["key"] for line in told.values() if line["outcome"] == "created"} <= set(there)
        assert not {line["key"] for line in told.values() if line["outcome"] == "not tried"} & set(there)


def test_a_store_that_is_away_in_the_end_does_not_hide_why_the_run_failed(tmp_path):
    """Its error is told beside the first one; a run that was well fails by it."""

    class Away(MemoryFileSystem):
        is_away = False

        def open(self, *args, **kwargs):
            if self.is_away:
                raise ConnectionError("the store is away")
            return super().open(*args, **kwargs)

    store = Away()
    attach("memory", conn_id="away", fs=store)
    with bench(tmp_path, tasks=1) as world:
        plan = world.plan([world.row("n1", name=""), world.row("n2")])

        def hold():
            store.is_away = True

        with pytest.raises(Unworkable, match="1 created, 1 rejected") as caught:
            applied(world, plan, "memory://away@bucket/r.csv", limits=Limits(max_error_percent=0), hold=hold)
        assert caught.value.__notes__ == ["the store is away"]
        store.is_away, world.store = False, Kept()
        with pytest.raises(ConnectionError, match="the store is away"):
            applied(world, world.plan([world.row("n3")]), "memory://away@bucket/r.csv", hold=hold)
        store.is_away = False
        applied(world, world.plan([world.row("n3")]), "memory://away@bucket/r.csv")
        assert b"unchanged" in store.cat_file("/bucket/r.csv")


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("{}/r.parquet", r"end the name in \.csv or \.jsonl"),
        ("{}/r", r"end the name in \.csv or \.jsonl"),
        ("/dev/null/r.csv", "results /dev/null/r.csv cannot be written"),
        ("{}/in.jsonl", "results_path .* is part of the input"),
        ("{}/undo.jsonl", "undo_path and results_path are the same"),
    ],
)
def test_a_path_that_cannot_be_is_refused_before_anything_is_read(simulator, write, tmp_path, path, said):
    """No retry mends it."""
    simulator.asked.clear()
    with pytest.raises(AirflowFailException, match=said):
        write([{"extRefID": "a"}], results_path=path.format(tmp_path), undo_path=f"{tmp_path}/undo.jsonl")
    assert {call.method for call in simulator.asked} <= {"GET"}


def test_without_a_path_nothing_is_kept(write, tmp_path):
    """Also where a template gave nothing."""
    assert write([{"extRefID": "a"}], results_path="None")["results_path"] is None
    assert not list(tmp_path.glob("results*"))
