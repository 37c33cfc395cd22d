"""A simulator, Airflow's database with a connection to it, and brokers on sockets."""

from __future__ import annotations

import json
from contextlib import contextmanager
from typing import TYPE_CHECKING

from airflow.models.connection import Connection
from airflow.models.variable import Variable
from airflow.settings import engine
from airflow.utils.session import create_session
from sqlalchemy import delete, event, select
from support.listening import Listening
from support.sockets import serving

from airflow_provider_workfront.broker.app import create_app
from airflow_provider_workfront.broker.client import BrokerSession
from airflow_provider_workfront.broker.server import LocalBroker
from airflow_provider_workfront.client import open_client
from airflow_provider_workfront.simulator import Options, running

if TYPE_CHECKING:
    from collections.abc import Iterator


class Site:
    """A simulator, a database with the connection `wf`, and any number of brokers."""

    def __init__(self, simulator: Listening, url: str) -> None:
        self.simulator, self.url = simulator, url
        self.secret = simulator.credentials["client_secret"]

    def connect(self, conn_id: str = "wf", **changes: object) -> None:
        """Save a connection, as the form does."""
        made = self.simulator.credentials
        extra = {"refresh_token": made["refresh_token"], "read_only": True} | changes.pop("extra", {})
        fields = {"host": self.url, "login": made["client_id"], "password": self.secret} | changes
        with create_session() as session:
            session.execute(delete(Connection).where(Connection.conn_id == conn_id))
            session.add(Connection(conn_id=conn_id, conn_type="workfront", extra=json.dumps(extra), **fields))

    def stored(self, conn_id: str = "wf") -> dict[str, object]:
        """The connection's extra as it is stored now."""
        with create_session() as session:
            return session.scalars(select(Connection).where(Connection.conn_id == conn_id)).one().extra_dejson

    def live(self) -> list[str]:
        """Hashes of the refresh tokens that Workfront would take."""
        tokens = self.simulator.stats()["refresh_tokens"]
        return [token["hash"] for token in tokens if token["state"] == "live"]

    def token(self, broker: str, conn_id: str = "wf", secret: str = "", **more) -> tuple[int, str]:
        """What a task does first: ask the broker at this address."""
        session = BrokerSession(f"{broker}/", conn_id, secret or self.secret, **more)
        with open_client(session, api_root=f"{self.url}/attask/api/v21.0") as client:
            credential = client.drive(session.acquire(None))
        return credential.generation, dict(credential.headers)["sessionID"]


@contextmanager
def site_with(options: Options) -> Iterator[Site]:
    """A site whose simulator behaves as told."""
    simulator = Listening(options)
    with running(simulator) as server:
        made = Site(simulator, server.url)
        made.connect()
        yield made
    with create_session() as session:
        session.execute(delete(Variable))
        session.execute(delete(Connection))


@contextmanager
def served(server: LocalBroker | None = None) -> Iterator[str]:
    """A broker of its own, as in one more api-server process; gives its address."""
    with serving(create_app(server or LocalBroker())) as url:
        yield url


@contextmanager
def read_only_database() -> Iterator[None]:
    """Let the database take no writes, like a standby or a full disk; by SQLite's own switch for that."""

    def switch(connection, *_):
        connection.execute("pragma query_only = on")

    event.listen(engine, "checkout", switch)
    try:
        yield
    finally:
        event.remove(engine, "checkout", switch)
        engine.dispose()  # the connections that were switched
