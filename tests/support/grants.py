"""A Workfront tenant behind one connection of a deployment, and callers that ask its broker as tasks do."""

from __future__ import annotations

import itertools
import time
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from support.deployment import Deployment, connection
from support.listening import Listening
from support.relay import Relay, relay

from airflow_provider_workfront.api.errors import WorkfrontError
from airflow_provider_workfront.auth.session import ApiKeySession, Credential
from airflow_provider_workfront.broker.client import BrokerSession, Run
from airflow_provider_workfront.client import Client, HttpOptions, open_client
from airflow_provider_workfront.simulator import Fault, Options, running

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

STRICT = Options()
"""A used refresh token is refused."""

GRACIOUS = Options(grace_seconds=120.0)
"""A used refresh token goes on working for a while."""

REVOKING = Options(reuse_revokes_family=True)
"""And whoever uses one twice loses the tokens that came of it too."""

_numbers = itertools.count(1)


@dataclass
class Tenant:
    """A simulator of its own, on a port of its own, and the connection to it."""

    airflow: Deployment
    simulator: Listening
    url: str
    conn_id: str
    door: Relay
    simulator_url: str  # past the door
    callers: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(40))

    # -- Workfront's side

    @property
    def stats(self):
        """What the simulator counted."""
        return self.simulator.stats()

    @property
    def live(self) -> list[str]:
        """Short hashes of the refresh tokens that Workfront takes."""
        return [token["hash"][:8] for token in self.stats["refresh_tokens"] if token["state"] == "live"]

    def plan(self, *faults: Fault) -> None:
        """Order troubles."""
        self.simulator.faults.plan(list(faults))

    # -- Airflow's side

    @property
    def stored(self) -> str:
        """The short hash of the refresh token in the record."""
        return fingerprint(self.grant.tokens.refresh)

    @property
    def grant(self):
        """The record as it is now."""
        grant = self.airflow.grant(self.conn_id)
        assert grant is not None, "there is no record"
        return grant

    @property
    def is_refreshing(self) -> bool:
        """Tell whether a lease is in the record."""
        return self.airflow.holder(self.conn_id) is not None

    def body(self, **extra: object) -> dict[str, object]:
        """The connection as the form would send it."""
        return connection(self.simulator, self.url, self.conn_id, **extra)

    def session(self, run: Run | None = None, url: str = "") -> BrokerSession:
        """Give what a task's hook uses to get tokens."""
        secret = self.simulator.credentials["client_secret"]
        return BrokerSession(url or f"{self.airflow.url}/workfront/", self.conn_id, secret, run or Run())

    def client(self) -> Client:
        """Open a client that gets its tokens from the broker."""
        root = f"{self.url}/attask/api/v21.0"
        return open_client(self.session(), api_root=root, options=HttpOptions(30.0), conn_id=self.conn_id)

    def asked(self, refused: Credential | None = None, run: Run | None = None, url: str = "") -> Credential:
        """Ask the broker over the socket, as a task does, and wait for its answer."""
        with open_client(ApiKeySession(""), api_root=self.url, options=HttpOptions(30.0)) as client:
            return client.drive(self.session(run, url).acquire(refused))

    def ask(self, refused: Credential | None = None, run: Run | None = None) -> Future[Credential]:
        """Begin to ask on another thread."""
        return self.callers.submit(self.asked, refused, run)

    def asked_until(self, seconds: float) -> Credential:
        """Ask again and again, since a process that is stopped may have got the question."""
        until = time.monotonic() + seconds
        while True:
            try:
                with open_client(ApiKeySession(""), api_root=self.url, options=HttpOptions(2.0)) as client:
                    return client.drive(self.session().acquire(None))
            except WorkfrontError:
                if time.monotonic() > until:
                    raise

    def outcome(self, refused: Credential | None = None, run: Run | None = None) -> Credential | WorkfrontError:
        """Ask; give the credential or the error."""
        try:
            return self.asked(refused, run)
        except WorkfrontError as error:
            return error

    def runs_over(self) -> Run:
        """Give a new DAG run, begun now: its first ask needs a fresh token."""
        return Run(f"dag\nrun {next(_numbers)}\n0", time.time())


@contextmanager
def tenant(airflow: Deployment, options: Options = STRICT, **extra: object) -> Iterator[Tenant]:
    """Make a tenant and its connection, which leads through a door that can be shut."""
    simulator = Listening(options)
    with running(simulator) as server, relay(server.url) as door:
        made = Tenant(airflow, simulator, door.url, f"workfront_{next(_numbers)}", door, server.url)
        airflow.secrets |= simulator.given
        airflow.connect(simulator, door.url, made.conn_id, **extra)
        try:
            yield made
        finally:
            made.callers.shutdown(wait=False, cancel_futures=True)
            airflow.secrets |= simulator.given


def fingerprint(token: str) -> str:
    """Give the short hash by which the simulator's counts name a token."""
    import hashlib

    return hashlib.sha256(token.encode()).hexdigest()[:8]


def eventually(condition: Callable[[], bool], seconds: float, what: str) -> None:
    """Wait until something holds."""
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, f"waited {seconds} s for {what}"
        time.sleep(0.02)  # noqa: TID251 it watches other processes
