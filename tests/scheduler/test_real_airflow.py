"""A real Airflow (scheduler, api-server, triggerer) against the simulator on a socket, with a rotating token."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from demo import CONN_ID, Airflow, airflow, configure

from airflow_provider_workfront.simulator import Simulator, running

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.timeout(900)

DAGS = Path(__file__).parent / "dags"


class Listening(Simulator):
    """A simulator that remembers every token it gave out."""

    def __init__(self) -> None:
        super().__init__()
        self.given = set(self.credentials.values()) - {self.credentials["client_id"]}

    def answer(self, request):
        """Answer; note the tokens of the token endpoint's answers."""
        response = super().answer(request)
        if request.path.endswith("/token") and response.status == 200:
            body = json.loads(response.body)
            self.given |= {body["access_token"], body["refresh_token"]}
        return response


class Stack:
    """What one started Airflow consists of."""

    def __init__(self, api: Airflow, simulator: Listening, url: str, home: Path) -> None:
        self.api, self.simulator, self.url, self.home = api, simulator, url, home

    def run(self, dag_id: str) -> str:
        """Trigger a DAG through the scheduler and wait for its success."""
        run_id = self.api.trigger(dag_id)
        self.api.wait_for(dag_id, run_id, self.home)
        return run_id

    def connection(self, **changes: object) -> dict[str, object]:
        """The body that the UI's form sends."""
        made = self.simulator.credentials
        extra = {"refresh_token": made["refresh_token"]}
        body = {"connection_id": CONN_ID, "conn_type": "workfront", "host": self.url, "login": made["client_id"]}
        return body | {"password": made["client_secret"], "extra": json.dumps(extra)} | changes


@pytest.fixture(scope="module")
def stack(tmp_path_factory) -> Iterator[Stack]:
    """One Airflow and one simulator for this file; the tests run in order."""
    home = tmp_path_factory.mktemp("airflow")
    simulator = Listening()
    with running(simulator) as server, airflow(home, configure(home, DAGS)) as api:
        made = Stack(api, simulator, server.url, home)
        api.http.post("/api/v2/connections", json=made.connection()).raise_for_status()
        yield made


def test_the_form_knows_the_connection_type(stack):
    """The UI builds the form from our data: labels in Workfront's words, no port, no schema."""
    types = {kind["connection_type"]: kind for kind in stack.api.http.get("/ui/connections/hook_meta").json()}
    form = types["workfront"]

    assert form["hook_name"] == "Adobe Workfront"
    assert form["standard_fields"]["host"]["title"] == "Workfront host"
    assert form["standard_fields"]["port"]["hidden"]
    assert form["extra_fields"]["refresh_token"]["schema"]["format"] == "password"


def test_the_test_button_spends_nothing_before_the_first_task(stack):
    """It says what it knows and leaves the single-use token alone."""
    answer = stack.api.http.post("/api/v2/connections/test", json=stack.connection()).json()

    assert answer["status"], answer
    assert "not tried" in answer["message"]
    assert stack.simulator.stats()["token_calls"] == 0


def test_eight_tasks_at_once_share_one_refresh(stack):
    """All start without a token; one refreshes, the others wait for it."""
    stack.run("eight_at_once")
    stats = stack.simulator.stats()

    assert (stats["token_calls"], stats["refreshes"], stats["reuse"]) == (1, 1, 0)


def test_the_next_run_rotates_again(stack):
    """each_run: a token older than the run is not taken over."""
    stack.run("eight_at_once")
    stats = stack.simulator.stats()

    assert (stats["token_calls"], stats["reuse"]) == (2, 0)


def test_an_asynchronous_task_uses_the_same_grant(stack):
    """`aget_conn` reads the connection and asks the broker without blocking the loop."""
    run_id = stack.run("asynchronous")

    assert len(stack.api.xcom("asynchronous", run_id, "names")) > 0
    assert stack.simulator.stats()["reuse"] == 0


def test_the_test_button_names_the_user_and_the_generation(stack):
    """It asks Workfront with the stored access token; nothing is refreshed by it."""
    before = stack.simulator.stats()["token_calls"]
    body = stack.connection(password="***", extra=json.dumps({"refresh_token": "***"}))

    answer = stack.api.http.post("/api/v2/connections/test", json=body).json()

    assert answer["status"], answer
    assert "rotation generation 3" in answer["message"]
    assert stack.simulator.stats()["token_calls"] == before


def test_the_stored_connection_holds_the_live_token(stack):
    """What the mission promises: the refresh token in the connection is rotated."""
    live = [token["hash"] for token in stack.simulator.stats()["refresh_tokens"] if token["state"] == "live"]
    shown = stack.api.provider("workfront", "status", CONN_ID, "--json")

    assert shown["connection"] == shown["record"] == live[0][:8]
    assert shown["state"] == "active"


def test_the_summary_line_tells_what_a_task_did(stack):
    """One line a task: host, user, version, calls, rows, refusals, seconds."""
    logs = [path.read_text() for path in (stack.home / "logs").glob("dag_id=asynchronous/**/*.log")]

    assert any("API v21.0" in text and "calls, 3 rows, 0 refused (429)" in text for text in logs)


def test_no_secret_is_left_behind_in_clear(stack):
    """Neither in any log nor in any table of the database, whatever was logged at whatever level."""
    secrets = {secret.encode() for secret in stack.simulator.given}
    assert len(secrets) >= 9
    files = [path for path in stack.home.rglob("*") if path.is_file() and path.name != "passwords.json"]
    with closing(sqlite3.connect(stack.home / "airflow.db")) as database:
        dump = "\n".join(database.iterdump()).encode()

    assert not [path for path in files if any(secret in path.read_bytes() for secret in secrets)]
    assert not any(secret in dump for secret in secrets)
