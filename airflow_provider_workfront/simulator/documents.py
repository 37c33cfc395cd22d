"""Uploaded bytes: handles, and the contents of document versions (rule 103)."""

from __future__ import annotations

import re
import secrets
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import quote

from airflow_provider_workfront.simulator.contents import Stored
from airflow_provider_workfront.simulator.http import Response
from airflow_provider_workfront.simulator.wire import illegal, not_found

if TYPE_CHECKING:
    from collections.abc import Iterator

    from airflow_provider_workfront.simulator.http import Request
    from airflow_provider_workfront.simulator.world import World

PART = "uploadedFile"
PASS_SECONDS = 60.0
LARGE = 1 << 20
"""Bytes of an upload from which on it stays on disk instead of in memory."""
DOWNLOAD = "/document/download"


@dataclass(frozen=True, slots=True)
class Upload:
    """Hold one uploaded file."""

    content: bytes | Stored = field(repr=False)
    file_name: str
    expires: float


class Documents:
    """Keep what was uploaded."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._handles: dict[str, Upload] = {}
        self._versions: dict[str, Upload] = {}
        self._passes: dict[str, tuple[str, float]] = {}
        self._lock = threading.Lock()

    def upload(self, request: Request) -> str:
        """Take the file of a multipart body and give a handle for it."""
        content, file_name = _read_part(request)
        handle = secrets.token_hex(16)
        expires = self._world.now().timestamp() + self._world.options.handle_seconds
        with self._lock:
            self._handles[handle] = Upload(content, file_name, expires)
        return handle

    def take(self, handle: str) -> Upload:
        """Give the file behind a handle, once."""
        with self._lock:
            upload = self._handles.pop(handle, None)
        if upload is None or self._world.now().timestamp() >= upload.expires:
            raise illegal(f'Invalid Parameter: handle value "{handle}"')
        return upload

    def keep(self, version_id: str, upload: Upload) -> None:
        """Make a file the content of a document version."""
        self._versions[version_id] = upload

    def pass_for(self, document_id: str) -> str:
        """Make a token that opens one download without a session, for a minute (reference 5.11)."""
        token = secrets.token_hex(16)
        self._passes[token] = (document_id, self._world.now().timestamp() + PASS_SECONDS)
        return token

    def is_passed(self, document_id: str, token: str) -> bool:
        """Tell whether a token opens this document now."""
        passed_id, expires = self._passes.get(token, ("", 0.0))
        return passed_id == document_id and self._world.now().timestamp() < expires

    def download(self, document_id: str) -> Response:
        """Serve the current version of a document."""
        document = self._world.get("DOCU", document_id) or {}
        upload = self._versions.get(document.get("currentVersionID", ""))
        if upload is None:
            raise not_found("Document", document_id)
        disposition = f"attachment; filename=\"{quote(upload.file_name)}\"; filename*=UTF-8''{quote(upload.file_name)}"
        headers = {"content-type": "application/octet-stream", "content-disposition": disposition}
        if isinstance(upload.content, Stored):  # as it lies: what is packed on the way would have no length
            return Response(200, headers, file=upload.content)
        return Response(200, headers, upload.content)


def _read_part(request: Request) -> tuple[bytes | Stored, str]:
    """Find the part named `uploadedFile` in a multipart body."""
    boundary = re.search(r'boundary="?([^";]+)"?', request.headers.get("content-type", ""))
    if boundary is None:
        raise illegal("Content-Type must be multipart/form-data")
    for head, content in _parts(request.file or Stored.of([request.body]), b"--" + boundary[1].encode()):
        labels = dict(re.findall(r'(\w+)="([^"]*)"', head))
        if labels.get("name") == PART:
            is_large = request.file is not None and content.size > LARGE
            return content if is_large else content.read(0, content.size), labels.get("filename", "file")
    raise illegal(f"{PART} is required and cannot be empty")


def _parts(body: Stored, mark: bytes) -> Iterator[tuple[str, Stored]]:
    """Give the head and the content of each part that has an end; a body that broke off lacks it."""
    begin = body.find(mark)
    while (end := body.find(b"\r\n" + mark, begin + len(mark))) > begin >= 0:
        head_end = body.find(b"\r\n\r\n", begin)
        if 0 <= head_end < end:
            yield body.read(begin, head_end - begin).decode(errors="replace"), body.part(head_end + 4, end)
        begin = end + 2
