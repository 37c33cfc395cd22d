"""The grant under every fault at once, by chance: the real broker in a model world, and broken brokers caught in it."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from support.grant_model import World, needs_a_person

from airflow_provider_workfront.broker.ask import Granted
from airflow_provider_workfront.broker.service import Broker
from airflow_provider_workfront.broker.state import Grant
from airflow_provider_workfront.broker.trial import Trial

RUNS = 120
EXCUSED = {"crash", "lost answer", "stall"}
"""What may lose a token where a used one is refused: the reply's way from Workfront into the database was cut."""


def played(number: int, kind: type[Broker] = Broker, *, troubles: dict[str, float], human: str = "") -> World:
    """Play one story: an expired token, some processes, some troubles, perhaps a person; then look at the end."""
    plan = random.Random(number)  # noqa: S311 it has to be the same story each time
    world = World(plan, kind=kind)
    try:
        _tell(world, plan, troubles, human)
    finally:
        world.close()
    return world


def _tell(world: World, plan: random.Random, troubles: dict[str, float], human: str) -> None:
    assert isinstance(world.served(), Granted)
    before = world.workfront.calls
    for _ in range(plan.randint(2, 4)):
        world.start(refused=1)
    world.troubles = troubles
    edit = plan.randint(1, 25)
    for number in range(400):
        if human and number == edit:
            HUMANS[human](world)
        if not world.step():
            break
    world.calm()
    world.run()
    grant = world.grant
    assert not grant or not grant.dead or grant.tokens.refresh != world.workfront.live, "a false alarm"
    asked = [process.result for process in world.processes[1:]]
    wrong = [result for result in asked if not isinstance(result, Granted | Exception) and result != "crashed"]
    assert not wrong, wrong
    for result in asked:  # a refused access token is never given again
        assert not isinstance(result, Granted) or result.generation > 1, "the refused token was given again"
    calls = world.workfront.calls - before
    if not world.faults and not human:
        assert calls == 1, f"{calls} token calls without a fault"
        assert world.most_in_flight == 1, "two refreshes at once"
        assert world.workfront.reuse == 0, "a used token was sent"
        assert all(isinstance(result, Granted) for result in asked), asked
    assert calls <= 3 * (1 + len(world.faults) + bool(human)), f"a storm of {calls} token calls"
    _the_end(world)


def _the_end(world: World) -> None:
    """With nothing more in the way: the record holds what Workfront takes, or says that a person is needed."""
    generation = world.grant.generation if world.grant else 0
    end = world.served(refused=generation)
    if isinstance(end, Granted):
        assert world.grant.tokens.refresh == world.workfront.live, "the record holds a dead token"
        assert end.generation > generation, "the generation went back"
        return
    assert needs_a_person(end), f"ended in {end!r}"
    world.needed_a_person = True
    assert world.grant.tokens.refresh != world.workfront.live, "a false alarm"
    assert EXCUSED & set(world.faults), f"lost without an excuse; faults: {world.faults}"
    calls = world.workfront.calls
    assert needs_a_person(world.served(refused=generation)), "a dead grant was forgotten"
    assert world.workfront.calls == calls, "a dead grant is asked for again"
    world.seed = world.workfront.authorize()
    assert isinstance(world.served(), Granted), "a new seed did not heal it"


def saved_form(world: World) -> None:
    """A form that was opened long ago is saved: the first seed is back in the connection."""
    world.seed = "R0"


def pasted(world: World) -> None:
    """A person authorizes anew and pastes the token."""
    world.seed = world.workfront.authorize()


def pasted_wrong(world: World) -> None:
    """Or pastes something that is no token."""
    world.seed = "X0"


def deleted(world: World) -> None:
    """The record is deleted by hand; its mirror in the connection is the way back."""
    world.store.rows.clear()


HUMANS = {"saved form": saved_form, "pasted": pasted, "pasted wrong": pasted_wrong, "deleted": deleted}
TROUBLES = {
    "none": {},
    "crash": {"crash": 0.05},
    "lost requests": {"lost request": 0.3},
    "lost answers": {"lost answer": 0.3},
    "stalls": {"stall": 0.1},
    "clock set back": {"clock back": 0.1},
    "database away": {"database away": 0.1},
    "everything": {
        "crash": 0.02,
        "lost request": 0.1,
        "lost answer": 0.1,
        "stall": 0.05,
        "clock back": 0.05,
        "database away": 0.05,
    },
}


@pytest.mark.parametrize("troubles", TROUBLES)
def test_no_token_is_lost_without_an_excuse(troubles):
    """One call where nothing is wrong; else nothing worse than a flagged grant that a person heals."""
    for number in range(RUNS):
        played(number, troubles=TROUBLES[troubles])


@pytest.mark.parametrize("human", HUMANS)
def test_whatever_a_person_does_in_the_middle(human):
    """An old form harms nothing, a new token wins, a wrong one gives way to the one before."""
    for number in range(RUNS):
        played(number, troubles={}, human=human)


SECRETS = ("s3cret", "made up", "rolled")


def secrets_changed(number: int, kind: type[Broker] = Broker) -> World:
    """Play one story: the secret changes in the connection and in Workfront while tasks ask under any of three."""
    plan = random.Random(number)  # noqa: S311 likewise
    world = World(plan, kind=kind)
    try:
        assert isinstance(world.served(), Granted)
        for _ in range(plan.randint(3, 5)):
            world.secret = plan.choice(SECRETS)
            world.start(refused=plan.choice((None, 1)))
        rolled = plan.randint(1, 30)
        for step in range(400):
            if step == rolled and plan.random() < 0.5:
                world.workfront.secret = "rolled"
            if not world.step():
                break
        world.run()
        for process in world.processes:
            given, secret = process.result, process.registration.app.client_secret
            if isinstance(given, Granted):
                assert world.workfront.issued[given.access_token] == secret, "a token for whoever has another secret"
        assert not world.grant.dead, "a wrong secret ended the grant"
        assert world.workfront.reuse == 0, "a used token was sent"
        world.secret = world.workfront.secret
        assert isinstance(world.served(), Granted), "the true secret does not heal it"
        return world
    finally:
        world.close()


def test_a_token_goes_only_to_the_secret_it_was_issued_under(record_property):
    """However three secrets and a change in Workfront are mixed; and no wrong one costs the customer anything."""
    states = set().union(*(secrets_changed(number).states for number in range(2 * RUNS)))

    record_property("states", len(states))
    print(f"{len(states)} states explored")  # noqa: T201 pytest shows it with -s
    assert len(states) > 2000


class Trusting(Broker):
    """Gives what is stored to whoever signs with the connection's secret of the moment."""

    def _settled(self, registration):
        snapshot, grant = super()._settled(registration)
        return snapshot, replace(grant, issued_under=grant.fingerprint(registration.app.client_secret))


def test_a_broker_that_trusts_the_connection_is_caught():
    """The model sees what the fingerprint is for."""
    with pytest.raises(AssertionError, match="another secret"):
        [secrets_changed(number, Trusting) for number in range(RUNS)]


# -- brokers with one rule less: each has to be caught


class NoLease(Broker):
    """Whoever wants to refresh does."""

    def _refreshed(self, registration, snapshot, grant, ask):
        leased = grant.leased("me", snapshot.now, 180)
        return self._refreshed_without(registration, leased, ask)

    def _refreshed_without(self, registration, leased, ask):
        from airflow_provider_workfront.api.call import Send
        from airflow_provider_workfront.auth.oauth import refresh
        from airflow_provider_workfront.auth.token import Refused, Token, outcome

        result = outcome((yield Send(refresh(registration.app, leased.tokens.refresh))))
        trial = Trial(leased, ask, 0.0)
        if isinstance(result, Token):
            yield from self._commit(registration, trial, result, 0.0)
        elif isinstance(result, Refused):
            self._refused(registration, leased, result.reason, doubtful=False)


class BlindCommit(Broker):
    """Stores over whatever is there."""

    def _stored(self, registration, trial, token, sent_at):
        found = self._store.read(registration.key)
        wanted = trial.leased.committed(token, sent_at, trial.ask)
        return "stored" if self._store.swap(registration.key, found.cipher, wanted) else ""


class StrictFencing(Broker):
    """Throws a token away whose lease is over, though its parent is still in the record."""

    def _stored(self, registration, trial, token, sent_at):
        snapshot = self._store.read(registration.key)
        lease = snapshot.value.lease if isinstance(snapshot.value, Grant) else None
        if lease is None or lease.until < snapshot.now:
            return "superseded"
        return super()._stored(registration, trial, token, sent_at)


class NoReading(Broker):
    """Believes a refusal without looking whether somebody else has moved on."""

    def _refused(self, registration, leased, reason, *, doubtful):  # noqa: ARG002
        found = self._store.read(registration.key)
        self._store.swap(registration.key, found.cipher, found.value.ended(reason, found.value.mark(registration.mark)))
        return "reauthorize"


class Forced(Broker):
    """Refreshes for each 401, without asking which generation it was about."""

    def grant(self, registration, ask):
        found = self._store.read(registration.key).value
        refused = found.generation if isinstance(found, Grant) and ask.refused is not None else ask.refused
        return super().grant(registration, type(ask)(refused))


@pytest.mark.parametrize(
    ("kind", "troubles", "human"),
    [(NoLease, {}, ""), (BlindCommit, {}, "pasted"), (NoReading, {"stall": 0.2}, ""), (Forced, {}, "")],
)
def test_a_broker_with_one_rule_less_is_caught(kind, troubles, human):
    """The model sees what each rule is for: without it, some story ends badly."""
    assert any(_ends_badly(number, kind, troubles, human) for number in range(5 * RUNS))


def _ends_badly(number, kind, troubles, human) -> bool:
    try:
        played(number, kind, troubles=troubles, human=human)
    except AssertionError:
        return True
    return False


def test_a_broker_that_throws_late_tokens_away_loses_more():
    """In the same stories: a token whose lease is over is stored, as long as its parent is in the record."""
    lost = {
        kind: sum(played(number, kind, troubles={"stall": 0.2}).needed_a_person for number in range(RUNS))
        for kind in (Broker, StrictFencing)
    }

    assert lost[StrictFencing] > lost[Broker]
