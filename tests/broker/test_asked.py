"""Connections of a secrets backend, which cannot be listed: found on our pages once a task has asked for them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from airflow.models.variable import Variable
from airflow.utils.session import create_session
from sqlalchemy import select
from support.site import Site, served, site_with

from airflow_provider_workfront.api.errors import BrokerUnavailable, ReauthorizationRequired
from airflow_provider_workfront.broker.asked import KEY, MOST, Asked
from airflow_provider_workfront.broker.overview import found, overview
from airflow_provider_workfront.broker.store import Store
from airflow_provider_workfront.simulator import Options

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def site(airflow_db, monkeypatch, tmp_path) -> Iterator[Site]:
    """A site whose secrets backend, a file, has connections too."""
    kwargs = json.dumps({"connections_file_path": str(tmp_path / "connections.json")})
    (tmp_path / "connections.json").write_text("{}")
    monkeypatch.setenv("AIRFLOW__SECRETS__BACKEND", "airflow.secrets.local_filesystem.LocalFilesystemBackend")
    monkeypatch.setenv("AIRFLOW__SECRETS__BACKEND_KWARGS", kwargs)
    with site_with(Options()) as made:
        yield made


def vaulted(site: Site, folder: Path, **extra: str) -> None:
    """Put Workfront connections and another one into the secrets backend, and into nothing else."""
    ours = {"conn_type": "workfront", "host": site.url, "password": site.secret}
    ours |= {"login": site.simulator.credentials["client_id"], "extra": json.dumps(extra)}
    secrets = {"vaulted": ours, "used": ours, "warehouse": {"conn_type": "postgres", "host": "db", "password": "p"}}
    (folder / "connections.json").write_text(json.dumps(secrets))


def states() -> dict[str, str]:
    """The overview in short."""
    return {line["conn_id"]: line["state"] for line in overview()}


def test_a_connection_of_a_secrets_backend_is_listed_once_a_task_has_asked(site, tmp_path):
    """It has no token yet, so it has no record either; nobody else can put a name into the list."""
    vaulted(site, tmp_path)
    with served() as broker:
        with pytest.raises(BrokerUnavailable):
            site.token(broker, "vaulted", secret="guessed")
        assert states() == {"wf": "not used yet"}
        with pytest.raises(ReauthorizationRequired):
            site.token(broker, "vaulted")

    assert states() == {"wf": "not used yet", "vaulted": "no refresh token"}
    (tmp_path / "connections.json").write_text("{}")
    assert states() == {"wf": "not used yet"}


def test_the_page_of_a_connection_finds_it_as_a_task_does(site, tmp_path):
    """Asked for or not; other types and names that lead to nothing are not there."""
    vaulted(site, tmp_path)

    assert found("vaulted")["state"] == "no refresh token"
    assert (found("warehouse"), found("nope")) == (None, None)


def test_a_connection_of_the_database_leaves_no_second_trace(site):
    """Its row is known already."""
    site.connect(extra={"refresh_token": ""})
    with served() as broker, pytest.raises(ReauthorizationRequired):
        site.token(broker)

    assert remembered() is None


def remembered() -> str | None:
    """The Variable, as anybody can read it."""
    with create_session() as session:
        return session.scalars(select(Variable.val).where(Variable.key == KEY)).first()


def test_what_is_remembered_has_bounds(site):
    """The oldest give way; two processes share one list; whatever else stands in it is no list."""
    processes = [Asked(Store()), Asked(Store())]
    for number in range(MOST + 5):
        processes[number % 2].note(f"c{number}")

    assert processes[0].ids() == {f"c{number}" for number in range(5, MOST + 5)}
    with create_session() as session:
        session.scalars(select(Variable).where(Variable.key == KEY)).one().val = "***"
    assert processes[0].ids() == set()
    processes[1].note("new")
    assert processes[0].ids() == {"new"}
