"""What the token endpoint may answer, and what is made of it."""

from __future__ import annotations

import json

import pytest

from airflow_provider_workfront.api.request import Lost, Response
from airflow_provider_workfront.auth.token import (
    Ambiguous,
    Misconfigured,
    NotSent,
    Refused,
    Token,
    lifetime,
    outcome,
)


def answer(status: int, body: object, content_type: str = "application/json", **headers: str) -> Response:
    """An answer with a JSON body, or with the text given."""
    raw = body if isinstance(body, str) else json.dumps(body)
    return Response(status, {"content-type": content_type, **headers}, raw.encode())


DOCUMENTED = {
    "token_type": "sessionID",
    "access_token": "A1",
    "refresh_token": "R1",
    "expires_in": 0,
    "wid": "u1",
}


def test_the_documented_answer_is_a_token():
    """All five fields; the sample's expires_in of 0 means that the lifetime is unknown, not that it is over."""
    assert outcome(answer(200, DOCUMENTED)) == Token("A1", "R1", None, "u1", "sessionID")


@pytest.mark.parametrize("missing", [{}, {"refresh_token": None}, {"refresh_token": ""}])
def test_a_refresh_token_may_be_missing(missing):
    """With rotation off Workfront's documents do not say what comes: absent, null and empty all mean "keep yours"."""
    result = outcome(answer(200, {"access_token": "A1"} | missing))

    assert isinstance(result, Token)
    assert result.refresh_token == ""


@pytest.mark.parametrize(
    ("expires_in", "seconds"),
    [
        (3600, 3600),
        ("3600", 3600),
        (20.9, 20),
        (0, None),
        (-1, None),
        (None, None),
        ("soon", None),
        (10**12, None),
        (True, None),
        ("", None),
        ({}, None),
        ("nan", None),
        ("inf", None),
    ],
)
def test_expires_in_is_seconds_or_unknown(expires_in, seconds):
    """Numbers and texts of numbers count; 0, negative, absurd and everything else is unknown."""
    assert lifetime(expires_in) == seconds


@pytest.mark.parametrize(
    "body",
    [
        {"access_token": ""},
        {"access_token": 7},
        {"access_token": "two words"},
        {"access_token": "line\nbreak"},
        {"access_token": "x" * 20_000},
        {"access_token": "A1", "refresh_token": {"no": "token"}},
        {"data": DOCUMENTED},
        [],
        "<html>Please sign in</html>",
        '{"access_token": "A1", "refr',
    ],
)
def test_garbage_under_200_is_no_token(body):
    """It would be stored or sent as a header; the server may have rotated, so it is ambiguous and not refused."""
    assert isinstance(outcome(answer(200, body)), Ambiguous)


@pytest.mark.parametrize("status", [400, 401])
def test_a_dead_token_is_refused_whatever_its_status(status):
    """The error dialect is known, its status and type values are not."""
    said = {"statusCode": status, "error": True, "type": "invalid_grant", "message": "Token was used"}

    assert outcome(answer(status, said)) == Refused(f"HTTP {status}: invalid_grant: Token was used")


@pytest.mark.parametrize(
    "said",
    [
        {"statusCode": 401, "error": True, "type": "invalid_client", "message": "no"},
        {"error": "invalid_client", "error_description": "bad credentials"},
        {"statusCode": 400, "error": True, "type": "x", "message": "redirect_uri does not match"},
    ],
)
def test_a_wrong_client_is_a_matter_of_configuration(said):
    """It says nothing against the token, which stays."""
    assert isinstance(outcome(answer(401, said)), Misconfigured)


@pytest.mark.parametrize("status", [301, 302, 403, 404, 405, 415])
def test_other_refusals_leave_the_token_alone(status):
    """A redirect is not followed; an IP block or a wrong address never reached the grant."""
    assert isinstance(outcome(answer(status, "<html>", "text/html")), Misconfigured)


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_trouble_on_the_servers_side_is_ambiguous(status):
    """The token may have been spent."""
    assert isinstance(outcome(answer(status, "<html>oops</html>", "text/html")), Ambiguous)


def test_retry_after_is_honoured_within_bounds():
    """A server that asks for an hour is asked again after a minute: the lease does not last longer."""
    assert outcome(answer(503, {}, **{"retry-after": "5"})).retry_after == 5
    assert outcome(answer(503, {}, **{"retry-after": "3600"})).retry_after == 60
    assert outcome(answer(503, {}, **{"retry-after": "Wed, 21 Oct"})).retry_after == 0


def test_an_error_under_200_is_a_refusal():
    """Old versions answered errors with 200."""
    said = {"statusCode": 400, "error": True, "type": "invalid_grant", "message": "no"}

    assert isinstance(outcome(answer(200, said)), Refused)


def test_no_answer_is_ambiguous_only_if_something_was_sent():
    """A refused connection spent nothing."""
    assert isinstance(outcome(Lost("reset", sent=True)), Ambiguous)
    assert isinstance(outcome(Lost("refused", sent=False)), NotSent)


def test_no_token_is_in_a_repr_or_a_reason():
    """Reasons go to logs."""
    echo = {
        "statusCode": 400,
        "error": True,
        "type": "invalid_grant",
        "message": "no",
        "refresh_token": "R-SECRET",
    }

    assert "A1" not in repr(outcome(answer(200, DOCUMENTED)))
    assert "R-SECRET" not in repr(outcome(answer(400, echo)))
