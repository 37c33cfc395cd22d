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


def troubled(number, **kinds):
    """A fleet to which all sorts of things have happened; it checks itself at each call that is begun."""
    fleet = Fleet(Random(number), **kinds)  # noqa: S311 it has to be the same story each time
    for _ in range(400):
        fleet.trouble()
    return fleet


def many(**kinds):
    """Three hundred of them."""
    for number in range(300):
        troubled(number, **kinds)


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
        wanted = fleet.most * len(fleet.processes)
        used, there = used + fleet.open, there + min(wanted, fleet.slots.total)

    assert used > 0.9 * there


class Careless(Part):
    """A part that promises to keep nothing while it asks, and goes on all the same."""

    __slots__ = ()

    def asking(self, now, **more):
        """Ask, and say that nothing is kept."""
        return super().asking(now, **more) | {"keep": 0}


class Leaky(Slots):
    """Slots of which one is lent twice."""

    __slots__ = ()

    @property
    def out(self):
        """Forget one."""
        return max(0, sum(holder.held for holder in self.row) - 1)


@pytest.mark.parametrize("kinds", [{"part": Careless}, {"slots": Leaky}], ids=["a broken promise", "one lent twice"])
def test_the_model_catches_what_is_broken(kinds):
    """The tests above are able to fail."""
    with pytest.raises(AssertionError, match="are open"):
        many(**kinds)
