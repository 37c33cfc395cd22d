"""What the mission promises, through a real Airflow: the form, the Test button, tasks that share a rotating token."""

from __future__ import annotations

import json

import pytest
from support.grants import tenant

pytestmark = pytest.mark.timeout(300)


def test_the_form_knows_the_connection_type(airflow):
    """The UI builds the form from our data: labels in Workfront's words, no port, no schema."""
    types = {kind["connection_type"]: kind for kind in airflow.http.get("/ui/connections/hook_meta").json()}
    form = types["workfront"]

    assert form["hook_name"] == "Adobe Workfront"
    assert form["standard_fields"]["host"]["title"] == "Workfront host"
    assert form["standard_fields"]["port"]["hidden"]
    assert form["extra_fields"]["refresh_token"]["schema"]["format"] == "password"


def pressed(workfront, **changes):
    """Press the Test button of the form."""
    return workfront.airflow.http.post("/api/v2/connections/test", json=workfront.body() | changes).json()


def test_the_test_button_spends_nothing_before_the_first_task(strict):
    """It says what it knows and leaves the single-use token alone."""
    answer = pressed(strict)

    assert answer["status"], answer
    assert "not tried" in answer["message"]
    assert strict.stats["token_calls"] == 0


def test_eight_tasks_at_once_share_one_refresh(airflow, strict):
    """All start without a token; one refreshes, the others wait for it. The next run rotates once more: `each_run`."""
    for run in (1, 2):
        airflow.run("eight_at_once", conn_id=strict.conn_id)
        assert (strict.stats["token_calls"], strict.stats["refreshes"], strict.stats["reuse"]) == (run, run, 0)


def test_an_asynchronous_task_uses_the_same_grant(airflow):
    """`aget_conn` reads the connection and asks the broker without blocking the loop; its log has one line of sums.

    Afterwards the Test button names user and generation without a refresh, and the connection holds the live token.
    """
    with tenant(airflow) as workfront:
        workfront.asked()
        run_id = airflow.run("asynchronous", conn_id=workfront.conn_id)
        assert len(airflow.api.xcom("asynchronous", run_id, "names")) > 0
        assert workfront.stats["reuse"] == 0
        said = airflow.log("asynchronous", run_id)
        assert "API v21.0" in said
        assert "calls, 3 rows, 0 refused (429)" in said

        before = workfront.stats["token_calls"]
        answer = pressed(workfront, password="***", extra=json.dumps({"refresh_token": "***"}))
        assert answer["status"], answer
        assert "rotation generation 2" in answer["message"]
        assert workfront.stats["token_calls"] == before

        shown = airflow.api.provider("workfront", "status", workfront.conn_id, "--json")
        assert [shown["connection"]] == [shown["record"]] == workfront.live
        assert shown["state"] == "active"
