"""One refresh, however many ask: tasks of the LocalExecutor on PostgreSQL, two api-server processes."""

from __future__ import annotations

import time

import pytest
from support.grants import REVOKING, Tenant, eventually, tenant
from support.together import together

from airflow_provider_workfront.api.errors import AuthenticationError, PermissionDeniedError
from airflow_provider_workfront.broker.client import Run
from airflow_provider_workfront.simulator import Fault, Options

pytestmark = pytest.mark.timeout(400)


def at_once(workfront, tasks, **conf):
    """Start that many tasks."""
    return workfront.airflow.trigger("at_once", tasks=tasks, conn_id=workfront.conn_id, **conf)


def succeeded(workfront, dag_id, run_id):
    """Tell whether a run ends well."""
    return workfront.airflow.ended(dag_id, run_id) == "success"


@pytest.mark.slow
def test_thirty_two_tasks_at_once_make_one_token_call(airflow, tmp_path):
    """T1: all of them need a token in the same second; one of two processes refreshes, nothing is reused."""
    with tenant(airflow, REVOKING) as workfront:
        assert together(workfront, 32, tmp_path / "start")

        assert workfront.stats["by_kind"]["count"] == 32
        assert (workfront.stats["token_calls"], workfront.stats["reuse"]) == (1, 0)
        assert workfront.stored in workfront.live


@pytest.mark.slow
def test_a_session_killed_under_twelve_tasks_costs_one_refresh(strict, tmp_path):
    """T14: each task sees one 401, one of them refreshes, each sends its call again once."""
    gate = tmp_path / "open"
    run_id = at_once(strict, 12, calls=2, gate=str(gate))
    eventually(lambda: strict.stats["by_kind"].get("count", 0) == 12, 180, "the first calls of all tasks")
    strict.simulator.sessions.expire()
    gate.touch()

    assert succeeded(strict, "at_once", run_id)
    assert (strict.stats["token_calls"], strict.stats["reuse"]) == (2, 0)
    assert strict.stats["unauthorized"] == 12
    assert strict.stats["by_kind"]["count"] == 12 + 12 + 12


@pytest.mark.slow
def test_twenty_runs_that_start_together_need_a_handful(strict):
    """each_run: a token issued after a run began is fresh enough for it, so runs share where they overlap."""
    runs = [strict.airflow.trigger("few", conn_id=strict.conn_id) for _ in range(20)]

    assert all(succeeded(strict, "few", run_id) for run_id in runs)
    assert strict.stats["token_calls"] <= 6
    assert strict.stats["reuse"] == 0


def test_each_run_and_each_clearing_rotates_once(strict):
    """Tasks of one run share a refresh; the next run rotates again, and so does the same run once cleared."""
    run_id = at_once(strict, 2)
    assert succeeded(strict, "at_once", run_id)
    assert strict.stats["token_calls"] == 1

    second = at_once(strict, 2)
    assert succeeded(strict, "at_once", second)
    assert strict.stats["token_calls"] == 2

    path = f"/api/v2/dags/at_once/dagRuns/{second}/clear"
    strict.airflow.http.post(path, json={"dry_run": False}).raise_for_status()
    assert succeeded(strict, "at_once", second)
    assert (strict.stats["token_calls"], strict.grant.generation, strict.stats["reuse"]) == (3, 3, 0)


def test_when_due_outlives_runs(airflow):
    """when_due: the second run takes the token of the first."""
    with tenant(airflow, refresh="when_due") as workfront:
        for _ in range(2):
            assert succeeded(workfront, "few", workfront.airflow.trigger("few", conn_id=workfront.conn_id))
        assert workfront.stats["token_calls"] == 1


def test_a_scheduler_whose_clock_is_ahead_makes_no_storm(strict):
    """A run that begins a minute from now refreshes once, not with each of its tasks."""
    early = Run("dag\nearly\n0", time.time() + 60)
    generations = [strict.asked(run=early).generation for _ in range(5)]

    assert generations == [1] * 5
    assert strict.stats["token_calls"] == 1


def test_whoever_has_no_run_takes_what_is_good(strict):
    """A trigger or a script does not rotate: any usable token does."""
    strict.asked(run=strict.runs_over())
    for _ in range(3):
        strict.asked()

    assert strict.stats["token_calls"] == 1


@pytest.mark.parametrize("expires_in", [0, "missing", -1, 10**12, "soon", None])
def test_an_unknown_lifetime_lasts_until_a_401(airflow, expires_in):
    """T13: an absurd `expires_in` neither expires at once nor makes a storm; a refusal refreshes once."""
    with tenant(airflow, Options(expires_in=expires_in)) as workfront:
        first = [workfront.asked() for _ in range(3)][-1]
        assert workfront.stats["token_calls"] == 1

        again = [workfront.asked(refused=first) for _ in range(3)]
        assert workfront.stats["token_calls"] == 2
        assert {credential.generation for credential in again} == {2}


def test_tokens_that_live_for_seconds_work(airflow):
    """A lifetime of 5 s: a task calls on and on for 8 s; a token at its end is replaced, seldom after a refusal."""
    with tenant(airflow, Options(expires_in=5, session_seconds=5.0)) as workfront:
        _call_for(8, workfront)

        assert 2 <= workfront.stats["token_calls"] <= 4
        assert workfront.stats["unauthorized"] <= workfront.stats["token_calls"] - 1
        assert workfront.stats["reuse"] == 0


def test_sessions_that_end_sooner_than_was_said_work(airflow):
    """Nothing tells of their end: at each, one refused call is sent again."""
    with tenant(airflow, Options(expires_in=3600, session_seconds=3.0)) as workfront:
        _call_for(8, workfront)

        assert 3 <= workfront.stats["token_calls"] <= 4
        assert workfront.stats["unauthorized"] == workfront.stats["token_calls"] - 1
        assert workfront.stats["reuse"] == 0


def _call_for(seconds: float, workfront: Tenant) -> None:
    until = time.monotonic() + seconds
    with workfront.client() as client:
        while time.monotonic() < until:
            client.count("PROJ")


def test_a_401_that_stays_fails_at_the_second(strict):
    """T15: one refresh, one replay, then an error: no loop."""
    strict.plan(Fault("401", path="api", times=50))

    with strict.client() as client, pytest.raises(AuthenticationError):
        client.count("PROJ")
    assert strict.stats["token_calls"] == 2


def test_a_403_never_refreshes(strict):
    """T16: it is about rights, not about the session."""
    strict.plan(Fault("403", path="api", times=50))

    with strict.client() as client, pytest.raises(PermissionDeniedError):
        client.count("PROJ")
    assert strict.stats["token_calls"] == 1


def test_reading_a_fresh_token_writes_nothing(strict):
    """T29: hundreds of asks, no token call, not one new version of the record."""
    strict.asked()
    before = strict.airflow.cipher(strict.conn_id)

    asks = [strict.ask() for _ in range(300)]
    assert {ask.result(120).generation for ask in asks} == {1}
    assert strict.airflow.cipher(strict.conn_id) == before
    assert strict.stats["token_calls"] == 1


def test_a_dag_that_writes_over_the_record_harms_nothing(strict):
    """`Variable.set` in a task: the record is put back from memory, or rebuilt from the connection."""
    strict.asked()
    strict.airflow.run("spoiled", conn_id=strict.conn_id)

    assert strict.stored in strict.live
    assert strict.stats["reuse"] == 0
