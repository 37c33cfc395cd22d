"""Which changes belong to a run: tests/scheduler/test_changes.py has it with Airflow's own events and store."""

from __future__ import annotations

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
    context = {"dag_run": SimpleNamespace(dag_id="d", run_id="r"), "triggering_asset_events": {asset: [event]}}

    with set_current_context(context), pytest.raises(AirflowFailException, match=r"inlets=\[asset\].*'current_tasks'"):
        changed_ids(asset)
