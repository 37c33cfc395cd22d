"""The hook: opens a Workfront connection, blocking or on an event loop. The verbs live on the client it gives."""

from __future__ import annotations

from contextlib import asynccontextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseHook
from airflow.sdk.configuration import conf
from airflow.sdk.log import mask_secret

from airflow_provider_workfront.api.errors import ConnectionSettingsError, WorkfrontError
from airflow_provider_workfront.api.logs import get_logger
from airflow_provider_workfront.broker.audit import metric
from airflow_provider_workfront.broker.session import WatchedSession, has_database, http_options, page_url, session_for
from airflow_provider_workfront.connection import Settings, policy
from airflow_provider_workfront.run import current_run

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from airflow_provider_workfront.auth.session import Session
    from airflow_provider_workfront.client import AsyncClient, Client, Stats
    from airflow_provider_workfront.connection import AirflowConnection


log = get_logger(__name__)


class WorkfrontHook(BaseHook):
    """Open a Workfront connection: blocking with `get_conn`, on an event loop with `aget_conn`.

    :param workfront_conn_id: the Airflow connection, of type *Adobe Workfront*
    """

    conn_name_attr = "workfront_conn_id"
    default_conn_name = "workfront_default"
    conn_type = "workfront"
    hook_name = "Adobe Workfront"

    def __init__(self, workfront_conn_id: str = default_conn_name) -> None:
        super().__init__()
        self.workfront_conn_id = workfront_conn_id

    def get_conn(self) -> Client:
        """Connect; close the client when done, best by ``with hook.get_conn() as workfront``.

        Raises ConnectionSettingsError, naming connection and field, if the connection cannot work.
        """
        from airflow_provider_workfront.client import open_client

        conn = self.get_connection(self.workfront_conn_id)
        settings = self._settings(conn, conn.extra_dejson)
        client = open_client(
            self._session(settings),
            api_root=settings.api_root,
            options=http_options(settings, conf),
            read_only=settings.read_only,
            conn_id=settings.conn_id,
        )
        client.stats.report = partial(_count, settings.conn_id)
        return client

    @asynccontextmanager
    async def aget_conn(self) -> AsyncIterator[AsyncClient]:
        """Connect on an event loop: ``async with hook.aget_conn() as workfront``; nothing in it blocks."""
        from airflow_provider_workfront.client import open_async_client

        conn = await self.aget_connection(self.workfront_conn_id)
        settings = self._settings(conn, await conn.aextra_dejson())
        client = open_async_client(
            self._session(settings),
            api_root=settings.api_root,
            options=http_options(settings, conf),
            read_only=settings.read_only,
            conn_id=settings.conn_id,
        )
        client.stats.report = partial(_count, settings.conn_id)
        async with client:
            yield client

    def events_token(self) -> str:
        """Give the secret that Workfront shows with each event: field `events_token` of the connection.

        Raises ConnectionSettingsError if there is none.
        """
        conn = self.get_connection(self.workfront_conn_id)
        settings = self._settings(conn, conn.extra_dejson)
        if not settings.events_token:
            problem = "is empty, and event subscriptions need it: a secret of 16 characters or more that you make up"
            raise ConnectionSettingsError(settings.conn_id, "events_token", problem)
        return settings.events_token

    def test_connection(self) -> tuple[bool, str]:
        """Report who the connection acts as, without spending a refresh token.

        Airflow's form calls this under a made-up connection ID: the grant is found by its tokens then. Masked
        secrets (``***``) are refused, or Airflow would store the mask where the secret was.
        """
        try:
            conn = self.get_connection(self.workfront_conn_id)
            return _tested(self._settings(conn, conn.extra_dejson))
        except WorkfrontError as error:
            return False, str(error)

    def _settings(self, conn: AirflowConnection, extra: Mapping[str, Any]) -> Settings:
        settings = Settings.of(conn, extra, **policy(conf))
        for warning in settings.warnings:
            self.log.warning("%s", warning)
        for secret in (
            settings.refresh_token,
            settings.api_key,
            settings.private_key,
            settings.client_secret,
            settings.events_token,
        ):
            if secret:
                mask_secret(secret)
        return settings

    def _session(self, settings: Settings) -> Session:
        session = session_for(settings, conf, current_run)
        return WatchedSession(
            session,
            mask_secret,
            self.log.warning,
            settings.absolute_expiry_days,
            conn_id=settings.conn_id,
            page=page_url(conf, settings.conn_id),
        )


def _count(conn_id: str, done: Stats) -> None:
    """Give a closed client's counts to Airflow's metrics."""
    from airflow.sdk.observability import stats

    tags = {"conn_id": conn_id}
    try:
        stats.incr(metric("calls", conn_id), done.calls, tags=tags)
        stats.incr(metric("rate_limited", conn_id), done.refusals, tags=tags)
        stats.incr(metric("session_renewals", conn_id), done.renewals, tags=tags)
        stats.timing(metric("call_duration", conn_id), done.seconds * 1000, tags=tags)
        stats.timing(metric("waits", conn_id), done.paused * 1000, tags=tags)
    except Exception as error:  # noqa: BLE001 a metrics backend of any kind; the task has done its work
        log.warning("Metrics of connection %r were not sent: %s", conn_id, type(error).__name__)


def _tested(settings: Settings) -> tuple[bool, str]:
    """Find a credential that costs nothing, and ask Workfront whose it is."""
    from airflow_provider_workfront.broker.tested import tested

    return tested(settings, conf, in_server=has_database())
