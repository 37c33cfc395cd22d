"""How an answer is read: into data, or into the error that fits."""

import json

import pytest

from airflow_provider_workfront.api import errors
from airflow_provider_workfront.api.answer import LONGEST_SNIPPET, read, read_answer
from airflow_provider_workfront.api.request import Lost, Request, Response

URL = "https://acme.my.workfront.com/attask/api/v21.0/proj/search"
SEARCH = Request("GET", "proj/search")
HTML = {"content-type": "text/html; charset=utf-8"}


def answer(status, body, headers=None):
    body = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Response(status, headers or {"content-type": "application/json;charset=UTF-8"}, body, URL)


def failure(status, message, error_class="java.lang.IllegalArgumentException"):
    return answer(status, {"error": {"class": error_class, "message": message}})


def test_data_is_unwrapped():
    """Every success body is an object with `data`."""
    assert read_answer(SEARCH, answer(200, {"data": [{"ID": "1"}]})) == [{"ID": "1"}]


def test_data_may_be_empty_or_null():
    """An empty result is a result."""
    assert read_answer(SEARCH, answer(200, {"data": []})) == []
    assert read_answer(SEARCH, answer(201, {"data": None})) is None


def test_workfronts_escapes_are_undone():
    """Slashes, angle brackets and non-ASCII come escaped."""
    body = rb'{"data":{"name":"a\/b \u003c \u00fc"}}'
    assert read_answer(SEARCH, answer(200, body)) == {"name": "a/b < ü"}


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, errors.InvalidRequestError),
        (401, errors.AuthenticationError),
        (403, errors.PermissionDeniedError),
        (404, errors.NotFoundError),
        (409, errors.InvalidRequestError),
        (410, errors.VersionError),
        (422, errors.InvalidRequestError),
        (429, errors.RateLimitError),
        (500, errors.ServerError),
        (503, errors.ServerError),
    ],
)
def test_each_status_has_its_error(status, kind):
    """The class of an error follows the status that Adobe documents for every operation."""
    with pytest.raises(kind, match="no such thing") as caught:
        read_answer(SEARCH, failure(status, "no such thing"))
    assert type(caught.value) is kind
    assert (caught.value.status, caught.value.request) == (status, "GET proj/search")
    assert caught.value.error_class == "java.lang.IllegalArgumentException"


def test_an_error_under_status_200_is_an_error():
    """Old versions answered so."""
    with pytest.raises(errors.InvalidRequestError, match="does not support field foo"):
        read_answer(SEARCH, failure(200, "APIModel V21_0 does not support field foo (Project)"))


def test_the_token_endpoints_dialect_is_understood():
    """It answers `error: true` beside the message."""
    body = {"statusCode": 400, "error": True, "type": "invalid_grant", "message": "token expired"}
    with pytest.raises(errors.InvalidRequestError, match="token expired") as caught:
        read_answer(SEARCH, answer(400, body))
    assert caught.value.error_class == "invalid_grant"


@pytest.mark.parametrize(
    ("status", "message", "error_class"),
    [
        (401, "whatever", ""),
        (200, "{0}", "com.attask.common.AuthenticationException"),
        (500, "You are not currently logged in.", ""),
    ],
)
def test_a_refused_session_is_recognised_under_any_status(status, message, error_class):
    """It must lead to a renewal, wherever it hides."""
    assert isinstance(read(SEARCH, failure(status, message, error_class)).error, errors.AuthenticationError)


@pytest.mark.parametrize(
    "goal", ["/login?returnUrl=x", "https://acme.okta.com/app/sso/saml", "https://elsewhere.example/"]
)
def test_a_redirect_to_a_login_page_is_a_refused_session(goal):
    """Single sign-on answers a dead session so."""
    redirect = Response(302, {"location": goal}, b"", URL)
    assert isinstance(read(SEARCH, redirect).error, errors.AuthenticationError)


def test_a_login_page_under_status_200_is_a_refused_session():
    """Other pages under 200 are trouble in between."""
    page = answer(200, b"<html><h1>Log in to Workfront</h1></html>", HTML)
    assert isinstance(read(SEARCH, page).error, errors.AuthenticationError)


def test_an_unknown_version_is_named_so():
    """Its status is recorded nowhere, its text is."""
    with pytest.raises(errors.VersionError, match="api_version"):
        read_answer(SEARCH, failure(400, "Invalid API version"))


def test_a_page_is_a_server_error_with_its_first_words():
    """CDN and maintenance pages come as HTML; markup, scripts and styles are noise."""
    page = b"<html><head><title>x</title></head><style>b{}</style><h1>Down for   maintenance</h1><p>" + b"word " * 500
    with pytest.raises(errors.ServerError, match="Down for maintenance word") as caught:
        read_answer(SEARCH, answer(503, page, HTML))
    assert len(caught.value.message) < LONGEST_SNIPPET + 50
    assert "<" not in caught.value.message
    assert "title" not in caught.value.message


def test_a_page_with_status_403_is_a_refusal():
    """The allowlist answers so."""
    with pytest.raises(errors.PermissionDeniedError, match="IP blocked"):
        read_answer(SEARCH, answer(403, b"<h1>IP blocked</h1>", HTML))


@pytest.mark.parametrize("body", [b"", b'{"data":[{"ID":"1"', b"[]", b'{"rows":1}', b"\xff\xfe"])
def test_an_answer_that_cannot_be_read_is_no_data(body):
    """A truncated body must never pass for an empty result."""
    with pytest.raises(errors.ServerError):
        read_answer(SEARCH, answer(200, body))


def test_no_message_holds_a_whole_body():
    """Bodies may be long, and may hold what belongs in no log."""
    reading = read(SEARCH, failure(422, "x" * 10_000))
    assert len(str(reading.error)) < 2500


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (failure(500, "Database error"), True),
        (failure(422, "no"), True),
        (answer(403, b"<h1>IP blocked</h1>", HTML), True),
        (answer(502, b"<h1>Bad gateway</h1>", HTML), False),
        (answer(200, b"<h1>Hello</h1>", HTML), False),
        (answer(200, b'{"data":'), False),
        (Lost("reset", sent=True), False),
    ],
)
def test_it_is_known_whether_workfront_spoke(given, told):
    """Only then does an error say that the call was not carried out."""
    assert read(SEARCH, given).by_workfront is told


def test_other_apis_of_the_host_need_no_wrapper():
    """Event subscriptions answer bare, and with nothing when one is deleted."""
    path = "/attask/eventsubscription/api/v1/subscriptions"
    assert read_answer(Request("GET", path), answer(200, {"subscriptions": []})) == {"subscriptions": []}
    assert read_answer(Request("DELETE", path), answer(204, b"")) is None
    with pytest.raises(errors.ServerError):
        read_answer(Request("GET", path), answer(200, b"<h1>Hello</h1>", HTML))


def test_a_lost_connection_is_a_transport_error():
    """It reads like any other answer."""
    with pytest.raises(errors.TransportError, match="GET proj/search: no answer: reset by peer"):
        read_answer(SEARCH, Lost("reset by peer", sent=True))


@pytest.mark.parametrize("goal", ["http://a.example:99999999/", "http://[::1", "//["])
def test_a_redirect_that_leads_nowhere_is_no_crash(goal):
    """Something in between may write what it likes into a header."""
    error = read(SEARCH, Response(302, {"location": goal}, b"", URL)).error

    assert str(error).startswith("GET proj/search: 302 redirected to nowhere")


def test_an_answer_nested_beyond_reason_is_unreadable():
    """Python gives up on it with an error of its own kind."""
    deep = Response(200, {"content-type": "application/json"}, b'{"data":' + b"[" * 200_000 + b"]" * 200_000 + b"}")

    assert isinstance(read(SEARCH, deep).error, errors.ServerError)
