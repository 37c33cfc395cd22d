"""The tasks' side of the broker, driven by hand with literal answers."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from math import inf

import pytest

from airflow_provider_workfront.api.call import Send, Wait
from airflow_provider_workfront.api.errors import BrokerUnavailable, ReauthorizationRequired, TokenError
from airflow_provider_workfront.api.request import Lost, Response, dumps
from airflow_provider_workfront.auth.session import Credential
from airflow_provider_workfront.broker.client import BrokerSession, Run
from airflow_provider_workfront.broker.proof import HEADER, is_genuine

SESSION = BrokerSession("https://airflow/workfront/", "wf", "s3cret", Run("dag\nrun\n0", 12.5), clock=lambda: 1000.0)
GOOD = {"access_token": "A3", "generation": 3, "expires_at": 5000.0, "user_id": "u1"}


def said(status: int, body: object) -> Response:
    """An answer of the broker."""
    return Response(status, {"content-type": "application/json"}, json.dumps(body).encode())


def trouble(status: int, kind: str, message: str, **more: str) -> Response:
    """An error of the broker."""
    return said(status, {"error": {"kind": kind, "message": message, **more}})


def drive(answers, refused=None, session=SESSION):
    """Drive an ask; the last answer repeats for ever. Gives the credential, the requests and the waits."""
    steps, reply, sent, waits = session.acquire(refused), None, [], []
    answers = list(answers)
    while True:
        try:
            step = steps.send(reply)
        except StopIteration as stop:
            return stop.value, sent, waits
        if isinstance(step, Wait):
            waits.append(step.seconds)
            reply = None
        else:
            assert isinstance(step, Send)
            sent.append(step.request)
            reply = answers.pop(0) if len(answers) > 1 else answers[0]


def test_a_token_comes_as_a_session_header():
    """With its generation, to name it by when Workfront refuses it, and who it acts as."""
    credential, sent, _ = drive([said(200, GOOD)])

    assert credential == Credential((("sessionID", "A3"),), 3, 5000.0, "u1")
    assert (sent[0].method, sent[0].path, sent[0].anonymous) == ("POST", "https://airflow/workfront/token", True)


@pytest.mark.parametrize(
    ("date", "left"),
    [
        ("Thu, 01 Jan 1970 01:23:00 GMT", 19.0),  # 5000 is 01:23:20; the header tells whole seconds
        ("Thu, 01 Jan 1970 05:00:00 GMT", inf),  # a clock that is far off says nothing
        ("soon", inf),
        ("", inf),
    ],
)
def test_a_token_lasts_as_long_as_the_broker_says(date, left):
    """By the broker's clock: the worker's own may be wrong."""
    answer = replace(said(200, GOOD), headers={"date": date})
    before = time.monotonic()
    credential, _, _ = drive([answer])

    assert before + left <= credential.stale_at <= time.monotonic() + left


def test_a_share_is_asked_for_with_the_token():
    """One request for both; whoever counts calls learns what is said of slots, and an older broker says nothing."""

    class Share:
        told_of = ()

        def asking(self):
            return {"want": 1}

        def told(self, asked, sent_at, said, url):  # noqa: ARG002 the protocol has it
            self.told_of = (asked, said, url)

    share, slots = Share(), {"share": 1}
    for good, taken in ((GOOD | {"slots": slots}, slots), (GOOD, None)):
        _, (request,), _ = drive([said(200, good)], session=replace(SESSION, share=share))
        assert request.json["slots"] == {"want": 1}
        assert share.told_of == ({"want": 1}, taken, "https://airflow/workfront/slots")


def test_the_ask_names_run_and_refused_generation():
    """What the broker decides by; the proof covers the very bytes that are sent."""
    _, (request,), _ = drive([said(200, GOOD)], refused=Credential((), 2))

    assert request.json["refused"] == 2
    assert (request.json["run_key"], request.json["run_start"]) == ("dag\nrun\n0", 12.5)
    assert is_genuine(dict(request.headers)[HEADER], "s3cret", "wf", dumps(request.json).encode())


def test_it_waits_while_somebody_refreshes():
    """202 means: come again; the pauses grow."""
    credential, sent, waits = drive([said(202, {"retry_after": 0.5})] * 4 + [said(200, GOOD)])

    assert credential.generation == 3
    assert len(sent) == 5
    assert max(waits) <= 3


def test_waiting_has_an_end():
    """A refresh that never ends is an error that says where to look."""
    with pytest.raises(BrokerUnavailable, match="api-server's log"):
        drive([said(202, {})])


BAD_GATEWAY = Response(502, {}, b"<html>")


@pytest.mark.parametrize("answer", [Lost("refused", sent=False), Lost("reset", sent=True), BAD_GATEWAY])
def test_a_broker_that_is_being_restarted_is_asked_again(answer):
    """Asking again is always safe: the broker answers from its record."""
    credential, _, _ = drive([answer, answer, said(200, GOOD)])

    assert credential.generation == 3


def test_a_broker_that_stays_away_is_an_error_with_the_setting():
    """The message names the address tried and the option to set."""
    with pytest.raises(BrokerUnavailable, match=r"https://airflow/workfront/.*broker_url"):
        drive([Lost("refused", sent=False)])


def test_an_api_server_without_the_plugin_is_an_error_at_once():
    """`api-server --apps execution` answers 404: waiting would not help."""
    with pytest.raises(BrokerUnavailable, match=r"404.*broker_url"):
        drive([Response(404, {}, b'{"detail":"Not Found"}')])


def test_a_dead_grant_names_the_page():
    """No token call is made; the task's log shows where to go."""
    with pytest.raises(ReauthorizationRequired, match="https://airflow/page"):
        drive([trouble(409, "reauthorize", "authorize again", url="https://airflow/page")])


def test_trouble_with_the_token_endpoint_is_told():
    """The broker's words reach the task's log."""
    with pytest.raises(TokenError, match="wrong client"):
        drive([trouble(409, "token", "wrong client")])


def test_a_secret_that_differs_is_told():
    """A connection in an environment variable of the worker only, for example."""
    with pytest.raises(BrokerUnavailable, match="resolve alike"):
        drive([trouble(401, "unauthorized", "it must resolve alike in both places")])


@pytest.mark.parametrize("body", [{}, [], {"access_token": "A"}, {"access_token": 1, "generation": 1}])
def test_a_strange_200_is_no_token(body):
    """Some other service answers at that address."""
    with pytest.raises(BrokerUnavailable, match="no token"):
        drive([said(200, body)])


def test_no_secret_is_shown():
    """Neither in reprs nor in the request's body."""
    _, (request,), _ = drive([said(200, GOOD)])

    assert "s3cret" not in repr(SESSION) + repr(request) + dumps(request.json)
