"""Which changes belong to a run: tests/scheduler/test_changes.py has it with Airflow's own events and store."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from airflow.sdk import Asset
from airflow.sdk.exceptions import AirflowFailException
from airflow.sdk.execution_time.context import set_current_context

from airflow_provider_workfront.triggers.received import MOST_REMEMBERED, changed_ids, own, remembering

EVENTS = [{"id": "a", "ids": ["1"]}, {"id": "b", "ids": ["2"]}]


def test_an_event_belongs_to_the_run_that_had_it_first():
    """The same run gets it again when its task is tried again; another one does not."""
    received = remembering({}, EVENTS[:1], "run 1")

    assert own(EVENTS, received, "run 1") == EVENTS
    assert own(EVENTS, received, "run 2") == EVENTS[1:]


def test_the_oldest_events_are_forgotten():
    """What comes again comes soon."""
    received: dict[str, str] = {}
    for number in range(MOST_REMEMBERED + 50):
        received = remembering(received, [{"id": str(number), "ids": []}], "run")

    assert list(received) == [str(number) for number in range(50, MOST_REMEMBERED + 50)]
    assert list(remembering(received, [{"id": "50", "ids": []}], "run"))[-1] == "50"


def test_what_a_webhook_told_is_a_change():
    """So is what a task of ours wrote; events of people and of other tasks name no object that changed."""
    asset = Asset("workfront://acme.my.workfront.com/PROJ")
    extras = [{"event_type": "UPDATE", "obj_id": "b"}, {"event_type": "MISSED", "obj_id": "a"}, {}, {"rows": 5}]
    events = {asset: [SimpleNamespace(extra=extra) for extra in extras]}

    with set_current_context({"dag_run": None, "triggering_asset_events": events}):
        assert changed_ids(asset) == ["a", "b"]


def test_a_task_without_the_asset_among_its_inlets_is_told_so():
    """Airflow gives it no store then, and no word about why."""
    asset = Asset("current_tasks")
    event = SimpleNamespace(extra={"from_trigger": True, "payload": EVENTS[0]})
    run = SimpleNamespace(dag_id="d", run_id="r", clear_number=0)
    context = {"dag_run": run, "triggering_asset_events": {asset: [event]}}

    with set_current_context(context), pytest.raises(AirflowFailException, match=r"inlets=\[asset\].*'current_tasks'"):
        changed_ids(asset)


class Inlet(list):
    """Events of an asset, as a task reads them."""

    def after(self, moment):
        """Give those of a moment and later."""
        return [event for event in self if event.timestamp >= datetime.fromisoformat(moment)]


def test_what_airflow_left_over_is_received_once():
    """Airflow gives the first of four events to a run, and all later ones to the next; each belongs to one run."""
    asset, store, begin = Asset("current_tasks"), {}, datetime(2026, 11, 30, tzinfo=UTC)
    keeper = SimpleNamespace(get=store.get, set=store.__setitem__)

    def event(number):
        payload = {"id": f"event {number}", "ids": [str(number)]}
        extra = {"from_trigger": True, "payload": payload}
        return SimpleNamespace(extra=extra, timestamp=begin + timedelta(seconds=number))

    def received(run_id, triggering, there, clear_number=0):
        context = {
            "dag_run": SimpleNamespace(dag_id="d", run_id=run_id, clear_number=clear_number),
            "triggering_asset_events": {asset: triggering},
            "inlet_events": {asset: Inlet(there)},
            "asset_state_store": {asset: keeper},
        }
        with set_current_context(context):
            return changed_ids(asset)

    events = [event(number) for number in range(6)]
    assert received("run 1", events[:1], events[:3]) == ["0", "1", "2"]
    assert received("run 1", events[:1], events[:4]) == ["0", "1", "2"]  # a task that is tried again
    assert received("run 2", events[1:4], events[:5]) == ["3", "4"]
    assert received("run 1", events[:1], events, clear_number=1) == ["0", "1", "2"]
    assert received("run 3", events[4:], events) == ["5"]
    assert received("forgotten", events[:1], events, clear_number=1) == []
