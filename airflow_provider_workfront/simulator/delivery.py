"""Deliver events over HTTP: in time or not at all, again when that failed (rule 123)."""

from __future__ import annotations

import ssl
import threading
import time
from collections import Counter
from dataclasses import asdict, dataclass, field
from heapq import heappop, heappush
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from random import Random
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from airflow_provider_workfront.simulator.endpoint import MOST_RETRIES, Admission, Endpoint, retry_after

if TYPE_CHECKING:
    from airflow_provider_workfront.simulator.clock import Clock
    from airflow_provider_workfront.simulator.options import Options

MOST_BYTES = 1024 * 1024
MOST_WORKERS = 4
LONGEST_NAP = 0.1  # seconds: the clock may be pushed forward meanwhile


@dataclass(frozen=True, slots=True)
class Message:
    """Hold one event on its way to one subscription."""

    url: str
    token: str = field(repr=False)
    body: bytes = field(repr=False)


@dataclass(order=True, slots=True)
class _Due:
    at: float
    number: int
    message: Message = field(compare=False)
    first: float = field(compare=False)
    retry: int = field(compare=False)


class Delivery:
    """Send messages from threads of its own, which live only while there is something to send."""

    def __init__(self, options: Options, clock: Clock) -> None:
        self._options = options
        self._clock = clock
        self._random = Random(options.seed)
        self._queue: list[_Due] = []
        self._changed = threading.Condition()
        self._workers = 0
        self._number = 0
        self._endpoints: dict[str, Endpoint] = {}
        self._counts: Counter[str] = Counter()

    def send(self, message: Message) -> None:
        """Take in a message; one above 1 MB is not delivered."""
        with self._changed:
            self._counts["messages"] += 1
            if len(message.body) > MOST_BYTES:
                self._counts["oversize"] += 1
                return
            copies = 2 if self._random.random() < self._options.event_duplicate_rate else 1
            for _ in range(copies):
                late = self._options.event_delay_seconds + self._options.event_jitter_seconds * self._random.random()
                now = self._clock.now()
                self._put(now + late, message, now, 0)

    def settle(self) -> None:
        """Wait until every message is delivered or given up."""
        with self._changed:
            while self._workers:
                self._changed.wait(LONGEST_NAP)

    def numbers(self) -> dict[str, Any]:
        """Give what was counted, and the state of each URL."""
        with self._changed:
            urls = {url: asdict(endpoint) for url, endpoint in self._endpoints.items()}
            return {**self._counts, "waiting": len(self._queue), "urls": urls}

    def endpoint(self, url: str) -> Endpoint:
        """Give what is known of a URL."""
        with self._changed:
            return self._endpoints.setdefault(url, Endpoint(self._options.event_time_scale, self._clock.now()))

    def enable(self, url: str) -> None:
        """Switch a disabled or frozen URL on; by which request a customer does it is documented nowhere."""
        endpoint = self.endpoint(url)
        with self._changed:
            endpoint.enable()

    def _put(self, at: float, message: Message, first: float, retry: int) -> None:
        """Queue a message, with the lock held, and see to it that somebody sends it."""
        self._number += 1
        heappush(self._queue, _Due(at, self._number, message, first, retry))
        if self._workers < MOST_WORKERS:
            self._workers += 1
            threading.Thread(target=self._work, daemon=True).start()
        self._changed.notify()

    def _work(self) -> None:
        while due := self._next():
            self._take(due)

    def _next(self) -> _Due | None:
        """Wait for the next message; who finds nothing to do goes, the last one only when nothing waits."""
        with self._changed:
            while self._queue:
                wait = self._queue[0].at - self._clock.now()
                if wait <= 0:
                    return heappop(self._queue)
                if self._workers > 1:
                    break
                self._changed.wait(min(wait, LONGEST_NAP))
            self._workers -= 1
            self._changed.notify_all()
            return None

    def _take(self, due: _Due) -> None:
        endpoint = self.endpoint(due.message.url)
        with self._changed:
            admission = endpoint.admission(self._clock.now())
        good = admission is Admission.SEND and post(due.message, self._options.event_timeout_seconds)
        with self._changed:
            if admission is Admission.SEND:
                self._counts["tries"] += 1
                endpoint.note(self._clock.now(), good=good)
            if good:
                self._counts["delivered"] += 1
            elif admission is Admission.DROP or due.retry >= MOST_RETRIES:
                self._counts["given_up"] += 1
            else:
                at = due.first + retry_after(due.retry + 1) * self._options.event_time_scale
                self._put(max(at, self._clock.now()), due.message, due.first, due.retry + 1)


def post(message: Message, timeout: float) -> bool:
    """Post a message and tell whether a 2xx came in time; a certificate must be one that the public trusts."""
    parts, began = urlsplit(message.url), time.monotonic()
    target = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
    headers: dict[str, str | bytes] = {"Content-Type": "application/json"}
    headers["Authorization"] = f"Bearer {message.token}".encode()
    connection = _connection(parts.scheme, parts.netloc.rpartition("@")[2], timeout)
    try:
        connection.request("POST", target, message.body, headers)
        status = connection.getresponse().status
    except (OSError, HTTPException, ValueError):  # the last for an address or a token that no request can hold
        return False
    finally:
        connection.close()
    return 200 <= status < 300 and time.monotonic() - began <= timeout


def _connection(scheme: str, netloc: str, timeout: float) -> HTTPConnection:
    if scheme == "https":
        return HTTPSConnection(netloc, timeout=timeout, context=ssl.create_default_context())
    return HTTPConnection(netloc, timeout=timeout)
