"""A database is reached through its Airflow hook, with all that its connection says; what is missing is named."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import text
from support.warehouse import columns, load

from airflow_provider_workfront.api.errors import WorkfrontError
from airflow_provider_workfront.extract.columns import Kind
from airflow_provider_workfront.failures import Unworkable
from airflow_provider_workfront.load.database import connected

NAMES = columns(name=Kind.TEXT)


@pytest.mark.parametrize(
    ("conn", "message"),
    [
        (
            {"conn_type": "oracle"},
            r"no hook for connections of type 'oracle'; install airflow-provider-workfront\[sql\]",
        ),
        ({"conn_type": "workfront"}, r"a connection of type 'workfront' is no SQL database"),
        ({"conn_type": "postgres", "extra": {"redshift": True}}, r"not into postgres \(redshift\); write files with"),
        ({"conn_type": "postgres", "extra": {"redshift-serverless": True}}, r"not into postgres \(redshift\)"),
    ],
)
def test_what_is_no_database_of_ours_is_told(monkeypatch, conn, message):
    """With what to do instead; nothing was connected to."""
    monkeypatch.setenv("AIRFLOW_CONN_WAREHOUSE", json.dumps(conn))

    with pytest.raises(Unworkable, match=rf"^sql_conn_id warehouse: .*{message}"), connected("warehouse"):
        pass


def test_a_database_that_is_away_is_tried_again(monkeypatch, tmp_path):
    """Its message tells where it was looked for, and no password."""
    conn = {"conn_type": "postgres", "host": str(tmp_path), "login": "me", "password": "s3cret", "schema": "x"}
    monkeypatch.setenv("AIRFLOW_CONN_WAREHOUSE", json.dumps(conn))

    with (
        pytest.raises(WorkfrontError, match=r"^database warehouse: connection .*failed") as caught,
        connected("warehouse"),
    ):
        pass

    assert not caught.value.permanent
    assert "s3cret" not in str(caught.value)


def test_the_extras_of_the_connection_count(warehouse, monkeypatch):
    """All that the hook knows is in force; those that choose another shape of rows, or another driver, do no harm."""
    if warehouse.kind == "sqlite":
        pytest.skip("SQLite has none")
    extra = {"cursor": "dictcursor", "sqlalchemy_scheme": "postgresql+psycopg2", "application_name": "airflow loads"}
    monkeypatch.setenv("AIRFLOW_CONN_WAREHOUSE", json.dumps(json.loads(warehouse.connection) | {"extra": extra}))

    load([{"id": "1", "name": "a"}], NAMES)
    with connected("warehouse") as database:
        assert database.execute(text("show application_name")).scalar() == "airflow loads"
    assert warehouse.ask("select name from projects") == [("a",)]


def test_a_connection_that_is_lost_is_tried_again(warehouse):
    """It is not taken for a fault of the rows."""
    if warehouse.kind == "sqlite":
        pytest.skip("SQLite is a file")

    def lose_it():
        with connected("warehouse") as database:
            with database.begin():
                ((pid,),) = database.execute(text("select pg_backend_pid()")).all()
            warehouse.ask("select pg_terminate_backend(?)", pid)
            with database.begin():
                database.execute(text("select 1"))

    with pytest.raises(WorkfrontError, match=r"^database warehouse: ") as caught:
        lose_it()

    assert not caught.value.permanent


def test_a_lock_that_is_not_let_go_is_tried_again(warehouse):
    """SQLite waits a few seconds for who writes, and says so then."""
    if warehouse.kind == "postgresql":
        pytest.skip("PostgreSQL waits as long as it is told to")
    load([], NAMES)
    with warehouse.opened() as other:
        other.execute("begin immediate")
        with pytest.raises(WorkfrontError, match=r"^database warehouse: database is locked") as caught:
            load([{"id": "1", "name": "a"}], NAMES)

    assert not caught.value.permanent
