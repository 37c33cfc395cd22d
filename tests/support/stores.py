"""Stores that Airflow does not know: one that is full, and one with TLS on another host, as Workfront may have."""

from __future__ import annotations

import errno
import io
import secrets
import ssl
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING, Any

from fsspec.implementations.memory import MemoryFileSystem
from support.sockets import certificate, listening

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class FullStore(MemoryFileSystem):
    """Takes ten bytes a file, as a disk does that is nearly full, and keeps nothing that cannot be shortened."""

    protocol = "full"
    store: dict[str, Any] = {}  # noqa: RUF012 as the class above has it
    pseudo_dirs: list[str] = [""]  # noqa: RUF012 as the class above has it

    def _open(self, path: str, mode: str = "rb", **more: Any) -> Any:
        opened = super()._open(path, mode, **more)
        if mode == "wb":
            opened.write = lambda data: _within(opened, data)
        return opened


class Bucket(MemoryFileSystem):
    """Lists by prefix, as S3, Azure and Google do, and counts the lists; `refusal` is what it raises, if anything."""

    cachable = False

    def __init__(self) -> None:
        super().__init__()
        self.store: dict[str, Any] = {}
        self.pseudo_dirs = [""]
        self.lists: list[str] = []
        self.name = f"b{secrets.token_hex(4)}"
        self.refusal: Exception | None = None

    def find(self, path: str, prefix: str = "", **_: Any) -> Any:
        """List as many keys as begin so, 1,000 a call."""
        self._refuse()
        begin = f"{path.rstrip('/')}/{prefix}"
        found = [key for key in self.store if key.startswith(begin)]
        self.lists += [begin] * (len(found) // 1000 + 1)
        return found

    def ls(self, path: str, detail: bool = True, **more: Any) -> Any:  # noqa: FBT001, FBT002 as the class above has it
        """List all keys, 1,000 a call."""
        self._refuse()
        self.lists += [path] * (len(self.store) // 1000 + 1)
        return super().ls(path, detail, **more)

    def _open(self, path: str, mode: str = "rb", **more: Any) -> Any:
        self._refuse()
        return super()._open(path, mode, **more)

    def _refuse(self) -> None:
        if self.refusal:
            raise self.refusal


def _within(opened: io.BytesIO, data: bytes) -> int:
    if opened.tell() + len(data) > 10:
        raise OSError(errno.ENOSPC, "No space left on device")
    return io.BytesIO.write(opened, data)


@contextmanager
def storage(folder: Path, content: bytes) -> Iterator[tuple[str, str, list[dict[str, str]]]]:
    """Serve these bytes by TLS on another host; give its address, its certificate, and the headers it was sent."""
    seen: list[dict[str, str]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            seen.append({name.lower(): value for name, value in self.headers.items()})
            self.send_response(200)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Keep quiet."""

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate(folder))
    with listening(Handler, context) as port:
        yield f"https://localhost:{port}/bucket/a?signature=1", str(folder / "ca.pem"), seen
