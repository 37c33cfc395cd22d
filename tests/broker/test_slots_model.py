"""A fleet by chance: never more calls open than allowed, whoever dies and whatever is lost; and nobody starves."""

from __future__ import annotations

from math import ceil
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.slot_model import TERMS, Fleet

from airflow_provider_workfront.broker.slots import Slots
from airflow_provider_workfront.client.part import Part

NUMBERS = st.integers(0, 2**32)


def troubled(number, steps=400):
    """A fleet to which all sorts of things have happened; it checks itself at each call that is begun."""
    plan = Random(number)
    fleet = Fleet(plan, processes=plan.randint(1, 8), most=plan.choice((1, 2, 4, 10)))
    for _ in range(steps):
        fleet.trouble()
    return fleet


@settings(max_examples=150)
@given(NUMBERS)
def test_never_more_calls_are_open_than_allowed(number):
    """Asks and answers come late, twice overtaken or never; processes die, leases end, Workfront refuses."""
    troubled(number)


@settings(max_examples=20)
@given(NUMBERS)
def test_nobody_starves(number):
    """When all is well again, everybody gets a turn before the row has gone round once and a half."""
    fleet = troubled(number)
    for _ in fleet.calm(TERMS.lease + 3):  # the dead are forgotten, and what Workfront bears is found again
        pass
    before = {id(process): process.begun for process in fleet.processes}
    rounds = ceil(len(fleet.processes) / max(1, fleet.slots.total))
    for _ in fleet.calm(1.5 * (rounds + 1) * (TERMS.turn + 0.5)):
        pass

    assert all(process.begun > before[id(process)] for process in fleet.processes)


@settings(max_examples=10)
@given(NUMBERS)
def test_slots_are_not_left_unused(number):
    """Everybody wants to call: nine tenths of the slots are used at least, handing over included."""
    fleet = troubled(number)
    for _ in fleet.calm(60):
        pass
    used, there = 0, 0
    for _ in fleet.calm(60):
        used, there = used + fleet.open, there + fleet.slots.total

    assert used > 0.9 * there



class Careless(Part):
    """A part that promises to keep nothing while it asks, and goes on all the same."""

    __slots__ = ()

    def asking(self, now, **more):
        """Ask, and say that nothing is kept."""
        return super().asking(now, **more) | {"keep": 0}


def test_the_model_catches_a_part_that_breaks_its_promise(monkeypatch):
    """The test above is able to fail."""
    monkeypatch.setattr("support.slot_model.Part", Careless)

    with pytest.raises(AssertionError, match="are open"):
        for number in range(300):
            troubled(number)


def test_the_model_catches_slots_that_are_lent_twice(monkeypatch):
    """The test above is able to fail."""
    monkeypatch.setattr(Slots, "out", property(lambda slots: max(0, sum(one.held for one in slots.row) - 1)))

    with pytest.raises(AssertionError, match="are open"):
        for number in range(300):
            troubled(number)
