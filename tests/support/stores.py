"""Stores that Airflow does not know: one that is full, and one with TLS on another host, as Workfront may have."""

from __future__ import annotations

import errno
import io
import ssl
import threading
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from fsspec.implementations.memory import MemoryFileSystem

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
    context.load_cert_chain(_certified(folder))
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"https://localhost:{server.server_port}/bucket/a?signature=1", str(folder / "ca.pem"), seen
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _certified(folder: Path) -> Path:
    """Make a certificate for localhost that only itself vouches for, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = x509.CertificateBuilder(name, name, key.public_key(), 1, now - timedelta(days=1), now + timedelta(days=1))
    made = made.add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
    made = made.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    signed = made.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM)
    (folder / "ca.pem").write_bytes(signed)
    both = folder / "both.pem"
    both.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()) + signed)
    return both
