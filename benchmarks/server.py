"""A Workfront that is never the bottleneck: bare sockets, a thread to a connection, pages cut from rendered bytes.

It speaks as much of Workfront as the clients of the bench need: `search` by offset, `count`, a credential of any
kind, GET or a form with `method=GET`, a set latency, and 429 beyond the cap. A call is open from its arrival to the
last byte of its answer. What it does not know it refuses, so that no client gets by with less than it asked for.
"""

from __future__ import annotations

import argparse
import json
import resource
import socket
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import parse_qsl, urlsplit

import rows

if TYPE_CHECKING:
    from collections.abc import Iterator

    Parts = list[bytes | memoryview]

OWN = "/__bench__/"
KNOWN = {"fields", "method", "ID_Sort", "lastUpdateDate_Sort", "$$FIRST", "$$LIMIT", "apiKey", "sessionID"}
REASONS = {
    200: "OK",
    400: "Bad Request",
    401: "Unauthorized",
    404: "Not Found",
    422: "Unprocessable Entity",
    429: "Too Many Requests",
    503: "Service Unavailable",
}
TOO_MANY = b'{"error":{"code":429,"message":"too many concurrent requests"}}'


class Request(NamedTuple):
    """One request, taken apart."""

    path: str
    params: dict[str, str]
    has_credential: bool
    is_last: bool
    pairs: list[tuple[str, str]]
    """The parameters as they came, repeated ones included."""
    body: str


@dataclass
class Server:
    """What it serves, and what it counted."""

    rows: int
    latency: float
    cap: int
    lock: threading.Lock = field(default_factory=threading.Lock)
    open: int = 0
    cpu_before: float = 0.0
    counts: dict[str, int] = field(default_factory=dict)

    def serve(self, listener: socket.socket) -> None:
        """Take connections for ever."""
        while True:
            connection, _ = listener.accept()
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4 << 20)
            threading.Thread(target=self._converse, args=(connection,), daemon=True).start()

    def reset(self) -> None:
        """Begin counting anew."""
        self.counts = {"calls": 0, "searches": 0, "refused": 0, "peak": 0, "rows": 0, "bytes": 0}
        self.cpu_before = time.process_time()

    def stats(self) -> dict[str, float]:
        """Tell what was counted since."""
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        return {**self.counts, "cpu": time.process_time() - self.cpu_before, "rss_mb": peak}

    def _converse(self, connection: socket.socket) -> None:
        with connection:
            try:
                for request in _requests(connection):
                    self._answer(connection, request)
                    if request.is_last:
                        return
            except ConnectionError:
                return

    def _answer(self, connection: socket.socket, request: Request) -> None:
        if request.path.startswith(OWN):
            _begin(connection, 200, [self._own(request.path), b""])
            return
        if not self._enter():
            _begin(connection, 429, [TOO_MANY, b""])
            return
        try:
            status, parts = self._carried_out(request)
            if self.latency:
                time.sleep(self.latency)  # noqa: TID251 the server is the one who is slow
            _begin(connection, status, parts)
        finally:
            self._leave()  # before the last part: whoever has the whole answer may ask again
        connection.sendall(parts[-1])

    def _own(self, path: str) -> bytes:
        if path == f"{OWN}reset":
            self.reset()
        return json.dumps(self.stats()).encode()

    def _enter(self) -> bool:
        with self.lock:
            self.counts["calls"] += 1
            if self.open >= self.cap:
                self.counts["refused"] += 1
                return False
            self.open += 1
            self.counts["peak"] = max(self.counts["peak"], self.open)
            return True

    def _leave(self) -> None:
        with self.lock:
            self.open -= 1

    def _carried_out(self, request: Request) -> tuple[int, Parts]:
        api, _, what = request.path.rpartition("/")
        if not api.startswith("/attask/api/") or what not in {"search", "count"}:
            return 404, [_failure(f"{request.path}: only search and count are served")]
        if not request.has_credential:
            return 401, [_failure("no session")]
        if unknown := request.params.keys() - KNOWN:
            return 400, [_failure(f"the bench's server knows no {', '.join(sorted(unknown))}")]
        return 200, self._page(request.params) if what == "search" else [b'{"data":{"count":%d}}' % self.rows]

    def _page(self, params: dict[str, str]) -> Parts:
        first, size = int(params.get("$$FIRST", 0)), min(int(params.get("$$LIMIT", 100)), rows.PAGE)
        parts = rows.page(first, size, self.rows)
        with self.lock:
            self.counts["searches"] += 1
            self.counts["rows"] += max(0, min(size, self.rows - first))
            self.counts["bytes"] += sum(map(len, parts))
        return parts


def _requests(connection: socket.socket) -> Iterator[Request]:
    """Read one request after another."""
    data = b""
    while True:
        while b"\r\n\r\n" not in data:
            data += _more(connection)
        head, _, data = data.partition(b"\r\n\r\n")
        line, *lines = head.decode("latin-1").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (each.partition(":") for each in lines)}
        length = int(headers.get("content-length", 0))
        while len(data) < length:
            data += _more(connection)
        body, data = data[:length], data[length:]
        yield _taken_apart(line, headers, body.decode())


def _more(connection: socket.socket) -> bytes:
    if not (more := connection.recv(65536)):
        raise ConnectionError("the client hung up")
    return more


def _taken_apart(line: str, headers: dict[str, str], body: str) -> Request:
    target = urlsplit(line.split(" ")[1])
    is_form = headers.get("content-type", "").startswith("application/x-www-form-urlencoded")
    pairs = parse_qsl(target.query) + (parse_qsl(body) if is_form else [])
    params = dict(pairs)
    has_credential = bool({"apikey", "sessionid"} & headers.keys() or {"apiKey", "sessionID"} & params.keys())
    is_last = headers.get("connection", "").lower() == "close"
    return Request(target.path, params, has_credential, is_last, pairs, body)


def _begin(connection: socket.socket, status: int, parts: Parts) -> None:
    """Send the head, and all parts but the last."""
    head = f"HTTP/1.1 {status} {REASONS[status]}\r\nContent-Type: application/json;charset=UTF-8\r\n"
    length = f"Content-Length: {sum(map(len, parts))}\r\n\r\n"
    waiting = [memoryview(part) for part in (f"{head}{length}".encode(), *parts[:-1])]
    while waiting:
        sent = connection.sendmsg(waiting)
        while waiting and sent >= len(waiting[0]):
            sent -= len(waiting.pop(0))
        if waiting:
            waiting[0] = waiting[0][sent:]


def _failure(message: str) -> bytes:
    return json.dumps({"error": {"class": "java.lang.IllegalArgumentException", "message": message}}).encode()


def main() -> None:
    """Serve on a free port until ended; one JSON line says where."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--latency", type=float, default=0.0, help="seconds before each answer")
    parser.add_argument("--cap", type=int, default=10, help="calls at once; more are refused")
    args = parser.parse_args()
    rows.render(args.rows)
    serve_for_ever(Server(args.rows, args.latency, args.cap))


def serve_for_ever(server: Server) -> None:
    """Serve on a free port; one JSON line says where."""
    server.reset()
    with socket.create_server(("127.0.0.1", 0), backlog=256) as listener:
        print(json.dumps({"url": f"http://127.0.0.1:{listener.getsockname()[1]}"}), flush=True)
        server.serve(listener)


if __name__ == "__main__":
    main()
