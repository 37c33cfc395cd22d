"""Many rows at once, as a task writes them."""

from __future__ import annotations

import json

import pytest
from airflow.sdk.exceptions import AirflowFailException
from support.tasks import run
from support.transfers import context

from airflow_provider_workfront.api.results import BulkError
from airflow_provider_workfront.operators import WorkfrontCreateOperator, WorkfrontOperator, WorkfrontSearchOperator
from airflow_provider_workfront.simulator.faults import Fault
from airflow_provider_workfront.transfers.reports import APPLIED as COUNTS


def write(operation: str, **given: object) -> dict:
    return run(WorkfrontOperator(task_id="t", operation=operation, obj_code="TASK", **given), **context())


def rows_of(count: int) -> list[dict]:
    project = run(WorkfrontCreateOperator(task_id="t", obj_code="PROJ", values={"name": "Bulk"}))["ID"]
    return [{"name": f"bulk {number}", "projectID": project, "extRefID": f"b{number}"} for number in range(count)]


def found(project: str) -> list[dict]:
    return run(WorkfrontSearchOperator(task_id="t", obj_code="TASK", filters={"projectID": project}, fields=["status"]))


@pytest.mark.usefixtures("simulator")
def test_rows_are_created_changed_and_deleted():
    """The task tells how many, and the IDs."""
    rows = rows_of(130)
    made = write("bulk_create", rows=rows, key="extRefID")
    assert (made["rows"], made["created"], len(set(made["ids"]))) == (130, 130, 130)
    changed = write("bulk_update", rows=json.dumps([{"ID": task, "status": "INP"} for task in made["ids"]]))
    assert (changed["updated"], changed["ids"]) == (130, made["ids"])
    assert {task["status"] for task in found(rows[0]["projectID"])} == {"INP"}
    assert write("bulk_create", rows=rows, key="extRefID")["done"] == 130
    assert write("bulk_delete", ids=made["ids"], force="true")["deleted"] == 130
    assert found(rows[0]["projectID"]) == []


@pytest.mark.usefixtures("simulator")
def test_ids_of_very_many_rows_do_not_go_to_xcom():
    """It is a row of Airflow's own database; the counts do."""
    made = write("bulk_create", rows=rows_of(1001), key="extRefID")
    assert made == dict.fromkeys(COUNTS, 0) | {"rows": 1001, "created": 1001, "ids": None}


@pytest.mark.usefixtures("simulator")
def test_a_bad_row_fails_the_task_after_the_others_were_written():
    """No retry could mend it; the message names the row and the reason."""
    rows = rows_of(20)
    rows[4]["priority"] = "high"
    with pytest.raises(AirflowFailException, match=r"19 written, 1 refused: row 4 refused.*priority value \"high\""):
        write("bulk_create", rows=rows, key="extRefID")
    assert len(found(rows[0]["projectID"])) == 19


def test_the_result_of_a_run_that_fails_is_in_xcom(simulator):
    """With the counts that the transfers give, and the IDs; rows after what ended the run were not tried."""
    rows, about = rows_of(20), context()
    rows[4]["priority"] = "high"
    usual = {"task_id": "t", "operation": "bulk_create", "obj_code": "TASK"}
    with pytest.raises(AirflowFailException):
        run(WorkfrontOperator(**usual, rows=rows, key="extRefID", multiple_outputs=True), **about)
    told = about["ti"].pushed
    ids = told["return_value"]["ids"]
    assert told["return_value"] == dict.fromkeys(COUNTS, 0) | {"rows": 20, "created": 19, "rejected": 1, "ids": ids}
    assert (told["created"], told["rejected"]) == (19, 1)
    assert [bool(each) for each in ids] == [number != 4 for number in range(20)]

    about = context()
    simulator.faults.plan([Fault("401", method="PUT", times=-1)])
    operator = WorkfrontOperator(
        task_id="t",
        operation="bulk_update",
        obj_code="TASK",
        rows=[{"ID": each, "priority": 2} for each in ids if each],
    )
    with pytest.raises(BulkError, match="19 not tried"):
        run(operator, **about)
    told = about["ti"].pushed
    assert set(told) == {"return_value"}
    assert (told["return_value"]["rows"], told["return_value"]["updated"]) == (19, 0)
    assert told["return_value"]["not tried"] == 19


@pytest.mark.usefixtures("simulator")
@pytest.mark.parametrize(
    ("operation", "given", "says"),
    [
        ("bulk_update", {"rows": [{"name": "x"}]}, "row 0 has no ID"),
        ("bulk_update", {"rows": "None"}, "rows is a text, and not the JSON of a list"),
        ("bulk_create", {"rows": {"name": "x"}}, "rows must be a list"),
        ("bulk_delete", {"ids": ["None"]}, "an ID is missing"),
    ],
)
def test_rows_that_cannot_be_sent_are_refused(operation, given, says):
    """Before anything is."""
    with pytest.raises(AirflowFailException, match=f"^{operation} TASK: .*{says}"):
        write(operation, **given)
