"""Uploads, documents, versions, downloads (rule 103)."""

import pytest
from support.simulated import Caller

from airflow_provider_workfront.simulator import Request, Response

BYTES = bytes(range(256)) * 8 + b"\r\n--not-a-boundary\r\n"


@pytest.fixture
def caller() -> Caller:
    """An administrator."""
    return Caller()


def _upload(caller: Caller, content: bytes = BYTES, part: str = "uploadedFile"):
    head = f'--B\r\nContent-Disposition: form-data; name="{part}"; filename="plän.bin"\r\n\r\n'
    body = head.encode() + content + b"\r\n--B--\r\n"
    return caller.send("POST", "upload", {}, {"content-type": "multipart/form-data; boundary=B"}, body)


def _document(caller: Caller, content: bytes = BYTES) -> str:
    handle = _upload(caller, content).data["handle"]
    project = caller.make("PROJ", name="x")
    return caller.make("DOCU", name="Plan", handle=handle, docObjCode="PROJ", objID=project)


def _download(caller: Caller, target: str, token: str | None = None) -> Response:
    return caller.simulator.answer(Request("GET", target, {"sessionid": token} if token else {}))


def _content(response: Response) -> bytes:
    import gzip

    return gzip.decompress(response.body) if "content-encoding" in response.headers else response.body


def test_an_upload_becomes_a_document_whose_bytes_come_back(caller):
    """Rule 103: upload, handle, POST document, downloadURL with Content-Disposition."""
    document = _document(caller)
    row = caller.read("docu", document, "downloadURL", "currentVersion:fileName", "currentVersion:version")
    response = _download(caller, row["downloadURL"], caller.token)

    assert _content(response) == BYTES
    assert "pl%C3%A4n.bin" in response.headers["content-disposition"]
    assert (row["currentVersion"]["fileName"], row["currentVersion"]["version"]) == ("plän.bin", "v1.0")


def test_a_handle_is_used_once(caller):
    """Rule 103: the document consumes it."""
    handle = _upload(caller).data["handle"]
    document = {"name": "x", "handle": handle, "docObjCode": "PROJ", "objID": caller.make("PROJ", name="x")}

    assert [caller.call("POST", "docu", document).status for _ in range(2)] == [200, 422]


def test_a_handle_does_not_last(caller):
    """Reference 5.11: a short, unspecified time."""
    handle = _upload(caller).data["handle"]
    document = {"name": "x", "handle": handle, "docObjCode": "PROJ", "objID": caller.make("PROJ", name="x")}
    caller.token = caller.simulator.credentials["api_key"]
    caller.control("POST", "clock", {"advance": 3600})
    caller.token = caller.simulator.sessions.open(caller.world.admin_id)

    assert caller.call("POST", "docu", document).status == 422


def test_a_refused_document_is_not_kept(caller):
    """A bad handle leaves no document behind."""
    before = len(caller.world.objects("DOCU"))
    document = {"name": "x", "handle": "0" * 32, "docObjCode": "PROJ", "objID": caller.make("PROJ", name="x")}
    caller.call("POST", "docu", document)

    assert len(caller.world.objects("DOCU")) == before


def test_a_new_version_is_what_is_downloaded(caller):
    """Reference 5.11: POST /docv with documentID and handle."""
    document = _document(caller)
    handle = _upload(caller, b"second").data["handle"]
    caller.make("DOCV", documentID=document, handle=handle, version="v2.0", fileName="plan.txt")
    row = caller.read("docu", document, "downloadURL", "lastVersionNum", "currentVersion:docSize")

    assert _content(_download(caller, row["downloadURL"], caller.token)) == b"second"
    assert row["currentVersion"]["docSize"] == 6


def test_a_download_needs_a_session(caller):
    """Rule 103: the same sessionID header."""
    url = caller.read("docu", _document(caller), "downloadURL")["downloadURL"]

    assert _download(caller, url).status == 401


def test_a_temporary_address_needs_none_and_ends(caller):
    """Reference 5.11: a presigned address lasts a minute."""
    document = _document(caller)
    url = caller.call("PUT", f"docu/{document}/getTemporaryCloudURL").data["result"]
    before = _download(caller, url).status
    caller.control("POST", "clock", {"advance": 60})

    assert (before, _download(caller, url).status) == (200, 401)


@pytest.mark.parametrize(("headers", "body"), [({"content-type": "application/json"}, b"{}"), ({}, b"")])
def test_an_upload_is_multipart(caller, headers, body):
    """Rule 103: nothing else will do."""
    assert caller.send("POST", "upload", {}, headers, body).status == 422


def test_the_part_has_a_name(caller):
    """Rule 103: `uploadedFile`."""
    assert _upload(caller, part="file").error == "uploadedFile is required and cannot be empty"


def test_a_document_moves_and_is_checked_out(caller):
    """Reference 5.5 and 5.6: actions on documents."""
    document, other = _document(caller), caller.make("PROJ", name="Other")
    caller.call("PUT", f"docu/{document}/move", {"objID": other, "docObjCode": "PROJ"})
    caller.call("PUT", "docu/checkOut", {"documentIDs": [document]})
    row = caller.read("docu", document, "projectID", "checkedOutByID")
    caller.call("PUT", "docu/checkIn", {"documentIDs": [document]})

    assert (row["projectID"], row["checkedOutByID"]) == (other, caller.world.admin_id)
    assert caller.read("docu", document, "checkedOutByID")["checkedOutByID"] is None


def test_the_size_of_documents_is_summed(caller):
    """Reference 5.6: getTotalSizeForDocuments."""
    ids = [_document(caller, b"12345"), _document(caller, b"123")]

    assert caller.call("PUT", "docu/getTotalSizeForDocuments", {"documentIDs": ids}).data == {"result": 8}


def test_a_document_can_be_made_public(caller):
    """Rule 106: sharePublic and unsharePublic."""
    document = _document(caller)
    caller.call("PUT", f"docu/{document}/sharePublic")
    public = caller.read("docu", document, "isPublic")["isPublic"]
    caller.call("PUT", f"docu/{document}/unsharePublic")

    assert (public, caller.read("docu", document, "isPublic")["isPublic"]) == (True, False)


def test_a_document_goes_into_a_folder_but_not_a_linked_one(caller):
    """Reference 5.11: 422 between linked folders."""
    document = _document(caller)
    plain = caller.world.add("DOCFDR", {"name": "plain"})["ID"]
    linked = caller.world.add("DOCFDR", {"name": "linked", "linkedFolderID": "x"})["ID"]

    assert caller.call("PUT", f"docu/{document}/moveToFolder", {"folderID": plain}).status == 200
    assert caller.call("PUT", f"docu/{document}/moveToFolder", {"folderID": linked}).status == 422
