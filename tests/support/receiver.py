"""A small HTTP receiver for events: keeps what comes, and answers as a test wants it to."""

from __future__ import annotations

import base64
import json
from contextlib import contextmanager
from dataclasses import dataclass, field
from queue import Queue
from typing import TYPE_CHECKING, Any

from airflow_provider_workfront.simulator import Request, Response, running

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PATIENCE = 20.0  # seconds until a test gives up; nothing is measured


@dataclass
class Receiver:
    """Keep the requests in the order of their coming; `answers` gives the status of each, by its number from 0."""

    answers: Callable[[int], int] = lambda _number: 204
    delay: float = 0.0
    url: str = ""
    came: Queue[Request] = field(default_factory=Queue)
    count: int = 0

    def answer(self, request: Request) -> Response:
        """Take in one request."""
        number, self.count = self.count, self.count + 1
        self.came.put(request)
        return Response(self.answers(number), delay=self.delay)

    def request(self) -> Request:
        """Give the next request."""
        return self.came.get(timeout=PATIENCE)

    def event(self) -> dict[str, Any]:
        """Give the next event."""
        return dict(json.loads(self.request().body))

    def events(self, count: int) -> list[dict[str, Any]]:
        """Give so many events."""
        return [self.event() for _ in range(count)]


@contextmanager
def receiving(**options: Any) -> Iterator[Receiver]:
    """Listen while the block runs."""
    receiver = Receiver(**options)
    with running(receiver) as server:
        receiver.url = f"{server.url}/events?for=test"
        yield receiver


def unpacked(state: str) -> dict[str, Any]:
    """Read a state that was sent as base64."""
    return dict(json.loads(base64.b64decode(state)))
