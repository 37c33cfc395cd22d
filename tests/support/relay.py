"""A door before the simulator that can be shut: what goes through waits, on either way."""

from __future__ import annotations

import socket
import threading
from contextlib import contextmanager, suppress
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
        self._address = self._listener.getsockname()
        self.url = f"http://127.0.0.1:{self._address[1]}"
        self.requests, self.answers = threading.Event(), threading.Event()
        self.requests.set()
        self.answers.set()
        self.arrived = threading.Event()  # a request has come as far as the door
        self.answered = threading.Event()  # an answer has come as far as the door
        self._open: list[socket.socket] = []

    def serve(self) -> None:
        """Take connections until the listener is closed."""
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            try:
                far = socket.create_connection(self._target)
            except OSError:  # the simulator has ended
                near.close()
                continue
            self._open += [near, far]
            for source, drain, door, mark in (
                (near, far, self.requests, self.arrived),
                (far, near, self.answers, self.answered),
            ):
                threading.Thread(target=_pump, args=(source, drain, door, mark), daemon=True).start()

    def cut(self) -> None:
        """Drop every connection with what waits in it, and open the doors for those to come."""
        for end in self._open:
            end.close()
        self._open.clear()
        self.requests.set()
        self.answers.set()

    def reopen(self) -> None:
        """Listen again where we listened before we closed."""
        self._listener = socket.create_server(self._address, backlog=64)
        threading.Thread(target=self.serve, daemon=True).start()

    def close(self) -> None:
        """Stop listening and let go of what waits."""
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)  # wakes whoever waits for the next connection
        self._listener.close()
        self.cut()


def _pump(source: socket.socket, drain: socket.socket, door: threading.Event, mark: threading.Event) -> None:
    try:
        while data := source.recv(65536):
            mark.set()
            door.wait()
            drain.sendall(data)  # to a closed socket if it was cut: nothing is delivered
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
