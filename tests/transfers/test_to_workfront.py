"""Rows of a query and of files in Workfront, by the operators: from the first row to the undo file."""

from __future__ import annotations

import csv
import json
import os
import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from airflow.sdk.exceptions import AirflowFailException
from support.transfers import Kept, context
from support.transfers import run as run_task

from airflow_provider_workfront.simulator.faults import Fault
from airflow_provider_workfront.transfers import (
    ObjectStorageToWorkfrontOperator,
    SqlToWorkfrontOperator,
    WorkfrontApplyPlanOperator,
)

COLUMNS = {"no": "extRefID", "title": "name", "state": "status", "who": "assignedToID", "project": "projectID"}


class Ending(Kept):
    """A store that cannot be reached any more after some notes, once."""

    left = -1

    def set(self, key, value):
        self.left -= 1
        if self.left == -1:
            raise ConnectionError("the store is away")
        super().set(key, value)


class Desk:
    """A folder of files, a database, and the tasks that write them."""

    def __init__(self, simulator, folder, monkeypatch):
        self.simulator, self.folder, self.store = simulator, folder, Ending()
        self.database = f"{folder}/orders.db"
        monkeypatch.setenv("AIRFLOW_CONN_ORDERS", json.dumps({"conn_type": "sqlite", "host": self.database}))
        self.project = next(iter(simulator.world.objects("PROJ")))
        self.user = next(iter(simulator.world.objects("USER").values()))

    def order(self, number, **given):
        """Give a row that makes a task."""
        usual = {"no": f"o{number}", "title": f"Order {number}", "state": "New", "who": self.user["emailAddr"]}
        return usual | {"project": self.project} | given

    def file(self, rows, name="orders.csv"):
        path = self.folder / name
        with path.open("w", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
        return f"file://{path}"

    def from_file(self, path, **given):
        usual = {"task_id": "t", "path": path, "obj_code": "TASK", "key": "extRefID", "columns": COLUMNS}
        return self.run(ObjectStorageToWorkfrontOperator(**usual | {"report_path": f"file://{self.folder}/r"} | given))

    def run(self, operator, **about):
        return run_task(operator, **context(**about), task_state_store=self.store)

    def tasks(self):
        """Give the tasks that have a reference, by it."""
        return {t["extRefID"]: t for t in self.simulator.world.objects("TASK").values() if t.get("extRefID")}

    def writes(self):
        return [call for call in self.simulator.asked if call.method != "GET"]


def read(path):
    return Path(path.removeprefix("file://")).read_text()


@pytest.fixture
def desk(simulator, tmp_path, monkeypatch):
    return Desk(simulator, tmp_path, monkeypatch)


def test_rows_of_a_file_become_tasks_and_change_them(desk):
    """Labels, addresses and IDs are what they stand for; a second run sends nothing."""
    path = desk.file([desk.order(number) for number in range(250)])
    first = desk.from_file(path)
    assert first["created"] == first["rows"] == len(desk.tasks()) == 250
    task = desk.tasks()["o7"]
    assert (task["name"], task["status"], task["assignedToID"]) == ("Order 7", "NEW", desk.user["ID"])

    path = desk.file([desk.order(number, title=f"Order {number % 249}") for number in range(250)])
    before = len(desk.writes())
    second = desk.from_file(path)
    assert (second["updated"], second["unchanged"]) == (1, 249)
    assert desk.tasks()["o249"]["name"] == "Order 0"
    assert len(desk.writes()) == before + 1


def test_rows_of_a_query(desk):
    """With parameters; the task may also delete what a query gives."""
    with closing(sqlite3.connect(desk.database)) as database:
        database.execute("create table orders (no, title, project)")
        rows = [(f"o{number}", f"Order {number}", desk.project) for number in range(5)]
        database.executemany("insert into orders values (?, ?, ?)", rows)
        database.commit()
    usual = {"task_id": "t", "sql_conn_id": "orders", "obj_code": "TASK", "key": "extRefID"}
    usual |= {"columns": {"no": "extRefID", "title": "name", "project": "projectID"}}
    usual |= {"report_path": f"file://{desk.folder}/{{{{ dag_run.run_id }}}}"}
    sql = "select * from orders where no <> ? order by no"
    made = desk.run(SqlToWorkfrontOperator(sql=sql, parameters=("o3",), **usual))
    assert made["created"] == 4
    assert sorted(desk.tasks()) == ["o0", "o1", "o2", "o4"]

    gone = desk.run(SqlToWorkfrontOperator(sql="select * from orders order by no", mode="delete", **usual), run_id="b")
    assert (gone["deleted"], gone["unchanged"]) == (4, 1)
    assert not desk.tasks()


def test_a_plan_is_applied_later_and_taken_back(desk):
    """What the plan says is what happens; the undo file ends it."""
    desk.from_file(desk.file([desk.order(number) for number in range(3)]))
    rows = [desk.order(number, title=f"New {number}") for number in range(5)]
    before = len(desk.writes())
    planned = desk.from_file(desk.file(rows), plan_only=True)
    assert (planned["update"], planned["create"], planned["undo_path"]) == (3, 2, None)
    assert len(desk.writes()) == before

    usual = {"task_id": "a", "report_path": f"file://{desk.folder}/r"}
    applied = desk.run(WorkfrontApplyPlanOperator(plan_path=planned["plan_path"], **usual))
    assert (applied["updated"], applied["created"]) == (3, 2)
    assert {task["name"] for task in desk.tasks().values()} == {f"New {number}" for number in range(5)}

    undone = desk.run(WorkfrontApplyPlanOperator(plan_path=applied["undo_path"], **usual))
    assert (undone["updated"], undone["deleted"]) == (3, 2)
    assert {task["name"] for task in desk.tasks().values()} == {f"Order {number}" for number in range(3)}


def test_rejected_rows_are_kept_and_can_be_written_once_mended(desk):
    """In the form of the input, with the reason; the others are written if so many are allowed."""
    rows = [desk.order(number) for number in range(20)]
    rows[3]["state"], rows[4]["who"], rows[5]["no"] = "Nwe", "nobody@example.com", "o6"
    done = desk.from_file(desk.file(rows), max_error_percent=20)
    assert (done["created"], done["rejected"]) == (16, 4)
    kept = list(csv.DictReader(read(done["rejected_path"]).splitlines()))
    reasons = {row["title"]: row.pop("workfront_error") for row in kept}
    assert "did you mean New?" in reasons["Order 3"]
    assert "nobody@example.com" in reasons["Order 4"]
    assert reasons["Order 5"] == "rows 6 and 7 have the same extRefID: none of them is written"

    mended = [
        row | {"state": "New", "who": desk.user["emailAddr"], "no": f"o{number}"} for number, row in enumerate(kept, 3)
    ]
    again = desk.from_file(desk.file(mended, "mended.csv"))
    assert again["created"] == 4
    assert len(desk.tasks()) == 20


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "1 of 20 rows were rejected, and max_error_percent is 0: nothing was written"),
        (
            {"max_error_percent": "5", "max_changes": "18"},
            "19 changes (19 to create, 1 rejected), and max_changes is 18",
        ),
        ({"max_error_percent": 5, "columns": COLUMNS | {"title": "nme"}}, "nme"),
        ({"max_error_percent": 5, "columns": COLUMNS | {"titel": "name"}}, "titel"),
        ({"report_path": None}, "set report_path"),
        ({"obj_code": "None"}, "obj_code is missing; say what to write, such as PROJ or TASK"),
        ({"mode": "replace"}, "mode must be one of insert, update, upsert, delete, not 'replace'"),
        ({"max_error_percent": "many"}, "max_error_percent"),
        ({"path": "file:///nowhere/rows.csv"}, "/nowhere/rows.csv is not there"),
    ],
)
def test_what_stops_a_run_before_anything_is_written(desk, given, said):
    """Each says what is wrong and what to do."""
    rows = [desk.order(number) for number in range(20)]
    rows[3]["state"] = "Nwe"
    path = given.pop("path", None) or desk.file(rows)
    with pytest.raises(Exception, match=re.escape(said)):
        desk.from_file(path, **given)
    assert not desk.writes()


@pytest.mark.parametrize("plan_only", [True, False])
@pytest.mark.parametrize(
    ("given", "why"), [({"state": "Nwe"}, '"Nwe" is none of its values'), ({"no": ""}, "no extRefID")]
)
def test_the_error_tells_why_the_first_row_was_rejected_and_where_all_are(desk, given, why, plan_only):
    """Whoever gets it by mail need not open the log."""
    with pytest.raises(AirflowFailException, match="nothing was written") as caught:
        desk.from_file(desk.file([desk.order(1), desk.order(2, **given)]), plan_only=plan_only)
    (kept,) = desk.folder.glob("r/rejected-*.csv")
    assert f"the rows are in file://{kept}, each with its reason; the first is row 2: " in str(caught.value)
    assert why in str(caught.value)


def test_the_error_tells_why_workfront_refused_the_first_row(desk):
    """The other row is written."""
    with pytest.raises(AirflowFailException, match=r"1 created, 1 rejected.*; the first is row 1: .* is required"):
        desk.from_file(desk.file([desk.order(1, title=""), desk.order(2)]))


def test_a_connection_that_only_reads_plans_but_writes_nothing(desk, monkeypatch):
    """Whatever the DAG says."""
    conn = json.loads(os.environ["AIRFLOW_CONN_WORKFRONT_DEFAULT"])
    conn["extra"]["read_only"] = True
    monkeypatch.setenv("AIRFLOW_CONN_WORKFRONT_DEFAULT", json.dumps(conn))
    path = desk.file([desk.order(1)])
    assert desk.from_file(path, plan_only=True)["create"] == 1
    with pytest.raises(AirflowFailException, match="only reads"):
        desk.from_file(path)
    assert not desk.writes()


@pytest.mark.parametrize("mode", ["upsert", "insert"])
def test_a_retry_goes_on_and_doubles_nothing(desk, mode):
    """The task ends in the middle; the retry has the rest, and the counts of both."""
    path = desk.file([desk.order(number) for number in range(1050)])
    desk.store.left = 2
    with pytest.raises(ConnectionError):
        desk.from_file(path, mode=mode)
    assert 0 < len(desk.tasks()) <= 1000

    done = desk.from_file(path, mode=mode)

    # of an upsert nobody can tell whether the earlier try had created a row, or found it as it was to be
    assert done["rows"] == done["created"] + done.get("done", 0) == 1050
    assert len([t for t in desk.simulator.world.objects("TASK").values() if t.get("extRefID")]) == 1050


def test_a_retry_says_so_and_its_undo_files_take_all_back(desk, caplog):
    """Each try has one; the latest is applied first."""
    path = desk.file([desk.order(number) for number in range(1050)])
    desk.store.left = 2
    with caplog.at_level("INFO"), pytest.raises(ConnectionError):
        desk.from_file(path)
    (first,) = desk.folder.glob("r/undo-*")
    with caplog.at_level("INFO"):
        done = desk.from_file(path)

    assert re.search(r"\d+ left\n", caplog.text)
    assert "try 2 goes on where earlier ones ended" in caplog.text
    assert f"{done['undo_path']} takes back only what this one writes" in caplog.text
    for undo in (done["undo_path"], f"file://{first}"):
        desk.run(WorkfrontApplyPlanOperator(task_id="u", plan_path=undo, report_path=f"file://{desk.folder}/u"))
    assert not desk.tasks()


def test_the_result_of_a_run_that_fails_is_in_xcom(desk):
    """Counts and paths, for tasks with another trigger rule; each path leads to a file."""
    path = desk.file([desk.order(number, state="New" if number else "XXX") for number in range(120)])
    about = context()
    common = {"obj_code": "TASK", "key": "extRefID", "columns": COLUMNS, "report_path": f"file://{desk.folder}/r"}
    first = ObjectStorageToWorkfrontOperator(task_id="t", path=path, **common, max_error_percent=50)
    run_task(first, **about, task_state_store=desk.store)
    assert not about["ti"].pushed, "Airflow pushes what a task returns"
    desk.simulator.faults.plan([Fault("400", method="POST", times=-1)])
    path = desk.file([desk.order(number) for number in range(200, 500)])
    with pytest.raises(AirflowFailException):
        run_task(ObjectStorageToWorkfrontOperator(task_id="t", path=path, **common), **about, task_state_store=Kept())

    told = about["ti"].pushed
    assert told["return_value"] == {name: told[name] for name in told["return_value"]}
    assert (told["created"], told["rejected"], told["not tried"]) == (0, 100, 200)
    assert len(read(told["rejected_path"]).splitlines()) == 101
    assert len(read(told["not_tried_path"]).splitlines()) == 201
    assert told["undo_path"]


def test_planned_dates_come_to_no_changes_in_the_next_run(desk, caplog):
    """What Workfront does not keep, since the constraint of a task decides, is not planned again; the plan says so."""
    rows = [desk.order(number, start="01.07.2027 09:00") for number in range(5)]
    start = {"field": "plannedStartDate", "format": "%d.%m.%Y %H:%M", "timezone": "Europe/Berlin"}
    given = {"path": desk.file(rows), "columns": COLUMNS | {"start": start}}
    first = desk.from_file(**given)
    assert (first["created"], first["unkept"]) == (5, {"plannedStartDate": 5})
    assert "Workfront kept another value of plannedStartDate in 5 rows" in caplog.text
    plan = f"file://{desk.folder}/plan.jsonl"
    desk.store = Kept()
    again = desk.from_file(**given, plan_path=plan)
    assert (again["unchanged"], again["updated"]) == (5, 0)
    assert "planned dates of 5 rows differ and are not sent" in caplog.text
    assert "not sent, since Workfront schedules it: plannedStartDate" in read(plan)
    undo = WorkfrontApplyPlanOperator(task_id="u", plan_path=first["undo_path"], report_path=f"file://{desk.folder}/u")
    assert desk.run(undo)["deleted"] == 5
    assert not desk.tasks()


@pytest.mark.parametrize(
    ("field", "constraint", "said"),
    [
        ("plannedStartDate", "MSO", "2027-07-01T07:00:00+00:00"),
        ("plannedStartDate", "SNET", "2027-07-01T07:00:00+00:00"),
        ("plannedCompletionDate", "MFO", "2027-07-01T07:00:00+00:00"),
    ],
)
def test_a_date_of_a_task_is_pinned_by_a_constraint(desk, field, constraint, said):
    """The task stands where the column says, nothing is lost, and the next run has nothing to do."""
    start = {"field": field, "format": "%d.%m.%Y %H:%M", "timezone": "Europe/Berlin", "constraint": constraint}
    given = {"path": desk.file([desk.order(1, start="01.07.2027 09:00")]), "columns": COLUMNS | {"start": start}}
    first = desk.from_file(**given)
    assert (first["created"], first["unkept"]) == (1, {})
    assert desk.tasks()["o1"][field].isoformat() == said
    desk.store = Kept()
    assert desk.from_file(**given)["unchanged"] == 1


@pytest.mark.parametrize(
    ("code", "start", "said"),
    [
        ("TASK", {"field": "plannedStartDate", "constraint": "MFO"}, "MFO pins plannedCompletionDate of a TASK"),
        ("TASK", {"field": "name", "constraint": "MSO"}, "MSO pins plannedStartDate of a TASK, not name"),
        ("TASK", {"field": "plannedStartDate", "constraint": "FIXEDDATES"}, "constraint is one of MSO"),
        ("PROJ", {"field": "plannedStartDate", "constraint": "MSO"}, "constraint is for tasks"),
    ],
)
def test_a_constraint_that_cannot_be_is_refused(desk, code, start, said):
    """Before anything is written."""
    path = desk.file([desk.order(1, start="2027-07-01 09:00")])
    columns = {"no": "extRefID", "title": "name", "start": start} | (
        {"title": None} if start["field"] == "name" else {}
    )
    with pytest.raises(AirflowFailException, match=said):
        desk.from_file(path, obj_code=code, columns=columns)
    assert not desk.writes()


def test_the_log_names_the_host_and_shows_the_first_changes(desk, caplog):
    """Before anything is written."""
    with caplog.at_level("INFO"):
        desk.from_file(desk.file([desk.order(1)]))
    (line,) = [record.getMessage() for record in caplog.records if "to create" in record.getMessage()][:1]
    assert "127.0.0.1" in line
    assert 'name: null -> "Order 1"' in line
