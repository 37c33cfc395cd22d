"""Clients for tests: both kinds behind one face, talking to a function or to the simulator."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx

from airflow_provider_workfront.api.call import Retry
from airflow_provider_workfront.auth.session import Credential
from airflow_provider_workfront.client import AsyncClient, Client
from airflow_provider_workfront.simulator import Request, Simulator

HOST = "https://acme.my.workfront.com"
API_ROOT = f"{HOST}/attask/api/v21.0"
AT_ONCE = Retry(tries=3, tries_refused=3, base=0.0)

Handler = Callable[[httpx.Request], httpx.Response]


class Sessions:
    """Gives session s1, after a refusal s2, and so on."""

    def __init__(self) -> None:
        self.given = 0

    def acquire(self, refused: Credential | None) -> Iterator[Any]:  # noqa: ARG002 the protocol has it
        """Give the next one."""
        yield from ()
        self.given += 1
        return Credential((("sessionID", f"s{self.given}"),), self.given)


class LoggedIn:
    """Opens a session of the simulator's administrator; a new one after a refusal."""

    def __init__(self, simulator: Simulator) -> None:
        self.simulator = simulator

    def acquire(self, refused: Credential | None) -> Iterator[Any]:  # noqa: ARG002 the protocol has it
        """Give a session."""
        yield from ()
        return Credential((("sessionID", self.simulator.sessions.open(self.simulator.world.admin_id)),))


class Blocked:
    """An `AsyncClient` whose verbs block, so that one test serves both clients."""

    def __init__(self, client: AsyncClient, loop: asyncio.AbstractEventLoop) -> None:
        self.client, self.loop = client, loop

    def __getattr__(self, name: str) -> Any:
        attribute = getattr(self.client, name)
        if not callable(attribute):
            return attribute
        return lambda *args, **kwargs: self._blocked(attribute(*args, **kwargs))

    def _blocked(self, pending: Any) -> Any:
        if hasattr(pending, "__aiter__"):
            return self._drawn(pending)
        return self.loop.run_until_complete(pending)

    def _drawn(self, rows: Any) -> Iterator[Any]:
        while True:
            try:
                yield self.loop.run_until_complete(anext(rows))
            except StopAsyncIteration:
                return


@contextmanager
def blocking(handler: Handler, session: Any = None, **options: Any) -> Iterator[Client]:
    """Open a `Client` on a function."""
    http = httpx.Client(transport=httpx.MockTransport(handler))
    with Client(http, session or Sessions(), **{"api_root": API_ROOT, "retry": AT_ONCE, **options}) as client:
        yield client


@contextmanager
def on_a_loop(handler: Handler, session: Any = None, **options: Any) -> Iterator[Blocked]:
    """Open an `AsyncClient` on a function."""
    loop = asyncio.new_event_loop()
    http = httpx.AsyncClient(transport=httpx.MockTransport(handler))
    client = AsyncClient(http, session or Sessions(), **{"api_root": API_ROOT, "retry": AT_ONCE, **options})
    try:
        yield Blocked(client, loop)
    finally:
        loop.run_until_complete(client.close())
        loop.run_until_complete(loop.shutdown_default_executor())
        loop.close()


def simulated(simulator: Simulator) -> Handler:
    """Let the simulator answer, and break the connection when it says so."""

    def handler(request: httpx.Request) -> httpx.Response:
        headers = {name.lower(): value for name, value in request.headers.items()}
        target = request.url.raw_path.decode()
        response = simulator.answer(Request(request.method, target, headers, request.read()))
        if response.fault == "reset":
            raise httpx.ReadError("connection reset", request=request)
        if response.fault == "truncate":
            raise httpx.RemoteProtocolError("peer closed connection", request=request)
        return httpx.Response(response.status, headers=dict(response.headers), content=response.body)

    return handler
