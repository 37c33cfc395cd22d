"""A door before the simulator that can be shut: what goes through waits, on either way."""

from __future__ import annotations

import socket
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator


class Relay:
    """Pass bytes to and fro; `requests` and `answers` are open doors that a test may shut."""

    def __init__(self, target: str) -> None:
        parts = urlsplit(target)
        self._target = (parts.hostname, parts.port)
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self.requests, self.answers = threading.Event(), threading.Event()
        self.requests.set()
        self.answers.set()
        self.arrived = threading.Event()  # a request has come as far as the door
        self.answered = threading.Event()  # an answer has come as far as the door

    def serve(self) -> None:
        """Take connections until the listener is closed."""
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            far = socket.create_connection(self._target)
            for source, drain, door, mark in (
                (near, far, self.requests, self.arrived),
                (far, near, self.answers, self.answered),
            ):
                threading.Thread(target=_pump, args=(source, drain, door, mark), daemon=True).start()

    def close(self) -> None:
        """Stop listening and let go of what waits."""
        self._listener.close()
        self.requests.set()
        self.answers.set()


def _pump(source: socket.socket, drain: socket.socket, door: threading.Event, mark: threading.Event) -> None:
    try:
        while data := source.recv(65536):
            mark.set()
            door.wait()
            drain.sendall(data)
        drain.shutdown(socket.SHUT_WR)
    except OSError:  # either side may have been killed: that is what this is for
        source.close()
        drain.close()


@contextmanager
def relay(target: str) -> Iterator[Relay]:
    """Open a door before `target`."""
    made = Relay(target)
    threading.Thread(target=made.serve, daemon=True).start()
    try:
        yield made
    finally:
        made.close()
