"""Jobs that move files (reference 5.11)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, BinaryIO

from airflow_provider_workfront.api.call import call
from airflow_provider_workfront.api.errors import NotFoundError
from airflow_provider_workfront.api.objects import object_type
from airflow_provider_workfront.api.operation import Job, Record, Steps, checked_id, checked_values
from airflow_provider_workfront.api.reads import Get
from airflow_provider_workfront.api.request import Part, Repeat, Request
from airflow_provider_workfront.api.writes import Create

if TYPE_CHECKING:
    from collections.abc import Mapping

    from airflow_provider_workfront.api.call import Retry


@dataclass(frozen=True, slots=True)
class Upload(Job[Record]):
    """Upload a file and attach it to an object as a document, or to a document as its next version.

    `content` is bytes or a seekable file, `name` the file name. A version of a document (`obj_code` ``DOCU``)
    needs a `version` such as ``v2.0``. `values` are further fields of what is made.
    """

    obj_code: str
    obj_id: str
    name: str
    content: bytes | BinaryIO = field(repr=False)
    version: str = ""
    values: Mapping[str, Any] | None = None

    def steps(self, retry: Retry) -> Steps[Record]:
        """Upload, then attach: the file's handle is good for one use."""
        attachment = self._attachment()
        part = Part("uploadedFile", self.name, self.content)
        uploaded = yield from call(Request("POST", "upload", part=part, slow=True), retry)
        values = {"handle": uploaded["handle"], **attachment.values}
        return (yield from Create(attachment.obj_code, values).steps(retry))

    def _attachment(self) -> Create:
        """Make what becomes of the file, but for its handle."""
        if not self.name:
            raise ValueError("an upload needs the name of the file")
        kind = object_type(self.obj_code)
        code, obj_id = kind.code if kind else self.obj_code, checked_id(self.obj_id)
        if code == "DOCU":
            if not self.version:
                raise ValueError("a new version of a document needs its version, for example v2.0")
            own: dict[str, Any] = {"documentID": obj_id, "version": self.version, "fileName": self.name}
            return Create("DOCV", own | checked_values(self.values or {}))
        version = {"version": self.version or "v1.0", "fileName": self.name}
        own = {"name": self.name, "docObjCode": code, "objID": obj_id, "currentVersion": version}
        return Create("DOCU", own | checked_values(self.values or {}))


@dataclass(frozen=True, slots=True)
class Downloaded:
    """What was downloaded: the document's name, the type and size of its content."""

    name: str
    content_type: str
    size: int


@dataclass(frozen=True, slots=True)
class Download(Job[Downloaded]):
    """Download the current version of a document into a seekable binary file."""

    obj_id: str
    into: BinaryIO = field(repr=False)

    def steps(self, retry: Retry) -> Steps[Downloaded]:
        """Ask for the address, then fetch; on another host (object storage) the session stays behind."""
        document = yield from Get("DOCU", self.obj_id, ["name", "downloadURL"]).steps(retry)
        url = document.get("downloadURL")
        if not url:
            raise NotFoundError(404, "the document has no content to download", "", f"GET docu/{self.obj_id}")
        path = url if url.startswith(("/", "http")) else f"/{url}"
        fetch = Request("GET", path, repeat=Repeat.ALWAYS, slow=True, into=self.into)
        answer = yield from call(fetch, retry)
        content_type = answer.headers.get("content-type", "")
        return Downloaded(str(document.get("name") or ""), content_type, self.into.tell())
