"""Files on their way, through both clients: what is a file and what only a page, and who gets to see the session."""

import io
import threading
from contextlib import ExitStack

import httpx
import pytest
from clients import API_ROOT, HOST, Sessions, blocking, on_a_loop

from airflow_provider_workfront.api import errors
from airflow_provider_workfront.api.request import Request
from airflow_provider_workfront.client import HttpOptions
from airflow_provider_workfront.client.http import build, settings

DOCUMENT = {"ID": "d", "name": "a.pdf", "downloadURL": "/document/download?ID=d"}
HTML = {"content-type": "text/html;charset=UTF-8"}
LOGIN_PAGE = "<html><title>Log in to Workfront</title></html>"


@pytest.fixture(params=[blocking, on_a_loop])
def client_of(request):
    """Open a client on a function that answers; both kinds, one after the other."""
    with ExitStack() as stack:
        yield lambda handler, session=None: stack.enter_context(request.param(handler, session))


class Workfront:
    """Knows one document, and answers its downloads as told."""

    def __init__(self, *downloads, document=DOCUMENT):
        self.document, self.downloads, self.asked = document, list(downloads), []

    def __call__(self, request):
        if request.url.path.endswith("/docu/d"):
            return httpx.Response(200, json={"data": self.document})
        self.asked.append(request)
        answer = self.downloads.pop(0) if len(self.downloads) > 1 else self.downloads[0]
        return httpx.Response(answer.status_code, headers=answer.headers, content=answer.content)


def test_a_login_page_is_no_file(client_of):
    """It leads to a newer session, and the file is fetched with that."""
    workfront = Workfront(httpx.Response(200, headers=HTML, text=LOGIN_PAGE), httpx.Response(200, content=b"pdf"))
    client_of(workfront).download("d", into := io.BytesIO())

    assert into.getvalue() == b"pdf"
    assert [asked.headers["sessionID"] for asked in workfront.asked] == ["s1", "s2"]


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (httpx.Response(200, headers=HTML, text=LOGIN_PAGE), errors.AuthenticationError),
        (httpx.Response(200, headers=HTML, text="<h1>Maintenance</h1>"), errors.ServerError),
        (httpx.Response(302, headers={"location": f"{HOST}/login"}), errors.AuthenticationError),
    ],
)
def test_a_page_that_stays_is_an_error_and_leaves_the_file_alone(client_of, answer, error):
    """A page to log in, or to be patient, is not what was asked for."""
    into = io.BytesIO(b"the last one")

    with pytest.raises(error):
        client_of(Workfront(answer)).download("d", into)

    assert into.getvalue() == b"the last one"


@pytest.mark.parametrize(
    ("document", "headers"),
    [
        (DOCUMENT | {"name": "Page.HTML"}, HTML),
        (DOCUMENT | {"currentVersion": {"fileName": "page.htm"}}, HTML),
        (DOCUMENT, HTML | {"content-disposition": "attachment; filename=page"}),
    ],
)
def test_a_document_may_be_a_page_itself(client_of, document, headers):
    """By its name, or sent as a file."""
    page = httpx.Response(200, headers=headers, text="<h1>Hello</h1>")
    client_of(Workfront(page, document=document)).download("d", into := io.BytesIO())

    assert into.getvalue() == b"<h1>Hello</h1>"


def test_any_type_is_taken_for_a_file():
    """A server may refuse to send a picture to who asks for JSON."""
    with httpx.Client(**settings(HttpOptions(), "")) as http:
        accepted = [
            build(http, Request("GET", "/a", into=into), API_ROOT, None).headers["accept"]
            for into in (None, io.BytesIO())
        ]

    assert accepted == ["application/json", "*/*"]


def test_a_redirect_to_a_login_is_followed_with_a_newer_session_only(client_of):
    """An address of a storage that looks like one costs a session, and no file."""
    storage = httpx.Response(302, headers={"location": "https://login-files.example.com/a"})
    workfront = Workfront(storage, storage, httpx.Response(200, content=b"pdf"))
    client_of(workfront, Sessions()).download("d", into := io.BytesIO())

    assert [asked.headers.get("sessionID") for asked in workfront.asked] == ["s1", "s2", None]
    assert into.getvalue() == b"pdf"


def test_an_upload_is_sent_again_from_its_beginning(client_of):
    """After a broken line, a server error, a session that ended in between; it is attached once."""
    answers = [
        httpx.ReadError("reset"),
        httpx.Response(502, text="Bad Gateway"),
        httpx.Response(401, json={"error": {"class": "c", "message": "You are not currently logged in."}}),
        httpx.Response(200, json={"data": {"handle": "h"}}),
        httpx.Response(200, json={"data": {"ID": "d"}}),
    ]
    bodies = []

    def workfront(request):
        bodies.append(request.content)
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    client_of(workfront).upload("PROJ", "p", "a.txt", io.BytesIO(b"from the beginning"))

    assert [b"from the beginning" in body for body in bodies] == [True, True, True, True, False]


def test_a_loop_is_not_held_up_by_a_file():
    """It is read and written on threads: a network drive may be slow."""
    used = set()

    class Noting(io.BytesIO):
        def read(self, size=-1):
            used.add(("read", threading.current_thread() is threading.main_thread()))
            return super().read(size)

        def truncate(self, size=None):
            used.add(("truncate", threading.current_thread() is threading.main_thread()))
            return super().truncate(size)

        def write(self, data):
            used.add(("write", threading.current_thread() is threading.main_thread()))
            return super().write(data)

    def workfront(request):
        path = request.url.path
        if path.startswith("/document"):
            return httpx.Response(200, content=b"pdf")
        return httpx.Response(200, json={"data": {"handle": "h"} if path.endswith("upload") else DOCUMENT})

    with on_a_loop(workfront) as client:
        client.upload("PROJ", "p", "a.txt", Noting(b"hello"))
        client.download("d", Noting())

    assert used == {("read", False), ("truncate", False), ("write", False)}
