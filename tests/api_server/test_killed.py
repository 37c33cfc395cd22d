"""Processes killed in each phase of a refresh: what can be saved is saved, what cannot is flagged, nothing hangs."""

from __future__ import annotations

import signal
import time
from concurrent import futures
from contextlib import contextmanager, nullcontext

import pytest
from support.deployment import kill
from support.grants import GRACIOUS, eventually, tenant
from support.killing import (
    PROFILES,
    RECOVERY,
    assert_lost,
    assert_one_call,
    broken_off,
    is_whole,
    killed,
)

from airflow_provider_workfront.api.errors import WorkfrontError
from airflow_provider_workfront.broker.store import record_key

pytestmark = pytest.mark.timeout(300)


@pytest.fixture(autouse=True)
def _whole(server):
    """Begin with two processes that serve: the test before may have killed one."""
    eventually(lambda: is_whole(server), 120, "the api-server to have two processes")


@contextmanager
def committing(workfront, table, column, value):
    """Let the answer through while a row is locked; give it when somebody waits to write it."""
    server = workfront.airflow
    with server.database.locked(table, column, value):
        workfront.door.answers.set()
        eventually(lambda: server.database.waits_for_lock(table), 20, "the row to be written")
        yield


@PROFILES
def test_killed_before_the_request_arrives(server, options):
    """T2: another process takes over after lease and settle time; one token call, no alarm."""
    with tenant(server, options) as workfront:
        workfront.door.requests.clear()
        ask = workfront.ask()
        assert workfront.door.arrived.wait(20)

        with broken_off(workfront):
            assert ask.result(60).generation == 1
        assert_one_call(workfront)


@PROFILES
def test_killed_while_the_answer_is_on_its_way(server, options):
    """T3: the new token existed on the wire only; one probe, then `reauthorize`, and no storm of callers."""
    with tenant(server, options) as workfront:
        workfront.door.answers.clear()
        asks = [workfront.callers.submit(workfront.outcome) for _ in range(10)]
        assert workfront.door.answered.wait(20)

        with broken_off(workfront):
            ends = [ask.result(60) for ask in asks]
        for end in ends:
            assert_lost(workfront, end)


@PROFILES
def test_killed_between_answer_and_commit(server, options):
    """T3: the process has the token in its memory, the database not yet."""
    with tenant(server, options) as workfront:
        workfront.door.answers.clear()
        ask = workfront.callers.submit(workfront.outcome)
        assert workfront.door.answered.wait(20)
        holder = server.holder(workfront.conn_id)
        with committing(workfront, "variable", "key", record_key(workfront.conn_id)):
            killed(server, holder)
        died = time.monotonic()

        error = ask.result(60)
        assert time.monotonic() - died < RECOVERY
        assert_lost(workfront, error)


def test_a_server_with_grace_gets_over_it(server):
    """T3 where a used token goes on working for a while: the probe brings a token, nobody is needed."""
    with tenant(server, GRACIOUS) as workfront:
        workfront.door.answers.clear()
        ask = workfront.ask()
        assert workfront.door.answered.wait(20)

        with broken_off(workfront):
            assert ask.result(60).generation == 1
        assert workfront.stats["token_calls"] == 2
        assert workfront.stored in workfront.live


@PROFILES
def test_killed_after_the_commit(server, options):
    """T4: whoever comes next gets the stored token at once, without a further call."""
    with tenant(server, options) as workfront:
        workfront.door.answers.clear()
        ask = workfront.ask()
        assert workfront.door.answered.wait(20)
        holder = server.holder(workfront.conn_id)
        with committing(workfront, "connection", "conn_id", workfront.conn_id):
            assert workfront.grant.generation == 1
            killed(server, holder)
            began = time.monotonic()
            assert workfront.asked().generation == 1
            assert time.monotonic() - began < 5  # no lease to wait for

        assert ask.result(60).generation == 1
        assert_one_call(workfront)


@pytest.mark.parametrize("commit_waits", [False, True], ids=["the answer", "the commit"])
def test_sigterm_drains(server, commit_waits):
    """T6: told to end during a refresh, the api-server stores the token before it goes, though nobody waits for it."""
    with tenant(server) as workfront:
        workfront.door.answers.clear()
        ask = workfront.ask()
        assert workfront.door.answered.wait(20)
        process = server.processes["api-server"]
        with committing(workfront, "variable", "key", record_key(workfront.conn_id)) if commit_waits else nullcontext():
            process.send_signal(signal.SIGTERM)
            # longer than any request is kept waiting, so that only the refresh itself holds the process up
            time.sleep(5.0 if commit_waits else 1.0)  # noqa: TID251 it is to be given the time to go too early
            assert workfront.is_refreshing
        workfront.door.answers.set()
        process.wait(60)
        stored = workfront.grant.generation
        server.start_api_server(2)  # whatever came of it: the tests after this one need it
        assert stored == 1

        # the caller rides out the restart
        assert ask.result(60).generation == 1
        assert_one_call(workfront)


def test_the_whole_api_server_killed_in_mid_call(server):
    """Its parent and all processes at once: whoever was asking, or about to read, asks the new one and is served."""
    with tenant(server) as workfront:
        workfront.door.requests.clear()
        asks = [workfront.ask() for _ in range(5)]
        read = workfront.callers.submit(counted, workfront)
        assert workfront.door.arrived.wait(20)
        parent = server.processes["api-server"]
        for pid in (parent.pid, *server.workers()):
            kill(pid)
        parent.wait(10)
        workfront.door.cut()

        server.start_api_server(2)
        assert {ask.result(90).generation for ask in asks} == {1}
        assert read.result(30) == 0
        assert_one_call(workfront)


def counted(workfront):
    """Read something as a task does: its token comes from the broker."""
    with workfront.client() as client:
        return client.count("PROJ", {"name": "there is none of this name"})


@pytest.mark.parametrize("dies", [False, True], ids=["alive", "killed meanwhile"])
def test_the_database_away_at_the_commit(server, dies):
    """T8: the new token waits in memory until the database is back, or in the rescue folder if its process dies."""
    with tenant(server) as workfront:
        workfront.door.answers.clear()
        workfront.callers.submit(workfront.outcome)
        assert workfront.door.answered.wait(20)
        holder = server.holder(workfront.conn_id)
        with away(server.database):
            workfront.door.answers.set()
            eventually(lambda: failures(server, workfront) >= 6, 30, "the commit to have failed for some seconds")
            if dies:
                killed(server, holder)

        if not dies:  # nobody has to ask for it to be stored
            eventually(lambda: workfront.grant.generation == 1, 30, "the token to be stored")
        assert workfront.asked().generation == 1
        assert_one_call(workfront)


def test_a_caller_rides_out_a_database_that_is_away(server):
    """T8: who asks meanwhile is not told that its connection is unknown, but asks again and is served."""
    with tenant(server) as workfront:
        with away(server.database):
            ask = workfront.callers.submit(workfront.outcome)
            eventually(lambda: ask.done() or not server.serves(), 20, "the api-server to notice")
            futures.wait([ask], timeout=3)  # it has asked a few times by then

        assert not isinstance(ask.result(60), WorkfrontError), ask.result()
        assert_one_call(workfront)


@contextmanager
def away(database):
    """Stop the database, and start it again whatever happens."""
    database.stop()
    try:
        yield
    finally:
        database.start()


def failures(server, workfront):
    """Count how often the new token could not be stored."""
    said = "".join(path.read_text() for path in server.home.glob("api-server.*.log"))
    return said.count(f"Cannot store the new token of connection '{workfront.conn_id}'")
