"""The broker as it is served: real connections in a real database, the simulator and the broker on sockets."""

from __future__ import annotations

import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING

import httpx
import pytest
from airflow.models.variable import Variable
from airflow.utils.session import create_session
from sqlalchemy import select
from support.metrics import received
from support.site import Site, served, site_with

from airflow_provider_workfront.api.errors import BrokerUnavailable, ReauthorizationRequired, TokenError
from airflow_provider_workfront.broker.client import BrokerSession, Run
from airflow_provider_workfront.broker.proof import HEADER, sign
from airflow_provider_workfront.broker.server import LocalBroker
from airflow_provider_workfront.broker.store import Store, record_key
from airflow_provider_workfront.hooks import WorkfrontHook
from airflow_provider_workfront.plugin import WorkfrontPlugin
from airflow_provider_workfront.simulator import Options
from airflow_provider_workfront.simulator.faults import Fault

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def site(airflow_db) -> Iterator[Site]:
    """A site with a simulator that rotates."""
    with site_with(Options()) as made:
        yield made


def test_a_task_gets_a_token_and_the_connection_the_new_refresh_token(site):
    """The access token works, the mirror holds what is alive, and the other fields stay."""
    with served() as broker:
        generation, token = site.token(broker)

    answer = httpx.get(f"{site.url}/attask/api/v21.0/session", headers={"sessionID": token})
    assert (generation, answer.status_code) == (1, 200)
    from hashlib import sha256

    assert sha256(site.stored()["refresh_token"].encode()).hexdigest()[:12] in site.live()
    assert site.stored()["read_only"] is True


@pytest.mark.parametrize("encoding", ["json", "form"])
def test_both_documented_request_shapes_refresh(site, encoding):
    """Basic with JSON, and a form with the credentials in it."""
    site.connect(extra={"token_encoding": encoding})

    with served() as broker:
        assert site.token(broker)[0] == 1


def test_sixteen_tasks_on_two_servers_cause_one_refresh(site):
    """Two api-server processes share nothing but the database."""
    with served() as one, served() as other, ThreadPoolExecutor(16) as pool:
        answers = set(pool.map(site.token, [one, other] * 8))

    stats = site.simulator.stats()
    assert len(answers) == 1
    assert (stats["token_calls"], stats["reuse"]) == (1, 0)


def test_a_new_run_gets_a_new_token_and_its_tasks_share_it(site):
    """each_run: the run key is remembered, so that the second task asks for nothing."""
    with served() as broker:
        first = site.token(broker, run=Run("dag\nrun1\n0", 0.0))
        later = [site.token(broker, run=Run("dag\nrun2\n0", 9e9)) for _ in range(3)]

    assert first[0] == 1
    assert {generation for generation, _ in later} == {2}


def test_a_refresh_goes_on_when_its_caller_leaves(site):
    """The task is killed while Workfront is slow to answer: the new token is stored, and the next task gets it."""
    site.simulator.faults.plan([Fault("slow", path="token", delay=1.5)])
    with served() as broker:
        session = BrokerSession(f"{broker}/", "wf", site.secret)
        request = next(session.acquire(None)).request
        with pytest.raises(httpx.ReadTimeout):
            httpx.post(request.path, json=request.json, headers=list(request.headers), timeout=0.3)

        assert site.token(broker)[0] == 1

    assert site.simulator.stats()["token_calls"] == 1


def test_a_wrong_secret_and_a_missing_connection_get_the_same_answer(site):
    """Nobody can learn from the broker which connections exist."""
    with served() as broker:
        with pytest.raises(BrokerUnavailable) as wrong:
            site.token(broker, secret="guessed")
        with pytest.raises(BrokerUnavailable) as missing:
            site.token(broker, conn_id="nope")

    assert str(wrong.value).replace("'wf'", "'nope'") == str(missing.value)
    assert "resolve alike" in str(wrong.value)
    assert site.simulator.stats()["token_calls"] == 0


@pytest.mark.parametrize("ahead", [-600.0, 600.0])
def test_a_worker_whose_clock_is_ten_minutes_off_works(site, ahead):
    """T17: refused at first, it signs again by the api-server's clock."""
    with served() as broker:
        assert site.token(broker, clock=lambda: time.time() + ahead)[0] == 1


def asking(site, *, at=None, nonce="n1", **body):
    """A signed request as it goes over the wire."""
    content = json.dumps({"conn_id": "wf"} | body).encode()
    proof = sign(site.secret, "wf", content, at=int(at or time.time()), nonce=nonce)
    return {"content": content, "headers": {HEADER: proof}}


def test_a_proof_is_good_once(site):
    """Overheard, it cannot be played again."""
    with served() as broker:
        request = asking(site)
        statuses = [httpx.post(f"{broker}/token", **request).status_code for _ in range(2)]

    assert statuses == [200, 401]


def test_every_refusal_reads_alike(site):
    """No connection, a wrong secret, an old or a broken proof: one status, one text, nothing to learn."""
    with served() as broker:
        unknown = httpx.post(f"{broker}/token", json={"conn_id": "nope"}, headers={HEADER: "v1 1 n x"})
        others = [
            httpx.post(f"{broker}/token", **asking(site, at=time.time() - 120)),
            httpx.post(f"{broker}/token", json={"conn_id": "wf"}, headers={HEADER: "v1 soon n x"}),
            httpx.post(f"{broker}/token", json={"conn_id": "wf"}, headers={HEADER: "nonsense"}),
            httpx.post(f"{broker}/token", json={"conn_id": "wf"}),
        ]

    assert {answer.status_code for answer in (unknown, *others)} == {401}
    assert {answer.text for answer in others} == {unknown.text.replace("nope", "wf")}


def test_guessing_is_slowed_down(site):
    """After twenty wrong proofs in a minute the address has to wait, for this connection only."""
    with served() as broker:
        statuses = [httpx.post(f"{broker}/token", json={"conn_id": "wf"}).status_code for _ in range(25)]
        elsewhere = httpx.post(f"{broker}/token", json={"conn_id": "another"}).status_code

        assert statuses == [401] * 20 + [429] * 5
        assert elsewhere == 401
        assert httpx.post(f"{broker}/token", **asking(site)).status_code == 200  # who knows the secret comes in


def test_versions_may_differ(site):
    """An older worker sends less, a newer one more; only a newer protocol is refused, saying what to upgrade."""
    with served() as broker:
        older = httpx.post(f"{broker}/token", **asking(site, nonce="a"))
        newer = httpx.post(f"{broker}/token", **asking(site, nonce="b", protocol=1, colour="red"))
        newest = httpx.post(f"{broker}/token", **asking(site, nonce="c", protocol=2))

    assert (older.status_code, newer.status_code, newest.status_code) == (200, 200, 400)
    assert "upgrade the api-server" in newest.json()["error"]["message"]


def test_every_route_refuses_strangers(site):
    """Airflow leaves a plugin's routes unauthenticated; ours are not."""
    with served() as broker:
        answers = [
            httpx.request(method, broker + path, json={"conn_id": "wf"})
            for path in ("/", "/token", "/docs", "/openapi.json", "/redoc")
            for method in ("GET", "POST")
        ]

    assert {answer.status_code for answer in answers} <= {401, 404, 405}


def test_garbage_is_refused(site):
    """Whatever is posted, the answer is short and the server lives on."""
    with served() as broker:
        for body in (b"", b"[]", b'{"conn_id": ""}', b"\xff"):
            assert httpx.post(f"{broker}/token", content=body).status_code == 422
        assert httpx.post(f"{broker}/token", content=b'{"conn_id": "' + b"x" * 100_000).status_code == 413
        assert site.token(broker)[0] == 1


def test_a_wrong_client_secret_is_named(site):
    """Workfront refuses the application, not the token; the task learns where to look."""
    site.connect(password="wrong")

    with served() as broker, pytest.raises(TokenError, match="client secret"):
        site.token(broker, secret="wrong")


def test_a_dead_refresh_token_names_the_page_to_go_to(site):
    """Every further task gets it at once, and Workfront is left alone."""
    site.connect(extra={"refresh_token": "dead"})

    with served() as broker:
        for _ in range(3):
            with pytest.raises(ReauthorizationRequired, match="/connections"):
                site.token(broker)

    assert site.simulator.stats()["token_calls"] == 1


def test_pasting_a_new_token_heals(site):
    """No restart, no edit of a DAG."""
    good = site.simulator.credentials["refresh_token"]
    site.connect(extra={"refresh_token": "dead"})
    with served() as broker:
        with pytest.raises(ReauthorizationRequired):
            site.token(broker)
        site.connect(extra={"refresh_token": good})

        assert site.token(broker)[0] > 1


@pytest.mark.parametrize("rotation", ["same", "omit", "empty"])
def test_rotation_off_works_as_well(airflow_db, rotation):
    """The same token again, an empty one, or none at all: the old one stays good."""
    with site_with(Options(rotation=rotation)) as site, served() as broker:
        site.token(broker, run=Run("dag\nrun1\n0", 0.0))
        generation, _ = site.token(broker, run=Run("dag\nrun2\n0", 9e9))

        assert generation == 2
        assert site.stored()["refresh_token"] == site.simulator.credentials["refresh_token"]


def test_the_record_is_encrypted_and_masked(site):
    """Nothing of it can be read in the database, and Airflow's API shows a mask."""
    with served() as broker:
        _, token = site.token(broker)
    with create_session() as session:
        row = session.scalars(select(Variable)).one()

    assert row.is_encrypted
    assert token not in row._val
    from airflow._shared.secrets_masker import redact

    assert redact(row.val, row.key) == "***"


def test_testing_a_connection_with_masked_secrets_fails(site, monkeypatch):
    """Airflow's queued test would store the mask over the secrets if it succeeded."""
    monkeypatch.setenv("_AIRFLOW_PROCESS_CONTEXT", "server")
    site.connect(password="***")

    good, message = WorkfrontHook("wf").test_connection()

    assert not good
    assert "***" in message


def test_an_authorization_that_nobody_uses_is_reported_too(site, caplog):
    """The hourly look: gauges, and the warning of an end that comes without any task."""
    from airflow._shared.observability.metrics import stats

    site.connect(extra={"absolute_expiry_days": 100})
    with served() as broker:
        site.token(broker)
    found = Store().read(record_key("wf"))
    began_at = found.now - 93.5 * 86_400
    assert Store().swap(record_key("wf"), found.cipher, replace(found.value, began_at=began_at))
    with received(stats, tagged=False) as lines_of:
        LocalBroker().report_all()
        LocalBroker().report_all()
        lines = lines_of(6)

    assert lines.count("airflow.workfront.token.days_left.wf:6|g") == 2
    assert caplog.text.count("Connection 'wf': The authorization ends in about 6 days") == 1


def test_the_api_server_looks_every_hour(airflow_db):
    """On a thread that does not keep the process from ending."""
    WorkfrontPlugin.fastapi_apps  # noqa: B018 made when it is read, as the api-server does

    (thread,) = [each for each in threading.enumerate() if each.name == "workfront-report"]
    assert thread.daemon
