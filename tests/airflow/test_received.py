"""Which changes belong to a run: tests/scheduler/test_changes.py has it with Airflow's own events and store."""

from __future__ import annotations

from airflow_provider_workfront.triggers.received import MOST_REMEMBERED, own, remembering

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
