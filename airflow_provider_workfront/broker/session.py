"""Choose where a credential comes from: the connection says how, the process says from where."""

from __future__ import annotations

import os
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

from airflow_provider_workfront.api.call import Wait
from airflow_provider_workfront.api.errors import BrokerUnavailable
from airflow_provider_workfront.auth.jwt import Assertion
from airflow_provider_workfront.auth.oauth import Application
from airflow_provider_workfront.auth.session import (
    ApiKeySession,
    Credential,
    ImsSession,
    JwtSession,
    Session,
    Steps,
)
from airflow_provider_workfront.broker.ask import Ask, Pending
from airflow_provider_workfront.broker.client import BrokerSession, Run
from airflow_provider_workfront.broker.expiry import expiry

if TYPE_CHECKING:
    from collections.abc import Callable

    from airflow_provider_workfront.broker.server import LocalBroker
    from airflow_provider_workfront.client import HttpOptions
    from airflow_provider_workfront.connection import Configuration, Settings

EDGE_WORKER = "airflow.providers.edge3.cli.worker"
PATIENCE = 2000  # asks of a local broker that is busy, each after a fraction of a second


@dataclass(frozen=True, slots=True)
class LocalSession:
    """Get access tokens from the broker in this very process."""

    broker: LocalBroker
    settings: Settings
    run: Run
    may_refresh: bool = True

    def acquire(self, refused: Credential | None) -> Steps:
        """Ask until there is a token."""
        ask = Ask(refused.generation if refused else None, self.run.key, self.run.start, self.may_refresh, self.run.who)
        for _ in range(PATIENCE):
            given = yield from self.broker.steps(self.settings, ask)
            if not isinstance(given, Pending):
                header = ("sessionID", given.access_token)
                return Credential((header,), given.generation, given.expires_at, given.user_id, given.began_at)
            yield Wait(given.seconds)
        raise BrokerUnavailable(f"connection {self.settings.conn_id!r}: its token is being refreshed without end")


@dataclass(frozen=True, slots=True)
class WatchedSession:
    """Mask each secret that a session gives before anything can be logged, and warn before the authorization ends.

    It warns on the days on which the notifier is called too, so that nobody gets used to the warning.
    """

    inner: Session
    mask: Callable[[str], None]
    warn: Callable[[str], None]
    absolute_expiry_days: int | None = None
    clock: Callable[[], float] = time.time
    conn_id: str = ""
    page: str = ""

    def acquire(self, refused: Credential | None) -> Steps:
        """Give the inner session's credential, masked."""
        credential = yield from self.inner.acquire(refused)
        for _, value in credential.headers:
            self.mask(value.removeprefix("Bearer "))
        left = expiry(
            self.clock(),
            began_at=credential.began_at,
            used_at=0.0,  # it is being used
            absolute_days=self.absolute_expiry_days,
            inactivity_days=None,
        )
        if left.is_due:
            self.warn(f"Connection {self.conn_id!r}: {left.warning} Page: {self.page}")
        return credential


def session_for(
    settings: Settings, conf: Configuration, run: Callable[[], Run], *, may_refresh: bool = True
) -> Session:
    """Give the session of a connection; `run` is asked only where a grant follows DAG runs."""
    if settings.auth == "api_key":
        return ApiKeySession(settings.api_key)
    if settings.auth == "ims":
        return ImsSession(settings.client_id, settings.client_secret, settings.ims_org_id)
    if settings.auth == "jwt":
        app = Application(settings.base_url, settings.client_id, settings.client_secret)
        return JwtSession(app, Assertion(settings.customer_id, settings.user_id, settings.private_key))
    this_run = run() if settings.refresh == "each_run" else Run()
    if not has_database():
        from airflow_provider_workfront.client.pace import share_of  # httpx is loaded when it is used

        share = share_of(settings.api_root, http_options(settings, conf))
        url, secret = broker_url(conf), settings.client_secret
        return BrokerSession(url, settings.conn_id, secret, this_run, may_refresh, share=share)
    from airflow_provider_workfront.broker.server import local_broker  # needs the database

    asked = (conf.get("workfront", "adopt_in_dag_test", fallback="") or "").lower() == "true"
    return LocalSession(local_broker(may_adopt=asked or not is_dag_test()), settings, this_run, may_refresh)


def http_options(settings: Settings, conf: Configuration) -> HttpOptions:
    """Give how a connection wants Workfront to be reached; its proxy is not for the broker."""
    from airflow_provider_workfront.client import HttpOptions, Pace  # httpx is loaded when it is used

    most = settings.max_concurrency  # once a person has said what Workfront bears, there is nothing to find out
    return HttpOptions(
        settings.timeout,
        proxy=settings.proxy or None,
        ca_bundle=settings.ca_bundle or None,
        direct=broker_url(conf),
        pace=Pace(most, most) if most else Pace(),
    )


def has_database() -> bool:
    """Tell whether this process is a server of Airflow, its command line, or `dag.test()`; never by trying."""
    is_task = _supervisor_comms() is not None
    return is_dag_test() if is_task else os.environ.get("_AIRFLOW_PROCESS_CONTEXT") == "server"


def is_dag_test() -> bool:
    """Tell whether a task runs inside the process that has the database, as `dag.test()` lets it."""
    supervisor = sys.modules.get("airflow.sdk.execution_time.supervisor")
    in_process = getattr(supervisor, "InProcessSupervisorComms", None)
    return in_process is not None and isinstance(_supervisor_comms(), in_process)


def _supervisor_comms() -> object:
    runner = sys.modules.get("airflow.sdk.execution_time.task_runner")
    return getattr(runner, "SUPERVISOR_COMMS", None)


def page_url(conf: Configuration, conn_id: str) -> str:
    """Give the address of our page about a connection, as well as a task knows it."""
    base = conf.get("api", "base_url", fallback="") or ""
    pages = f"{base.rstrip('/')}/workfront/" if base.startswith("http") else broker_url(conf)
    return f"{pages}connections/{quote(conn_id, safe='')}"


def broker_url(conf: Configuration) -> str:
    """Give the broker's address, ending in a slash: configured, or beside Airflow's execution API."""
    configured = conf.get("workfront", "broker_url", fallback="") or ""
    if configured:
        return configured.rstrip("/") + "/"
    execution = conf.get("core", "execution_api_server_url", fallback="") or _edge_rule(conf)
    if not execution:
        base = conf.get("api", "base_url", fallback="/") or "/"
        if base.startswith("/"):
            base = f"http://localhost:8080{base}"  # Airflow's own rule
        execution = f"{base.rstrip('/')}/execution/"
    return execution.rstrip("/").removesuffix("/execution") + "/workfront/"


def _edge_rule(conf: Configuration) -> str:
    """Return the execution API's address as an edge worker derives it, and passes it to its tasks by no option.

    The same replacement as in `EdgeWorker._execution_api_server_url` of apache-airflow-providers-edge3 5.1.0. Only in
    an edge worker: a Celery worker beside it may share the configuration, and does not use this address.
    """
    if EDGE_WORKER not in sys.modules:
        return ""
    return (conf.get("edge", "api_url", fallback="") or "").replace("edge_worker/v1/rpcapi", "execution")
