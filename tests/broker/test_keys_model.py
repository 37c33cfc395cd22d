"""Every order of key lists, restarts, refreshes and damage up to a depth: the real broker over a store that knows keys.

Two api-server processes; each state is what record, copy, Workfront and both memories hold, and is visited once.
"""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass, field, replace

import pytest
from support.broker_world import ACME, granted, refused

from airflow_provider_workfront.api.call import Wait
from airflow_provider_workfront.api.errors import BrokerUnavailable, ReauthorizationRequired, TokenError
from airflow_provider_workfront.broker.adoption import Adoption, Registration
from airflow_provider_workfront.broker.ask import Ask, Granted, Pending
from airflow_provider_workfront.broker.memory import Memory
from airflow_provider_workfront.broker.service import Broker, Times
from airflow_provider_workfront.broker.state import Damaged, Grant, Unreadable, home_mark
from airflow_provider_workfront.broker.store import Snapshot, record_key

KEY = record_key("wf")
LISTS = (("old",), ("new", "old"), ("old", "new"), ("new",))
TOLD = (BrokerUnavailable, ReauthorizationRequired, TokenError)


@dataclass
class KeyedStore:
    """The store's interface over one record and one copy, as the process whose turn it is sees them."""

    is_row: bool
    unread: type[Damaged | Unreadable] = Unreadable
    keys: tuple[str, ...] = ("old",)
    now: float = 1000.0
    number: int = 0  # raised by each swap
    edits: int = 0  # raised by whatever else writes
    value: Grant | Damaged | None = None
    sealed_with: str = ""
    copy: tuple[str, str] = ("R0", "old")  # the token in the connection, and its key

    def read(self, key):
        if key != KEY or self.value is None:
            return Snapshot(None, None, self.now)
        is_open = not self.sealed_with or self.sealed_with in self.keys
        return Snapshot(self.cipher, self.value if is_open else self.unread("no key"), self.now, self.number)

    @property
    def cipher(self):
        return f"{self.number}.{self.edits}"

    def swap(self, key, cipher, grant):
        assert key == KEY
        if cipher != (self.cipher if self.value is not None else None):
            return False
        self.number, self.value, self.sealed_with = self.number + 1, replace(grant, rev=grant.rev + 1), self.keys[0]
        return True

    def mirror(self, conn_id, has_seen, token, home):  # noqa: ARG002 the Store's interface
        if self.is_row and self.copy[1] in self.keys and has_seen(self.copy[0]):
            self.copy = (token, self.keys[0])

    def copied(self, conn_id):  # noqa: ARG002 likewise
        return self.copy[0] if self.is_row and self.copy[1] in self.keys else ""

    def others(self, key):  # noqa: ARG002 likewise
        return iter(())

    def unreadable(self, key):  # noqa: ARG002 likewise
        return []


@dataclass
class World:
    """One connection, its record, its Workfront, and two processes."""

    store: KeyedStore
    memory: type[Memory] = Memory
    live: int = 0
    reuse: int = 0
    was_spoiled: bool = False
    lists: dict[str, tuple[str, ...]] = field(default_factory=dict)
    brokers: dict[str, Broker] = field(default_factory=dict)

    def registration(self) -> Registration | None:
        """The connection as this process resolves it; None if it cannot decrypt it."""
        if not self.store.is_row:
            return Registration("wf", ACME, "R0", "edit")
        if self.store.copy[1] not in self.store.keys:
            return None
        return Registration("wf", ACME, self.store.copy[0], "edit", home_mark("here", self.store.copy[0]))

    def start(self, name: str, keys: tuple[str, ...]) -> None:
        """Start a process: it remembers nothing."""
        self.lists[name] = keys
        self.brokers[name] = Broker(Adoption(self.store, none, str, "here"), Times(repeats=()))
        self.brokers[name]._memory = self.memory(self.store, 75.0)

    def ask(self, name: str, *, renew: bool) -> object:
        """Let a process answer an ask; give what came of it."""
        self.store.keys = self.lists[name]
        self.store.now += 1000.0
        registration = self.registration()
        if registration is None:
            return None
        try:
            return self._driven(self.brokers[name].grant(registration, Ask(refused=99 if renew else None)))
        except TOLD as error:
            return error

    def _driven(self, steps):
        answer, is_sent = None, False
        while True:
            try:
                step = steps.send(answer)
            except StopIteration as done:
                return done.value
            answer = None
            if isinstance(step, Wait):
                continue
            if is_sent:  # refused=99 asks for a refresh each time: one is enough
                return None
            answer, is_sent = self._refreshed(step.request.json["refresh_token"]), True

    def _refreshed(self, token: str):
        if token != f"R{self.live}":
            self.reuse += 1
            return refused()
        self.live += 1
        return granted(self.live)

    def spoil(self) -> None:
        """Somebody saves the mask over the record."""
        self.was_spoiled = True
        self.store.value, self.store.sealed_with, self.store.edits = Damaged("***"), "", self.store.edits + 1

    def rotate(self) -> None:
        """`airflow rotate-fernet-key`, where both keys are known."""
        if self.store.sealed_with:
            self.store.sealed_with, self.store.edits = "new", self.store.edits + 1
        self.store.copy = (self.store.copy[0], "new")

    def state(self) -> object:
        """What decides how it goes on; numbers count from now back."""
        store, value = self.store, self.store.value
        record = (self._age(value), bool(value.dead), value.lease is None) if isinstance(value, Grant) else type(value)
        memories = tuple(self._memory(self.brokers[name]._memory) for name in ("A", "B"))
        copy = (self.live - int(store.copy[0][1:]), store.copy[1]) if store.is_row else None
        began = self.live == 0
        return (
            began,
            self.reuse,
            record,
            store.sealed_with,
            copy,
            tuple(self.lists.items()),
            memories,
            self.was_spoiled,
        )

    def _memory(self, memory: Memory):
        return [
            (self._age(known.grant), known.number == self.store.number, known.grant.lease is None)
            for known in memory._known.values()
        ]

    def _age(self, grant: Grant) -> int:
        return self.live - int(grant.tokens.refresh[1:])


def none(_):
    """Nobody is asked."""


ACTIONS = {
    **{f"{name} refreshes": lambda world, name=name: world.ask(name, renew=True) for name in "AB"},
    **{f"{name} looks": lambda world, name=name: world.ask(name, renew=False) for name in "AB"},
    **{
        f"{name} starts with {keys}": lambda world, name=name, keys=keys: world.start(name, keys)
        for name in "AB"
        for keys in LISTS
    },
    "the keys are rotated": World.rotate,
}


def explored(first: World, depth: int, *, damage: bool = False) -> int:
    """Visit every state that so many actions lead to, and look at each; give how many there are."""
    actions = ACTIONS | ({"the record is spoiled": World.spoil} if damage else {})
    for name in "AB":
        first.start(name, ("old",))
    first.ask("A", renew=True)
    seen, rim = {repr(first.state())}, [(first, ())]
    for _ in range(depth):
        reached = []
        for world, path in rim:
            for name, act in actions.items():
                after = deepcopy(world)
                act(after)
                if (state := repr(after.state())) not in seen:
                    look_at(after, (*path, name))
                    seen.add(state)
                    reached.append((after, (*path, name)))
        rim = reached
    return len(seen)


def look_at(world: World, path: tuple[str, ...]) -> None:
    """No token was sent twice, and whoever is given both keys goes on with the live one."""
    assert world.reuse == 0, f"a used token was sent: {path}"
    value = world.store.value
    if isinstance(value, Grant):
        assert value.tokens.refresh == f"R{world.live}", f"the record holds a dead token: {path}"
    end = deepcopy(world)
    end.start("A", ("new", "old"))
    given = end.ask("A", renew=False)
    if isinstance(given, Pending):
        given = end.ask("A", renew=False)
    if not (world.was_spoiled and isinstance(given, ReauthorizationRequired)):  # then a person is told
        assert isinstance(given, Granted), f"{given!r} after {path}"
    assert end.reuse == 0, f"a used token is sent in the end: {path}"


@pytest.mark.parametrize("is_row", [False, True], ids=["environment", "row"])
def test_no_order_of_keys_and_restarts_loses_a_token(is_row):
    """Whoever cannot open the record leaves it alone."""
    assert explored(World(KeyedStore(is_row)), 5) == 644


@pytest.mark.parametrize(("is_row", "states"), [(False, 563), (True, 827)], ids=["environment", "row"])
def test_nor_does_a_record_that_is_spoiled_in_between(is_row, states):
    """A memory that another process has passed is not brought back; where nothing tells, a person is asked."""
    assert explored(World(KeyedStore(is_row)), 4, damage=True) == states


class Trusting(Memory):
    """Takes what it remembers for the newest there is."""

    def _may_be_newest(self, registration, known, found):  # noqa: ARG002
        return True


@pytest.mark.parametrize(("unread", "damage"), [(Unreadable, True), (Damaged, False)], ids=["mask", "keys"])
def test_a_broker_that_trusts_its_memory_is_caught(unread, damage):
    """The model sees what the rules are for: such a broker brings a spent token back."""
    with pytest.raises(AssertionError, match=r"a used token|dead token"):
        explored(World(KeyedStore(is_row=False, unread=unread), memory=Trusting), 4, damage=damage)
