"""Uploads too large for memory: on disk, found, cut, and sent on."""

from __future__ import annotations

import http.client
import io

import httpx
import pytest

from airflow_provider_workfront.simulator import Fault, Simulator, running
from airflow_provider_workfront.simulator.contents import CHUNK, Stored
from airflow_provider_workfront.simulator.documents import LARGE

BIG = bytes(range(256)) * (LARGE // 256) + b"\r\n--not-the-boundary\r\n" + b"x" * LARGE


@pytest.mark.parametrize("at", [0, 1, CHUNK - 2, CHUNK - 1, CHUNK, 2 * CHUNK + 5])
def test_a_mark_is_found_wherever_it_lies(at):
    """Also across the border of two chunks, from any place before it, and not behind it."""
    stored = Stored.of([b"-" * at, b"mark", b"-" * CHUNK])

    assert [stored.find(b"mark", begin) for begin in (0, at, at + 1)] == [at, at, -1]


def test_a_part_is_a_window_on_the_same_bytes():
    """It has its own beginning and end, in chunks and pieces."""
    part = Stored.of([b"ab" * CHUNK, b"cd"]).part(1, 2 * CHUNK + 1)

    assert (len(part), part.read(0, 2), part.read(2 * CHUNK - 1, 9)) == (2 * CHUNK, b"ba", b"c")
    assert b"".join(part.chunks()) == (b"ab" * CHUNK + b"c")[1:]


class Served:
    """A simulator on a socket, and what a client does there."""

    def __init__(self, simulator: Simulator, url: str) -> None:
        self.simulator, self.url = simulator, url
        self.headers = {"apiKey": simulator.credentials["api_key"]}

    def upload(self, content: bytes) -> httpx.Response:
        """Send a file."""
        files = {"uploadedFile": ("big.bin", io.BytesIO(content))}
        return httpx.post(f"{self.url}/attask/api/v21.0/upload", headers=self.headers, files=files)

    def document(self, content: bytes) -> str:
        """Make a document of a file."""
        made = {"name": "x", "handle": self.upload(content).json()["data"]["handle"], "docObjCode": "PROJ"}
        made |= {"objID": self.simulator.world.id_of("PROJ", "Help Desk")}
        answer = httpx.post(f"{self.url}/attask/api/v21.0/docu", headers=self.headers, json=made)
        return answer.json()["data"]["ID"]

    def download(self, document: str) -> httpx.Response:
        """Fetch its content."""
        return httpx.get(f"{self.url}/document/download?ID={document}", headers=self.headers)


@pytest.fixture
def served():
    """A small world on a socket."""
    simulator = Simulator()
    with running(simulator) as server:
        yield Served(simulator, server.url)


@pytest.mark.parametrize("content", [b"small", b"", BIG], ids=["small", "empty", "big"])
def test_a_file_comes_back_as_it_was_sent(served, content):
    """From memory or from disk; its size is told."""
    document = served.document(content)
    version = served.simulator.world.get("DOCU", document)["currentVersionID"]

    assert served.download(document).content == content
    assert served.simulator.world.get("DOCV", version)["docSize"] == len(content)


def test_a_large_file_can_break_off(served):
    """Its whole length is declared, and half is sent."""
    document = served.document(BIG)
    served.simulator.faults.plan([Fault("truncate", path="/document", when="after")])

    with pytest.raises(httpx.RemoteProtocolError, match=f"expected {len(BIG)}"):
        served.download(document)


@pytest.mark.parametrize("do", ["garbage", "502"])
def test_a_fault_takes_the_place_of_a_large_file(served, do):
    """None of its bytes are sent then."""
    document = served.document(BIG)
    served.simulator.faults.plan([Fault(do, path="/document", when="after")])

    assert len(served.download(document).content) < 1000


def test_an_upload_that_broke_off_is_none(served):
    """The end of the body never came, so there is no file, and no handle for one."""
    connection = http.client.HTTPConnection("127.0.0.1", httpx.URL(served.url).port)
    head = b'--B\r\nContent-Disposition: form-data; name="uploadedFile"; filename="a"\r\n\r\n'
    connection.putrequest("POST", "/attask/api/v21.0/upload")
    for name, value in (served.headers | {"Content-Type": "multipart/form-data; boundary=B"}).items():
        connection.putheader(name, value)
    connection.putheader("Content-Length", str(len(BIG)))
    connection.endheaders(head + b"half of it")
    connection.sock.shutdown(1)

    assert connection.getresponse().status == 422
    connection.close()
