"""How many slots there are: found out by using all of them, taken back by a refusal, remembered."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from airflow_provider_workfront.broker.level import HOLD, MOST_LEARNED, REMEMBERED, STEP, Level
from airflow_provider_workfront.broker.slots import Slots, Terms, Want, decoded

TERMS, LOOK = Terms(15.0), 0.2


@dataclass
class Fleet:
    """So many tasks that always call, and a Workfront that bears `cap` calls at once; looked at five times a second."""

    cap: int
    slots: Slots = field(default_factory=Slots)
    now: float = 1000.0
    most: int = 4
    learns: bool = True
    refusals: int = 0
    number: int = 0

    def work(self, seconds: float, tasks: int = 14) -> list[int]:
        """Let time go by; give how many slots there were at each look."""
        totals, names, shares = [], [f"t{number}" for number in range(tasks)], {}
        until = self.now + seconds
        while self.now < until:
            self.now += LOOK
            self.number += 1
            held = {holder.id: holder.held for holder in self.slots.row}
            over = max(0, sum(held.values()) - self.cap)
            refused = [name for name in names if held.get(name)][:over]
            self.refusals += len(refused)
            wants = []
            for name in names:
                share = shares.get(name)
                # who is refused pauses, and has no call open then
                keep = min(held.get(name, 0), share.share) if share and name not in refused else 0
                refused_in = share.round if share and name in refused else None
                wants.append(Want(name, 1, self.most, keep, self.number, refused_in, self.learns))
            self.slots = self.slots.settled(self.now, TERMS).asked(wants, self.now, TERMS)
            shares = self.slots.shares(names, self.now, TERMS)
            totals.append(self.slots.total)
        return totals

    def rest(self, seconds: float) -> None:
        """Nobody calls, and what is known is read again afterwards."""
        self.now += seconds
        self.slots = decoded(self.slots.settled(self.now, TERMS).encoded())


def test_a_first_run_finds_out_what_is_borne():
    """From four to ten within five seconds, for a few refusals; then it stays there."""
    fleet = Fleet(cap=10)
    assert fleet.work(LOOK) == [4]
    totals = fleet.work(20)

    assert totals[22] == 10
    assert set(totals[22:]) == {10}
    assert fleet.refusals <= 3


@pytest.mark.parametrize("pause", [60.0, 86_400.0, 7 * 86_400.0])
def test_a_later_run_begins_there(pause):
    """What was borne is remembered: after a day it costs one try whether more is borne by now."""
    fleet = Fleet(cap=10)
    fleet.work(10)
    fleet.rest(pause)
    before = fleet.refusals
    totals = fleet.work(15)

    assert min(totals) == 10
    assert fleet.refusals - before <= 3


def test_what_is_too_old_is_forgotten():
    """After more than a week it begins anew."""
    fleet = Fleet(cap=10)
    fleet.work(10)
    fleet.rest(REMEMBERED + 60)

    assert fleet.work(LOOK) == [4]


def test_when_less_is_borne_it_is_found_out_again():
    """Other tools call more: it halves, feels its way up, and stays; when they are gone, it grows back."""
    fleet = Fleet(cap=10)
    fleet.work(10)
    fleet.cap = 5
    assert set(fleet.work(20)[-50:]) <= {5}
    fleet.cap = 10

    assert fleet.work(HOLD + 4 * STEP)[-1] == 10


def test_a_long_run_asks_for_more_only_now_and_then():
    """A number that was refused is tried again every half a minute: two minutes cost a few calls."""
    fleet = Fleet(cap=10)
    fleet.work(5)
    before = fleet.refusals
    fleet.work(4 * HOLD)

    assert 0 < fleet.refusals - before <= 10


def test_it_does_not_grow_for_those_who_want_no_more():
    """Four tasks of one call each have all slots, and that proves nothing."""
    fleet = Fleet(cap=10)

    assert set(fleet.work(20, tasks=4)) == {4}


def test_it_grows_no_further_than_anybody_may_say():
    """Whatever is borne."""
    assert max(Fleet(cap=99).work(30, tasks=40)) == MOST_LEARNED


def test_what_a_person_said_is_not_exceeded():
    """`max_concurrency` begins there, and is for all tasks together."""
    assert set(Fleet(cap=10, most=3, learns=False).work(10)) == {3}


def test_a_clock_that_was_set_back_does_not_stop_it():
    """It goes on growing."""
    fleet = Fleet(cap=10)
    fleet.work(1)
    fleet.now -= 3600

    assert fleet.work(10)[-1] == 10


def test_a_refusal_of_an_older_round_says_nothing_new():
    """Nor does one of calls that were begun just before the step back."""
    level = Level(11, 10, 0, 0, 100.0).refused(0, 11, 101.0)
    assert (level.allowed, level.refused_at, level.round) == (10, 11, 1)

    assert level.refused(0, 10, 105.0) == level
    assert level.refused(1, 10, 101.5) == level
    assert level.refused(1, 10, 105.0).allowed == 5
