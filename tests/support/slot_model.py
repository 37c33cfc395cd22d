"""A fleet in a model world: real parts and real slots, a network that delays and loses, processes that die."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from airflow_provider_workfront.broker.slots import Slots, Terms, Want
from airflow_provider_workfront.client.part import Part

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from random import Random

TERMS = Terms(15.0)
TICKET = "ticket"
LITTLE, SHORT, STEP = 1 / 64, 3 / 16, 1 / 8
"""Seconds that any clock here adds up exactly: when a lease ends, both sides must know it at the same moment."""


@dataclass
class Process:
    """One process: its part, and its calls by the moment at which each ends."""

    part: Part
    calls: list[Call] = field(default_factory=list)
    waiting: int = 0
    begun: int = 0
    thread: Message | None = None
    """The ask of its thread that is under way; of a token there may be more."""

    def counts(self, now: float) -> None:
        """Tell the part what a limiter tells it."""
        self.part.counts(len(self.calls), self.waiting, now)


@dataclass(eq=False)
class Call:
    """One call; an orphan's lease ended while it was open, which nothing can prevent."""

    ends: float
    is_orphan: bool = False


@dataclass(eq=False)
class Message:
    """An ask on its way, or its answer on the way back."""

    process: Process
    ask: dict[str, Any]
    sent_at: float
    answer: dict[str, Any] | None = None


class Fleet:
    """Processes, one record, and messages between them."""

    def __init__(self, plan: Random, part: type[Part] = Part, slots: type[Slots] = Slots) -> None:
        self.plan, self.now, self.slots, self.part = plan, 100.0, slots(), part
        self.most = plan.choice((1, 2, 4, 10))
        self.learns = plan.choice((True, False))
        self.allowed = self.most
        """The most slots that there ever were."""
        self.offset = plan.choice((0.0, 1e9))  # the database's clock is another one
        self.messages: list[Message] = []
        self.processes = [self.new() for _ in range(plan.randint(1, 8))]

    def new(self) -> Process:
        """A process that asks for its first token."""
        process = Process(self.part(holder=f"p{self.plan.random()}", most=self.most, learns=self.learns))
        self.send(process, at_least=1)
        return process

    # -- what the invariant is about

    @property
    def open(self) -> int:
        """Calls that were begun under a lease which holds."""
        return sum(not call.is_orphan for process in self.processes for call in process.calls)

    def admit(self, process: Process) -> None:
        """Begin calls, as a limiter does."""
        room = process.part.room(self.now)
        while process.waiting and process.part.ticket and len(process.calls) < (room or 0):
            process.waiting -= 1
            process.begun += 1
            process.calls.append(Call(self.now + self.plan.choice((0.1, 0.3, 2.0, 20.0))))
            assert self.open <= self.allowed, f"{self.open} calls are open, {self.allowed} are allowed"
        process.counts(self.now)

    # -- what happens

    def tick(self, seconds: float) -> None:
        """Time goes by: calls end, leases may."""
        self.now += seconds
        for process in self.processes:
            if process.part.limit is not None and self.now >= process.part._until:
                for call in process.calls:
                    call.is_orphan = True
            process.calls = [call for call in process.calls if call.ends > self.now]
            self.admit(process)

    def send(self, process: Process, at_least: int = 0) -> Message:
        """Send an ask."""
        message = Message(process, process.part.asking(self.now, at_least=at_least), self.now)
        self.messages.append(message)
        return message

    def think(self, process: Process) -> None:
        """Let a process's thread ask if that is due; it has one ask under way at most."""
        if process.thread not in self.messages and process.part.due(self.now) <= self.now:
            process.thread = self.send(process)

    def carry(self, message: Message) -> None:
        """Let an ask arrive, or an answer."""
        if message.answer is None:
            now, said = self.now + self.offset, dict(message.ask)
            want = Want(**said)
            self.slots = self.slots.settled(now, TERMS).asked([want], now, TERMS)
            self.allowed = max(self.allowed, self.slots.total)
            share = self.slots.shares([want.holder], now, TERMS)[want.holder]
            message.answer = {"share": share.share, "kept": share.kept, "round": share.round}
            message.answer |= {"lease": share.lease, "again": share.again, "ticket": TICKET}
            return
        self.messages.remove(message)
        if message.process in self.processes:
            message.process.part.told(message.ask["number"], message.answer, message.sent_at, self.now)
            self.admit(message.process)

    def lose(self, message: Message) -> None:
        """Let a message get lost, on its way there or back."""
        self.messages.remove(message)
        if message.process.part._until > self.now:  # later it would go on by itself
            message.process.part.failed(self.now)

    def kill(self, process: Process) -> None:
        """End a process without a word; its connections are closed."""
        self.processes.remove(process)

    # -- stories

    def trouble(self) -> None:
        """Let something happen by chance."""
        process = self.plan.choice(self.processes)
        self.plan.choices(*zip(*self._troubles(process), strict=True))[0]()

    def _troubles(self, process: Process) -> Iterator[tuple[Callable[[], object], float]]:
        yield lambda: self.tick(self.plan.choice((LITTLE, SHORT, 1.0, 3.0))), 8
        yield lambda: self.tick(16.0), 0.1
        yield lambda: self.think(process), 10
        yield lambda: self._wants(process), 8
        yield lambda: self.send(process, at_least=1), 0.5  # a new token
        yield process.part.refused, 0.1
        if self.messages:
            yield lambda: self.carry(self.plan.choice(self.messages)), 20  # in any order
            yield lambda: self.lose(self.plan.choice(self.messages)), 0.5
        if len(self.processes) > 1:
            yield lambda: self.kill(process), 0.2
        if len(self.processes) < 12:
            yield lambda: self.processes.append(self.new()), 0.4

    def _wants(self, process: Process) -> None:
        process.waiting = min(process.waiting + self.plan.randint(1, 4), 6)
        self.admit(process)

    def calm(self, seconds: float) -> Iterator[None]:
        """From now on every message arrives soon, and everybody always wants to call."""
        until = self.now + seconds
        while self.now < until:
            for process in self.processes:
                if not process.part.ticket and all(message.process is not process for message in self.messages):
                    self.send(process, at_least=1)  # what its session does until it has a token
                process.waiting = max(process.waiting, self.most)
                self.admit(process)
                self.think(process)
            for message in [*self.messages, *self.messages]:
                if message in self.messages:
                    self.carry(message)
            self.tick(STEP)
            for process in self.processes:
                process.calls = [replace(call, ends=min(call.ends, self.now + 0.3)) for call in process.calls]
            yield
