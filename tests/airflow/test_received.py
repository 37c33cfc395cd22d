"""Which changes belong to a run: tests/scheduler/test_changes.py has it with Airflow's own events and store."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from airflow.sdk import Asset
from airflow.sdk.exceptions import AirflowFailException
from airflow.sdk.execution_time.context import set_current_context

from airflow_provider_workfront.triggers.received import LATE, MOST_REMEMBERED, Event, Received, changed_ids

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)
A, B, C = (Event(name, (name.upper(),), NOON + timedelta(seconds=at)) for at, name in enumerate("abc"))
NOTHING = Received(NOON)


def test_an_event_belongs_to_the_run_that_had_it_first():
    """The same run gets it again when its task is tried again; another one does not."""
    received = NOTHING.with_run("run 1", [A])

    assert received.own([A, B], [], "run 1") == [A, B]
    assert received.own([A, B], [], "run 2") == [B]


def test_an_event_that_airflow_gave_to_no_run_is_taken_from_the_asset():
    """By the run that was made of an earlier one; then the run that Airflow gives it to has nothing."""
    assert NOTHING.own([A], [A, B, C], "run 1") == [A, B, C]
    received = NOTHING.with_run("run 1", [A, B, C])

    assert received.own([B, C], [B, C], "run 2") == []
    assert received.own([A], [A, B, C], "run 1") == [A, B, C]


def test_an_event_that_is_stored_late_is_taken():
    """Its time is before one that a run has received already."""
    assert NOTHING.with_run("run 1", [A, C]).own([], [B, C], "run 2") == [B]


def test_a_cleared_run_takes_nothing_that_is_forgotten():
    """It was received by some run, though nobody remembers which; its own it gets from Airflow."""
    later = Event("z", ("Z",), C.at + LATE)
    received = NOTHING.with_run("run 9", [later])

    assert received.own([A], [A, B], "run 1") == [A]
    assert received.since("run 1", A.at) == later.at - LATE
    assert received.since("run 9", A.at) == A.at


def test_the_oldest_events_are_forgotten():
    """What comes again comes soon."""
    received = NOTHING
    events = [Event(str(number), (), NOON) for number in range(MOST_REMEMBERED + 50)]
    for number in range(0, len(events), 50):
        received = received.with_run(f"run {number}", events[number : number + 50])

    assert [each for ids in received.runs.values() for each in ids] == [event.id for event in events[50:]]
    assert Received.read(received.write(), C.at) == received
    assert len(str(received.write())) < 16_000


def test_what_a_webhook_told_is_a_change():
    """So is what a task of ours wrote; events of people and of other tasks name no object that changed."""
    asset = Asset("workfront://acme.my.workfront.com/PROJ")
    extras = [{"event_type": "UPDATE", "obj_id": "b"}, {"event_type": "MISSED", "obj_id": "a"}, {}, {"rows": 5}]
    events = {asset: [SimpleNamespace(extra=extra, timestamp=NOON) for extra in extras]}

    with set_current_context({"dag_run": None, "triggering_asset_events": events}):
        assert changed_ids(asset) == ["a", "b"]


def test_a_task_without_the_asset_among_its_inlets_is_told_so():
    """Airflow gives it no store then, and no word about why."""
    asset = Asset("current_tasks")
    event = SimpleNamespace(extra={"from_trigger": True, "payload": {"id": "a", "ids": ["1"]}}, timestamp=NOON)
    context = {"dag_run": SimpleNamespace(dag_id="d", run_id="r"), "triggering_asset_events": {asset: [event]}}

    with set_current_context(context), pytest.raises(AirflowFailException, match=r"inlets=\[asset\].*'current_tasks'"):
        changed_ids(asset)
