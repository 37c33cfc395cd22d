"""What the token endpoint and the network can do to a refresh, with two real api-server processes."""

from __future__ import annotations

import os
import signal
import time
from contextlib import contextmanager

import httpx
import pytest
from support.grants import GRACIOUS, REVOKING, STRICT, eventually, tenant

from airflow_provider_workfront.api.errors import ReauthorizationRequired, TokenError
from airflow_provider_workfront.api.request import dumps
from airflow_provider_workfront.broker.store import record_key
from airflow_provider_workfront.simulator import Fault

pytestmark = pytest.mark.timeout(200)

PROFILES = pytest.mark.parametrize("options", [STRICT, REVOKING], ids=["strict", "revoking"])
UNDONE = ["429", "500", "502", "503", "html200", "truncate", "garbage", "badgzip", "reset", "error200"]
RECOVERY = 6 + 1 + 4 + 8  # seconds: lease, settle time, one more request, and a slow machine


@PROFILES
def test_forty_callers_at_once_make_one_token_call(server, options):
    """T1: whoever comes while a refresh is under way waits for it, in both processes."""
    with tenant(server, options) as workfront:
        asks = [workfront.ask() for _ in range(40)]
        given = {ask.result(60).headers for ask in asks}

        assert len(given) == 1
        assert (workfront.stats["token_calls"], workfront.stats["reuse"]) == (1, 0)
        assert workfront.stored in workfront.live


@pytest.mark.parametrize("kind", UNDONE)
def test_an_answer_that_says_nothing_is_asked_for_again(server, kind):
    """T11: Workfront did not refresh and answered nonsense; the same token is sent again, and is good."""
    with tenant(server) as workfront:
        workfront.plan(Fault(kind, path="token"))

        assert workfront.asked().generation == 1
        assert (workfront.stats["token_calls"], workfront.stats["reuse"]) == (2, 0)
        assert workfront.stored in workfront.live


@pytest.mark.parametrize("kind", ["truncate", "garbage", "html200", "reset", "502"])
def test_a_lost_answer_is_flagged(server, kind):
    """T10, T11: Workfront did refresh, and the answer is gone; where it takes no used token, a person is needed."""
    with tenant(server) as workfront:
        workfront.plan(Fault(kind, path="token", when="after"))
        error = workfront.outcome()

        assert isinstance(error, ReauthorizationRequired), error
        assert "the answer of an earlier refresh was lost" in str(error)
        assert (workfront.grant.dead, workfront.stats["token_calls"]) == (True, 2)


@pytest.mark.parametrize("kind", ["truncate", "reset"])
def test_a_lost_answer_with_grace_costs_nothing(server, kind):
    """T10: where a used token goes on working for a while, sending it again brings the tokens."""
    with tenant(server, GRACIOUS) as workfront:
        workfront.plan(Fault(kind, path="token", when="after"))

        assert workfront.asked().generation == 1
        assert workfront.stored in workfront.live


def test_an_answer_after_the_deadline(server):
    """T10: Workfront refreshed in time, its answer is slower than the deadline of 3 s: as if it were lost."""
    with tenant(server) as workfront:
        workfront.plan(Fault("slow", path="token", when="after", delay=5.0))
        began = time.monotonic()

        assert isinstance(workfront.outcome(), ReauthorizationRequired)
        assert time.monotonic() - began < 15


def test_a_request_carried_out_after_the_deadline(server):
    """T10: given up and sent again before Workfront came to the first one: the second counts, the first is refused."""
    with tenant(server) as workfront:
        workfront.plan(Fault("slow", path="token", delay=6.0))

        assert workfront.asked().generation == 1
        eventually(lambda: workfront.stats["refusals"] == 1, 15, "the late request to be refused")
        assert workfront.stored in workfront.live


def test_a_late_request_that_kills_the_family_is_flagged(server):
    """T10 where reuse revokes: the new tokens die of the late request; seen at the next refresh, and said."""
    with tenant(server, REVOKING) as workfront:
        workfront.plan(Fault("slow", path="token", delay=6.0))
        assert workfront.asked().generation == 1
        eventually(lambda: workfront.stats["reuse"] == 1, 15, "the late request to be refused")

        assert isinstance(workfront.outcome(run=workfront.runs_over()), ReauthorizationRequired)
        assert workfront.grant.dead


def test_trouble_that_stays_ends_in_a_clear_error_and_passes(server):
    """T11: four tries, an error that says what came back, the token kept; later it works."""
    with tenant(server) as workfront:
        workfront.plan(Fault("503", path="token", times=4))
        error = workfront.outcome()

        assert isinstance(error, TokenError)
        assert "HTTP 503" in str(error)
        assert "The stored token is kept" in str(error)
        assert workfront.stats["token_calls"] == 4
        assert "the last token refresh failed" in str(workfront.outcome())  # no call within the cooldown
        assert workfront.stats["token_calls"] == 4
        eventually(lambda: not isinstance(workfront.outcome(), TokenError), 10, "the cooldown to end")
        assert workfront.stored in workfront.live


@pytest.mark.parametrize(("kind", "said"), [("302", "HTTP 302"), ("401", "Check host, client ID, client secret")])
def test_a_wrong_address_or_secret_spends_nothing(server, kind, said):
    """T11, T22: a redirect is not followed and a wrong client is not tried again; once mended it works."""
    with tenant(server) as workfront:
        workfront.plan(Fault(kind, path="token"))
        error = workfront.outcome()

        assert said in str(error)
        assert (workfront.stats["token_calls"], workfront.grant.dead) == (1, False)
        eventually(lambda: not isinstance(workfront.outcome(), TokenError), 10, "the cooldown to end")


def test_nobody_listens(server):
    """T9: the connection is refused, so the token was not sent; it is intact and works once Workfront is back."""
    with tenant(server) as workfront:
        workfront.door.close()
        error = workfront.outcome()

        assert isinstance(error, TokenError)
        assert "The token was not sent and is intact" in str(error)
        assert (workfront.stats["token_calls"], workfront.grant.dead) == (0, False)

        workfront.door.reopen()
        eventually(lambda: not isinstance(workfront.outcome(), TokenError), 10, "the cooldown to end")
        assert (workfront.stats["token_calls"], workfront.stats["reuse"]) == (1, 0)
        assert workfront.stored in workfront.live


def test_no_tls_where_tls_should_be(server):
    """T9: the handshake fails, so the token was not sent, and nothing is held against it."""
    with tenant(server) as workfront:
        server.connect(workfront.simulator, workfront.url.replace("http://", "https://"), workfront.conn_id)
        error = workfront.outcome()

        assert isinstance(error, TokenError)
        assert "The token was not sent and is intact" in str(error)
        assert (workfront.stats["token_calls"], workfront.grant.dead) == (0, False)


def test_a_client_that_does_not_exist_any_more(server):
    """T22: the secret was changed in Workfront; nothing is spent, and with the new secret it goes on."""
    with tenant(server) as workfront:
        workfront.asked()
        body = {"secret": "a-new-client-secret"}
        httpx.post(f"{workfront.simulator_url}/__simulator__/client-secret", json=body).raise_for_status()
        error = workfront.outcome(run=workfront.runs_over())
        assert "Check host, client ID, client secret" in str(error)
        assert not workfront.grant.dead

        workfront.simulator.credentials["client_secret"] = "a-new-client-secret"
        edited = {"connection_id": workfront.conn_id, "conn_type": "workfront", "password": "a-new-client-secret"}
        path = f"/api/v2/connections/{workfront.conn_id}"
        server.http.patch(path, params={"update_mask": "password"}, json=edited).raise_for_status()
        eventually(lambda: not isinstance(workfront.outcome(run=workfront.runs_over()), TokenError), 15, "to work")
        assert workfront.stored in workfront.live


def test_a_caller_that_leaves_stops_nothing(server):
    """T7: whoever began the refresh hangs up; it goes on, and is stored."""
    with tenant(server) as workfront:
        workfront.door.answers.clear()
        request = next(workfront.session().acquire(None)).request
        content = dumps(request.json).encode()
        with pytest.raises(httpx.ReadTimeout):
            httpx.post(request.path, content=content, headers=dict(request.headers), timeout=1)
        assert workfront.is_refreshing
        assert workfront.grant.generation == 0
        workfront.door.answers.set()

        eventually(lambda: workfront.grant.generation == 1, 20, "the refresh to be stored")
        assert (workfront.stats["token_calls"], workfront.stats["reuse"]) == (1, 0)
        assert workfront.stored in workfront.live


def logged(server):
    """Give what the api-server said."""
    return "".join(path.read_text() for path in server.home.glob("api-server.*.log"))


@contextmanager
def stopped(pid):
    """Stop a process as a frozen machine does; it goes on afterwards."""
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


def test_a_holder_stopped_beyond_its_lease_overwrites_nothing(server):
    """T18: another took over and stored its token; the answer that the stopped one finds has no place any more."""
    with tenant(server, GRACIOUS) as workfront:
        workfront.door.answers.clear()
        first = workfront.ask()
        assert workfront.door.answered.wait(20)
        holder = server.holder(workfront.conn_id)
        with stopped(holder):
            workfront.door.answers.set()
            assert workfront.asked_until(RECOVERY).generation == 1
            taken = workfront.stored
        assert first.result(60).generation == 1

        late = f"Connection '{workfront.conn_id}' got another token during a refresh: this one has no place any more"
        eventually(lambda: late in logged(server), 20, "the late answer to be thrown away")
        assert (workfront.stored, workfront.stats["token_calls"]) == (taken, 2)
        assert workfront.stored in workfront.live


def test_a_late_commit_of_the_right_lineage_is_taken(server):
    """T18 without a takeover: the lease is over when the commit gets through; it is stored, not thrown away."""
    with tenant(server) as workfront:
        workfront.door.answers.clear()
        first = workfront.ask()
        assert workfront.door.answered.wait(20)
        until = workfront.grant.lease.until
        with server.database.locked("variable", "key", record_key(workfront.conn_id)):
            workfront.door.answers.set()
            eventually(lambda: server.database.waits_for_lock("delete from variable"), 20, "the commit to begin")
            eventually(lambda: time.time() > until + 1.5, 20, "lease and settle time to end")

        assert first.result(60).generation == 1
        assert (workfront.stats["token_calls"], workfront.stats["reuse"]) == (1, 0)
        assert workfront.stored in workfront.live


def test_a_refusal_while_another_has_stored_the_successor(server):
    """T21: a request that came too late is refused; the record has moved on, so nobody is asked to authorize."""
    with tenant(server) as workfront:
        workfront.plan(Fault("slow", path="token", delay=12.0))
        first = workfront.ask()
        eventually(lambda: workfront.is_refreshing and workfront.door.arrived.is_set(), 20, "the request to be sent")
        with stopped(server.holder(workfront.conn_id)):
            assert workfront.asked_until(RECOVERY).generation == 1
            # the one reuse there has to be: the late request itself
            eventually(lambda: workfront.stats["reuse"] == 1, 20, "the late request to be refused")

        assert first.result(60).generation == 1
        assert (workfront.grant.dead, workfront.stats["token_calls"]) == (False, 2)
        assert workfront.stored in workfront.live


def _seconds(server):
    """Measure one call of the API and one of the execution API, as a heartbeat is."""
    began = time.monotonic()
    assert server.http.get("/api/v2/version").status_code == 200
    assert httpx.get(f"{server.url}/execution/health", timeout=30).status_code == 200
    return time.monotonic() - began


def test_a_slow_workfront_does_not_hold_up_the_api_server(server):
    """T28: twenty refreshes hang at once; health and execution API answer as if nothing were."""
    eventually(lambda: max(_seconds(server) for _ in range(8)) < 1.0, 90, "both processes to have warmed up")
    usual = max(_seconds(server) for _ in range(15))
    with tenant(server, GRACIOUS) as first, tenant(server, GRACIOUS) as second:
        for workfront in (first, second):
            workfront.door.answers.clear()
        asks = [workfront.callers.submit(workfront.outcome) for workfront in (first, second) for _ in range(20)]
        assert first.door.answered.wait(20)
        assert second.door.answered.wait(20)

        slowest = max(_seconds(server) for _ in range(30))
        # a hanging loop would take the four seconds of a token call; how long an idle one takes depends on the machine
        for workfront in (first, second):
            workfront.door.answers.set()
        assert slowest < max(1.5, min(3 * usual, 3.0))
        assert {getattr(ask.result(60), "generation", None) for ask in asks} == {1}
