"""The database's clock is set back: whatever counts by it waits no longer than it would have, and nothing is stuck."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from support.broker_world import RESET, Endpoint, granted, refused

from airflow_provider_workfront.api.errors import TokenError
from airflow_provider_workfront.broker.ask import Ask, Pending, Verdict
from airflow_provider_workfront.broker.expiry import DAY, expiry
from airflow_provider_workfront.broker.slots import Slots, Terms, Want, decoded
from airflow_provider_workfront.broker.state import JITTER, Lease
from airflow_provider_workfront.broker.store import record_key
from airflow_provider_workfront.broker.turns import Desk

HOUR = 3600.0
SETTLE = 30.0


def begun(world) -> None:
    """A record with A1 and R1."""
    world.ask(world.broker(), Endpoint([granted(1)]))


def moved(world, seconds: float) -> None:
    """Set the database's clock back, as the record sees it: all its times are so much later."""
    found = world.store.read(record_key("wf"))
    grant = found.value
    tokens = replace(grant.tokens, issued_at=grant.tokens.issued_at + seconds)
    if tokens.expires_at is not None:
        tokens = replace(tokens, expires_at=tokens.expires_at + seconds)
    later = {
        "tokens": tokens,
        "began_at": grant.began_at + seconds,
        "cooldown_until": grant.cooldown_until + seconds if grant.cooldown_until else 0.0,
        "cooled_at": grant.cooled_at + seconds if grant.cooled_at else 0.0,
        "attempt": replace(grant.attempt, sent_at=grant.attempt.sent_at + seconds) if grant.attempt else None,
        "lease": replace(grant.lease, until=grant.lease.until + seconds) if grant.lease else None,
    }
    assert world.store.swap(record_key("wf"), found.cipher, replace(grant, **later))


def put(world, **changes) -> None:
    """Change the record."""
    found = world.store.read(record_key("wf"))
    world.store.swap(record_key("wf"), found.cipher, replace(found.value, **changes))


def left(world, until: float) -> float:
    """Seconds from the database's now."""
    return until - world.store.read("x").now


@pytest.mark.parametrize("of_0_1_0", [False, True], ids=["this version", "written by 0.1.0"])
def test_a_cooldown_lasts_no_longer_than_it_would_have(world, of_0_1_0):
    """An hour's step after a failed refresh: 30 seconds are left, not an hour and 30 seconds."""
    begun(world)
    with pytest.raises(TokenError):
        world.ask(world.broker(), Endpoint([RESET] * 5), refused=1)
    if of_0_1_0:
        put(world, cooled_at=0.0, cooled_under="")
    moved(world, HOUR)
    assert left(world, world.record().cooldown_until) > HOUR

    with pytest.raises(TokenError, match="last token refresh failed"):
        world.ask(world.broker(), Endpoint([]), refused=1)
    assert left(world, world.record().cooldown_until) <= 31
    assert world.record().verdict(Ask(refused=1), world.store.read("x").now + 31, SETTLE) is Verdict.DUE


def test_a_lease_lasts_no_longer_than_it_would_have(world):
    """Its holder died: after lease and settling another one refreshes, not an hour later."""
    begun(world)
    now = world.store.read("x").now
    found = world.store.read(record_key("wf"))
    world.store.swap(record_key("wf"), found.cipher, found.value.leased("gone", now, 180.0))
    moved(world, HOUR)

    assert isinstance(world.ask(world.broker(), Endpoint([]), refused=1), Pending)
    assert left(world, world.record().lease.until) <= 181


def test_the_holder_of_a_lease_goes_on_though_the_clock_goes_back(world):
    """Somebody else sets its lease right in the middle of a refresh: it sends again, and stores what comes."""
    begun(world)

    def in_the_middle():
        moved(world, HOUR)
        assert isinstance(world.ask(world.broker(), Endpoint([]), refused=1), Pending)
        return RESET

    endpoint = Endpoint([in_the_middle, granted(2)])
    assert world.ask(world.broker(), endpoint, refused=1).access_token == "A2"
    assert endpoint.spent == ["R1", "R1"]


def test_an_access_token_is_given_no_longer_than_it_lives(world):
    """Told to the task with an end that is a lifetime away at most."""
    begun(world)
    moved(world, HOUR)

    given = world.ask(world.broker(), Endpoint([]))
    assert left(world, given.expires_at) <= HOUR


def test_a_run_after_the_step_back_gets_a_token_of_its_own(world):
    """A token that was issued "in an hour" is not newer than each run that begins until then."""
    begun(world)
    moved(world, HOUR)
    world.ask(world.broker(), Endpoint([]))
    now = world.store.read("x").now

    issued_at = world.record().tokens.issued_at
    assert issued_at <= now
    assert not world.record().is_usable(Ask(run_key="r", run_start=now + 1, secret="s3cret"), now + 2)


def test_the_token_before_a_pasted_one_is_set_right_too(world):
    """It may come back."""
    begun(world)
    moved(world, HOUR)
    world.edit(seed="P0")
    world.ask(world.broker(), Endpoint([refused()]))

    assert left(world, world.record().tokens.issued_at) <= 0
    assert left(world, world.record().began_at) <= 0


def test_whoever_only_looks_sees_no_age_below_zero(world):
    """Status and page read, and do not write."""
    begun(world)
    moved(world, HOUR)
    seen = world.broker().peek("wf")

    assert seen.value.tokens.issued_at <= seen.now
    assert seen.value.began_at <= seen.now
    assert world.record().tokens.issued_at > seen.now


def test_the_age_that_is_measured_is_not_below_zero(world):
    """Of the token that a refresh replaces, for the metric."""
    from airflow_provider_workfront.broker.trial import Trial

    begun(world)
    grant = world.record()

    assert Trial(grant, Ask(), grant.tokens.issued_at - HOUR).ended("stored").age == 0


def test_two_servers_of_one_database_may_differ_a_little(world):
    """That is no step back: the record is left alone."""
    begun(world)
    grant = world.record()
    now = grant.tokens.issued_at

    assert grant.clamped(now - JITTER / 2) is grant
    assert grant.clamped(now + 5) is grant
    assert replace(grant, lease=Lease("x", now + 5)).clamped(now).lease == Lease("x", now + 5)


def test_an_authorization_is_never_younger_than_nothing():
    """It began "tomorrow": all its days are left, and not one more."""
    now = 1_800_000_000.0
    ahead = {"began_at": now + DAY, "used_at": now + DAY}

    assert expiry(now, **ahead, absolute_days=90, inactivity_days=None).days == 90
    assert expiry(now, **ahead, absolute_days=None, inactivity_days=30).days == 30


# -- slots


def test_the_slots_of_a_dead_task_come_back():
    """Lent "until in an hour": after a lease they are free, and who waits is told to ask again soon."""
    terms = Terms()
    then, now = 10_000.0 + HOUR, 10_000.0
    slots = Slots().asked([Want("dead", 1, 1, number=1)], then, terms)
    slots = slots.settled(now, terms).asked([Want("alive", 1, 1, number=1)], now, terms)
    assert slots.shares(["alive"], now, terms)["alive"].share == 0
    assert slots.shares(["dead"], now, terms)["dead"].again <= terms.renewal

    later = now + terms.lease + 1
    slots = decoded(slots.encoded()).settled(later, terms).asked([Want("alive", 1, 1, number=2)], later, terms)
    assert slots.shares(["alive"], later, terms)["alive"].share == 1


def test_a_turn_ends_though_the_clock_goes_back():
    """Who has had a slot for long goes to the end of the row after one more turn."""
    terms = Terms()
    then, now = 10_000.0 + HOUR, 10_000.0
    slots = (
        Slots().asked([Want("first", 1, 1, number=1)], then, terms).asked([Want("second", 1, 1, number=1)], then, terms)
    )
    slots = slots.settled(now, terms)
    for number in range(2, 5):
        at = now + number * terms.turn / 2
        slots = slots.settled(at, terms).asked([Want("first", 1, 1, number=number)], at, terms)

    assert [holder.id for holder in slots.row] == ["second", "first"]


def test_what_workfront_bears_grows_again():
    """After a refusal "in an hour": the next full use for two seconds allows one more."""
    terms = Terms()
    then, now = 10_000.0 + HOUR, 10_000.0
    slots = Slots().asked([Want("a", 4, 4, number=1)], then, terms)
    slots = slots.asked([Want("a", 4, 4, number=2, refused_in=0)], then, terms)
    fewer = slots.total
    slots = slots.settled(now, terms).asked([Want("a", 4, 4, keep=fewer, number=3)], now, terms)
    for number, at in enumerate((now + 1, now + 4), 4):
        slots = slots.settled(at, terms).asked([Want("a", 4, 4, keep=fewer, number=number)], at, terms)

    assert slots.total > fewer


class Clocked:
    """Slots in memory, under a clock that the test sets; everything else of it is the real thing."""

    def __init__(self) -> None:
        self.terms, self.slots, self.now = Terms(), Slots(), 10_000.0
        self.is_second_in = threading.Event()

    def step(self, _host, wants):
        """As `Sharing` does."""
        self.slots = self.slots.settled(self.now, self.terms).asked(wants, self.now, self.terms)
        if any(holder.id == "second" for holder in self.slots.row):
            self.is_second_in.set()
        return self.slots, self.now


def test_who_waits_in_the_row_is_answered_in_time():
    """The desk's patience is not counted by the database's clock."""
    record = Clocked()

    async def story():
        with ThreadPoolExecutor(1) as threads:
            desk = Desk("acme", record, threads)
            await desk.ask(Want("first", 1, 1, number=1))
            waiting = asyncio.create_task(desk.ask(Want("second", 1, 1, number=1), patience=0.3))
            await asyncio.to_thread(record.is_second_in.wait, 5)
            record.now -= HOUR
            return await asyncio.wait_for(waiting, 5)

    share = asyncio.run(story())
    assert share.share == 0
    assert share.again <= record.terms.renewal
