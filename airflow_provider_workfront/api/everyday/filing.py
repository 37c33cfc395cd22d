"""Documents: a new one on an object, a new version of one (reference 5.11)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from airflow_provider_workfront.api.documents import FIRST_VERSION, VERSION, document_on, uploaded, version_of
from airflow_provider_workfront.api.errors import OutcomeUnknownError, TransportError
from airflow_provider_workfront.api.everyday.errand import CannotBeDone, Done, Errand, code_of, settled
from airflow_provider_workfront.api.everyday.finding import by_key, check_found, read
from airflow_provider_workfront.api.everyday.planting import FOUND, check_key
from airflow_provider_workfront.api.operation import checked_id, checked_values
from airflow_provider_workfront.api.reads import Search
from airflow_provider_workfront.api.writes import Create

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from airflow_provider_workfront.api.call import Retry
    from airflow_provider_workfront.api.operation import Record, Steps
    from airflow_provider_workfront.api.request import Source

DOCUMENT_FIELDS = ("name", "objID", "currentVersionID", *VERSION)
VERSIONS = ("name", "lastVersionNum", "versions:ID", "versions:version", "versions:docSize")


@dataclass(frozen=True, slots=True)
class FileDocument(Errand):
    """Upload a file as a new document on an object, and give IDs, name, version and size.

    `content` is a seekable binary file of `size` bytes; its `file_name` is the document's name unless given. With an
    `ext_ref_id` of its own the document is made once: one that has it is given as it is, and nothing is uploaded. One
    on another object, or of another name, is a conflict.
    `values` are further fields of the document.
    """

    content: Source = field(repr=False)
    size: int
    obj_code: str
    obj_id: str
    name: str
    file_name: str | None = None
    version: str | None = None
    ext_ref_id: str | None = None
    values: Mapping[str, Any] | None = None

    verb = "upload document"

    def check(self) -> None:
        """Refuse what is no place, no name and no reference."""
        if code_of(self.obj_code) == "DOCU":
            raise ValueError("a document is not attached to a document; for a new version of it give document_id")
        checked_id(self.obj_id)
        checked_values(self.values or {})
        check_name(self.name)
        check_key({"extRefID": self.ext_ref_id}, None if self.ext_ref_id is None else "extRefID")

    def calls(self, retry: Retry) -> Steps[Done]:
        """Look for it, see that there is an object to attach it to, then upload and attach."""
        if self.ext_ref_id and (found := (yield from self._by_reference(retry))):
            check_found(found, {"objID": self.obj_id, "name": self.name}, self.ext_ref_id)
            return _done(found, (found.get("currentVersion") or {}).get("docSize"), FOUND)
        yield from read(code_of(self.obj_code), self.obj_id, ["ID"], retry)  # before a large file travels in vain
        known = {row["ID"] for row in (yield from self._namesakes(retry))}
        handle = yield from uploaded(self.file_name or self.name, self.content, retry)
        create = Create("DOCU", {**self._fields(), "handle": handle}, DOCUMENT_FIELDS)
        made = yield from found_or_unknown(create, partial(self._made, known, retry), self.ext_ref_id, retry)
        return _done(made, self.size, f"{self.size:,} bytes uploaded")

    def _made(self, known: set[str], retry: Retry) -> Steps[Record | None]:
        """Find what was made: by its reference, else as the only one of this name that was not there before."""
        if self.ext_ref_id:
            return (yield from self._by_reference(retry))
        return the_new_one((yield from self._namesakes(retry)), known)

    def _fields(self) -> Record:
        version, file_name = self.version or FIRST_VERSION, self.file_name or self.name
        own = document_on(code_of(self.obj_code), self.obj_id, self.name, version, file_name)
        reference = {"extRefID": self.ext_ref_id} if self.ext_ref_id else {}
        return {**own, **reference, **checked_values(self.values or {})}

    def _by_reference(self, retry: Retry) -> Steps[Record | None]:
        return by_key("DOCU", "extRefID", self.ext_ref_id, DOCUMENT_FIELDS, retry)

    def _namesakes(self, retry: Retry) -> Steps[list[Record]]:
        """Find the documents of this name on the object."""
        return Search("DOCU", {"objID": self.obj_id, "name": self.name}, DOCUMENT_FIELDS).steps(retry)


@dataclass(frozen=True, slots=True)
class FileVersion(Errand):
    """Upload a file as the next version of a document, and give IDs, name, version and size.

    `content` is a seekable binary file of `size` bytes, `name` its file name. With a `version` such as ``v2.0`` it is
    made once: one that is there already with this size is given as it is. Without, it is the next whole number.
    """

    content: Source = field(repr=False)
    size: int
    document_id: str
    name: str
    version: str | None = None

    verb = "upload version"

    def check(self) -> None:
        """Refuse what is no document, and no name."""
        checked_id(self.document_id)
        check_name(self.name)

    def calls(self, retry: Retry) -> Steps[Done]:
        """Look at the versions that there are, then upload and add."""
        document = yield from self._document(retry)
        known = {row["ID"] for row in document["versions"]}
        if self.version and (found := self._same(document)):
            return _done(_with(found, document), found.get("docSize"), FOUND)
        version = self.version or next_version(document)
        handle = yield from uploaded(self.name, self.content, retry)
        values = {**version_of(self.document_id, version, self.name), "handle": handle}
        create = Create("DOCV", values, ["version", "fileName"])
        made = yield from found_or_unknown(create, partial(self._made, version, known, retry), self.version, retry)
        return _done(_with({**made, "version": version}, document), self.size, f"{self.size:,} bytes uploaded")

    def _made(self, version: str, known: set[str], retry: Retry) -> Steps[Record | None]:
        """Find what was made: the only version of this name that was not there before."""
        rows = (yield from self._document(retry))["versions"]
        return the_new_one([row for row in rows if row.get("version") == version], known)

    def _document(self, retry: Retry) -> Steps[Record]:
        document = yield from read("DOCU", self.document_id, VERSIONS, retry)
        return {**document, "versions": document.get("versions") or []}

    def _same(self, document: Record) -> Record | None:
        """Give the version of this name, if there is one; one of another size is another file."""
        found = next((row for row in document["versions"] if row.get("version") == self.version), None)
        if found and (found.get("docSize") or self.size) != self.size:
            raise CannotBeDone(
                f"document {self.document_id} has a version {self.version} already, of {found['docSize']:,} bytes, and "
                f"the file has {self.size:,}: give another version, or none for the next one"
            )
        return found


def check_name(name: str) -> None:
    """Refuse a document without a name."""
    if not isinstance(name, str) or not name.strip():
        raise ValueError(f"a document needs a name, not {name!r}")


def next_version(document: Record) -> str:
    """Give the version after all those that are there: v3.0 after v1.0 and v2.1."""
    numbers = [re.match(r"\s*v?(\d+)", str(row.get("version") or ""), re.IGNORECASE) for row in document["versions"]]
    known = [int(found[1]) for found in numbers if found]
    return f"v{max([*known, len(document['versions'])], default=0) + 1}.0"


def the_new_one(rows: Sequence[Record], known: set[str]) -> Record | None:
    """Give the one row that was not there before; of several, nobody can say which."""
    new = [row for row in rows if row["ID"] not in known]
    return new[0] if len(new) == 1 else None


def found_or_unknown(
    create: Create, look: Callable[[], Steps[Record | None]], mark: str | None, retry: Retry
) -> Steps[Record]:
    """Create, and find what was created without an answer; without a `mark` of its own another try could not."""
    try:
        return (yield from settled(create.steps(retry), look, retry))
    except TransportError as error:
        unknown = error.__cause__
        if isinstance(unknown, OutcomeUnknownError) and not mark:
            raise unknown from None
        raise


def _with(version: Record, document: Record) -> Record:
    return {**document, "currentVersion": version, "currentVersionID": version["ID"]}


def _done(document: Record, size: int | None, told: str) -> Done:
    """Give what is small enough for XCom."""
    version = document.get("currentVersion") or {}
    result = {
        "ID": document["ID"],
        "versionID": document.get("currentVersionID"),
        "name": document.get("name"),
        "version": version.get("version"),
        "size": size,
    }
    return Done(result, f"{result['name']} {result['version'] or ''}, {told}", "DOCU", str(document["ID"]))
