"""The Airflow hook of a SQL database, whichever it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from airflow.sdk import BaseHook
from airflow.sdk.exceptions import AirflowException

from airflow_provider_workfront.failures import Unworkable

if TYPE_CHECKING:
    from airflow.providers.common.sql.hooks.sql import DbApiHook


def hook_of(sql_conn_id: str) -> DbApiHook:
    """Give the hook of a connection, or say what is missing for it."""
    conn = BaseHook.get_connection(sql_conn_id)
    missing = (
        f"sql_conn_id {sql_conn_id}: no hook for connections of type {conn.conn_type!r}; install "
        f"airflow-provider-workfront[sql] and the database's own provider, such as apache-airflow-providers-postgres"
    )
    try:
        from airflow.providers.common.sql.hooks.sql import DbApiHook

        hook = conn.get_hook()  # type: ignore[no-untyped-call]
    except (AirflowException, ImportError) as error:
        raise Unworkable(f"{missing} ({error})") from error
    if not isinstance(hook, DbApiHook):
        raise Unworkable(f"sql_conn_id {sql_conn_id}: a connection of type {conn.conn_type!r} is no SQL database")
    return hook
