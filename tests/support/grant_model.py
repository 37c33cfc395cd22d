"""A model of everything around the broker: database, Workfront, processes that crash, people who edit.

The broker in it is the real one. Each process runs on a thread of its own, but only one at a time: at every
access to the database and at every request it hands over to whoever the plan says is next.
"""

from __future__ import annotations

import contextlib
import threading
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from sqlalchemy.exc import OperationalError
from support.broker_world import ACME, granted, refused

from airflow_provider_workfront.api.call import Wait
from airflow_provider_workfront.api.errors import ReauthorizationRequired, WorkfrontError
from airflow_provider_workfront.api.request import Lost
from airflow_provider_workfront.broker.adoption import Adoption, Registration
from airflow_provider_workfront.broker.ask import Ask, Granted
from airflow_provider_workfront.broker.service import Broker, Times
from airflow_provider_workfront.broker.store import Record, Snapshot, record_key

if TYPE_CHECKING:
    import random

    from airflow_provider_workfront.broker.state import Grant

KEY = record_key("wf")
LOST = Lost("ReadTimeout", sent=True)


class Crashed(BaseException):
    """The process is gone: nothing of it may catch this."""


@dataclass
class Workfront:
    """Takes each refresh token once."""

    live: str = "R0"
    number: int = 0
    calls: int = 0
    reuse: int = 0
    in_flight: int = 0
    dead_sessions: set[str] = field(default_factory=set)
    secret: str = ACME.client_secret
    issued: dict[str, str] = field(default_factory=dict)  # under which secret each access token was

    def refresh(self, token: str, secret: str):
        """Answer a refresh."""
        self.calls += 1
        if secret != self.secret:
            return refused("invalid_client")
        if token != self.live:
            self.reuse += 1
            return refused()
        self.number += 1
        self.live = f"R{self.number}"
        self.issued[f"A{self.number}"] = secret
        return granted(self.number)

    def authorize(self) -> str:
        """A person consents: the tokens before are of no use any more."""
        self.live = f"P{self.number}"
        return self.live


class MemoryStore:
    """The store's interface over a dictionary; `world.step` is where another process may run."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.rows: dict[str, tuple[int, Grant]] = {}
        self._version = 0

    def read(self, key):
        self._world.query()
        row = self.rows.get(key)
        return Snapshot(str(row[0]), row[1], self._world.now, row[0]) if row else Snapshot(None, None, self._world.now)

    def swap(self, key, cipher, grant):
        self._world.query()
        row = self.rows.get(key)
        if (str(row[0]) if row else None) != cipher:
            return False
        self._version += 1
        self.rows[key] = (self._version, replace(grant, rev=grant.rev + 1))
        return True

    def rename(self, old, new, cipher):
        self._world.query()
        if new in self.rows or old not in self.rows or str(self.rows[old][0]) != cipher:
            return False
        self.rows[new] = self.rows.pop(old)
        return True

    def records(self):
        self._world.query()
        return [Record(key, str(version), grant) for key, (version, grant) in self.rows.items()]

    def others(self, key):
        return iter([(record.key, record.cipher, record.value) for record in self.records() if record.key != key])

    def mirror(self, conn_id, has_seen, token, home):  # noqa: ARG002 the Store's interface
        self._world.query()
        if has_seen(self._world.seed):
            self._world.seed = token
        return True

    def copied(self, conn_id):  # noqa: ARG002 likewise
        return self._world.seed

    def unreadable(self, key):  # noqa: ARG002 likewise
        return []

    def is_row(self, conn_id):  # noqa: ARG002 likewise
        return True


@dataclass
class Process:
    """One api-server process with one task's ask in it."""

    broker: Broker
    ask: Ask
    registration: Registration
    thread: threading.Thread | None = None
    turn: threading.Event = field(default_factory=threading.Event)
    crashing: bool = False
    result: object = None

    @property
    def is_over(self) -> bool:
        return self.result is not None


class World:
    """One connection, its database, its Workfront, and as many processes as wanted; all chance comes from `plan`."""

    def __init__(self, plan: random.Random, *, kind: type[Broker] = Broker, seed: str = "R0") -> None:
        self.plan, self.kind, self.seed = plan, kind, seed
        self.now = 1000.0
        self.workfront = Workfront()
        self.store = MemoryStore(self)
        self.processes: list[Process] = []
        self.faults: list[str] = []
        self.troubles: dict[str, float] = {}
        self.most_in_flight = 0
        self.needed_a_person = False
        self._back = threading.Event()
        self._running: Process | None = None
        self._away = 0
        self.secret = ACME.client_secret
        self.states: set[object] = set()

    # -- processes

    def registration(self, _conn_id="wf"):
        app = replace(ACME, client_secret=self.secret)
        return Registration("wf", app, self.seed, f"edit {self.seed} {self.secret}")

    def start(self, **ask) -> Process:
        """Begin an ask in a process of its own."""
        adoption = Adoption(self.store, self.registration, lambda _: "https://page", "here")
        process = Process(self.kind(adoption, Times(repeats=(0.5, 2.0))), Ask(**ask), self.registration())
        process.thread = threading.Thread(target=self._live, args=(process,), daemon=True)
        self.processes.append(process)
        process.thread.start()
        return process

    def _live(self, process: Process) -> None:
        process.turn.wait()
        process.turn.clear()
        try:
            process.result = self._drive(process)
        except Crashed:
            process.result = "crashed"
        except WorkfrontError as error:
            process.result = error
        except BaseException as error:  # noqa: BLE001 an error in the model or the broker: the test shows it
            process.result = error
        self._back.set()

    def _drive(self, process: Process):
        while True:
            given = self._once(process)
            if isinstance(given, Granted):
                return given
            self.touch(pause=given.seconds)

    def _once(self, process: Process):
        # the connection as it is now, but for the secret: that is what the caller signed with
        now = replace(self.registration(), app=process.registration.app)
        steps = process.broker.grant(now, process.ask)
        reply = None
        while True:
            try:
                step = steps.send(reply)
            except StopIteration as done:
                return done.value
            if isinstance(step, Wait):
                self.touch(pause=step.seconds)
                reply = None
            else:
                body = dict(step.request.form) | dict(step.request.json or {})
                reply = self._sent(body, process.registration.app.client_secret)

    def _sent(self, body, secret):
        self.touch()
        self.workfront.in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self.workfront.in_flight)
        try:
            if self._happens("lost request"):
                return LOST
            answer = self.workfront.refresh(body["refresh_token"], secret)
            self.touch()
            return LOST if self._happens("lost answer") else answer
        finally:
            self.workfront.in_flight -= 1

    def _happens(self, trouble: str) -> bool:
        happens = self.plan.random() < self.troubles.get(trouble, 0.0)
        if happens:
            self.faults.append(trouble)
        return happens

    def touch(self, pause: float = 0.0) -> None:
        """Hand over: whoever the plan says goes on next; the clock moves."""
        process = self._running
        if process is None:  # the test itself looks
            return
        self.now += pause + self.plan.choice((0.0, 0.01, 0.1))
        self._back.set()
        process.turn.wait()
        process.turn.clear()
        if process.crashing:
            raise Crashed

    def query(self) -> None:
        """Hand over before an access to the database, which may be away."""
        self.touch()
        if self._away > 0 and self._running is not None:
            self._away -= 1
            raise OperationalError("away", {}, Exception())

    # -- the plan

    def step(self) -> bool:
        """Let one process go on by one step; tell whether any could."""
        alive = [process for process in self.processes if not process.is_over]
        if not alive:
            return False
        process = self.plan.choice(alive)
        if self._happens("crash"):
            process.crashing = True
        if self._happens("stall"):
            self.now += 300  # longer than any lease: whoever held one has lost it
        if self._happens("clock back"):
            self.now -= 100  # somebody sets the database's clock; whoever waits for a lease waits that much longer
        if self._happens("database away"):
            self._away = 2
        self._running = process
        self._back.clear()
        process.turn.set()
        assert self._back.wait(10), "a process does not come back"
        self._running = None
        self._note()
        return True

    def _note(self) -> None:
        """Count the state that the step led to: what is known of record, Workfront and processes, without times."""
        grant, workfront = self.grant, self.workfront
        known = grant and (
            (grant.family, grant.generation, grant.tokens.refresh, grant.dead, bool(grant.lease)),
            (grant.attempt and grant.attempt.outcome, grant.cooled_under, grant.issued_under),
        )
        asking = tuple((other.registration.app.client_secret, str(other.result)[:40]) for other in self.processes)
        self.states.add((known, workfront.live, workfront.secret, workfront.in_flight, self.secret, self.seed, asking))

    def run(self, steps: int = 3000) -> None:
        """Let everything run to its end."""
        for _ in range(steps):
            if not self.step():
                return
        raise AssertionError("no end: the processes wait for one another")

    def calm(self) -> None:
        """No more troubles."""
        self.troubles = {}
        self._away = 0

    def close(self) -> None:
        """Let go of every process."""
        for process in self.processes:
            process.crashing = True
        with contextlib.suppress(AssertionError):
            self.run(10_000)

    # -- what can be seen

    @property
    def grant(self) -> Grant | None:
        row = self.store.rows.get(KEY)
        return row[1] if row else None

    def served(self, **ask) -> object:
        """Ask with nothing in the way, long after everything before."""
        self.calm()
        self.now += 1000
        process = self.start(**ask)
        self.run()
        return process.result


def needs_a_person(result: object) -> bool:
    """Tell whether an ask ended in the one error that only a person can mend."""
    return isinstance(result, ReauthorizationRequired)
