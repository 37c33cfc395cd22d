"""The operators that move documents, as a task carries them out: arguments, results, bad input, lost lines."""

from __future__ import annotations

import logging
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from airflow.sdk import DAG, ObjectStoragePath
from airflow.sdk.exceptions import AirflowFailException
from airflow.sdk.io import attach
from support.stores import FullStore, storage
from support.tasks import disagreement, run
from support.watched import WatchedSimulator, served

from airflow_provider_workfront.api.errors import TokenError, WorkfrontError
from airflow_provider_workfront.operators import WorkfrontDownloadDocumentOperator, WorkfrontUploadDocumentOperator
from airflow_provider_workfront.operators.progress import Progress
from airflow_provider_workfront.simulator.documents import DOWNLOAD
from airflow_provider_workfront.simulator.faults import Fault

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from airflow_provider_workfront.simulator import Request, Response

OPERATORS = [WorkfrontUploadDocumentOperator, WorkfrontDownloadDocumentOperator]
ID = "a" * 32
CONTENT = bytes(range(256)) * 8192  # 2 MB, more than a piece


@pytest.fixture
def project(simulator) -> str:
    """A project of the small world."""
    return simulator.world.id_of("PROJ", "Help Desk")


@pytest.fixture
def upload(project, tmp_path) -> Callable[..., dict[str, Any]]:
    """Write a file and upload it to the project, or as told."""

    def uploaded(content: bytes = CONTENT, **arguments: Any) -> dict[str, Any]:
        (tmp_path / "report.bin").write_bytes(content)
        place = {} if "document_id" in arguments else {"obj_code": "PROJ", "obj_id": project}
        given = {"path": (tmp_path / "report.bin").as_uri(), **place, **arguments}
        return run(WorkfrontUploadDocumentOperator(task_id="t", **given), run_id="r1")

    return uploaded


def download(document_id: str, path: Any, **arguments: Any) -> dict[str, Any]:
    """Download a document."""
    return run(WorkfrontDownloadDocumentOperator(task_id="t", document_id=document_id, path=path, **arguments))


# -- arguments


@pytest.mark.parametrize("cls", OPERATORS)
def test_arguments_are_templates_with_one_name_and_a_line_each(cls):
    """Attribute, argument, template field and Airflow's docs agree; nothing of Airflow's own is hidden."""
    assert disagreement(cls) == set()


def test_a_misspelt_argument_is_refused_with_a_guess():
    """When the DAG is parsed."""
    with pytest.raises(TypeError, match="does not take argument 'pth', did you mean 'path'"):
        WorkfrontDownloadDocumentOperator(task_id="t", document_id=ID, path="x", pth="y")


def test_arguments_may_be_mapped():
    """One task for each file."""
    with DAG("d", schedule=None):
        mapped = WorkfrontUploadDocumentOperator.partial(task_id="t", obj_code="PROJ", obj_id=ID).expand(
            path=["a", "b"]
        )

    assert mapped.unmap({"path": "b"}).path == "b"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({}, "obj_code and obj_id missing: obj_code and obj_id for a new document, or document_id for a version"),
        ({"obj_code": "PROJ", "obj_id": ""}, "upload: obj_id missing"),
        ({"obj_code": "PROJ", "obj_id": "None"}, "an ID is missing: 'None'"),
        ({"obj_code": "DOCU", "obj_id": ID}, "for a new version of it give document_id"),
        ({"obj_code": "PROJ", "obj_id": ID, "name": " "}, "a document needs a name, not ' '"),
        ({"obj_code": "PROJ", "obj_id": ID, "values": "x"}, "values must be a dict"),
        ({"obj_code": "PROJ", "obj_id": ID, "ext_ref_id": "None"}, "values need extRefID"),
        ({"document_id": ID, "name": "x", "values": {"a": 1}}, "(document_id) does not take name, values"),
        ({"document_id": "None"}, "an ID is missing"),
    ],
)
def test_arguments_that_do_not_fit_fail_for_good(simulator, tmp_path, arguments, says):
    """Before anything is sent."""
    (tmp_path / "a").write_bytes(b"x")

    with pytest.raises(AirflowFailException, match=re.escape(says)):
        run(WorkfrontUploadDocumentOperator(task_id="t", path=str(tmp_path / "a"), **arguments))

    assert simulator.asked == []


@pytest.mark.parametrize("arguments", [{"document_id": ""}, {"document_id": ID, "check_size": "perhaps"}])
def test_a_download_that_does_not_know_what_fails_for_good(simulator, tmp_path, arguments):
    """Before anything is asked, and without a file."""
    with pytest.raises(AirflowFailException, match="download: "):
        run(WorkfrontDownloadDocumentOperator(task_id="t", path=str(tmp_path / "a"), **arguments))

    assert (simulator.asked, list(tmp_path.iterdir())) == ([], [])


# -- there and back


def test_a_file_goes_up_and_comes_down(simulator, upload, project, tmp_path):
    """Byte by byte the same; XCom gets IDs, name, version, size and path, and the UI a link."""
    sent = upload()
    goal = f"file://{tmp_path}/new/folder/copy.bin"
    operator = WorkfrontDownloadDocumentOperator(task_id="t", document_id=sent["ID"], path=goal)
    got = run(operator)

    (document,) = simulator.world.find("DOCU", objID=project)
    known = {"ID": document["ID"], "versionID": document["currentVersionID"], "name": "report.bin", "version": "v1.0"}
    assert sent == {**known, "size": len(CONTENT), "path": f"file://{tmp_path}/report.bin"}
    assert got == {**known, "size": len(CONTENT), "path": goal}
    assert (tmp_path / "new" / "folder" / "copy.bin").read_bytes() == CONTENT
    assert sent["ID"] in operator.object_url


def test_a_new_version_is_what_is_downloaded(simulator, upload, tmp_path):
    """The file of that moment; one that was there is replaced."""
    first = upload(b"one")
    second = upload(b"second", document_id=first["ID"])
    (tmp_path / "copy").write_bytes(b"something longer that was there before")

    got = download(first["ID"], str(tmp_path / "copy"))

    assert (second["ID"], second["version"], second["name"]) == (first["ID"], "v2.0", "report.bin")
    assert (got["version"], got["size"], (tmp_path / "copy").read_bytes()) == ("v2.0", 6, b"second")


def test_paths_may_be_objects(simulator, project, tmp_path):
    """An `ObjectStoragePath`, as another task returns it, stays what it is."""
    (tmp_path / "a.txt").write_bytes(b"hello")
    source, goal = ObjectStoragePath(f"file://{tmp_path}/a.txt"), ObjectStoragePath(f"file://{tmp_path}/b.txt")

    sent = run(WorkfrontUploadDocumentOperator(task_id="t", path=source, obj_code="PROJ", obj_id=project))
    download(sent["ID"], goal)

    assert (sent["path"], goal.read_bytes()) == (str(source), b"hello")


def test_a_reference_may_be_a_template(simulator, upload, project):
    """It keeps a second try from uploading again."""
    first, second = (upload(ext_ref_id="{{ run_id }}/report", name="Report") for _ in range(2))

    (document,) = simulator.world.find("DOCU", objID=project)
    assert first["ID"] == second["ID"] == document["ID"]
    assert (document["extRefID"], document["name"]) == ("r1/report", "Report")


# -- bad input


@pytest.mark.parametrize("path", ["", "  ", "None", "{{ '' }}"])
@pytest.mark.parametrize("cls", OPERATORS)
def test_an_empty_path_fails_for_good(simulator, cls, path):
    """It is what a template makes of a missing result."""
    rest = {"document_id": ID}

    with pytest.raises(AirflowFailException, match="path is the address of a file"):
        run(cls(task_id="t", path=path, **rest))


@pytest.mark.parametrize("cls", OPERATORS)
@pytest.mark.parametrize("slash", ["", "/"])
def test_a_folder_is_no_file(simulator, tmp_path, cls, slash):
    """Neither to send nor to write."""
    with pytest.raises(AirflowFailException, match="is a folder; give the address of a file"):
        run(cls(task_id="t", path=f"{tmp_path}{slash}", document_id=ID))


def test_a_store_without_a_provider_is_named(simulator):
    """Its package is missing here."""
    with pytest.raises(AirflowFailException, match=r"nowhere://.*its store needs a provider package"):
        download(ID, "nowhere://bucket/a")


def test_a_file_that_is_not_there_may_come_yet(simulator, tmp_path, project):
    """So Airflow may try again; nothing is asked meanwhile."""
    with pytest.raises(WorkfrontError, match=r"a\.txt cannot be read: No such file.*; check it, or") as caught:
        run(WorkfrontUploadDocumentOperator(task_id="t", path=f"{tmp_path}/a.txt", obj_code="PROJ", obj_id=project))

    assert not caught.value.permanent
    assert simulator.asked == []


@pytest.mark.parametrize("name", ["file", "file/below"])
def test_a_goal_that_cannot_be_written_fails_for_good(simulator, upload, tmp_path, name):
    """A file is in the way, or the place is forbidden."""
    document = upload(b"x")["ID"]
    (tmp_path / "file").write_bytes(b"")
    path = f"{tmp_path}/file/below" if "/" in name else "/proc/forbidden/a"

    with pytest.raises(AirflowFailException, match=rf"path {path} cannot be written"):
        download(document, path)


def test_a_full_disk_leaves_no_half_a_file(simulator, upload):
    """And may have room later."""
    document = upload(b"more than ten bytes")["ID"]
    attach("memory", conn_id="full", fs=FullStore())  # under a name of its own: Airflow never lets go of a store
    with pytest.raises(WorkfrontError, match=r"memory://\S+ cannot be written: No space left on device") as caught:
        download(document, "memory://full@disk/a")

    assert not caught.value.permanent
    assert FullStore.store == {}


@pytest.mark.parametrize("when", ["gone", "hidden", "empty"])
def test_a_document_that_cannot_be_had_fails_for_good(simulator, upload, tmp_path, when):
    """Deleted, not shared, or without content: Workfront's words are shown, and no file is left."""
    document = upload(b"x")["ID"]
    if when == "gone":
        simulator.world.remove("DOCU", document, to_bin=True)
    elif when == "hidden":
        simulator.world.hidden[simulator.world.admin_id] = {document}
    else:
        simulator.world.update("DOCU", document, {"currentVersionID": None})
    says = {"gone": "not found", "hidden": "share the object", "empty": "no content to download"}[when]

    with pytest.raises(AirflowFailException, match=says):
        download(document, f"{tmp_path}/copy")

    assert [path.name for path in tmp_path.iterdir()] == ["report.bin"]


def test_an_upload_without_permission_fails_for_good(simulator, upload, project):
    """Once Workfront refuses to attach it."""
    simulator.faults.plan([Fault("403", path="/docu", method="POST", times=-1)])

    with pytest.raises(AirflowFailException, match="403"):
        upload(b"x")

    assert simulator.world.find("DOCU", objID=project) == []


def test_a_page_instead_of_the_file_is_not_kept(simulator, upload, tmp_path):
    """A login page under status 200 asks for a newer session, and an API key has none."""
    document = upload(b"x")["ID"]
    simulator.faults.plan([Fault("html200", path="/document/download", times=-1)])

    with pytest.raises(TokenError, match="Workfront refused the API key"):
        download(document, f"{tmp_path}/copy")

    assert [path.name for path in tmp_path.iterdir()] == ["report.bin"]


# -- lost lines


def test_a_download_that_broke_off_begins_anew(simulator, upload, tmp_path, capsys):
    """Half of it was there; the log says so, and the file has it once."""
    document = upload()["ID"]
    simulator.faults.plan([Fault("truncate", path="/document/download", when="after")])

    download(document, f"{tmp_path}/copy")

    assert (tmp_path / "copy").read_bytes() == CONTENT
    assert sorted(path.name for path in tmp_path.iterdir()) == ["copy", "report.bin"]
    assert "download to copy: again from its beginning, after 1.0 MB" in capsys.readouterr().out


def test_an_upload_that_broke_off_begins_anew(simulator, upload, tmp_path, project):
    """Its bytes are those of the file, once."""
    simulator.faults.plan([Fault("reset", path="/upload", method="POST")])

    document = upload()["ID"]
    download(document, f"{tmp_path}/copy")

    assert (tmp_path / "copy").read_bytes() == CONTENT
    assert len(simulator.world.find("DOCU", objID=project)) == 1


class Redirecting(WatchedSimulator):
    """Has its files on another host."""

    storage = ""

    def answer(self, request: Request) -> Response:
        """Send downloads there."""
        answered = super().answer(request)
        if request.path == DOWNLOAD and answered.status == 200:
            return replace(answered, status=302, headers={"location": self.storage}, body=b"", file=None)
        return answered


def test_the_session_stays_with_workfront(monkeypatch, tmp_path: Path):
    """A file that lies on another host is fetched from there without any secret of the connection."""
    with (
        storage(tmp_path, b"hello") as (address, ca_bundle, seen),
        served(monkeypatch, kind=Redirecting, ca_bundle=ca_bundle) as simulator,
    ):
        simulator.storage = address
        (tmp_path / "a.txt").write_bytes(b"hello")
        project = simulator.world.id_of("PROJ", "Help Desk")
        sent = run(
            WorkfrontUploadDocumentOperator(task_id="t", path=f"{tmp_path}/a.txt", obj_code="PROJ", obj_id=project)
        )
        download(sent["ID"], f"{tmp_path}/copy.txt")

    (headers,) = seen
    assert (tmp_path / "copy.txt").read_bytes() == b"hello"
    assert simulator.credentials["api_key"] not in str(headers)
    assert headers.keys() == {"host", "accept", "accept-encoding", "connection", "user-agent"}


# -- what the log says


def test_progress_is_told_now_and_then_and_counts_again_from_the_beginning(caplog):
    """With the whole, if it is known."""
    caplog.set_level(logging.INFO)
    progress = Progress("upload of a.bin", logging.getLogger("test"), size=4_000_000, every=0.0)

    progress.begin()
    progress.add(1_000_000)
    progress.begin()
    progress.add(500_000)

    assert [record.message for record in caplog.records] == [
        "upload of a.bin: 1.0 of 4.0 MB so far",
        "upload of a.bin: again from its beginning, after 1.0 of 4.0 MB",
        "upload of a.bin: 0.5 of 4.0 MB so far",
    ]
