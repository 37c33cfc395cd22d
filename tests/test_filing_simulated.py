"""Documents filed in the simulator: made once where they can be told apart, found again when an answer gets lost."""

from __future__ import annotations

import io
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from clients import blocking, on_a_loop, simulated

from airflow_provider_workfront.api.documents import IncompleteDownload
from airflow_provider_workfront.api.errors import NotFoundError, OutcomeUnknownError, TransportError
from airflow_provider_workfront.api.everyday.errand import CannotBeDone
from airflow_provider_workfront.api.everyday.filing import FileDocument, FileVersion, next_version
from airflow_provider_workfront.auth.session import ApiKeySession
from airflow_provider_workfront.simulator import Simulator
from airflow_provider_workfront.simulator.faults import Fault

if TYPE_CHECKING:
    from collections.abc import Iterator

    from airflow_provider_workfront.api.everyday.errand import Done


@dataclass
class Files:
    """A project in a small world, and a client on it."""

    simulator: Simulator
    client: Any
    project: str

    def document(self, content: bytes = b"one", name: str = "a.txt", **more: Any) -> Done:
        """File a document."""
        return self.client.run(FileDocument(io.BytesIO(content), len(content), "PROJ", self.project, name, **more))

    def version(self, document_id: str, content: bytes = b"two", **more: Any) -> Done:
        """File a version."""
        return self.client.run(FileVersion(io.BytesIO(content), len(content), document_id, "b.txt", **more))

    def content(self, document_id: str) -> bytes:
        """Download what is there."""
        self.client.download(document_id, into := io.BytesIO())
        return into.getvalue()

    def documents(self) -> list[str]:
        """List the project's documents."""
        return [row["ID"] for row in self.simulator.world.find("DOCU", objID=self.project)]

    def versions(self, document_id: str) -> list[str]:
        """List a document's versions."""
        return [row["version"] for row in self.simulator.world.find("DOCV", documentID=document_id)]

    def lose(self, path: str, *, when: str = "after", times: int = 1) -> None:
        """Let answers get lost."""
        self.simulator.faults.plan([Fault("reset", path=path, method="POST", when=when, times=times)])

    def uploads(self) -> int:
        """Count the files that were sent."""
        return self.simulator.stats()["by_kind"].get("upload", 0)


@pytest.fixture(params=[blocking, on_a_loop])
def files(request: pytest.FixtureRequest) -> Iterator[Files]:
    """Both clients take the same steps."""
    simulator = Simulator()
    with ExitStack() as stack:
        session = ApiKeySession(simulator.credentials["api_key"])
        client = stack.enter_context(request.param(simulated(simulator), session))
        yield Files(simulator, client, client.create("PROJ", {"name": "Files"})["ID"])


def test_a_file_becomes_a_document(files):
    """Its IDs, name, version and size are given; its file name may be another, and further fields are written."""
    done = files.document(b"hello", "Report", file_name="report.txt", values={"description": "Draft"})

    (document,) = files.documents()
    row = files.simulator.world.get("DOCU", document)
    assert done.result == {
        "ID": document,
        "versionID": row["currentVersionID"],
        "name": "Report",
        "version": "v1.0",
        "size": 5,
    }
    assert files.content(document) == b"hello"
    assert row["description"] == "Draft"
    assert files.simulator.world.get("DOCV", row["currentVersionID"])["fileName"] == "report.txt"


def test_a_document_with_a_reference_is_made_once(files):
    """A second try finds it, and sends no file."""
    first = files.document(ext_ref_id="run-1/upload")
    second = files.document(ext_ref_id="run-1/upload")

    assert first.result == second.result
    assert "nothing was created" in second.told
    assert (files.uploads(), len(files.documents())) == (1, 1)


def test_one_reference_for_several_documents_is_a_conflict(files):
    """As mapped tasks have that leave out their map index: none of the files is lost in silence."""
    files.document(ext_ref_id="run 1/upload")
    with pytest.raises(CannotBeDone, match=r"another one \(name a.txt, not b.txt\).*ti.map_index"):
        files.document(b"two", "b.txt", ext_ref_id="run 1/upload")
    files.project = files.simulator.world.id_of("PROJ", "Help Desk")
    with pytest.raises(CannotBeDone, match=r"another one \(objID"):
        files.document(ext_ref_id="run 1/upload")
    assert files.uploads() == 1


def test_a_document_without_a_reference_is_made_each_time(files):
    """Two of one name may be meant."""
    assert files.document().obj_id != files.document().obj_id


@pytest.mark.parametrize("reference", [None, "run-1/upload"])
def test_a_document_whose_answer_was_lost_is_found(files, reference):
    """By its reference, or as the one of this name that was not there before; nothing is made twice."""
    before = files.document().obj_id
    files.lose("/docu")

    done = files.document(ext_ref_id=reference)

    assert sorted(files.documents()) == sorted([before, done.obj_id])
    assert done.result["size"] == 3


def test_a_document_that_does_not_show_is_left_to_a_try_that_can_tell(files):
    """With a reference another try looks first; without one it could not, so that a person has to look."""
    files.lose("/docu", when="before")
    with pytest.raises(TransportError, match="another try looks again") as caught:
        files.document(ext_ref_id="run-1/upload")
    assert not caught.value.permanent

    files.lose("/docu", when="before")
    with pytest.raises(OutcomeUnknownError, match="look in Workfront"):
        files.document()

    assert files.documents() == []


def test_a_file_whose_upload_was_cut_short_is_sent_from_its_beginning(files):
    """Before or after Workfront had it: what nobody attaches is no document."""
    for when in ("before", "after"):
        files.lose("/upload", when=when)

        assert files.content(files.document(b"from the beginning").obj_id) == b"from the beginning"

    assert len(files.documents()) == 2


def test_an_object_that_is_not_there_is_told_before_the_file_travels(files):
    """A large one would travel in vain."""
    files.project = "0" * 32

    with pytest.raises(NotFoundError, match="Project"):
        files.document()

    assert files.uploads() == 0


def test_a_file_becomes_the_next_version(files):
    """The document has its content then; the version is counted on, unless it is given."""
    document = files.document().obj_id

    second, third = files.version(document), files.version(document, b"three", version="v7.0")
    fourth = files.version(document, b"4")

    assert [done.result["version"] for done in (second, third, fourth)] == ["v2.0", "v7.0", "v8.0"]
    assert fourth.result == {
        "ID": document,
        "versionID": files.simulator.world.get("DOCU", document)["currentVersionID"],
        "name": "a.txt",
        "version": "v8.0",
        "size": 1,
    }
    assert (files.content(document), files.documents()) == (b"4", [document])


def test_a_version_that_is_given_is_made_once(files):
    """With the same size it is returned, with another it is another file."""
    document = files.document().obj_id
    first = files.version(document, version="v2.0")

    assert files.version(document, version="v2.0").result == first.result
    with pytest.raises(CannotBeDone, match=r"has a version v2\.0 already, of 3 bytes, and the file has 5"):
        files.version(document, b"other", version="v2.0")

    assert files.versions(document) == ["v1.0", "v2.0"]


@pytest.mark.parametrize("version", [None, "v2.0"])
def test_a_version_whose_answer_was_lost_is_found(files, version):
    """As the one that was not there before."""
    document = files.document().obj_id
    files.lose("/docv")

    done = files.version(document, version=version)

    assert (files.versions(document), done.result["version"]) == (["v1.0", "v2.0"], "v2.0")


def test_a_version_that_does_not_show_is_left_to_a_try_that_can_tell(files):
    """As for documents: only a version that was given is known again."""
    document = files.document().obj_id
    for version, error in (("v2.0", "another try looks again"), (None, "look in Workfront")):
        files.lose("/docv", when="before")
        with pytest.raises(TransportError, match=error):
            files.version(document, version=version)

    assert files.versions(document) == ["v1.0"]


def test_a_version_of_a_document_that_is_gone_is_told_before_the_file_travels(files):
    """By Workfront's own words."""
    with pytest.raises(NotFoundError, match="Document with primary key"):
        files.version("0" * 32)

    assert files.uploads() == 0


@pytest.mark.parametrize(
    ("versions", "following"),
    [([], "v1.0"), (["v1.0"], "v2.0"), (["1", "2"], "v3.0"), (["v1.0", "v2.1"], "v3.0"), (["draft", None], "v3.0")],
)
def test_the_next_version_comes_after_all_that_are_there(versions, following):
    """Whatever people called them."""
    assert next_version({"versions": [{"version": version} for version in versions]}) == following


def test_a_download_of_another_size_is_refused(files):
    """Unless it is said that Workfront's size is not to be believed."""
    document = files.document().obj_id
    version = files.simulator.world.get("DOCU", document)["currentVersionID"]
    files.simulator.world.update("DOCV", version, {"docSize": 10})

    with pytest.raises(IncompleteDownload, match="3 bytes came, and Workfront says that the version has 10") as caught:
        files.content(document)
    files.client.download(document, into := io.BytesIO(), check_size=False)

    assert not caught.value.permanent
    assert into.getvalue() == b"one"
