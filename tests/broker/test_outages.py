"""What lasts: a token endpoint that is away for long, and a database that takes no writes."""

from __future__ import annotations

import time
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

import httpx
import pytest
from sqlalchemy.exc import OperationalError
from support.site import Site, read_only_database, served, site_with
from support.typed import parsed

from airflow_provider_workfront.api.errors import TokenError
from airflow_provider_workfront.auth.session import ApiKeySession
from airflow_provider_workfront.broker.authorization import consent_url
from airflow_provider_workfront.broker.client import BrokerSession
from airflow_provider_workfront.broker.overview import line_of
from airflow_provider_workfront.broker.server import settings_of
from airflow_provider_workfront.broker.store import Store, record_key
from airflow_provider_workfront.client import open_client
from airflow_provider_workfront.simulator import Options
from airflow_provider_workfront.simulator.faults import Fault

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def site(airflow_db, monkeypatch) -> Iterator[Site]:
    """A site on which an hour of cool-downs takes a few seconds."""
    monkeypatch.setenv("AIRFLOW__WORKFRONT__TOKEN_REPEATS", "0.01,0.01")
    monkeypatch.setenv("AIRFLOW__WORKFRONT__REFRESH_COOLDOWN", "0.2")
    with site_with(Options()) as made:
        yield made


def test_an_endpoint_that_is_away_for_long(site):
    """It is failing since the first failure, is asked once in each cool-down only, and comes back by itself."""
    site.simulator.faults.plan([Fault("503", path="token", times=15)])
    since, calls, began = set(), [], time.monotonic()
    with served() as broker:
        while True:
            try:
                site.token(broker)
            except TokenError:
                pass
            else:
                break
            line = line_of("wf")
            assert (line["state"], "503" in line["last_outcome"]) == ("failing", True)
            assert "the next task tries again" in line["next_step"]
            since.add(line["since"])
            calls.append(site.simulator.stats()["token_calls"])

    assert len(since) == 1
    assert calls[-1] == 15
    assert max(later - earlier for earlier, later in pairwise(calls)) == 3  # one refresh, 3 tries
    assert time.monotonic() - began > 5 * 0.2  # the cool-downs in which no ask reached Workfront
    assert site.simulator.stats()["token_calls"] == 16
    assert (line_of("wf")["state"], line_of("wf")["since"]) == ("active", None)


def test_a_wrong_client_secret_is_seen_before_the_next_run(site):
    """The words are Workfront's, and what to check is said; a corrected one works once the cool-down is over."""
    site.connect(password="wrong")
    with served() as broker, pytest.raises(TokenError):
        site.token(broker, secret="wrong")

    line = line_of("wf")
    assert line["state"] == "failing"
    assert "invalid_client" in line["last_outcome"]
    assert line["next_step"].startswith("check client ID and client secret")


@pytest.fixture
def read_only(site) -> Iterator[None]:
    """A database that takes no writes."""
    with read_only_database():
        yield


def test_a_read_only_database_spends_no_token(site, request):
    """A stored token is given; a refresh ends before anything is sent, and the answer says why."""
    with served() as broker:
        before = site.token(broker)
        request.getfixturevalue("read_only")
        assert site.token(broker) == before

        session = BrokerSession(f"{broker}/", "wf", site.secret)
        with open_client(ApiKeySession(""), api_root=site.url) as client:
            refused = next(session.acquire(client.drive(session.acquire(None)))).request
        answer = httpx.post(refused.path, json=refused.json, headers=list(refused.headers))

    assert answer.status_code == 503
    assert "cannot be used (OperationalError): it is away or read-only" in answer.json()["error"]["message"]
    assert site.simulator.stats()["token_calls"] == 1


def test_a_read_only_database_is_noticed_before_a_person_consents(site, read_only):
    """A code that is exchanged ends the authorization before; its tokens would have no place."""
    with pytest.raises(OperationalError):
        consent_url(settings_of("wf"), "http://localhost/callback", "state", None)


@pytest.mark.parametrize("command", ["retry", "adopt", "forget"])
def test_a_read_only_database_is_one_line_of_a_command(site, monkeypatch, request, command):
    """A traceback would show the statement, and in it the record."""
    monkeypatch.setenv("_AIRFLOW_PROCESS_CONTEXT", "server")
    with served() as broker:
        site.token(broker)
    stored = Store().read(record_key("wf"))
    assert Store().swap(record_key("wf"), stored.cipher, replace(stored.value, home="elsewhere"))
    request.getfixturevalue("read_only")
    args = parsed(command, "wf", *(["--force", "--yes"] if command == "forget" else []))

    with pytest.raises(SystemExit, match=r"^Airflow's database cannot be used \(OperationalError\)"):
        args.func(args)
