"""Which session a connection gets, where the broker is, and what is watched on the way."""

from __future__ import annotations

import sys
from types import ModuleType

import pytest

from airflow_provider_workfront.auth.session import ApiKeySession, Credential, ImsSession, JwtSession
from airflow_provider_workfront.broker.client import BrokerSession, Run
from airflow_provider_workfront.broker.expiry import DAY
from airflow_provider_workfront.broker.session import (
    EDGE_WORKER,
    WatchedSession,
    broker_url,
    has_database,
    http_options,
    page_url,
    session_for,
)
from airflow_provider_workfront.connection import Settings


class Configuration(dict):
    """Airflow's configuration, as far as it is read."""

    def get(self, section: str, key: str, *, fallback: str) -> str:
        """Give an option or the fallback."""
        return super().get((section, key), fallback)


class Fixed:
    """A session that gives this credential."""

    def __init__(self, credential: Credential) -> None:
        self.credential = credential

    def acquire(self, _refused):
        """Give it."""
        yield from ()
        return self.credential


def settings(**changes: object) -> Settings:
    """Settings of a connection."""
    return Settings("wf", "https://acme.my.workfront.com", "cid", "s3cret", **changes)


def watched(credential: Credential, days: int | None = None) -> tuple[list[str], list[str]]:
    """What was masked and what was warned of."""
    masked: list[str] = []
    warned: list[str] = []
    page = page_url(Configuration({("api", "base_url"): "https://airflow.acme.com"}), "wf")
    session = WatchedSession(Fixed(credential), masked.append, warned.append, days, lambda: 100 * DAY, "wf", page)
    with pytest.raises(StopIteration) as stop:
        next(session.acquire(None))
    assert stop.value.value == credential
    return masked, warned


@pytest.mark.parametrize(
    ("options", "address"),
    [
        ({}, "http://localhost:8080/workfront/"),
        ({("api", "base_url"): "https://airflow.acme.com/team"}, "https://airflow.acme.com/team/workfront/"),
        ({("core", "execution_api_server_url"): "http://api:9091/execution/"}, "http://api:9091/workfront/"),
        ({("core", "execution_api_server_url"): "http://api:9091/execution"}, "http://api:9091/workfront/"),
        ({("workfront", "broker_url"): "https://broker/workfront"}, "https://broker/workfront/"),
    ],
)
def test_the_broker_is_beside_the_execution_api(options, address):
    """Airflow's own rule for its execution API, with our last part; or as configured."""
    assert broker_url(Configuration(options)) == address


EDGE = {("edge", "api_url"): "https://airflow.acme.com/team/edge_worker/v1/rpcapi"}


@pytest.mark.parametrize(
    ("options", "address"),
    [
        (EDGE, "https://airflow.acme.com/team/workfront/"),
        (EDGE | {("api", "base_url"): "http://inside:8080"}, "https://airflow.acme.com/team/workfront/"),
        (EDGE | {("core", "execution_api_server_url"): "http://api:9091/execution/"}, "http://api:9091/workfront/"),
        (EDGE | {("workfront", "broker_url"): "https://broker/workfront"}, "https://broker/workfront/"),
        ({}, "http://localhost:8080/workfront/"),
    ],
)
def test_an_edge_worker_reaches_the_broker_as_it_reaches_airflow(monkeypatch, options, address):
    """By the address of `[edge] api_url`, from which it derives the execution API's and tells no task so."""
    monkeypatch.setitem(sys.modules, EDGE_WORKER, ModuleType(EDGE_WORKER))  # what shows in which process a task runs

    assert broker_url(Configuration(options)) == address


def test_another_worker_does_not_use_the_address_of_edge_workers():
    """A Celery worker beside them may share the configuration file, and reaches Airflow by `[api] base_url`."""
    options = EDGE | {("api", "base_url"): "http://inside:8080"}

    assert broker_url(Configuration(options)) == "http://inside:8080/workfront/"


@pytest.mark.parametrize(
    ("extra", "kind"),
    [
        ({}, BrokerSession),
        ({"auth": "api_key", "api_key": "k"}, ApiKeySession),
        ({"auth": "ims", "ims_org_id": "o"}, ImsSession),
        ({"auth": "jwt", "customer_id": "c", "user_id": "u", "private_key": "p"}, JwtSession),
    ],
)
def test_each_way_to_authenticate_has_its_session(extra, kind):
    """Only the rotating grant needs the broker."""
    assert isinstance(session_for(settings(**extra), Configuration(), Run), kind)


def test_a_connections_options_reach_the_client_and_spare_the_broker():
    """Timeout, proxy and CA bundle are for Workfront; the broker is reached without the proxy."""
    options = http_options(settings(timeout=7.0, proxy="http://proxy:3128", ca_bundle="/ca.pem"), Configuration())

    assert (options.timeout, options.proxy, options.ca_bundle) == (7.0, "http://proxy:3128", "/ca.pem")
    assert options.direct == "http://localhost:8080/workfront/"


def test_when_due_names_no_run():
    """Such a connection refreshes near expiry only, whatever runs begin."""
    run = Run("dag\nrun\n0", 1.0)
    often, seldom = (
        session_for(settings(refresh=how), Configuration(), lambda: run) for how in ("each_run", "when_due")
    )

    assert (often.run, seldom.run) == (run, Run())


@pytest.mark.parametrize(("context", "expected"), [("server", True), ("client", False)])
def test_only_a_server_has_the_database(monkeypatch, context, expected):
    """It is told by Airflow, not found out by trying."""
    monkeypatch.setenv("_AIRFLOW_PROCESS_CONTEXT", context)

    assert has_database() is expected


def test_every_secret_is_masked_before_it_is_used():
    """Also without the word before it."""
    masked, _ = watched(Credential((("sessionID", "A1"), ("Authorization", "Bearer B1"))))

    assert masked == ["A1", "B1"]


@pytest.mark.parametrize("left", [30, 29.5, 14, 13.2, 7, 1, 0.2])
def test_an_authorization_that_ends_soon_is_warned_of(left):
    """On the days on which people are notified too; connection and page are named."""
    _, (warned,) = watched(Credential((), began_at=(10 + left) * DAY), days=90)

    assert warned.startswith("Connection 'wf': The authorization ends ")
    assert warned.endswith("https://airflow.acme.com/workfront/connections/wf")


@pytest.mark.parametrize("left", [31, 28.9, 15, 12.9, 8, 5, 2, -1])
def test_between_these_days_nothing_is_said(left):
    """A warning in each log of a month would be read by nobody."""
    assert watched(Credential((), began_at=(10 + left) * DAY), days=90)[1] == []


def test_nothing_is_said_where_the_beginning_is_unknown():
    """Grants of pasted tokens, before their first refresh."""
    assert watched(Credential((), began_at=0.0), days=90)[1] == []


def test_a_task_without_the_pages_address_names_the_brokers():
    """They are at one place."""
    options = {("core", "execution_api_server_url"): "http://api:9091/execution/"}
    assert page_url(Configuration(options), "a/b") == "http://api:9091/workfront/connections/a%2Fb"


def test_no_limit_no_warning():
    """Most applications set none."""
    assert watched(Credential((), began_at=1.0))[1] == []
