"""Jobs that move files (reference 5.11)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from airflow_provider_workfront.api.call import call
from airflow_provider_workfront.api.errors import NotFoundError, ServerError, WorkfrontError
from airflow_provider_workfront.api.objects import object_type
from airflow_provider_workfront.api.operation import Job, Record, Steps, checked_id, checked_values
from airflow_provider_workfront.api.reads import Get
from airflow_provider_workfront.api.request import Part, Repeat, Request
from airflow_provider_workfront.api.writes import Create

if TYPE_CHECKING:
    from collections.abc import Mapping

    from airflow_provider_workfront.api.call import Retry
    from airflow_provider_workfront.api.request import Sink, Source

FIRST_VERSION = "v1.0"
VERSION = ("currentVersion:version", "currentVersion:fileName", "currentVersion:docSize")
PAGES = (".htm", ".html", ".xhtml")
"""How the names of documents end that are pages themselves."""


class IncompleteDownload(WorkfrontError):
    """Report a file that came in another size than Workfront says it has; another try fetches it anew."""


@dataclass(frozen=True, slots=True)
class Upload(Job[Record]):
    """Upload a file and attach it to an object as a document, or to a document as its next version.

    `content` is bytes or a seekable file, `name` the file name. A version of a document (`obj_code` ``DOCU``)
    needs a `version` such as ``v2.0``. `values` are further fields of what is made.
    """

    obj_code: str
    obj_id: str
    name: str
    content: bytes | Source = field(repr=False)
    version: str = ""
    values: Mapping[str, Any] | None = None

    def steps(self, retry: Retry) -> Steps[Record]:
        """Upload, then attach: the file's handle is good for one use."""
        attachment = self._attachment()
        values = {"handle": (yield from uploaded(self.name, self.content, retry)), **attachment.values}
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
            return Create("DOCV", version_of(obj_id, self.version, self.name) | checked_values(self.values or {}))
        own = document_on(code, obj_id, self.name, self.version or FIRST_VERSION)
        return Create("DOCU", own | checked_values(self.values or {}))


def uploaded(name: str, content: bytes | Source, retry: Retry) -> Steps[str]:
    """Send a file, and give its handle; again from its beginning if need be: what nobody attaches is no document."""
    part = Part("uploadedFile", name, content)
    request = Request("POST", "upload", part=part, repeat=Repeat.IDEMPOTENT, slow=True)
    answer = yield from call(request, retry)
    handle = answer.get("handle") if isinstance(answer, dict) else None
    if not isinstance(handle, str) or not handle:
        raise ServerError(200, f"an answer without a handle ({type(answer).__name__})", "", request.label)
    return handle


def document_on(code: str, obj_id: str, name: str, version: str, file_name: str = "") -> dict[str, Any]:
    """Give the fields of a new document on an object, but for the handle."""
    first = {"version": version, "fileName": file_name or name}
    return {"name": name, "docObjCode": code, "objID": obj_id, "currentVersion": first}


def version_of(document_id: str, version: str, file_name: str) -> dict[str, Any]:
    """Give the fields of a new version of a document, but for the handle."""
    return {"documentID": document_id, "version": version, "fileName": file_name}


@dataclass(frozen=True, slots=True)
class Downloaded:
    """What was downloaded: the document's name, the type and size of its content, and which version it is."""

    name: str
    content_type: str
    size: int
    version_id: str = ""
    version: str = ""


@dataclass(frozen=True, slots=True)
class Download(Job[Downloaded]):
    """Download the current version of a document into a seekable binary file.

    A file of another size than Workfront tells is an error (IncompleteDownload), unless `check_size` is off.
    """

    obj_id: str
    into: Sink = field(repr=False)
    check_size: bool = True

    def steps(self, retry: Retry) -> Steps[Downloaded]:
        """Ask for the address, then fetch; on another host (object storage) the session stays behind."""
        document = yield from Get("DOCU", self.obj_id, ["name", "downloadURL", *VERSION]).steps(retry)
        url, name = document.get("downloadURL"), str(document.get("name") or "")
        if not url:
            raise NotFoundError(404, "the document has no content to download", "", f"GET docu/{self.obj_id}")
        path = url if url.startswith(("/", "http")) else f"/{url}"
        version = document.get("currentVersion") or {}
        names = (name.lower(), str(version.get("fileName") or "").lower())
        is_page = any(each.endswith(PAGES) for each in names)
        fetch = Request("GET", path, repeat=Repeat.ALWAYS, slow=True, into=self.into, takes_pages=is_page)
        answer = yield from call(fetch, retry)
        size = self.into.tell()
        if self.check_size:
            check_size(self.obj_id, size, version.get("docSize"))
        content_type = answer.headers.get("content-type", "")
        return Downloaded(name, content_type, size, str(version.get("ID") or ""), str(version.get("version") or ""))


def check_size(document_id: str, size: int, told: Any) -> None:
    """Refuse a file that is not as large as Workfront tells (`docSize`), if it tells."""
    if told and int(told) != size:
        raise IncompleteDownload(
            f"GET docu/{document_id}: {size:,} bytes came, and Workfront says that the version has {int(told):,}; "
            "another try fetches it anew - if it is right as it came, set check_size=False"
        )
