"""One deadline for a whole call: resolving the name, connecting, TLS, sending, header, body and unpacking.

httpx has a timeout for each read only: a server that sends one byte at a time never exceeds it. The streams here
shorten each wait to what is left of the call that is running in this thread or task.
"""

from __future__ import annotations

import ipaddress
import socket
import time
from concurrent.futures import Future
from concurrent.futures import TimeoutError as NotYet
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from threading import Thread
from typing import TYPE_CHECKING, Any

import httpcore
import httpx

if TYPE_CHECKING:
    import ssl
    from collections.abc import Iterable, Iterator

SLOWEST = 32 * 1024.0
"""Bytes a second: a transfer that is slower than this has to end within the timeout, a faster one may take longer."""

LATE = "no answer within the time limit"
ARRIVED = 0.5
"""Seconds for reading what has arrived when the deadline is found to have passed: a process that was stopped, or had no
processor, must not throw away an answer, and with it perhaps the only copy of a token, that is there already."""
GLANCE = 0.001  # seconds that such a read may wait: what drips on has not arrived
PIECE = 16 * 1024  # the blocking stream sends a piece with a timeout for each part of it

_Failure = type[httpcore.TimeoutException]


@dataclass(slots=True)
class Deadline:
    """When a call has to be over (monotonic seconds); with a `rate`, each byte that travels moves it."""

    until: float
    rate: float = 0.0
    reads_until: float = field(default=float("inf"), init=False)

    @classmethod
    def after(cls, seconds: float, rate: float = 0.0) -> Deadline:
        """Make a deadline that many seconds from now."""
        return cls(time.monotonic() + seconds, rate)

    @property
    def left(self) -> float:
        """Seconds that are left; negative when it has passed."""
        return self.until - time.monotonic()

    @property
    def is_over(self) -> bool:
        """Tell whether nothing may be read any more: half a second after it was first found to have passed."""
        now = time.monotonic()
        if now < self.until:
            return False
        self.reads_until = min(self.reads_until, now + ARRIVED)
        return now >= self.reads_until

    @property
    def text(self) -> str:
        """What to say when it has passed; empty where the connection's timeout is meant."""
        return "" if self.rate else LATE

    def moved(self, count: int) -> None:
        """Count bytes that travelled."""
        if self.rate:
            self.until += count / self.rate


_current: ContextVar[Deadline | None] = ContextVar("workfront_deadline", default=None)


@contextmanager
def running(deadline: Deadline) -> Iterator[Deadline]:
    """Hold all that this thread or task sends and receives to a deadline."""
    token = _current.set(deadline)
    try:
        yield deadline
    finally:
        _current.reset(token)


def hold(http: httpx.Client | httpx.AsyncClient) -> None:
    """Make the connections of a client keep the deadline of the call that uses them.

    httpx has no public way to choose the network backend of its pools, its proxies' included.
    """
    for transport in (http._transport, *http._mounts.values()):  # noqa: SLF001
        if isinstance(transport, httpx.HTTPTransport):
            blocking = transport._pool  # noqa: SLF001
            blocking._network_backend = Backend(blocking._network_backend)  # noqa: SLF001
        elif isinstance(transport, httpx.AsyncHTTPTransport):
            awaiting = transport._pool  # noqa: SLF001
            awaiting._network_backend = AsyncBackend(awaiting._network_backend)  # noqa: SLF001


def _bounded(timeout: float | None, late: _Failure) -> float | None:
    """Give how long the next wait may take; raise when nothing is left."""
    deadline = _current.get()
    if deadline is None:
        return timeout
    left = deadline.left
    if left <= 0:
        raise late(deadline.text)
    return left if timeout is None or left < timeout else timeout


def _bounded_read(timeout: float | None) -> float | None:
    """Give the same for a read: what has arrived by the deadline may still be taken."""
    deadline = _current.get()
    if deadline is None or deadline.left > 0 or deadline.is_over:
        return _bounded(timeout, httpcore.ReadTimeout)
    return GLANCE


def _moved(count: int) -> None:
    if deadline := _current.get():
        deadline.moved(count)


def _said(error: httpcore.TimeoutException) -> httpcore.TimeoutException:
    """Say of a timeout that it was the deadline's, if it was."""
    deadline = _current.get()
    return error if deadline is None or deadline.left > 0 else type(error)(deadline.text)


class Stream(httpcore.NetworkStream):
    """A connection for blocking code."""

    def __init__(self, inner: httpcore.NetworkStream) -> None:
        self._inner = inner

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Receive what is there."""
        left = _bounded_read(timeout)
        try:
            data = self._inner.read(max_bytes, left)
        except httpcore.TimeoutException as error:
            raise _said(error) from error
        _moved(len(data))
        return data

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Send all of it."""
        for start in range(0, len(buffer), PIECE):
            piece = buffer[start : start + PIECE]
            self._inner.write(piece, _bounded(timeout, httpcore.WriteTimeout))
            _moved(len(piece))

    def close(self) -> None:
        """Close it."""
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        """Go on with TLS; Python holds the whole handshake to the timeout."""
        left = _bounded(timeout, httpcore.ConnectTimeout)
        return Stream(self._inner.start_tls(ssl_context, server_hostname, left))

    def get_extra_info(self, info: str) -> Any:
        """Tell what the pool asks."""
        return self._inner.get_extra_info(info)


class Backend(httpcore.NetworkBackend):
    """Connect for blocking code."""

    def __init__(self, inner: httpcore.NetworkBackend) -> None:
        self._inner = inner

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """Try one address after the other; the resolver and all of them share the timeout."""
        within = Deadline.after(float("inf") if timeout is None else timeout)
        failed: Exception | None = None
        for address in _addresses(host, port, _bounded(timeout, httpcore.ConnectTimeout)):
            left = _bounded(None if timeout is None else within.left, httpcore.ConnectTimeout)
            if left is not None and left <= 0:
                break
            try:
                return Stream(self._inner.connect_tcp(address, port, left, local_address, socket_options))
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failed = error
        raise failed or httpcore.ConnectTimeout(LATE)


class AsyncStream(httpcore.AsyncNetworkStream):
    """A connection for event loops."""

    def __init__(self, inner: httpcore.AsyncNetworkStream) -> None:
        self._inner = inner

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109 httpcore's signature
        """Receive what is there."""
        left = _bounded_read(timeout)
        try:
            data = await self._inner.read(max_bytes, left)
        except httpcore.TimeoutException as error:
            raise _said(error) from error
        _moved(len(data))
        return data

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109
        """Send all of it."""
        await self._inner.write(buffer, _bounded(timeout, httpcore.WriteTimeout))
        _moved(len(buffer))

    async def aclose(self) -> None:
        """Close it."""
        await self._inner.aclose()

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109
    ) -> httpcore.AsyncNetworkStream:
        """Go on with TLS."""
        left = _bounded(timeout, httpcore.ConnectTimeout)
        return AsyncStream(await self._inner.start_tls(ssl_context, server_hostname, left))

    def get_extra_info(self, info: str) -> Any:
        """Tell what the pool asks."""
        return self._inner.get_extra_info(info)


class AsyncBackend(httpcore.AsyncNetworkBackend):
    """Connect for event loops; anyio holds resolver and addresses together to the timeout."""

    def __init__(self, inner: httpcore.AsyncNetworkBackend) -> None:
        self._inner = inner

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Connect."""
        left = _bounded(timeout, httpcore.ConnectTimeout)
        return AsyncStream(await self._inner.connect_tcp(host, port, left, local_address, socket_options))

    async def sleep(self, seconds: float) -> None:
        """Sleep."""
        await self._inner.sleep(seconds)


def _addresses(host: str, port: int, seconds: float | None) -> list[str]:
    """Resolve a name; the resolver has no timeout of its own, so it works on a daemon thread."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        pass
    else:
        return [host]
    future: Future[list[str]] = Future()

    def resolve() -> None:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            future.set_result(list(dict.fromkeys(str(entry[4][0]) for entry in found)))
        except Exception as error:  # noqa: BLE001 raised where the result is asked for
            future.set_exception(error)

    Thread(target=resolve, name="workfront-resolver", daemon=True).start()
    try:
        return future.result(seconds)
    except NotYet:
        raise httpcore.ConnectTimeout(f"the name {host} was not resolved in time") from None
    except (OSError, UnicodeError) as error:
        raise httpcore.ConnectError(str(error)) from error
