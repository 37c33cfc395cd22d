"""`airflow workfront ...`: what it shows and what it heals."""

from __future__ import annotations

from argparse import Namespace
from dataclasses import replace

import pytest
from airflow.models.connection import Connection
from airflow.models.variable import Variable
from airflow.utils.session import create_session
from sqlalchemy import delete

from airflow_provider_workfront import cli
from airflow_provider_workfront.auth.token import Token
from airflow_provider_workfront.broker.ask import Ask
from airflow_provider_workfront.broker.server import home
from airflow_provider_workfront.broker.state import Grant, sown
from airflow_provider_workfront.broker.store import Store, record_key

WF = Namespace(conn_id="wf", json=False)


@pytest.fixture
def grant(airflow_db, monkeypatch) -> Grant:
    """A connection and its grant, refreshed once."""
    monkeypatch.setenv("_AIRFLOW_PROCESS_CONTEXT", "server")
    where = {"base_url": "https://acme.my.workfront.com", "client_id": "cid", "home": home(), "key": "ab" * 32}
    made = sown("wf", "R0-SECRET", **where)
    made = made.leased("me", 0, 1).committed(Token("A1-SECRET", "R1-SECRET", 3600, "user1"), 0, Ask())
    with create_session() as session:
        host = "acme.my.workfront.com"
        session.add(Connection(conn_id="wf", conn_type="workfront", host=host, login="cid", password="s"))
    Store().swap(record_key("wf"), None, made)
    yield made
    with create_session() as session:
        session.execute(delete(Variable))
        session.execute(delete(Connection))


def stored() -> Grant:
    """The grant as it is stored now."""
    return Store().read(record_key("wf")).value


def test_status_shows_the_state_and_no_token(grant, capsys):
    """Generation, host and user by name; tokens by a short hash."""
    cli.status(WF)
    shown = capsys.readouterr().out

    assert "generation           1" in shown
    assert "user1" in shown
    assert "SECRET" not in shown


def test_status_of_an_unknown_connection_says_so(grant):
    """And where to look."""
    with pytest.raises(SystemExit, match="airflow connections list"):
        cli.status(Namespace(conn_id="nope", json=True))


def test_retry_allows_one_more_try(grant):
    """A dead grant becomes ready; nothing else of it changes."""
    Store().swap(record_key("wf"), Store().read(record_key("wf")).cipher, grant.ended("refused", "mark"))

    cli.retry(WF)

    assert not stored().dead
    assert stored().tokens == grant.tokens


def test_adopt_binds_a_grant_to_this_airflow(grant):
    """After a database was moved on purpose."""
    Store().swap(record_key("wf"), Store().read(record_key("wf")).cipher, replace(grant, home="elsewhere"))

    cli.adopt(WF)

    assert stored().home == home()


def test_a_connection_without_record_says_what_makes_one(grant):
    """Nothing is wrong with it."""
    with create_session() as session:
        session.execute(delete(Variable))

    with pytest.raises(SystemExit, match="first task"):
        cli.status(WF)
