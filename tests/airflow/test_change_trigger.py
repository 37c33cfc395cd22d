"""The trigger of asset watchers: each change told, by the streams of Airflow's own triggerer, over restarts too."""

from __future__ import annotations

import asyncio
import json
import logging
import os
from asyncio import get_running_loop
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from random import Random
from urllib.parse import parse_qs, urlsplit

import pytest
from airflow.sdk import Asset, AssetWatcher
from airflow.sdk.exceptions import AirflowException
from airflow.triggers.shared_stream import SharedStreamManager
from support.blocking import noticed
from support.watching import Stores, edit, watching

from airflow_provider_workfront.api.changes import Change, ChangedSince
from airflow_provider_workfront.simulator.faults import Fault
from airflow_provider_workfront.simulator.http import json_response
from airflow_provider_workfront.triggers import WorkfrontChangeTrigger
from airflow_provider_workfront.triggers.feed import ChangeFeed
from airflow_provider_workfront.triggers.lookout import Looked, Lookout
from airflow_provider_workfront.triggers.pool import Pool, pooled

CONN_ID = "workfront_default"
FAST = {"poll_interval": 0.1, "end_lag": 0.1}
NAMES = map("name {}".format, count())
LOGGERS = "airflow_provider_workfront.triggers"


def changed(**arguments):
    """Make a trigger that polls as often as it can."""
    return WorkfrontChangeTrigger(**{"obj_code": "TASK", **FAST, **arguments})


def somebody(simulator):
    """Give a user who is not the connection's own."""
    return next(user for user in simulator.world.objects("USER") if user != simulator.world.admin_id)


def tasks(simulator):
    """Give the IDs of the tasks."""
    return list(simulator.world.objects("TASK"))


def rename(simulator, obj_id, user_id=None):
    """Change an object's name to one that it never had."""
    edit(simulator, user_id or somebody(simulator), "task", obj_id, name=next(NAMES))


def searches(simulator, obj_code="task"):
    """Count the polls."""
    return [urlsplit(request.target).path for request in simulator.asked].count(f"/attask/api/v21.0/{obj_code}/search")


async def until(condition):
    """Wait until something holds; the test's own time limit ends it."""
    while not condition():  # noqa: ASYNC110 it watches other tasks
        await asyncio.sleep(0.01)


async def begun(stores):
    """Wait until a cursor is kept: from then on all is told."""
    await until(lambda: all(stores.kept))


def ids(events):
    """List what was told, in order."""
    return [obj_id for event in events for obj_id in event["ids"]]


# -- what is told


async def test_a_change_is_told_once_and_what_was_there_is_not(simulator):
    """Two objects changed by somebody: their IDs come, the window, and no content."""
    stores = Stores("asset")
    async with watching(changed(), stores) as events:
        await begun(stores)
        one, two = tasks(simulator)[:2]
        rename(simulator, one)
        await until(lambda: events)
        rename(simulator, two)
        await until(lambda: ids(events) == [one, two])
        seen = searches(simulator)
        await until(lambda: searches(simulator) > seen + 3)

    assert ids(events) == [one, two]
    assert events[0].keys() == {"id", "again", "obj_code", "ids", "changed", "since", "until", "more"}
    assert (events[0]["obj_code"], events[0]["again"], events[0]["changed"]) == ("TASK", False, {})


async def test_an_object_that_changes_all_the_time_is_told(simulator):
    """Each look finds it changed anew: it is told all the same, after one poll interval."""
    stores, obj_id = Stores("asset"), tasks(simulator)[0]
    async with watching(changed(poll_interval=0.3, end_lag=0.1), stores) as events:
        await begun(stores)
        while not events:
            rename(simulator, obj_id)
            await asyncio.sleep(0.02)

    assert ids(events)[0] == obj_id


async def test_an_answer_without_an_id_ends_nothing(simulator, caplog, monkeypatch):
    """The log names it, and what comes after it is told."""
    stores, obj_id = Stores("asset"), tasks(simulator)[0]
    async with watching(changed(), stores) as events:
        await begun(stores)
        answer, row = simulator.answer, {"lastUpdateDate": "2026-11-02T13:48:56.980-0600"}
        monkeypatch.setattr(simulator, "answer", lambda _: json_response(200, {"data": [row]}))
        await until(lambda: "without its ID" in caplog.text)
        monkeypatch.setattr(simulator, "answer", answer)
        rename(simulator, obj_id)
        await until(lambda: obj_id in ids(events))


async def test_only_what_the_filters_let_through(simulator):
    """A change of another project's task is none."""
    here = simulator.world.objects("TASK")[tasks(simulator)[0]]["projectID"]
    there = next(obj_id for obj_id, row in simulator.world.objects("TASK").items() if row["projectID"] != here)
    stores = Stores("asset")
    async with watching(changed(filters={"projectID": here}), stores) as events:
        await begun(stores)
        rename(simulator, there)
        rename(simulator, tasks(simulator)[0])
        await until(lambda: events)

    assert ids(events) == [tasks(simulator)[0]]


async def test_own_changes_are_not_told(simulator):
    """Or a DAG that writes would trigger itself; told they are if wanted."""
    own, other = tasks(simulator)[:2]
    quiet, all_of_them = Stores("asset"), Stores("other")
    async with watching(changed(), quiet) as without, watching(changed(ignore_own=False), all_of_them) as with_own:
        await begun(quiet)
        await begun(all_of_them)
        rename(simulator, own, simulator.world.admin_id)
        await until(lambda: with_own)
        rename(simulator, other)
        await until(lambda: without and len(ids(with_own)) == 2)

    assert ids(without) == [other]
    assert ids(with_own) == [own, other]


async def test_changed_fields_are_named_as_far_as_the_history_has_them(simulator):
    """The name is in it, the description is not."""
    one, two = tasks(simulator)[:2]
    stores = Stores("asset")
    async with watching(changed(fields=["name", "status", "description"]), stores) as events:
        await begun(stores)
        rename(simulator, one)
        edit(simulator, somebody(simulator), "task", two, description="changed")
        await until(lambda: len(ids(events)) == 2)

    found = {obj_id: names for event in events for obj_id, names in event["changed"].items()}
    assert found == {one: ["name"]}


async def test_all_fields_that_were_changed_between_two_polls_are_named(simulator):
    """The date of the object is that of the last change only."""
    one = tasks(simulator)[0]
    async with pooled(CONN_ID) as pool:
        lookout = Lookout(changed(fields=["name", "status"], end_lag=0).watch, pool)
        cursor = await lookout.begin()
        rename(simulator, one)
        await asyncio.sleep(0.02)
        edit(simulator, somebody(simulator), "task", one, status="INP")
        (change,) = (await lookout.look(cursor)).ripe

        assert await lookout.fields_of([change]) == {one: ["name", "status"]}


async def test_what_changes_on_and_on_is_told_with_all_its_fields(simulator):
    """It was seen before it was ripe, and changed again before it was told."""
    one = tasks(simulator)[0]
    async with pooled(CONN_ID) as pool:
        lookout = Lookout(changed(fields=["name", "status"]).watch, pool)
        cursor = await lookout.begin()
        rename(simulator, one)
        first = await lookout.look(cursor)
        cursor = cursor.moved(first.at, first.young, 0)
        await asyncio.sleep(0.02)
        edit(simulator, somebody(simulator), "task", one, status="INP")
        second = await lookout.look(cursor)
        await asyncio.sleep(0.1)
        third = await lookout.look(cursor.moved(second.at, second.young, 0))

        assert (first.ripe, second.ripe, len(third.ripe)) == ([], [], 1)
        assert await lookout.fields_of(third.ripe) == {one: ["name", "status"]}


async def test_a_change_is_not_told_before_its_time(simulator):
    """However soon the next poll is."""
    async with pooled(CONN_ID) as pool:
        lookout = Lookout(changed(end_lag=100).watch, pool)
        cursor = await lookout.begin()
        rename(simulator, tasks(simulator)[0])

        assert [len(looked.young) for looked in (await lookout.look(cursor), await lookout.look(cursor))] == [1, 1]


async def test_what_a_dag_writes_to_what_it_was_told_of_is_not_told(simulator):
    """It reacts before the next poll, and would trigger itself for ever."""
    stores, (one, two) = Stores("asset"), tasks(simulator)[:2]
    async with watching(changed(poll_interval=0.5), stores) as events:
        await begun(stores)
        rename(simulator, one)
        await until(lambda: events)
        rename(simulator, one, simulator.world.admin_id)
        await until(lambda: '"pending": null' in str(stores.kept))
        rename(simulator, two)
        await until(lambda: two in ids(events))

    assert ids(events) == [one, two]


async def test_a_change_that_waits_is_told_though_the_own_user_has_changed_the_object_meanwhile(simulator):
    """It was somebody else's once; the own change alone is none."""
    one, two = tasks(simulator)[:2]
    async with pooled(CONN_ID) as pool:
        lookout = Lookout(changed().watch, pool)
        cursor = await lookout.begin()
        rename(simulator, one)
        await lookout.look(cursor)
        for own in (one, two):
            rename(simulator, own, simulator.world.admin_id)
        await lookout.look(cursor)
        await asyncio.sleep(0.1)

        assert [change.obj_id for change in (await lookout.look(cursor)).ripe] == [one]


async def test_a_connection_that_acts_as_another_user_ignores_that_one_before_long(simulator, monkeypatch):
    """Else a DAG that writes would trigger itself from then on."""
    other, (one, two) = somebody(simulator), tasks(simulator)[:2]
    simulator.world.objects("USER")[other]["apiKey"] = "f" * 32
    conn = json.loads(os.environ["AIRFLOW_CONN_WORKFRONT_DEFAULT"])
    async with Pool(CONN_ID, fresh_for=0.0).joined() as pool:
        lookout = Lookout(changed(end_lag=0).watch, pool)
        cursor = await lookout.begin()
        conn["extra"]["api_key"] = "f" * 32
        monkeypatch.setenv("AIRFLOW_CONN_WORKFRONT_DEFAULT", json.dumps(conn))
        rename(simulator, one)
        rename(simulator, two, simulator.world.admin_id)
        await lookout.look(cursor)

        assert [change.obj_id for change in (await lookout.look(cursor)).ripe] == [two]


async def test_an_event_says_how_many_changes_wait_for_later_ones(large_simulator):
    """Those of the same poll that go into the next event count too."""
    stores, many = Stores("asset"), tasks(large_simulator)[:501]
    async with watching(changed(), stores) as events:
        await begun(stores)
        update = {"lastUpdateDate": datetime.now(UTC), "lastUpdatedByID": somebody(large_simulator)}
        with large_simulator.world.lock:  # a poll shall find all of them or none
            for obj_id in many:
                large_simulator.world.update("TASK", obj_id, update)
        await until(lambda: len(ids(events)) == len(many))

    assert (len(events[-2]["ids"]) + len(events[-1]["ids"]), events[-1]["more"]) == (501, 0)
    assert events[-2]["more"] == len(events[-1]["ids"])


async def test_a_history_that_cannot_be_read_stops_nothing(simulator, caplog):
    """The event comes without names of fields, and the log says why."""
    simulator.faults.plan([Fault("403", "jrnle")])
    stores = Stores("asset")
    async with watching(changed(fields=["name"]), stores) as events:
        await begun(stores)
        rename(simulator, tasks(simulator)[0])
        await until(lambda: events)

    assert events[0]["changed"] == {}
    assert "which fields were changed is not known" in caplog.text


# -- nothing missed, nothing doubled


async def test_what_happens_while_no_triggerer_runs_is_told_by_the_next(simulator):
    """And nothing of what the first one told."""
    stores, (one, two) = Stores("asset"), tasks(simulator)[:2]
    async with watching(changed(), stores) as first:
        await begun(stores)
        rename(simulator, one)
        await until(lambda: first)
        await until(lambda: '"pending": null' in str(stores.kept))
    rename(simulator, two)
    async with watching(changed(poll_interval=0.2), stores) as second:  # another interval is no other cursor
        await until(lambda: second)

    assert (ids(first), ids(second)) == ([one], [two])


async def test_an_event_that_a_triggerer_dies_over_comes_again_under_its_id(simulator):
    """Nobody knows whether Airflow had it: whoever must not act twice can tell by the ID."""
    stores, (one, two) = Stores("asset"), tasks(simulator)[:2]
    async with watching(changed(), stores, confirms=False) as first:
        await begun(stores)
        rename(simulator, one)
        await until(lambda: first)
        rename(simulator, two)
    assert len(first) == 1
    async with watching(changed(), stores) as second:
        await until(lambda: len(second) == 2)

    assert second[0] == {**first[0], "again": True}
    assert (ids(second), second[1]["again"]) == ([one, two], False)


async def test_an_event_that_airflow_has_not_noted_comes_again(simulator):
    """A watch that is ended just then has nothing of it in the database, though Airflow takes it for done."""
    stores, one = Stores("asset"), tasks(simulator)[0]
    async with watching(changed(), stores, notes=False) as lost:
        await begun(stores)
        rename(simulator, one)
        await until(lambda: lost)
    async with watching(changed(), stores) as events:
        await until(lambda: events)

    assert events == [{**lost[0], "again": True}]


async def test_of_two_triggerers_that_tell_the_same_one_gives_up(simulator):
    """One was thought dead and came back: it must not tell what the other tells, nor write over its cursor."""
    stores, (one, two) = Stores("asset"), tasks(simulator)[:2]
    async with watching(changed(), stores) as first:
        await begun(stores)
        async with watching(changed(), stores) as second:
            rename(simulator, one)
            await until(lambda: first or second)
            rename(simulator, two)
            await until(lambda: len(ids([*first, *second])) == 2)
            seen = searches(simulator)
            await until(lambda: searches(simulator) > seen + 3)

    assert sorted(map(ids, (first, second))) == [[], [one, two]]


async def test_many_restarts_miss_nothing(simulator):
    """Forty changes, a triggerer that dies every few of them, in some cases over an event: each comes, once by ID."""
    random, stores, database = Random(7), Stores("asset"), []  # noqa: S311 the same story each time
    made = []
    async with watching(changed(), stores):
        await begun(stores)
    for _ in range(10):
        async with watching(changed(), stores, confirms=random.random() < 0.6) as events:
            for _ in range(4):
                made.append(random.choice(tasks(simulator)[:8]))
                rename(simulator, made[-1])
                await asyncio.sleep(random.random() * 0.3)
        database += events
    async with watching(changed(), stores) as events:
        rename(simulator, tasks(simulator)[9])
        await until(lambda: tasks(simulator)[9] in ids(events))
    database += events

    unique = {event["id"]: event for event in database}
    assert set(ids(unique.values())) == {*made, tasks(simulator)[9]}
    assert len([event for event in database if not event["again"]]) <= len(unique)
    assert len(ids(unique.values())) <= len(made) + 1  # several changes of an object between two polls are one


async def test_two_assets_that_watch_the_same_go_on_together(simulator):
    """To Airflow that is one trigger: each asset keeps the cursor, and one that came later knows no less."""
    first, both = Stores("a"), Stores("b", "a")
    async with watching(changed(), first):
        await begun(first)
    both._by_name["a"] = first._by_name["a"]
    rename(simulator, tasks(simulator)[0])
    async with watching(changed(), both) as events:
        await until(lambda: events)
        await until(lambda: both.kept[0] == both.kept[1])

    assert ids(events) == tasks(simulator)[:1]


async def test_two_dag_files_that_watch_the_same_each_keep_a_cursor(simulator):
    """To Airflow those are two triggers with equal arguments: when one has ended, the other begins where it stood."""
    manager, one, other = SharedStreamManager(), Stores("a"), Stores("b")
    async with watching(changed(), one, manager), watching(changed(), other, manager) as events:
        await begun(one)
        await begun(other)
        rename(simulator, tasks(simulator)[0])
        await until(lambda: events)
    rename(simulator, tasks(simulator)[1])
    async with watching(changed(), other) as later:
        await until(lambda: later)

    assert (ids(events), ids(later)) == (tasks(simulator)[:1], tasks(simulator)[1:2])


# -- what it costs


async def test_twenty_watchers_cost_one_poll(simulator):
    """They differ in what they want to know and how far back they look; one search serves them all."""
    manager, watchers = (
        SharedStreamManager(),
        [(changed(overlap=100 + number, max_events_per_minute=9), Stores(f"asset {number}")) for number in range(20)],
    )
    async with AsyncExitStack() as stack:
        events = [await stack.enter_async_context(watching(*watcher, manager)) for watcher in watchers]
        for _, stores in watchers:
            await begun(stores)
        simulator.asked.clear()
        rename(simulator, tasks(simulator)[0])
        await until(lambda: all(events))
        polls = searches(simulator)
    assert polls <= 20  # of twenty watchers, with two looks each at least: alone they would have made forty
    assert all(ids(each) == tasks(simulator)[:1] for each in events)


async def test_who_looks_back_less_gets_what_others_look_back_for(simulator):
    """One search from the earliest moment on serves those that ask together; other filters are another question."""
    long_ago, ahead = (ChangedSince("TASK", {}, moment) for moment in (0, 4_000_000_000_000))
    async with pooled(CONN_ID) as pool:
        all_of_them, same, none = await asyncio.gather(
            pool.ask(ahead), pool.ask(long_ago), pool.ask(replace(ahead, filters={"status": "NEW"}))
        )

    assert len(all_of_them) == len(tasks(simulator))
    assert (same, none) == (all_of_them, [])
    asked = [parse_qs(urlsplit(request.target).query) for request in simulator.asked]
    assert {(query["lastUpdateDate"][0][:4], *query.get("status", [])) for query in asked} == {
        ("1970",),
        ("2096", "NEW"),
    }


async def test_nothing_is_left_behind(simulator):
    """A watcher that is taken away closes its client, and leaves nothing that runs."""
    before, stores = set(asyncio.all_tasks()), Stores("asset")
    async with watching(changed(), stores):
        await begun(stores)
    assert set(asyncio.all_tasks()) == before


def test_the_order_of_filters_and_the_intervals_are_no_other_cursor():
    """Other filters are, and another connection."""
    one = changed(filters={"status": "CUR", "priority": 1}).watch.key

    assert changed(filters={"priority": 1, "status": "CUR"}, poll_interval=5, end_lag=0).watch.key == one
    assert changed(filters={"status": "CUR"}).watch.key != one
    assert changed(filters={"status": "CUR", "priority": 1}, workfront_conn_id="other").watch.key != one


def test_no_more_events_a_minute_than_allowed(caplog):
    """What is more waits for a later minute and is not lost; the log says that a DAG may trigger itself."""

    async def cut():
        feed = ChangeFeed(changed(max_events_per_minute=2).watch, {})
        ripe = [Change(number, f"{number:032x}") for number in range(1300)]
        parts, left = feed._cut(Looked(ripe, [], 0))
        now = get_running_loop().time()
        feed._told_at = [now - 61, now - 30]
        later, rest = feed._cut(Looked(left, [], 0))
        assert 0 < feed._pause(Looked([], [], 0), left) <= 30
        feed._told_at = [now - 30, now - 10]
        assert 30 < feed._pause(Looked([], [], 0), ripe) <= 50  # two events may be told then: each look reads it all
        return parts, left, later, rest

    parts, left, later, rest = asyncio.run(cut())

    assert [len(part) for part in parts] == [500, 500]
    assert [change.at for change in left] == list(range(1000, 1300))
    assert (later, rest) == ([left], [])
    assert "300 more wait, since max_events_per_minute is 2" in caplog.text


# -- what goes wrong


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"obj_code": "NOTE"}, "NOTE has no lastUpdateDate, so its changes cannot be found by polling"),
        ({"obj_code": "TASK/x"}, "is not an object code"),
        ({"filters": {"lastUpdateDate": {"gte": "$$TODAY"}}}, "lastUpdateDate is filtered already"),
        ({"filters": {"status": {"equals": "CUR"}}}, "unknown modifier"),
        ({"filters": ["status"]}, "filters must be a dict"),
        ({"poll_interval": 0}, "poll_interval must be more than 0"),
        ({"poll_interval": timedelta(minutes=1)}, "poll_interval must be a number of seconds, not datetime.timedelta"),
        ({"max_events_per_minute": 0}, "max_events_per_minute 1 or more"),
        ({"overlap": 1, "end_lag": 2}, "overlap 1 no less than it"),
        ({"intervall": 5}, "unexpected keyword argument 'intervall'"),
    ],
)
def test_what_cannot_be_watched_is_refused_when_the_dag_is_parsed(arguments, said):
    """With the reason; as a TypeError, the only error that a triggerer outlives when it makes a trigger."""
    with pytest.raises(TypeError, match=said):
        changed(**arguments)


def test_it_goes_into_an_asset():
    """As a DAG has it."""
    watcher = AssetWatcher(name="tasks", trigger=changed(fields="status", filters={"status": "CUR"}))

    assert Asset("workfront://acme.my.workfront.com/TASK", watchers=[watcher]).watchers == [watcher]


async def test_it_is_not_for_tasks():
    """A task that waits has sensors."""
    with pytest.raises(AirflowException, match="is for an AssetWatcher"):
        await anext(changed().run())


async def test_what_passes_by_itself_is_asked_again(simulator, caplog):
    """Workfront is away for longer than the client tries: the log says so, and nothing is missed."""
    stores = Stores("asset")
    async with watching(changed(), stores) as events:
        await begun(stores)
        simulator.faults.plan([Fault("reset", "search", times=4)])
        rename(simulator, tasks(simulator)[0])
        await until(lambda: events)

    assert ids(events) == tasks(simulator)[:1]
    assert "TASK changes for asset asset: Workfront could not be asked, and will be again" in caplog.text
    assert "Workfront answers again" in caplog.text


@pytest.mark.parametrize("wrong", [{"filters": {"statos": "CUR"}}, {"workfront_conn_id": "nowhere"}])
async def test_what_only_a_person_can_mend_is_said_and_asked_ever_more_seldom(simulator, caplog, wrong):
    """A trigger that ended would be started anew by Airflow every second."""
    with caplog.at_level(logging.ERROR, LOGGERS):
        async with watching(changed(**wrong), Stores("asset")) as events:
            await until(lambda: len(caplog.records) >= 3)

    assert events == []
    assert all("nothing is told until this is mended" in record.message for record in caplog.records)
    assert next(iter(wrong.get("filters", {"nowhere": ""}))) in caplog.records[0].message


async def test_a_misspelt_field_is_said(simulator, caplog):
    """No event would ever name it, and nobody would know why."""
    stores = Stores("asset")
    async with watching(changed(fields=["status", "satus", "DE:Region"]), stores):
        await begun(stores)

    assert "TASK has no field satus, so no event will name it" in caplog.text


async def test_a_type_without_the_user_is_told_of_all_the_same(simulator, caplog):
    """It cannot be known whose changes they are, and the log says so."""
    stores = Stores("asset")
    async with watching(changed(obj_code="ACSREQ"), stores):
        await begun(stores)

    assert "ACSREQ has no lastUpdatedByID, so those of the connection's own user are told too" in caplog.text


async def test_nothing_blocks_the_event_loop(simulator):
    """Connection, calls, an event and the end."""
    stores = Stores("asset")
    with noticed() as blocking:
        async with watching(changed(fields=["name"]), stores) as events:
            await begun(stores)
            rename(simulator, tasks(simulator)[0])
            await until(lambda: events)
    assert blocking == []
