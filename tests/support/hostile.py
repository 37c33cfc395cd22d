"""A server that keeps every rule of TCP and none of courtesy: it drips, hangs, or packs a gigabyte into a megabyte."""

from __future__ import annotations

import socket
import threading
import zlib
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


@dataclass
class Hostile:
    """Answers each connection with a function of its socket, until the test is over."""

    answer: Callable[[Hostile, socket.socket], None]
    listener: socket.socket
    over: threading.Event = field(default_factory=threading.Event)
    accepted: int = 0
    open_now: int = 0

    @property
    def url(self) -> str:
        """The address."""
        return f"http://127.0.0.1:{self.listener.getsockname()[1]}"

    def drip(self, sock: socket.socket, data: bytes, every: float = 0.05) -> None:
        """Send byte by byte, the last one again and again."""
        for at in range(10**9):
            if self.over.wait(every):
                return
            sock.send(data[min(at, len(data) - 1) :][:1])

    def serve(self) -> None:
        """Accept until the listener is closed."""
        while True:
            try:
                sock, _ = self.listener.accept()
            except OSError:
                return
            self.accepted += 1
            threading.Thread(target=self._answered, args=(sock,), daemon=True).start()

    def _answered(self, sock: socket.socket) -> None:
        self.open_now += 1
        try:
            with sock:
                _request(sock)
                self.answer(self, sock)
        except OSError:
            pass
        finally:
            self.open_now -= 1


def _request(sock: socket.socket) -> None:
    """Read a request to the end of its body."""
    got = b""
    while b"\r\n\r\n" not in got:
        if not (more := sock.recv(65_536)):
            return
        got += more
    head, _, body = got.partition(b"\r\n\r\n")
    length = next((int(line.split(b":")[1]) for line in head.lower().split(b"\r\n") if b"content-length:" in line), 0)
    while len(body) < length:
        body += sock.recv(65_536)


@contextmanager
def hostile(answer: Callable[[Hostile, socket.socket], None]) -> Iterator[Hostile]:
    """Serve on a port."""
    listener = socket.create_server(("127.0.0.1", 0))
    made = Hostile(answer, listener)
    thread = threading.Thread(target=made.serve, daemon=True)
    thread.start()
    try:
        yield made
    finally:
        made.over.set()
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(5)


def drips_header(server: Hostile, sock: socket.socket) -> None:
    """A header that never ends."""
    server.drip(sock, HEAD + b"X: " + b"x")


def drips_body(server: Hostile, sock: socket.socket) -> None:
    """A body that never ends."""
    sock.sendall(HEAD + b"Content-Length: 1000000\r\n\r\n")
    server.drip(sock, b" ")


def never_answers(server: Hostile, sock: socket.socket) -> None:
    """Nothing at all."""
    server.over.wait(60)


def answers(body: bytes, headers: bytes = b"", status: bytes = b"200 OK") -> Callable[[Hostile, socket.socket], None]:
    """A whole answer."""

    def answer(_: Hostile, sock: socket.socket) -> None:
        head = b"HTTP/1.1 " + status + b"\r\nContent-Type: application/json\r\nConnection: close\r\n"
        sock.sendall(head + headers + b"Content-Length: %d\r\n\r\n" % len(body) + body)

    return answer


def gzipped(data: bytes, times: int = 1) -> bytes:
    """Pack with gzip, once or twice."""
    for _ in range(times):
        packer = zlib.compressobj(9, zlib.DEFLATED, zlib.MAX_WBITS | 16)
        data = packer.compress(data) + packer.flush()
    return data


def bomb(size: int) -> bytes:
    """Pack so many spaces, without holding them at once."""
    packer = zlib.compressobj(9, zlib.DEFLATED, zlib.MAX_WBITS | 16)
    block = b" " * 1_000_000
    return b"".join(packer.compress(block) for _ in range(size // len(block))) + packer.flush()
