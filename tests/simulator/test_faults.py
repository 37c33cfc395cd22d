"""Troubles to order, and the guardrail on concurrency (rules 113 to 115)."""

import gzip
import json
from threading import Event

import pytest
from support.simulated import Caller, decoded

from airflow_provider_workfront.simulator import Fault, Options, Request
from airflow_provider_workfront.simulator.faults import read_plan


def _planned(*plan: dict[str, object], options: Options | None = None) -> Caller:
    caller = Caller(options)
    caller.control("POST", "faults", list(plan))
    return caller


def _raw(caller: Caller):
    body = {"grant_type": "refresh_token", "refresh_token": caller.simulator.credentials["refresh_token"]}
    return caller.simulator.answer(caller.token_request(body))


def _get(caller: Caller, headers: dict[str, str]):
    return caller.simulator.answer(Request("GET", "/attask/api/v21.0/session", headers))


@pytest.mark.parametrize(
    ("do", "status", "kind"),
    [
        ("429", 429, "application/json"),
        ("401", 401, "application/json"),
        ("403", 403, "application/json"),
        ("500", 500, "application/json"),
        ("error200", 200, "application/json"),
        ("502", 502, "text/html"),
        ("503", 503, "text/html"),
        ("html200", 200, "text/html"),
    ],
)
def test_an_answer_can_be_replaced(do, status, kind):
    """Rule 114: refusals in JSON, troubles of the network in HTML, once each."""
    caller = _planned({"match": {"path": "api"}, "do": do})
    first = _get(caller, {"sessionid": caller.token})

    assert first.status == status
    assert first.headers["content-type"].startswith(kind)
    assert caller.call("GET", "session").status == 200


def test_a_500_quotes_a_java_error():
    """Rule 115: the sample of Adobe's known issues."""
    caller = _planned({"do": "500"})

    assert caller.call("GET", "session").error == 'Cannot invoke "Object.getClass()" because "parentObj" is null'


def test_a_200_may_carry_an_error():
    """Rule 114: status 200 with an error body."""
    caller = _planned({"do": "error200"})

    assert "error" in caller.call("GET", "session").body


def test_a_redirect_leads_to_another_host():
    """Rule 114: a login page elsewhere; a session must not be sent there."""
    response = _get(_planned({"do": "302"}), {})

    assert response.status == 302
    assert "workfront" not in response.headers["location"]


@pytest.mark.parametrize("do", ["reset", "truncate"])
def test_the_connection_can_be_mistreated(do):
    """Rule 114: told to the server, which owns the socket."""
    assert _get(_planned({"do": do}), {}).fault == do


def test_garbage_is_no_json():
    """Rule 114: an answer that ends in the middle."""
    body = _get(_planned({"do": "garbage"}), {}).body

    with pytest.raises(ValueError, match="Expecting value"):
        json.loads(body)


def test_a_bad_gzip_cannot_be_unpacked():
    """Rule 114: truncated gzip."""
    response = _get(_planned({"do": "badgzip"}), {})

    assert response.headers["content-encoding"] == "gzip"
    with pytest.raises(EOFError):
        gzip.decompress(response.body)


def test_before_the_request_nothing_is_carried_out():
    """A refresh refused by the network leaves its token alive."""
    caller = _planned({"match": {"path": "token"}, "do": "503"})

    assert [_raw(caller).status, caller.refresh().status] == [503, 200]


def test_after_the_request_only_the_answer_is_lost():
    """The cruel one: the token was rotated and nobody knows the new one."""
    caller = _planned({"match": {"path": "token"}, "do": "reset", "when": "after"})

    assert _raw(caller).fault == "reset"
    assert caller.refresh().body["message"] == "The refresh token was used before."


def test_a_fault_speaks_the_dialect_of_the_token_endpoint():
    """Rule 28 holds for injected refusals, too."""
    caller = _planned({"match": {"path": "token"}, "do": "429"})

    assert caller.refresh().body == {
        "statusCode": 429,
        "error": True,
        "type": "too_many_requests",
        "message": "429 Too many concurrent API requests",
    }


def test_faults_skip_and_repeat():
    """`skip` and `times` place a burst anywhere in a run."""
    caller = _planned({"match": {"path": "session"}, "do": "429", "skip": 1, "times": 2})

    assert [caller.call("GET", "session").status for _ in range(4)] == [200, 429, 429, 200]


def test_a_fault_can_last_for_ever():
    """`times` -1 never ends by itself."""
    caller = _planned({"do": "503", "times": -1})

    assert {_get(caller, {}).status for _ in range(5)} == {503}


def test_a_fault_picks_its_requests():
    """Path and method both have to fit."""
    caller = _planned({"match": {"path": "/proj", "method": "post"}, "do": "500"})

    assert caller.call("GET", "session").status == 200
    assert caller.call("GET", "proj/search").status == 200
    assert caller.call("POST", "proj", {"name": "x"}).status == 500


def test_a_delay_is_told_to_the_server():
    """Rule 114: a slow response."""
    assert _get(_planned({"do": "slow", "delay": 5, "when": "after"}), {}).delay == 5


def test_a_slow_request_is_carried_out_late():
    """The server may act after the client gave up: the rotation still happens."""
    caller = _planned({"match": {"path": "token"}, "do": "slow", "delay": 0.05})

    assert [caller.refresh().status, caller.refresh().status] == [200, 400]


def test_sessions_can_end_in_the_middle_of_a_run():
    """Rule 114: the request that meets the fault, and all after it, are refused."""
    caller = _planned({"do": "expire", "skip": 1})

    assert [caller.call("GET", "session").status for _ in range(3)] == [200, 401, 401]


def test_random_faults_follow_the_seed():
    """The same seed gives the same troubles, so that a failure can be repeated."""

    def run(seed: int) -> list[int]:
        caller = Caller(Options(seed=seed, fault_rate=0.3))
        return [caller.call("GET", "session").status for _ in range(40)]

    assert run(7) == run(7)
    assert {200, 429} == set(run(7))


@pytest.mark.parametrize(
    "plan", ['{"do": "500"}', '[{"do": "explode"}]', '[{"do": "500", "when": "later"}]', '[{"do": "500", "x": 1}]', "["]
)
def test_an_unreadable_plan_is_refused(plan):
    """A test whose fault never happens would prove nothing."""
    with pytest.raises(ValueError, match=r"."):
        read_plan(plan)


def test_a_bad_order_names_what_is_wrong():
    """The control paths answer 400 and 404 with words."""
    caller = Caller()

    assert "explode" in caller.control("POST", "faults", [{"do": "explode"}])["error"]
    assert "no such order" in caller.control("GET", "nonsense")["error"]
    assert "KeyError" in caller.control("POST", "clock", {})["error"]


def test_faults_can_be_given_at_the_start():
    """In process, a plan is a tuple of values."""
    caller = Caller(faults=(Fault("500"),))

    assert caller.call("GET", "session").status == 500


def test_a_full_house_answers_429_without_retry_after():
    """Rule 113: concurrent calls are counted over all sessions; no header helps."""
    caller = Caller(Options(concurrency=0))
    response = _get(caller, {"sessionid": caller.token})

    assert response.status == 429
    assert "retry-after" not in response.headers
    assert decoded(response).error == "429 Too many concurrent API requests"


def test_retry_after_is_a_switch():
    """Rule 113: inferred, off by default."""
    assert _get(Caller(Options(concurrency=0, retry_after=7)), {}).headers["retry-after"] == "7"


def test_a_delayed_answer_keeps_its_place():
    """Rule 113: a call is in flight until its answer is out, and no longer."""
    caller = Caller(Options(concurrency=2, latency_seconds=60))

    assert [_get(caller, {"sessionid": caller.token}).status for _ in range(3)] == [200, 200, 429]
    assert caller.control("GET", "stats")["peak_concurrency"] == 2


def test_stats_count_by_kind_and_status_and_can_be_reset():
    """What tests and benchmarks read."""
    caller = Caller()
    caller.call("GET", "proj/search")
    caller.call("GET", f"task/{'0' * 32}")
    caller.call("POST", "proj", {"name": "x"})
    stats = caller.control("GET", "stats")
    caller.control("POST", "reset-stats")

    assert stats["by_kind"] == {"create": 1, "get": 1, "search": 1}
    assert stats["by_status"] == {"200": 2, "404": 1}
    assert caller.control("GET", "stats")["calls"] == 0


def test_a_place_is_free_again_after_the_delay():
    """Rule 113: the guardrail is on calls at once, not on calls per second."""
    caller = Caller(Options(concurrency=1, latency_seconds=0.02))
    first = _get(caller, {"sessionid": caller.token}).status
    Event().wait(0.03)

    assert (first, _get(caller, {"sessionid": caller.token}).status) == (200, 200)
