"""HTTP as values, and the socket that carries them.

The simulator is one function from `Request` to `Response`. This module knows how to serve such a function
on a port, and how to break a connection when a response asks for it.
"""

from __future__ import annotations

import json
import socket
import socketserver
import struct
import sys
import threading
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cached_property
from http.client import responses
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import parse_qsl, unquote, urlsplit

from airflow_provider_workfront.simulator.contents import CHUNK, Stored

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

LOOPBACK = frozenset({"127.0.0.1", "localhost"})
FORM = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data"


@dataclass(frozen=True)
class Request:
    """Hold one request as it arrived; header names are lower case."""

    method: str
    target: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes = field(default=b"", repr=False)
    client: str = "127.0.0.1"
    file: Stored | None = field(default=None, repr=False)
    """What takes the place of the body when a file is uploaded."""

    @cached_property
    def path(self) -> str:
        """Give the path without the query, percent signs decoded."""
        return unquote(urlsplit(self.target).path)

    @cached_property
    def query(self) -> list[tuple[str, str]]:
        """Give the query in order, blank values kept."""
        return parse_qsl(urlsplit(self.target).query, keep_blank_values=True)

    @cached_property
    def form(self) -> list[tuple[str, str]]:
        """Give the form body in order; empty when the body is no form."""
        if not self.headers.get("content-type", "").startswith(FORM):
            return []
        return parse_qsl(self.body.decode(errors="replace"), keep_blank_values=True)

    @cached_property
    def cookies(self) -> dict[str, str]:
        """Give the cookies by name."""
        pairs = (part.strip().partition("=") for part in self.headers.get("cookie", "").split(";"))
        return {name: value for name, _, value in pairs if name}


@dataclass(frozen=True, slots=True)
class Response:
    """Hold one answer; `fault` and `delay` tell the server how to mistreat it.

    "reset" closes the connection without an answer; "truncate" declares the whole length and sends half.
    """

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = field(default=b"", repr=False)
    fault: str = ""
    delay: float = 0.0
    file: Stored | None = field(default=None, repr=False)
    """What takes the place of a body too large for memory."""


class Answers(Protocol):
    """Stand for whatever can be served: the simulator."""

    def answer(self, request: Request) -> Response:
        """Answer one request."""


def json_response(status: int, value: Any) -> Response:
    """Answer plain JSON, as the token endpoint does; `/attask/api` has its own escaping in `wire`."""
    return Response(status, {"content-type": "application/json;charset=utf-8"}, json.dumps(value).encode())


@dataclass(frozen=True, slots=True)
class Running:
    """Say where a served simulator listens."""

    url: str
    port: int


@contextmanager
def running(simulator: Answers, host: str = "127.0.0.1", port: int = 0) -> Iterator[Running]:
    """Serve on a thread of its own while the block runs; port 0 takes a free one."""
    server = _Server((host, port), simulator)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield Running(f"http://{host}:{server.server_port}", server.server_port)
    finally:
        server.shutdown()
        server.server_close()
        server.drop_connections()
        thread.join()


class _Server(ThreadingHTTPServer):
    request_queue_size = 256
    daemon_threads = True

    def __init__(self, address: tuple[str, int], simulator: Answers) -> None:
        self.simulator = simulator
        self.connections: set[socket.socket] = set()
        super().__init__(address, _Handler)

    def server_bind(self) -> None:
        """Bind without asking the resolver for the host's full name, which can take seconds."""
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = str(self.server_address[0]), int(self.server_address[1])

    def drop_connections(self) -> None:
        """End the connections that clients kept alive."""
        for connection in tuple(self.connections):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Pass over clients that hang up; anything else is a bug worth its traceback."""
        if not isinstance(sys.exception(), ConnectionError | TimeoutError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def setup(self) -> None:
        """Remember the connection, so that it can be ended with the server."""
        super().setup()
        self.server.connections.add(self.connection)

    def finish(self) -> None:
        """Forget the connection."""
        self.server.connections.discard(self.connection)
        super().finish()

    def _serve(self) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        body = self._body()
        body, file = (b"", body) if isinstance(body, Stored) else (body, None)
        request = Request(self.command, self.path, headers, body, self.client_address[0], file)
        response = self.server.simulator.answer(request)
        if response.delay:
            time.sleep(response.delay)  # noqa: TID251 - the simulator is the one who is slow
        if response.fault == "reset":
            self._reset()
        else:
            self._send(response)

    do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = do_COPY = do_HEAD = do_OPTIONS = _serve  # noqa: N815

    def _body(self) -> bytes | Stored:
        """Read the body; only files are large enough to need the disk."""
        is_chunked = self.headers.get("transfer-encoding", "").lower() == "chunked"
        pieces = self._chunks() if is_chunked else self._pieces(int(self.headers.get("content-length") or 0))
        is_file = self.headers.get("content-type", "").startswith(MULTIPART)
        return Stored.of(pieces) if is_file else b"".join(pieces)

    def _pieces(self, length: int) -> Iterator[bytes]:
        while length and (piece := self.rfile.read(min(length, CHUNK))):
            yield piece
            length -= len(piece)

    def _chunks(self) -> Iterator[bytes]:
        while size := int(self.rfile.readline().split(b";")[0], 16):
            yield self.rfile.read(size)
            self.rfile.readline()
        while self.rfile.readline().strip():
            pass

    def _send(self, response: Response) -> None:
        body: bytes | Stored = response.file or response.body
        headers = {**response.headers, "content-length": str(len(body))}
        if response.fault == "truncate":
            half, self.close_connection = len(body) // 2, True
            body = body.part(0, half) if isinstance(body, Stored) else body[:half]
        lines = [f"HTTP/1.1 {response.status} {responses.get(response.status, '')}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        head = "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n"
        if self.command == "HEAD":
            body = b""
        self.wfile.write(head + body if isinstance(body, bytes) else head)
        for piece in body.chunks() if isinstance(body, Stored) else ():
            self.wfile.write(piece)

    def _reset(self) -> None:
        # Zero linger turns the close into an RST; the reader holds a share of the socket, so it goes first.
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.rfile.close()
        self.connection.close()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name is the base class's
        """Keep quiet: targets may carry tokens."""
