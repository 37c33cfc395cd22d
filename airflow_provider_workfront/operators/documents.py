"""Documents: from a file to Workfront, and from Workfront to a file."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseOperator

from airflow_provider_workfront.api.documents import Download, Downloaded
from airflow_provider_workfront.api.errors import printable
from airflow_provider_workfront.api.everyday.filing import FileDocument, FileVersion
from airflow_provider_workfront.api.objects import browser_url
from airflow_provider_workfront.api.operation import checked_id
from airflow_provider_workfront.failures import Unworkable, failing_for_good
from airflow_provider_workfront.links import WorkfrontObjectLink
from airflow_provider_workfront.operators.files import Received, Sent, located, opened
from airflow_provider_workfront.operators.progress import Progress
from airflow_provider_workfront.operators.rendered import rendered
from airflow_provider_workfront.spelling import check_spelling

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from airflow.sdk import BaseOperatorLink, Context, ObjectStoragePath

    from airflow_provider_workfront.api.everyday.errand import Errand
    from airflow_provider_workfront.client import Client

FOR_NEW_ONES = ("obj_code", "obj_id", "name", "ext_ref_id", "values")
"""Arguments of a new document, which a new version does not have."""


class DocumentOperator(BaseOperator):
    """Move the content of a document."""

    template_fields_renderers = dict.fromkeys(("values",), "json")
    ui_color = "#fbe3cf"
    operator_extra_links: Collection[BaseOperatorLink] = (WorkfrontObjectLink(),)

    object_url = ""
    """Address of the document that the finished task dealt with, for the extra link."""

    def __init__(
        self, *, path: str | ObjectStoragePath, workfront_conn_id: str = "workfront_default", **kwargs: Any
    ) -> None:
        check_spelling(type(self), kwargs, self.template_fields)
        super().__init__(**kwargs)
        self.path = path
        self.workfront_conn_id = workfront_conn_id

    def execute(self, context: Context) -> dict[str, Any]:  # noqa: ARG002
        """Move it, and give IDs, name, size and path."""
        from airflow_provider_workfront.hooks import WorkfrontHook

        with failing_for_good():
            place = located(self.path)
            with WorkfrontHook(self.workfront_conn_id).get_conn() as workfront:
                moved = self._moved(workfront, place)
                base_url = workfront.api_root.partition("/attask/")[0]
        self.object_url = browser_url(base_url, "DOCU", moved["ID"]) or ""
        return {**moved, "path": str(self.path)}

    @abstractmethod
    def _moved(self, workfront: Client, place: ObjectStoragePath) -> dict[str, Any]:
        """Move it from or to this place, and give IDs, name and size."""


class WorkfrontUploadDocumentOperator(DocumentOperator):
    """Upload a file as a new document, or as a new version of one; return IDs, name, version, size and path.

    The file is sent piece by piece, whatever its size, and again from its beginning when that is cut short. With an
    `ext_ref_id` (a new document) or a `version` (a new version) a task that is tried again uploads nothing twice.

    :param path: the file, e.g. ``s3://aws_default@bucket/report.pdf``; text or an ``ObjectStoragePath``
    :param obj_code: type of the object that gets a new document, e.g. ``PROJ``, ``TASK`` or ``OPTASK``
    :param obj_id: its ID
    :param document_id: instead of these two: the document that gets a new version
    :param name: name of the new document; without it that of the file
    :param version: e.g. ``v2.0``; without it ``v1.0``, or the next whole number. One that the document has already with
        this size is returned as it is
    :param ext_ref_id: a reference of the new document's own, e.g.
        ``{{ run_id }}/{{ ti.task_id }}/{{ ti.map_index }}``: a document that has it is returned as it is, and is a
        conflict if it is on another object or has another name
    :param values: further fields of the new document, e.g. ``{"description": "Draft"}``
    :param workfront_conn_id: the Airflow connection
    """

    template_fields = (
        *("path", "obj_code", "obj_id", "document_id", "name", "version", "ext_ref_id", "values"),
        "workfront_conn_id",
    )

    def __init__(  # noqa: PLR0913 a name each, since .partial() and editors read the signature
        self,
        *,
        path: str | ObjectStoragePath,
        obj_code: str | None = None,
        obj_id: str | None = None,
        document_id: str | None = None,
        name: str | None = None,
        version: str | None = None,
        ext_ref_id: str | None = None,
        values: Mapping[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(path=path, **kwargs)
        self.obj_code = obj_code
        self.obj_id = obj_id
        self.document_id = document_id
        self.name = name
        self.version = version
        self.ext_ref_id = ext_ref_id
        self.values = values

    def _moved(self, workfront: Client, place: ObjectStoragePath) -> dict[str, Any]:
        with opened(place) as (file, size):
            content = Sent(place, file, Progress(f"upload of {place.name}", self.log, size))
            errand = self._errand(content, size, place.name)
            done = workfront.run(errand)
        self.log.info("Workfront %s, DOCU %s: %s", errand.verb, done.obj_id, printable(done.told))
        return dict(done.result)

    def _errand(self, content: Sent, size: int, file_name: str) -> Errand:
        """Make the errand of rendered arguments, or say which of them cannot be."""
        try:
            errand = self._of_given(content, size, file_name)
            errand.check()
        except (TypeError, ValueError) as error:
            raise Unworkable(f"upload: {error}") from error
        return errand

    def _of_given(self, content: Sent, size: int, file_name: str) -> Errand:
        names = (*FOR_NEW_ONES, "document_id", "version")  # an empty text is what a template makes of a missing result
        values = {name: getattr(self, name) for name in names if getattr(self, name) not in (None, "")}
        given = {name: rendered(name, value) for name, value in values.items()}
        if "document_id" in given:
            if others := [name for name in FOR_NEW_ONES if name in given]:
                raise ValueError(f"a new version (document_id) does not take {', '.join(others)}")
            return FileVersion(content, size, name=file_name, **given)
        if missing := [name for name in ("obj_code", "obj_id") if name not in given]:
            raise ValueError(
                f"{' and '.join(missing)} missing: obj_code and obj_id for a new document, or document_id for a version"
            )
        return FileDocument(content, size, **{"name": file_name, **given}, file_name=file_name)


class WorkfrontDownloadDocumentOperator(DocumentOperator):
    """Download the current version of a document into a file; return IDs, name, version, size and path.

    It comes piece by piece, whatever its size, and again from its beginning when that is cut short. The file has
    another name until it is whole; one that is there already is replaced then.

    :param document_id: the document
    :param path: where to write it, e.g. ``s3://aws_default@bucket/report.pdf``; text or an ``ObjectStoragePath``
    :param check_size: whether a file of another size than Workfront tells is an error
    :param workfront_conn_id: the Airflow connection
    """

    template_fields = ("document_id", "path", "check_size", "workfront_conn_id")

    def __init__(
        self, *, document_id: str, path: str | ObjectStoragePath, check_size: bool = True, **kwargs: Any
    ) -> None:
        super().__init__(path=path, **kwargs)
        self.document_id = document_id
        self.check_size = check_size

    def _moved(self, workfront: Client, place: ObjectStoragePath) -> dict[str, Any]:
        document_id, check_size = self._given()
        progress = Progress(f"download to {place.name}", self.log)
        with Received(place, progress) as into:
            got: Downloaded = workfront.run(Download(document_id, into, check_size))
        self.log.info("Workfront download, DOCU %s: %s, %s bytes", document_id, printable(got.name), f"{got.size:,}")
        return {
            "ID": document_id,
            "versionID": got.version_id,
            "name": got.name,
            "version": got.version,
            "size": got.size,
        }

    def _given(self) -> tuple[str, bool]:
        try:
            return checked_id(self.document_id), bool(rendered("check_size", self.check_size))
        except (TypeError, ValueError) as error:
            raise Unworkable(f"download: {error}") from error
