"""Every operation against the simulator, as a task would carry it out."""

from __future__ import annotations

import json
import re
import time

import pytest
from airflow.sdk.exceptions import AirflowFailException
from support.tasks import run

from airflow_provider_workfront.api.errors import (
    NotFoundError,
    OutcomeUnknownError,
    ReauthorizationRequired,
    ServerError,
    TransportError,
)
from airflow_provider_workfront.api.query import field
from airflow_provider_workfront.failures import failing_for_good
from airflow_provider_workfront.operators import (
    WorkfrontActionOperator,
    WorkfrontCopyOperator,
    WorkfrontCountOperator,
    WorkfrontCreateOperator,
    WorkfrontDeleteOperator,
    WorkfrontGetOperator,
    WorkfrontOperator,
    WorkfrontSearchOperator,
    WorkfrontUpdateOperator,
)

UNKNOWN_ID = "0" * 32


def create(obj_code: str = "PROJ", **values: object) -> dict:
    return run(WorkfrontCreateOperator(task_id="create", obj_code=obj_code, values={"name": "Made here", **values}))


def get(obj_code: str, obj_id: str, *fields: str) -> dict:
    return run(WorkfrontGetOperator(task_id="get", obj_code=obj_code, obj_id=obj_id, fields=fields))


@pytest.mark.usefixtures("simulator")
def test_a_search_returns_its_rows():
    """All of them, with the fields asked for."""
    rows = run(
        WorkfrontSearchOperator(
            task_id="t", obj_code="PROJ", filters={"status": "CUR"}, fields=["name", "status", "DE:Vendor Name"]
        )
    )

    assert rows
    assert {row["status"] for row in rows} == {"CUR"}
    assert len(rows) == run(WorkfrontCountOperator(task_id="t", obj_code="PROJ", filters={"status": "CUR"}))


@pytest.mark.usefixtures("simulator")
def test_filters_may_come_from_the_builder():
    """They are frozen values, written as plain filters when the task runs."""
    filters = field("status").eq("CUR") | (field("name").contains("no such name"))

    built = run(WorkfrontSearchOperator(task_id="t", obj_code="PROJ", filters=filters))
    plain = run(WorkfrontSearchOperator(task_id="t", obj_code="PROJ", filters={"status": "CUR"}))

    assert built == plain


@pytest.mark.usefixtures("simulator")
def test_sort_limit_and_rendered_text_do_what_they_say():
    """A template gives text: numbers and JSON are read from it."""
    rows = run(
        WorkfrontSearchOperator(
            task_id="t",
            obj_code="{{ code }}",
            filters='{{ {"status": status} | tojson }}',
            fields="name",
            sort={"name": "desc"},
            limit="{{ 2 }}",
        ),
        code="PROJ",
        status=["CUR", "PLN", "CPL"],
    )

    names = [row["name"] for row in rows]
    assert len(names) == 2
    assert names == sorted(names, reverse=True)


@pytest.mark.usefixtures("simulator")
def test_an_object_is_created_changed_copied_and_deleted():
    """Each step returns the object; the last one leaves nothing to get."""
    made = create(description="first")
    changed = run(
        WorkfrontUpdateOperator(
            task_id="t", obj_code="PROJ", obj_id=made["ID"], values={"description": "second"}, fields=["description"]
        )
    )
    copied = run(WorkfrontCopyOperator(task_id="t", obj_code="PROJ", obj_id=made["ID"], values={"name": "The copy"}))

    assert changed["description"] == "second"
    assert copied["ID"] != made["ID"]
    assert get("PROJ", copied["ID"], "name", "description")["description"] == "second"
    assert run(WorkfrontDeleteOperator(task_id="t", obj_code="PROJ", obj_id=copied["ID"], force=True)) is True
    with pytest.raises(AirflowFailException, match="not found"):
        get("PROJ", copied["ID"])


@pytest.mark.usefixtures("simulator")
def test_an_action_is_done():
    """`markDone` finishes a task."""
    task = create("TASK", projectID=create()["ID"])

    run(
        WorkfrontActionOperator(
            task_id="t", obj_code="TASK", obj_id=task["ID"], action="markDone", arguments={"status": "CPL"}
        )
    )

    assert get("TASK", task["ID"], "status")["status"] == "CPL"


@pytest.mark.usefixtures("simulator")
def test_many_objects_come_in_the_order_of_their_ids():
    """Also when the IDs come as rendered JSON."""
    ids = [create(name=f"P{number}")["ID"] for number in range(3)][::-1]

    got = run(WorkfrontGetOperator(task_id="t", obj_code="PROJ", obj_id="{{ ids | tojson }}"), ids=ids)

    assert [row["ID"] for row in got] == ids


@pytest.mark.usefixtures("simulator")
@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({"operation": "report", "obj_code": "PROJ", "group_by": "status", "aggregates": {"ID": "count"}}, dict),
        ({"operation": "named_query", "obj_code": "WORK", "query": "myWork"}, list),
        ({"operation": "request", "method": "GET", "endpoint": "proj/count", "query_params": {"status": "CUR"}}, dict),
    ],
)
def test_the_rarer_operations_return_what_workfront_says(arguments, expected):
    """Reports, named queries, and any other call."""
    result = run(WorkfrontOperator(task_id="t", **arguments))

    assert isinstance(result, expected)
    json.dumps(result)


@pytest.mark.usefixtures("simulator")
def test_a_wrong_value_fails_for_good_before_any_call():
    """No retry mends it; the message names operation, object and argument."""
    for arguments, says in [
        ({"limit": 0}, "search PROJ: limit must be a whole number above 0"),
        ({"filters": "status=CUR"}, "search PROJ: filters is a text, and not the JSON of a dict"),
        ({"filters": {"status": {"contians": "C"}}}, "did you mean contains"),
        ({"obj_code": "no code"}, "'no code' is not an object code"),
    ]:
        operator = WorkfrontSearchOperator(
            task_id="t", workfront_conn_id="not_there", **{"obj_code": "PROJ", **arguments}
        )
        with pytest.raises(AirflowFailException, match=says):
            run(operator)


@pytest.mark.usefixtures("simulator")
def test_an_argument_that_rendered_to_nothing_is_missed():
    """The result of a skipped task is None."""
    operator = WorkfrontGetOperator(task_id="t", obj_code="PROJ", obj_id="x")
    operator.obj_id = None

    with pytest.raises(AirflowFailException, match="operation 'get' needs argument 'obj_id'"):
        run(operator)


@pytest.mark.usefixtures("simulator")
@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"obj_code": "PROJ", "fields": ["nmae"]}, "does not support field nmae"),
        ({"obj_code": "PRJO"}, "PROJ"),
    ],
)
def test_workfronts_refusal_fails_for_good_in_its_own_words(arguments, says):
    """A misspelt field or type is the same after an hour."""
    with pytest.raises(AirflowFailException, match=says):
        run(WorkfrontSearchOperator(task_id="t", **arguments))


@pytest.mark.usefixtures("simulator")
def test_an_unknown_id_fails_for_good():
    """Nobody will create an object with just this ID."""
    with pytest.raises(AirflowFailException, match=UNKNOWN_ID):
        get("PROJ", UNKNOWN_ID)


@pytest.mark.parametrize(
    ("error", "becomes"),
    [
        (ServerError(503, "busy"), ServerError),
        (TransportError("refused"), TransportError),
        (ReauthorizationRequired("authorize again"), ReauthorizationRequired),
        (NotFoundError(404, "not found"), AirflowFailException),
        (OutcomeUnknownError("reset"), AirflowFailException),
    ],
)
def test_only_what_no_retry_mends_is_final(error, becomes):
    """Workfront may be up again in a minute, and somebody may authorize again; the rest stays as it is."""
    with pytest.raises(becomes, match=re.escape(str(error))), failing_for_good():
        raise error


def test_a_connection_that_cannot_work_fails_for_good(monkeypatch):
    """Connection and field are named."""
    monkeypatch.setenv("AIRFLOW_CONN_WORKFRONT_DEFAULT", json.dumps({"host": "acme.example.com", "login": "x"}))

    with pytest.raises(AirflowFailException, match="connection workfront_default, field host"):
        run(WorkfrontCountOperator(task_id="t", obj_code="PROJ"))


@pytest.mark.parametrize(
    ("path", "opens"),
    [("PROJ", "/project/"), ("TASK", "/task/")],
)
def test_the_link_opens_the_object(simulator, path, opens):
    """Computed in the task, of host, type and ID: nothing secret is in it."""
    project = create()["ID"]
    operator = WorkfrontCreateOperator(task_id="t", obj_code=path, values={"name": "x", "projectID": project})
    if path == "PROJ":
        operator = WorkfrontGetOperator(task_id="t", obj_code=path, obj_id=project)

    result = run(operator)

    (link,) = operator.operator_extra_links
    address = link.get_link(operator, ti_key=None)
    assert address.endswith(opens + result["ID"])
    assert simulator.credentials["api_key"] not in address


@pytest.mark.usefixtures("simulator")
def test_a_deleted_object_has_no_link():
    """There is nothing left to open."""
    operator = WorkfrontOperator(task_id="t", operation="delete", obj_code="PROJ", obj_id=create()["ID"])

    run(operator)

    assert operator.object_url == ""


@pytest.mark.usefixtures("simulator")
def test_rows_go_to_a_file(tmp_path):
    """Path and count are returned; the path may be a template."""
    result = run(
        WorkfrontSearchOperator(task_id="t", obj_code="TASK", output_path=f"{tmp_path}/{{{{ ds }}}}/tasks.jsonl"),
        ds="2026-11-23",
    )

    written = (tmp_path / "2026-11-23" / "tasks.jsonl").read_text().splitlines()
    assert result == {"path": f"{tmp_path}/2026-11-23/tasks.jsonl", "count": len(written)}
    assert {json.loads(line)["objCode"] for line in written} == {"TASK"}


@pytest.mark.usefixtures("simulator")
def test_one_line_in_the_log_says_what_was_done(capsys):
    """Operation, type and ID or number of rows; no name, no value."""
    operator = WorkfrontCreateOperator(task_id="t", obj_code="PROJ", values={"name": "Secret project"})

    made = run(operator)

    logged = capsys.readouterr().out
    assert f"Workfront create PROJ: {made['ID']}" in logged
    assert "Secret project" not in logged


@pytest.mark.usefixtures("simulator")
def test_the_log_says_how_many_were_counted(capsys):
    """That is all that a count is for."""
    counted = run(WorkfrontOperator(task_id="t", operation="count", obj_code="PROJ"))

    assert f"Workfront count PROJ: {counted} " in capsys.readouterr().out


@pytest.mark.usefixtures("simulator")
def test_an_operation_takes_well_under_a_second():
    """Hook, client and one call on a local socket."""
    run(WorkfrontCountOperator(task_id="t", obj_code="PROJ"))
    started = time.perf_counter()

    run(WorkfrontCountOperator(task_id="t", obj_code="PROJ"))

    assert time.perf_counter() - started < 1
