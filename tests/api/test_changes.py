"""The cursor over changes: nothing is told twice, nothing is passed over, whatever clocks and restarts do."""

from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from airflow_provider_workfront.api.changes import (
    MINUTE,
    Change,
    ChangedSince,
    Cursor,
    changes_of,
    clock,
    event_of,
    journal,
    names_of,
    newest,
)

NOON = 1_773_835_200_000  # 2026-03-18T12:00:00Z
OVERLAP = 10 * MINUTE
A, B, C = "a" * 32, "b" * 32, "c" * 32


def at(seconds, obj_id=A, by=""):
    """Make a change so many seconds after noon."""
    return Change(NOON + 1000 * seconds, obj_id, by)


# -- literals


def test_rows_become_changes():
    """In milliseconds of UTC, whatever zone Workfront shows; a row without a date is none."""
    rows = [
        {"ID": A, "lastUpdateDate": "2026-03-18T13:00:01:250+0100", "lastUpdatedByID": B},
        {"ID": B, "lastUpdateDate": None},
        {"ID": C, "lastUpdateDate": "2026-03-18T12:00:00:000+0000", "lastUpdatedByID": None},
    ]
    assert changes_of(rows) == [Change(NOON + 1250, A, B), Change(NOON, C, "")]


def test_what_is_there_at_the_beginning_is_not_told():
    """Whoever begins to watch does not want to hear of last year."""
    cursor = Cursor.begun(NOON, [at(0), at(-599, B)], OVERLAP)

    assert cursor.low == NOON - OVERLAP
    assert cursor.news([at(0), at(-599, B), at(0, C), at(1)]) == [at(0, C), at(1)]


def test_each_change_is_told_once():
    """An object that was changed again is told again, the same change is not; equal moments are no matter."""
    cursor = Cursor.begun(NOON, [], OVERLAP).handing([at(5), at(5, B)], {"id": "e"})

    assert cursor.news([at(5), at(5, B), at(5, C), at(6, B)]) == [at(5, C), at(6, B)]
    assert cursor.pending == {"id": "e"}
    assert cursor.arrived().pending is None
    assert cursor.arrived().news([at(5)]) == []


def test_the_cursor_does_not_pass_what_is_untold():
    """Only the look back moves, up to the oldest change that waits."""
    cursor = Cursor.begun(NOON, [], OVERLAP)

    assert cursor.moved(NOON + 3 * OVERLAP, [], OVERLAP).low == NOON + 2 * OVERLAP
    assert cursor.moved(NOON + 3 * OVERLAP, [at(-5)], OVERLAP).low == at(-5).at
    assert cursor.moved(NOON - OVERLAP, [], OVERLAP) == cursor


def test_what_is_not_looked_at_is_forgotten():
    """The memory holds the overlap and no more."""
    cursor = Cursor.begun(NOON, [at(number) for number in range(-600, 0)], OVERLAP)

    assert sum(map(len, cursor.moved(NOON + 9 * MINUTE, [], OVERLAP).told.values())) == 60
    assert cursor.moved(NOON + 20 * MINUTE, [], OVERLAP).told == {}


def test_a_larger_overlap_tells_nothing_twice():
    """A new setting looks back no farther than the memory does."""
    cursor = Cursor.begun(NOON, [at(0)], OVERLAP)

    assert cursor.moved(NOON + MINUTE, [], 6 * OVERLAP).low == cursor.low


def test_it_goes_through_json():
    """As the store keeps it, an event that is under way included."""
    cursor = Cursor.begun(NOON, [at(0), at(-90, B), at(-91, C)], OVERLAP).handing([at(1)], {"id": "e", "ids": [A]})

    assert Cursor.of_json(json.loads(json.dumps(cursor.as_json()))) == cursor


@pytest.mark.parametrize(
    ("elapsed", "latest", "local", "stands"),
    [
        (60, None, 100, 60),  # nothing changed: time goes by
        (60, 70, 100, 70),  # the dates say more
        (60, 3600, 100, 100),  # a date of the future takes nothing along
        (60, None, -3600, 0),  # a local clock that was put back moves nothing
        (0, None, 9999, 0),  # after a restart nobody knows how long it took
    ],
)
def test_how_far_the_clock_is(elapsed, latest, local, stands):
    """Never farther than Workfront's clock surely is."""
    changes = [] if latest is None else [at(latest)]
    assert clock(Cursor(NOON, NOON - OVERLAP), elapsed * 1000, changes, NOON + local * 1000) == NOON + stands * 1000


def test_an_event_names_objects_and_no_content():
    """IDs, the window, the fields as far as known; the same changes make the same ID."""
    event = event_of("task", [at(1), at(2.5, B)], 7, {A: ["status"]})

    assert event == {
        "id": event_of("TASK", [at(1, by=C), at(2.5, B)], 0, {})["id"],
        "again": False,
        "obj_code": "TASK",
        "ids": [A, B],
        "changed": {A: ["status"]},
        "since": "2026-03-18T12:00:01.000+00:00",
        "until": "2026-03-18T12:00:02.500+00:00",
        "more": 7,
    }
    assert event["id"] != event_of("TASK", [at(1)], 0, {})["id"]


def test_what_is_asked():
    """Changes from a moment on, in every group of alternatives; the latest date; the field history."""
    either = ChangedSince("TASK", {"status": "NEW", "OR:1:status": "INP"}, NOON).search()

    assert either.filters == {
        "status": "NEW",
        "OR:1:status": "INP",
        "lastUpdateDate": {"gte": "2026-03-18T12:00:00:000+0000"},
        "OR:1:lastUpdateDate": {"gte": "2026-03-18T12:00:00:000+0000"},
    }
    assert (newest("TASK").sort, newest("TASK").limit) == ({"lastUpdateDate": "desc"}, 1)
    assert journal([A], ["status"], NOON).request().path == "jrnle/search"
    assert names_of([{"objID": A, "fieldName": name} for name in ("status", "name", "status")]) == {
        A: ["name", "status"]
    }


# -- a story of any length

SECONDS = st.sampled_from([0, 1, 59, 300, 700, 1500])


class Story(RuleBasedStateMachine):
    """Objects change while somebody polls, tells a part, dies and comes back; a model knows what has to be told."""

    def __init__(self) -> None:
        super().__init__()
        self.server = NOON  # Workfront's clock
        self.local = NOON
        self.polled = NOON  # server's time of the last poll since the last start, for the elapsed time
        self.rows: dict[str, Change] = {}
        self.owed: set[Change] = set()
        self.told: list[Change] = []
        self.stored = json.dumps(Cursor.begun(NOON, [], OVERLAP).as_json())
        self.cursor = Cursor.begun(NOON, [], OVERLAP)

    @rule(obj_id=st.sampled_from("abcdef"), late=st.sampled_from([0, 0, 0, 1, 60, 9 * 60]))
    def change(self, obj_id: str, late: int) -> None:
        """An object is changed; its date may be one that is past, or that others have."""
        self.put(Change(self.server - late * 1000, obj_id))

    @rule(seconds=SECONDS)
    def time_passes(self, seconds: int) -> None:
        """Both clocks go on."""
        self.server += seconds * 1000
        self.local += seconds * 1000

    @rule(hours=st.integers(-3, 3))
    def local_clock_jumps(self, hours: int) -> None:
        """The triggerer's clock is put back, or forward; it goes ahead only while Workfront writes sane dates."""
        ahead = 3 if all(change.at <= self.server for change in self.rows.values()) else 0
        self.local = min(self.local + hours * 3_600_000, self.server + ahead * 3_600_000)

    @precondition(lambda self: self.local <= self.server)
    @rule(ahead=st.integers(1, 5), obj_id=st.sampled_from("xyz"))
    def a_date_of_the_future(self, ahead: int, obj_id: str) -> None:
        """Workfront writes a date that is far ahead."""
        self.put(Change(self.server + ahead * 3_600_000, obj_id))

    def put(self, made: Change) -> None:
        """Write a row; only its last state is there to be found, and the same state twice nobody could tell."""
        self.owed.discard(self.rows.get(made.obj_id, made))
        self.rows[made.obj_id] = made
        if made not in self.told:
            self.owed.add(made)

    @rule(most=st.sampled_from([0, 0, 1, 3]), dies=st.sampled_from([False, False, True]))
    def poll(self, most: int, *, dies: bool) -> None:
        """Poll and tell some; the one who tells may die before the cursor is moved, but not between event and store."""
        found = list(self.rows.values())
        at = clock(self.cursor, self.server - self.polled, found, self.local)
        self.polled = self.server
        news = self.cursor.news(found)
        for change in news[:most]:
            self.cursor = self.cursor.handing([change], {"id": "e"}).arrived()
            self.stored = json.dumps(self.cursor.as_json())
            self.told.append(change)
            self.owed.discard(change)
        if dies:
            self.restart()
        else:
            self.cursor = self.cursor.moved(at, news[most:], OVERLAP)

    @rule()
    def restart(self) -> None:
        """Go on from what is stored, an unknown time later."""
        self.cursor = Cursor.of_json(json.loads(self.stored))
        self.polled = self.server

    @invariant()
    def nothing_is_missed(self) -> None:
        """A poll finds all that is owed."""
        assert self.owed <= set(self.cursor.news(self.rows.values()))

    @invariant()
    def nothing_is_doubled(self) -> None:
        """No change was told twice."""
        assert len(self.told) == len(set(self.told))


Story.TestCase.settings = settings(
    max_examples=250, stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck)
)
TestStory = Story.TestCase
