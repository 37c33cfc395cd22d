"""Who may have how many calls open: the row of holders as a value."""

from __future__ import annotations

import pytest

from airflow_provider_workfront.broker.slots import Share, Slots, Terms, Want, decoded

TERMS = Terms(15.0)  # a turn takes 5 s, a renewal is due after 3 s


def row_of(slots):
    """What each has."""
    return {holder.id: holder.held for holder in slots.row}


class Record:
    """The slots and a clock: asks come one after another."""

    def __init__(self, slots=None):
        self.slots, self.now, self.number = slots or Slots(), 1000.0, 0

    def ask(self, holder, want=1, keep=0, most=4, **more) -> Share:
        """One ask, and what comes back."""
        self.number += 1
        asked = Want(holder, want, most, keep, more.pop("number", self.number), **more)
        self.slots = self.slots.settled(self.now, TERMS).asked([asked], self.now, TERMS)
        return self.slots.shares([holder], self.now, TERMS)[holder]

    def later(self, seconds):
        """Time goes by, and somebody looks."""
        self.now += seconds
        self.slots = self.slots.settled(self.now, TERMS)
        return self


def crowd(*names, most=4, want=1):
    """A record in which these came one after another."""
    record = Record()
    for name in names:
        record.ask(name, want, most=most)
    return record


def test_a_lone_task_gets_what_it_wants():
    """And no more than its connection allows."""
    assert Record().ask("a", 3).share == 3
    assert Record().ask("a", 99, most=4).share == 4


def test_slots_are_shared_evenly():
    """One for each in turn, then a second one; what is left goes to whoever came first."""
    record = crowd("a", "b", "c", most=10, want=9)
    for name, kept in (("a", 9), ("b", 1), ("c", 0)):
        record.ask(name, 9, keep=min(kept, 4), most=10)  # each gives back what is too much
    record.ask("c", 9, most=10)

    assert record.slots.parts() == {"a": 4, "b": 3, "c": 3}
    assert record.slots.out <= 10


def test_who_has_too_much_ends_it_first():
    """What it kept is its own until it says that it is over; only then somebody else gets it."""
    record = Record()
    record.ask("a", 4)
    assert record.ask("b", 2) == Share(0, 0, 0, 15.0, 3.0)
    told = record.ask("a", 4, keep=4)
    assert (told.share, told.kept) == (2, 4)
    assert row_of(record.slots) == {"a": 4, "b": 0}
    record.ask("a", 4, keep=2)

    assert row_of(record.slots) == {"a": 2, "b": 2}


def test_what_is_given_back_goes_to_who_waits_longest():
    """Without his asking again."""
    record = crowd("a", "b", "c", "d", "e", "f")
    record.ask("b", 0)

    assert row_of(record.slots) == {"a": 1, "c": 1, "d": 1, "e": 1, "f": 0}


def test_a_turn_ends_when_others_wait():
    """Whoever had its slot for five seconds goes to the end of the row; its call may end."""
    record = crowd("a", "b", "c", "d", "e")
    record.later(2.9)
    assert record.ask("a", keep=1).share == 1
    record.later(2.1)
    told = record.ask("a", keep=1)
    assert (told.share, told.kept) == (0, 1)
    record.ask("a", keep=0)

    assert row_of(record.slots) == {"b": 1, "c": 1, "d": 1, "e": 1, "a": 0}


def test_nobody_is_sent_away_for_nothing():
    """A turn has no end while nobody waits."""
    record = crowd("a", "b", "c", "d")
    record.later(14)

    assert record.ask("a", keep=1).share == 1


def test_a_holder_comes_when_its_turn_ends():
    """It is told to ask again then, and not much later."""
    record = crowd("a", "b", "c", "d", "e")
    record.later(4)

    assert record.ask("a", keep=1).again == pytest.approx(1.0)
    assert crowd("a").ask("a", keep=1).again == 3.0


def test_a_dead_holder_loses_its_slots():
    """After its lease; then they go to who waits."""
    record = crowd("a", "b", "c", "d", "e")
    record.later(10)
    for name in "bcde":
        record.ask(name, keep=0 if name == "e" else 1)
    record.later(5.1)

    assert row_of(record.slots) == {"b": 1, "c": 1, "d": 1, "e": 1}


def test_whoever_was_given_up_for_dead_is_counted_when_it_is_back():
    """What it has open is open, whatever the record says: nobody gets a slot until there is room again."""
    record = crowd("a", most=2)
    record.later(16)
    for name in "bc":
        record.ask(name, most=2)
    told = record.ask("a", keep=1, most=2)

    assert (told.kept, told.share) == (1, 0)
    assert record.slots.out == 3
    record.ask("b", 0, most=2)
    assert row_of(record.slots) == {"c": 1, "a": 1}


def test_an_ask_that_comes_late_changes_nothing():
    """It was overtaken by a later one of the same process."""
    record = Record()
    record.ask("a", 4)
    record.ask("a", 4, keep=4)
    before = record.slots
    record.ask("a", 4, keep=0, number=1)

    assert record.slots == before


def test_a_refusal_halves_what_there_is_once():
    """Of calls that were open together the first refusal counts."""
    record = crowd("a", "b", most=8, want=4)
    record.ask("a", 4, keep=4, most=8, refused_in=0)
    assert (record.slots.total, record.slots.level.round) == (4, 1)
    record.ask("b", 4, keep=4, most=8, refused_in=0)
    assert (record.slots.total, record.slots.level.round) == (4, 1)
    record.later(0.9).ask("b", 4, keep=4, most=8, refused_in=1)  # begun before all have heard of it
    assert (record.slots.total, record.slots.level.round) == (4, 1)
    record.later(0.2).ask("b", 4, keep=4, most=8, refused_in=1)
    assert (record.slots.total, record.slots.level.round) == (2, 2)


def test_it_grows_back_while_all_is_used():
    """One more after two seconds of full use each time; what was refused is tried again after half a minute only."""
    record = Record()
    record.ask("a", 8, most=8)
    record.ask("a", 8, keep=8, most=8, refused_in=0)
    totals = []
    for _ in range(18):
        record.ask("a", 8, keep=record.slots.total, most=8)
        record.later(2.1)
        record.ask("a", 8, keep=record.slots.total, most=8)
        totals.append(record.slots.total)

    assert totals == [5, 6, *[7] * 15, 8]


def test_slots_that_nobody_uses_prove_nothing():
    """It does not grow while less is used than there is."""
    record = Record()
    record.ask("a", 4)
    record.ask("a", 1, keep=1, refused_in=0)
    record.later(10).ask("a", 1, keep=1)

    assert record.slots.total == 2


def test_one_slot_is_always_left():
    """Whatever is refused."""
    record = Record()
    for round_ in range(5):
        record.later(1.1).ask("a", 4, refused_in=round_)

    assert record.slots.total == 1


@pytest.mark.parametrize("jump", [-3600.0, 3600.0])
def test_a_clock_that_jumps_lets_nobody_wait_for_long(jump):
    """After a database's clock was set, the dead are gone within a lease, and the living come back."""
    record = crowd("a", "b", "c", "d", "e")
    record.now += jump
    record.later(0)
    for name in "bcde":
        record.ask(name, keep=1 if name != "e" else 0)
    record.later(14)
    for name in "bcde":
        record.ask(name, keep=1 if name != "e" else 0)
    record.later(1.1)

    assert "a" not in row_of(record.slots)
    assert record.slots.out == 4
    assert record.ask("e").share == 1


def test_it_is_kept_as_json():
    """What was written is read again, and fields of a later version are passed over."""
    slots = crowd("a", "b", most=8).slots
    kept = slots.encoded()

    assert decoded(kept) == slots
    assert decoded(kept.replace('{"format":1', '{"colour":"red","format":1')) == slots


@pytest.mark.parametrize("text", ["", "***", "[]", "{}", '{"format":2,"row":[]}', '{"format":1,"row":[{"id":"a"}]}'])
def test_what_cannot_be_read_counts_as_nothing(text):
    """Nothing is lost: whoever holds a slot says so again within seconds."""
    assert decoded(text) == Slots()


def test_a_lost_record_is_made_anew():
    """Somebody deleted the Variable: each holder is counted again when it renews."""
    record = crowd("a", "b", "c", "d", "e")
    record.slots = Slots()
    for name in "abcd":
        record.ask(name, keep=1)
    told = record.ask("e")

    assert row_of(record.slots) == {"a": 1, "b": 1, "c": 1, "d": 1, "e": 0}
    assert told.share == 0


def test_a_narrow_connection_gets_no_more_than_its_own():
    """Two connections to one Workfront may allow different numbers; the larger one counts for all together."""
    record = Record()
    record.ask("narrow", 9, most=1)
    record.ask("broad", 9, most=8)

    assert row_of(record.slots) == {"narrow": 1, "broad": 7}
