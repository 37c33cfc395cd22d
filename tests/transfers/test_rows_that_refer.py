"""Rows whose parent is another row of the same input, by the operators."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest
from airflow.sdk.exceptions import AirflowFailException
from clients import LoggedIn, blocking, simulated
from support.transfers import Kept, context
from support.transfers import run as run_task

from airflow_provider_workfront.transfers import ObjectStorageToWorkfrontOperator, WorkfrontApplyPlanOperator
from airflow_provider_workfront.transfers.referring import filled, find_missing
from airflow_provider_workfront.writing.plan import Action, Step
from airflow_provider_workfront.writing.planfile import Header
from airflow_provider_workfront.writing.row import RowReference

COLUMNS = {
    "no": "extRefID",
    "title": "name",
    "parent": {"field": "parentID", "by": "extRefID"},
    "project": "projectID",
}
HEAD = "no,title,parent,project\n"


class Ending(Kept):
    """A store that cannot be reached once, when something has come about."""

    def __init__(self, is_time):
        super().__init__()
        self.is_time, self.is_over = is_time, False

    def set(self, key, value):
        if not self.is_over and self.is_time():
            self.is_over = True
            raise ConnectionError("the store is away")
        super().set(key, value)


class Desk:
    """A folder and the tasks that write its files."""

    def __init__(self, simulator, folder):
        self.simulator, self.folder, self.store = simulator, folder, Kept()
        self.project = next(iter(simulator.world.objects("PROJ")))

    def load(self, *parents, name_of=None, **given):
        """Write a row for each pair of a key and its parent's."""
        names = name_of or {}
        path = self.folder / "rows.csv"
        path.write_text(HEAD + "".join(f"{no},{names.get(no, no)},{parent},{self.project}\n" for no, parent in parents))
        usual = {"task_id": "t", "path": f"file://{path}", "obj_code": "TASK", "key": "extRefID", "columns": COLUMNS}
        usual |= {"report_path": f"file://{self.folder}/r", "max_error_percent": 80}
        return run_task(ObjectStorageToWorkfrontOperator(**usual | given), **context(), task_state_store=self.store)

    def apply(self, plan_path):
        operator = WorkfrontApplyPlanOperator(
            task_id="a", plan_path=plan_path, report_path=f"file://{self.folder}/r", max_error_percent=80
        )
        return run_task(operator, **context(), task_state_store=self.store)

    def tree(self):
        """Give the parent's key of each task that has a key."""
        tasks = self.simulator.world.objects("TASK")
        keyed = [task for task in tasks.values() if task.get("extRefID")]
        return {task["extRefID"]: (tasks.get(task.get("parentID")) or {}).get("extRefID") for task in keyed}


def read(path):
    return Path(path.removeprefix("file://")).read_bytes()


@pytest.fixture
def desk(simulator, tmp_path):
    return Desk(simulator, tmp_path)


@pytest.mark.parametrize("order", [1, -1])
def test_parents_in_the_same_file_are_created_first(desk, order):
    """Four levels, whatever the order; a second run changes nothing."""
    rows = [("a", ""), ("b", "a"), ("c", "b"), ("d", "c"), ("e", "a")][::order]
    assert desk.load(*rows)["created"] == 5
    assert desk.tree() == {"a": None, "b": "a", "c": "b", "d": "c", "e": "a"}
    again = desk.load(*rows[::-1])
    assert (again["unchanged"], again["created"], again["updated"]) == (5, 0, 0)


def test_a_plan_shows_them_and_its_undo_file_takes_children_back_first(desk):
    """A task that is moved below a new one is moved back before that one is deleted."""
    desk.load(("old", ""))
    planned = desk.load(("old", "b"), ("b", "a"), ("a", ""), plan_only=True)
    lines = [json.loads(line) for line in gzip.decompress(read(planned["plan_path"])).splitlines()]
    assert lines[1]["changes"]["parentID"] == [None, {"workfront_row": 2, "key": "b"}]
    assert [line.get("level", 0) for line in lines[1:4]] == [2, 1, 0]

    applied = desk.apply(planned["plan_path"])
    assert (applied["created"], applied["updated"]) == (2, 1)
    assert desk.tree() == {"old": "b", "b": "a", "a": None}
    back = [json.loads(line) for line in gzip.decompress(read(applied["undo_path"])).splitlines()]
    assert [line.get("level", 0) for line in back[1:4]] == [0, 1, 2]
    undone = desk.apply(applied["undo_path"])
    assert (undone["deleted"], undone["updated"]) == (2, 1)
    assert desk.tree() == {"old": None}
    writes = [call.method for call in desk.simulator.asked if call.method != "GET"]
    assert writes[-3:] == ["PUT", "DELETE", "DELETE"]


def test_a_circle_is_rejected_by_name_and_the_rest_is_written(desk):
    """What refers to it as well, and what refers to nothing at all."""
    done = desk.load(("a", "b"), ("b", "a"), ("c", "a"), ("x", "nowhere"), ("y", ""))
    assert (done["created"], done["rejected"]) == (1, 4)
    told = read(done["rejected_path"]).decode()
    assert "row 1 (a) -> row 2 (b) -> row 1" in told
    assert "the row refers to row 1, which is not written" in told
    assert "'nowhere' is the extRefID of no TASK that this connection sees, and of no other row" in told


def test_children_of_a_parent_that_workfront_refuses_are_not_written(desk):
    """They stand in the rejected file beside it, so that all can be written once it is mended."""
    done = desk.load(("a", ""), ("b", "a"), ("c", "b"), ("d", ""), name_of={"a": ""})
    assert (done["created"], done["rejected"]) == (1, 3)
    told = read(done["rejected_path"]).decode()
    assert "the row refers to row 1 (a), which was not written" in told
    assert "the row refers to row 2 (b), which was not written" in told
    assert desk.load(("a", ""), ("b", "a"), ("c", "b"))["created"] == 3
    assert desk.tree() == {"a": None, "b": "a", "c": "b", "d": None}


def test_a_run_that_updates_creates_no_parents(desk):
    """There a parent that is missing is just that."""
    desk.load(("b", ""))
    with pytest.raises(AirflowFailException, match='"a" is the extRefID of no TASK that this connection sees'):
        desk.load(("b", "a"), ("a", ""), mode="update", max_error_percent=0)


def test_a_retry_goes_on_where_a_level_was_written(desk):
    """The parent that the first try has created is found by its key."""
    desk.store = Ending(lambda: "a" in desk.tree())
    planned = desk.load(("c", "b"), ("b", "a"), ("a", ""), plan_only=True)
    with pytest.raises(ConnectionError):
        desk.apply(planned["plan_path"])
    assert desk.tree() == {"a": None}
    desk.apply(planned["plan_path"])
    assert desk.tree() == {"a": None, "b": "a", "c": "b"}
    assert len([t for t in desk.simulator.world.objects("TASK").values() if t.get("extRefID")]) == 3


def test_what_an_earlier_try_has_created_is_looked_up_by_its_key(simulator):
    """Where two have it, or none, nobody can tell which one is meant."""
    steps = [
        Step(number, Action.CREATE, key=f"s{number}", changes={"parentID": (None, RowReference(key, number - 5))})
        for number, key in ((6, "one"), (7, "two"), (8, "none"))
    ]
    with blocking(simulated(simulator), LoggedIn(simulator)) as client:
        project = client.create("PROJ", {"name": "p"})["ID"]
        rows = [{"name": key, "extRefID": key, "projectID": project} for key in ("one", "two", "two")]
        made = client.bulk_create("TASK", rows)
        ids = {}
        find_missing(client, Header("h", "TASK", "extRefID", "upsert"), steps, ids)
    assert ids == {1: made[0].obj_id}
    first, *others = filled(steps, ids)
    assert first.values == {"parentID": made[0].obj_id}
    assert [each.reason for each in others] == [
        "the row refers to row 2 (two), which was not written",
        "the row refers to row 3 (none), which was not written",
    ]
