"""The trigger of deferred sensors, on an event loop, against a simulator on a socket."""

from __future__ import annotations

import asyncio
import json
import os
import time
from asyncio import create_task, gather, get_running_loop, wait_for
from contextlib import asynccontextmanager
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from airflow.serialization.serialized_objects import BaseSerialization
from support.blocking import noticed
from support.watched import served

from airflow_provider_workfront.api.call import Retry
from airflow_provider_workfront.api.condition import EnoughFound, FieldStands, as_json
from airflow_provider_workfront.api.errors import (
    BrokerUnavailable,
    NotFoundError,
    PermissionDeniedError,
    RateLimitError,
    ReauthorizationRequired,
    TokenError,
    TransportError,
)
from airflow_provider_workfront.simulator import Options
from airflow_provider_workfront.simulator.faults import Fault
from airflow_provider_workfront.triggers import WorkfrontConditionTrigger, pool
from airflow_provider_workfront.triggers.pool import pooled
from airflow_provider_workfront.triggers.rounds import Poll, groups
from airflow_provider_workfront.triggers.unrepeated import Unrepeated
from airflow_provider_workfront.triggers.waiting import LAST_LOOK, TOKEN_PATIENCE, needs_somebody, until_next

CONN_ID = "workfront_default"
ID = "a" * 32


def trigger(condition, **settings):
    """Make a trigger as the triggerer does: from what was stored."""
    made = WorkfrontConditionTrigger(CONN_ID, as_json(condition), **{"poke_interval": 0.1, **settings})
    path, kwargs = made.serialize()
    assert path == f"{type(made).__module__.rpartition('.')[0]}.{type(made).__name__}"
    stored = json.loads(json.dumps(BaseSerialization.serialize(kwargs)))
    return WorkfrontConditionTrigger(**BaseSerialization.deserialize(stored))


async def fired(condition, **settings):
    """Run a trigger until it fires; give what it says."""
    events = [event async for event in trigger(condition, **settings).run()]
    assert len(events) == 1
    return events[0].payload["error"]


async def test_it_ends_at_its_own_deadline(simulator):
    """Under `dag.test()` nobody else ends it; the task asks once more, and is out of time."""
    began = time.time()

    assert await fired(EnoughFound("PROJ", {"name": "nobody"}, 1, None), deadline=began + 0.4) is None
    assert time.time() >= began + 0.4


def calls(simulator):
    """List the paths that were asked, and the fields and IDs with them."""
    parts = [urlsplit(request.target) for request in simulator.asked]
    return [(part.path.partition("v21.0/")[2], parse_qs(part.query).get("ID", [])) for part in parts]


async def until(condition):
    """Wait until something holds."""
    while not condition():  # noqa: ASYNC110 it watches another thread
        await asyncio.sleep(0.01)


def projects(simulator):
    """Give the IDs of all projects."""
    return list(simulator.world.objects("PROJ"))


@asynccontextmanager
async def waiting(*conditions):
    """Keep triggers running for the block."""
    tasks = [create_task(fired(condition)) for condition in conditions]
    try:
        yield tasks
    finally:
        for task in tasks:
            task.cancel()
        await gather(*tasks, return_exceptions=True)


# -- waiting


async def test_it_fires_when_the_field_has_changed(simulator):
    """Not before, and with nothing in the event but that there was no error."""
    project = projects(simulator)[0]
    simulator.world.update("PROJ", project, {"status": "PLN"})
    async with waiting(FieldStands("PROJ", project, "status", reaches="CUR")) as (task,):
        await until(lambda: len(simulator.asked) >= 2)
        assert not task.done()
        simulator.world.update("PROJ", project, {"status": "CUR"})
        assert await wait_for(task, 20) is None


async def test_it_asks_once_more_before_the_time_is_up(simulator):
    """However long the interval has become; Airflow's own sensors poke a last time too."""
    deadline = time.time() + LAST_LOOK + 0.5
    condition = EnoughFound("PROJ", {}, at_least=1)

    assert await wait_for(fired(condition, poke_interval=1e9, deadline=deadline), 20) is None


async def test_a_long_wait_does_not_fill_the_log(simulator, capsys):
    """Each thing is said once: how it stands, that Workfront is away, and how it stands afterwards."""
    async with waiting(EnoughFound("PROJ", {}, at_least=1000)):
        await until(lambda: len(simulator.asked) >= 3)
        simulator.faults.plan([Fault("reset", "count", times=(times := Retry().tries_unanswered))])
        asked = len(simulator.asked)
        await until(lambda: len(simulator.asked) >= asked + times + 3)

    said = capsys.readouterr().out
    assert said.count("PROJ match, wanted are at least 1000") == 2
    assert said.count("Workfront could not be asked") == 1


def test_what_is_said_again():
    """What is new at once, the same when enough time has passed."""
    often, seldom = Unrepeated(again_after=0), Unrepeated()

    assert [often.is_due(line) for line in ("a", "a")] == [True, True]
    assert [seldom.is_due(line) for line in ("a", "a", "b", "a")] == [True, False, True, True]
    assert [seldom.is_over(), seldom.is_over(), seldom.is_due("a")] == [True, False, True]


async def test_it_fires_when_so_many_match(simulator):
    """A count is polled in the same way."""
    assert await fired(EnoughFound("PROJ", {"status": {"in": ["CUR", "PLN"]}}, at_least=1)) is None
    assert [path for path, _ in calls(simulator)] == ["proj/count"]


async def test_what_passes_by_itself_is_asked_again(simulator, capsys):
    """Workfront is away for longer than the client tries: the log says so, and the wait goes on."""
    simulator.faults.plan([Fault("reset", "count", times=Retry().tries_unanswered)])

    assert await fired(EnoughFound("PROJ", {}, at_least=1)) is None
    assert "could not be asked, and will be again: GET proj/count: no answer" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("condition", "said"),
    [
        (FieldStands("PROJ", ID, "status", reaches="CUR"), "not found"),
        (FieldStands("PROJ", "", "statos", reaches="CUR"), "statos"),
        (FieldStands("PROJ", "", "name", passes=3), "is no number"),
        (EnoughFound("PROJ", {"statos": "CUR"}, at_least=1), "statos"),
    ],
)
async def test_what_stays_wakes_the_task(simulator, condition, said):
    """No object, no such field, a value that cannot pass: the task has to meet the error itself, once."""
    if isinstance(condition, FieldStands) and not condition.obj_id:
        condition = FieldStands(**as_json(condition) | {"obj_id": projects(simulator)[0]})
    assert said in await fired(condition)


async def test_a_connection_that_is_gone_wakes_the_task(simulator, monkeypatch):
    """Once it has been away for some minutes: whoever deleted it shall see a task that says so."""
    monkeypatch.delenv("AIRFLOW_CONN_WORKFRONT_DEFAULT")
    made = trigger(EnoughFound("PROJ", {}, at_least=1))
    made.connection_patience = 0.3
    (event,) = [event async for event in made.run()]

    assert CONN_ID in event.payload["error"]


async def test_a_connection_that_is_away_for_a_moment_is_waited_for(simulator, monkeypatch, capsys):
    """Somebody saves it anew: no task wakes for that."""
    uri = os.environ["AIRFLOW_CONN_WORKFRONT_DEFAULT"]
    monkeypatch.delenv("AIRFLOW_CONN_WORKFRONT_DEFAULT")
    async with waiting(EnoughFound("PROJ", {}, at_least=1)) as (task,):
        said = ""
        while "isn't defined" not in said:
            await asyncio.sleep(0.01)
            said += capsys.readouterr().out
        assert not task.done()
        monkeypatch.setenv("AIRFLOW_CONN_WORKFRONT_DEFAULT", uri)
        assert await wait_for(task, 20) is None


async def test_it_ends_by_itself_at_the_deadline(simulator):
    """A triggerer would end it; `dag.test()` leaves that to the trigger, and the sensor says that its time is up."""
    condition = EnoughFound("PROJ", {}, at_least=1000)

    assert await wait_for(fired(condition, poke_interval=1e9, deadline=time.time() + 0.3), 5) is None


# -- together


async def test_many_sensors_ask_in_few_calls(simulator):
    """Of 150 waits for the same field of 30 projects, a search asks for all; equal counts are one."""
    ids = projects(simulator)[:30]
    assert len(ids) > 2
    fields = [FieldStands("PROJ", obj_id, "status", reaches="NOT") for obj_id in ids * 5]
    counts = [EnoughFound("PROJ", {"status": "CUR"}, at_least=1000 + number) for number in range(20)]
    async with waiting(*fields, *counts):
        await until(lambda: len(simulator.asked) >= 4)
        asked = calls(simulator)

    assert {path for path, _ in asked} == {"proj/search", "proj/count"}
    assert all(sorted(set(found)) == sorted(ids) for path, found in asked if path == "proj/search")


def test_a_call_holds_a_hundred_objects_of_one_type_and_field():
    """Workfront takes as many IDs at once; `$$USER` is none, and asked for alone."""
    loop = asyncio.new_event_loop()
    wished = [FieldStands("PROJ", f"{number:032x}", "status", "CUR") for number in range(250)]
    wished += [FieldStands("project", f"{number:032x}", "status", "CPL") for number in range(250)]  # the same objects
    wished += [FieldStands("PROJ", ID, "name", "x"), FieldStands("USER", "$$USER", "name", "x")]
    wished += [FieldStands("USER", ID, "name", "x"), EnoughFound("PROJ", {}, 1), EnoughFound("PROJ", {}, 2)]

    found = list(groups(Poll(condition, loop.create_future()) for condition in wished))
    loop.close()

    assert sorted(map(len, found)) == [1, 1, 1, 2, 100, 200, 200]
    assert sum(map(len, found)) == len(wished)


async def test_one_lost_object_is_no_trouble_for_the_others(simulator):
    """What a search does not bring is asked for alone, and its trigger alone ends."""
    here = projects(simulator)[0]
    simulator.world.update("PROJ", here, {"status": "CUR"})
    wishes = [FieldStands("PROJ", obj_id, "status", reaches="CUR") for obj_id in (ID, here)]
    lost, found = await wait_for(gather(*map(fired, wishes)), 20)

    assert "404" in lost
    assert found is None


async def test_triggers_keep_to_the_limit(monkeypatch):
    """Twenty counts that differ are due at once: no more calls are open than the connection allows, none is refused."""
    with served(monkeypatch, Options(concurrency=2, latency_seconds=0.02), max_concurrency=2) as simulator:
        conditions = [EnoughFound("PROJ", {"name": f"no. {number}"}, at_least=1) for number in range(20)]
        async with waiting(*conditions):
            await until(lambda: len(simulator.asked) >= 40)
        stats = simulator.stats()

    assert (stats["rate_limited"], stats["peak_concurrency"]) == (0, 2)


async def test_what_cannot_be_asked_spoils_no_round(simulator):
    """A trigger whose condition is nonsense fails by itself, before it joins the others."""
    with pytest.raises(ValueError, match="is not an object code"):
        await fired(EnoughFound("PROJ/x", {}, at_least=1))
    assert simulator.asked == []


async def test_one_client_that_is_closed_with_the_last(simulator):
    """Two waits share connections; a cancelled one leaves them to the other, the last takes them down."""
    before = set(asyncio.all_tasks())
    conditions = [FieldStands("PROJ", projects(simulator)[n], "status", reaches="NOT") for n in (0, 1)]
    async with waiting(*conditions) as (first, second):
        await until(lambda: len(simulator.asked) >= 1)
        (shared,) = pool._POOLS[get_running_loop()].values()
        first.cancel()
        await gather(first, return_exceptions=True)
        asked = len(simulator.asked)
        await until(lambda: len(simulator.asked) > asked)  # the other goes on
        assert not shared._rounds.done()
        second.cancel()
        await gather(second, return_exceptions=True)
        assert shared._rounds.done()
    assert set(asyncio.all_tasks()) == before


async def test_an_edited_connection_is_used_before_long(simulator, monkeypatch):
    """The client is opened anew now and then; what is asked next goes where the connection leads now."""
    everything = EnoughFound("PROJ", {}, at_least=1)
    async with pool.Pool(CONN_ID, fresh_for=0.0).joined() as joined:
        count = await joined.ask(everything)
        with served(monkeypatch) as other:
            other.world.remove("PROJ", next(iter(other.world.objects("PROJ"))))
            assert await wait_for(joined.ask(everything), 20) == count - 1


async def test_an_error_reaches_whoever_asked(simulator):
    """As the client raised it."""
    async with pooled(CONN_ID) as joined:
        with pytest.raises(NotFoundError):
            await joined.ask(FieldStands("PROJ", ID, "status", reaches="CUR"))


async def test_a_slow_call_holds_up_no_other(simulator):
    """What is asked after it has its answer first: a count over everything must not slow down all waits."""
    simulator.faults.plan([Fault("slow", "proj/count", delay=2.0)])
    everything, tasks = (EnoughFound(code, {}, at_least=1) for code in ("PROJ", "TASK"))
    async with pool.Pool(CONN_ID, patience=0.05).joined() as joined:
        slow = create_task(joined.ask(everything))
        await until(lambda: simulator.asked)
        assert await wait_for(joined.ask(tasks), 20)
        assert not slow.done()
        assert await wait_for(slow, 20)


async def test_a_slow_call_holds_up_nobody_when_the_client_is_opened_anew(simulator):
    """The old client ends with its last call; meanwhile the next one asks what others want."""
    simulator.faults.plan([Fault("slow", "proj/count", delay=2.0)])
    everything, tasks = (EnoughFound(code, {}, at_least=1) for code in ("PROJ", "TASK"))
    async with pool.Pool(CONN_ID, fresh_for=0.0, patience=0.05).joined() as joined:
        slow = create_task(joined.ask(everything))
        await until(lambda: simulator.asked)
        for _ in range(2):
            assert await wait_for(joined.ask(tasks), 20)
        assert not slow.done()
        assert await wait_for(slow, 20)


async def test_a_round_that_cannot_be_grouped_is_an_error_to_those_in_it(simulator):
    """Nobody waits for ever, and the next round is asked."""
    async with pooled(CONN_ID) as joined:
        with pytest.raises(ValueError, match="is not an object code"):
            await wait_for(joined.ask(EnoughFound("PROJ/x", {}, at_least=1)), 20)
        assert await wait_for(joined.ask(EnoughFound("PROJ", {}, at_least=1)), 20)


# -- when


@pytest.mark.parametrize(("now", "interval", "seconds"), [(120.0, 60, 60), (121.5, 60, 58.5), (7.0, 2.5, 0.5)])
def test_equal_intervals_end_at_the_same_moment(now, interval, seconds):
    """So that waits that began at different times are asked together."""
    assert until_next(now, interval) == seconds


def test_the_intervals_double_up_to_a_bound():
    """As Airflow's own sensors do with `exponential_backoff`; without it they stay."""
    patient = WorkfrontConditionTrigger(CONN_ID, {}, 10, exponential_backoff=True, max_wait=35)._intervals()
    steady = WorkfrontConditionTrigger(CONN_ID, {}, 10)._intervals()

    assert [next(patient) for _ in range(4)] == [10, 20, 35, 35]
    assert [next(steady) for _ in range(3)] == [10, 10, 10]


@pytest.mark.parametrize(
    ("error", "without_token", "stays"),
    [
        (TransportError("reset"), 0, False),
        (RateLimitError(429, "too many"), 0, False),
        (BrokerUnavailable("away"), 1, False),
        (TokenError("the last refresh failed"), 3600, False),
        (TokenError("the last refresh failed"), TOKEN_PATIENCE, True),
        (ReauthorizationRequired("refused"), 1, True),
        (PermissionDeniedError(403, "no"), 0, True),
    ],
)
def test_what_needs_somebody(error, without_token, stays):
    """An outage may last; an authorization that has ended, and a token that never comes, want a person."""
    assert needs_somebody(error, without_token) is stays


# -- nothing blocks


async def test_nothing_blocks_the_event_loop(simulator):
    """Connection, session, calls, an error and the end: no socket that waits, no sleep, no look-up of a name."""
    wishes = [FieldStands("PROJ", ID, "status", reaches="CUR"), EnoughFound("PROJ", {}, at_least=1)]
    with noticed() as blocking:
        await wait_for(gather(*map(fired, wishes)), 20)

    assert len(simulator.asked) >= 2
    assert blocking == []


async def test_what_blocks_is_noticed(simulator):
    """Else the test before would prove nothing."""
    with noticed() as blocking:
        time.sleep(0)  # noqa: ASYNC251, TID251 it is to be noticed
        with httpx.Client() as http:
            http.get(json.loads(os.environ["AIRFLOW_CONN_WORKFRONT_DEFAULT"])["host"])  # noqa: ASYNC212 the same

    assert {"sleep", "connect", "send", "recv"} <= set(blocking)
