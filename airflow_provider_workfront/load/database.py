"""A connection to a database, by way of the Airflow hook of its kind."""

from __future__ import annotations

import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from sqlalchemy import NullPool, event, text

from airflow_provider_workfront.failures import Unworkable
from airflow_provider_workfront.load.faults import explained
from airflow_provider_workfront.load.tables import DIALECTS
from airflow_provider_workfront.sql_hook import hook_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from airflow.providers.common.sql.hooks.sql import DbApiHook
    from sqlalchemy import Connection, Engine

ELSEWHERE = "write files with WorkfrontToObjectStorageOperator and let the warehouse load them (docs/sql.md)"
NOT_FOR_US = {"cursor", "sqlalchemy_scheme"}
"""Extras of a PostgreSQL connection that choose another shape of rows, or a driver that the hook does not use."""


@contextmanager
def connected(sql_conn_id: str) -> Iterator[Connection]:
    """Connect, and close when done; what was not committed is undone then."""
    engine = _engine(hook_of(sql_conn_id), sql_conn_id)
    with explained(f"database {sql_conn_id}"), engine.connect() as connection:
        yield connection


def end(connection: Connection) -> None:
    """End the statement under way, and the connection with it; what was not committed is undone."""
    if connection.closed or connection.invalidated:
        return
    cancel = getattr(connection.connection.driver_connection, "cancel", None)
    if cancel is not None:
        cancel()
    connection.invalidate()


def _engine(hook: DbApiHook, sql_conn_id: str) -> Engine:
    """Make SQLAlchemy speak through the hook's own connection, so that all its extras count."""
    extra = hook.connection_extra
    dialect = "redshift" if extra.get("redshift") or extra.get("redshift-serverless") else hook.dialect_name
    if dialect not in DIALECTS:
        raise Unworkable(
            f"sql_conn_id {sql_conn_id}: rows can be written into PostgreSQL and SQLite, not into "
            f"{hook.connection.conn_type} ({dialect}); {ELSEWHERE}"
        )
    hook.connection.extra = json.dumps({name: value for name, value in extra.items() if name not in NOT_FOR_US})
    made = {"creator": hook.get_conn, "poolclass": NullPool, "hide_parameters": True}
    engine = hook.get_sqlalchemy_engine(made)
    prepare = _sqlite if dialect == "sqlite" else _postgresql
    prepare(engine)
    return engine


def _sqlite(engine: Engine) -> None:
    """Begin transactions ourselves: Python's module would leave the making of tables out of them."""

    @event.listens_for(engine, "connect")
    def _(opened: Any, _record: Any) -> None:
        opened.isolation_level = None

    @event.listens_for(engine, "begin")
    def _(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def _postgresql(engine: Engine) -> None:
    """Let a column without a time zone get UTC."""

    @event.listens_for(engine, "begin")
    def _(connection: Connection) -> None:
        connection.execute(text("SET LOCAL TIME ZONE 'UTC'"))
