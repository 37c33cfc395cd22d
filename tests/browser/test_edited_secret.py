"""Who may edit a connection, and not read it, gets no token of it: Airflow's own API, role Op of FAB, no browser."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING
from uuid import uuid4

import httpx
import pytest
from support.grants import STRICT, tenant

from airflow_provider_workfront.api.errors import WorkfrontError
from airflow_provider_workfront.auth.session import ApiKeySession
from airflow_provider_workfront.broker.client import BrokerSession
from airflow_provider_workfront.broker.proof import HEADER, sign
from airflow_provider_workfront.client import HttpOptions, open_client

from .conftest import OLGAS_PASSWORD

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = [pytest.mark.timeout(200), pytest.mark.slow]

MADE_UP = "a-secret-that-olga-made-up"


@pytest.fixture(scope="module")
def olga(fab) -> Iterator[httpx.Client]:
    """Airflow's public API as somebody of role Op uses it."""
    with httpx.Client(base_url=fab.url, trust_env=False, timeout=30) as http:
        answer = http.post("/auth/token", json={"username": "olga", "password": OLGAS_PASSWORD})
        answer.raise_for_status()
        http.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
        yield http


def set_password(http: httpx.Client, workfront, password: str) -> None:
    """Set the password alone, which is the client secret."""
    path = f"/api/v2/connections/{workfront.conn_id}"
    body = {"connection_id": workfront.conn_id, "conn_type": "workfront", "password": password}
    http.patch(path, params={"update_mask": "password"}, json=body).raise_for_status()


def signed(workfront, secret: str) -> httpx.Response:
    """Ask the broker with a proof that is made with this secret."""
    body = json.dumps({"conn_id": workfront.conn_id}).encode()
    proof = sign(secret, workfront.conn_id, body, at=int(time.time()), nonce=uuid4().hex)
    headers = {HEADER: proof, "Content-Type": "application/json"}
    return httpx.post(f"{workfront.airflow.url}/workfront/token", content=body, headers=headers, timeout=30)


def asked(workfront, secret: str):
    """Ask as a task does whose connection has this secret; gives credential or error."""
    session = BrokerSession(f"{workfront.airflow.url}/workfront/", workfront.conn_id, secret)
    with open_client(ApiKeySession(""), api_root=workfront.url, options=HttpOptions(30.0)) as client:
        try:
            return client.drive(session.acquire(None))
        except WorkfrontError as error:
            return error


def token_of(given) -> tuple[int, str]:
    """Generation and access token of a credential."""
    return given.generation, dict(given.headers)["sessionID"]


def given_again(workfront) -> tuple[int, str]:
    """What the true secret brings."""
    return token_of(workfront.asked())


def test_whoever_sets_only_the_password_gets_no_token(fab, olga):
    """Airflow shows her no password; signing with one of her own brings nothing, and costs the customer nothing."""
    with tenant(fab, STRICT) as workfront:
        before = workfront.asked()
        path = f"/api/v2/connections/{workfront.conn_id}"
        assert olga.get(path).json()["password"] == "***"

        set_password(olga, workfront, MADE_UP)
        answers = [signed(workfront, MADE_UP) for _ in range(3)]
        assert [answer.status_code for answer in answers] == [409] * 3
        assert not any(token_of(before)[1] in answer.text for answer in answers)
        assert workfront.stats["token_calls"] == 2

        set_password(fab.http, workfront, workfront.simulator.credentials["client_secret"])
        assert given_again(workfront) == token_of(before)
        assert workfront.stats["token_calls"] == 2


def test_whoever_makes_the_connection_anew_gets_none_either(fab, olga):
    """With the same ID, host and client ID, which Airflow does show her."""
    with tenant(fab, STRICT) as workfront:
        before = workfront.asked()
        path = f"/api/v2/connections/{workfront.conn_id}"
        shown = olga.get(path).json()
        olga.delete(path).raise_for_status()
        names = ("connection_id", "conn_type", "host", "login")
        made = {name: shown[name] for name in names} | {"password": MADE_UP}
        olga.post("/api/v2/connections", json=made).raise_for_status()

        error = asked(workfront, MADE_UP)
        assert isinstance(error, WorkfrontError)
        assert "client secret is not the one that the stored token was issued under" in str(error)

        set_password(fab.http, workfront, workfront.simulator.credentials["client_secret"])
        assert given_again(workfront) == token_of(before)


def test_a_secret_that_workfront_takes_works(fab, olga):
    """Rolled in Workfront, then in Airflow, by whoever may edit: one refresh, and tasks go on."""
    with tenant(fab, STRICT) as workfront:
        before = workfront.asked()
        made = dict(workfront.simulator.credentials)
        workfront.simulator.apps.change_secret(made["client_id"], "rolled-in-workfront")
        set_password(olga, workfront, "rolled-in-workfront")

        after = [asked(workfront, "rolled-in-workfront") for _ in range(2)]
        assert [given.generation for given in after] == [before.generation + 1] * 2
        assert workfront.stats["reuse"] == 0
        assert isinstance(asked(workfront, made["client_secret"]), WorkfrontError)
