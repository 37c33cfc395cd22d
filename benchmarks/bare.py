"""What the server gives at most: the same pages through bare sockets, read into one buffer and thrown away."""

from __future__ import annotations

import json
import socket
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from urllib.request import urlopen

import rows
from reader import API, KEY, Reader

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CONNECTIONS = 10


def read(url: str, file: Path) -> None:  # noqa: ARG001 nothing is written
    """Read all pages over ten connections, each taking the next page when it has one."""
    address = (str(urlsplit(url).hostname), int(urlsplit(url).port or 80))
    with urlopen(f"{url}{API}/TASK/count?apiKey={KEY}") as answer:  # noqa: S310 the bench's own server
        count = json.load(answer)["data"]["count"]
    waiting = iter(range(0, count, rows.PAGE))
    with ThreadPoolExecutor(CONNECTIONS) as pool:
        for done in [pool.submit(_read, address, waiting) for _ in range(CONNECTIONS)]:
            done.result()


def _read(address: tuple[str, int], waiting: Iterator[int]) -> None:
    buffer = memoryview(bytearray(1 << 20))
    with socket.create_connection(address) as connection:
        for first in waiting:
            query = f"$$FIRST={first}&$$LIMIT={rows.PAGE}&ID_Sort=asc"
            head = f"GET {API}/TASK/search?{query} HTTP/1.1\r\nHost: bench\r\napiKey: {KEY}\r\n\r\n"
            connection.sendall(head.encode())
            _take(connection, buffer)


def _take(connection: socket.socket, buffer: memoryview) -> None:
    got = connection.recv_into(buffer)
    head, _, body = bytes(buffer[:got]).partition(b"\r\n\r\n")
    if not head.startswith(b"HTTP/1.1 200 "):
        raise ConnectionError(head.decode())
    left = int(head.rpartition(b"Content-Length: ")[2]) - len(body)
    while left > 0:
        left -= connection.recv_into(buffer)


READERS = {
    "bare socket (ceiling)": Reader(
        read,
        told="10 connections, pages thrown away: what the server gives at most",
        benches=("extract",),
        quick=("extract",),
    ),
}
