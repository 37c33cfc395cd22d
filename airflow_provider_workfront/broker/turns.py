"""Let tasks wait for slots on the api-server's event loop: one look into the record for all of them.

What is asked for in the meantime goes into the record together, so a process has one transaction for each host under
way, however many tasks ask.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence
    from concurrent.futures import Executor

    from airflow_provider_workfront.broker.slots import Share, Slots, Terms, Want

AT_ONCE = 20  # answers between which nobody else has the loop
LOOK_EVERY = 0.1  # seconds between two looks into the record while somebody waits: other processes write it too


class Record(Protocol):
    """Where the slots are kept: blocking."""

    @property
    def terms(self) -> Terms:
        """For how long slots are lent."""

    def step(self, host: str, wants: Sequence[Want]) -> tuple[Slots, float]:
        """Take in what is asked for; give the slots and the time."""


@dataclass(slots=True, eq=False)
class Turn:
    """One ask: how long it may wait for a slot, and who waits for it."""

    want: Want
    until: float
    answer: asyncio.Future[Share]


class Desk:
    """Ask for slots of one host."""

    def __init__(self, host: str, record: Record, threads: Executor) -> None:
        self._host, self._record, self._threads = host, record, threads
        self._new: list[Turn] = []
        self._waiting: list[Turn] = []
        self._came = asyncio.Event()
        self._serving: asyncio.Task[None] | None = None

    async def ask(self, want: Want, patience: float = 0.0) -> Share:
        """Ask; wait so many seconds for a slot if there is none."""
        loop = asyncio.get_running_loop()
        turn = Turn(want, loop.time() + patience, loop.create_future())
        self._new.append(turn)
        self._came.set()
        if self._serving is None or self._serving.done():
            self._serving = loop.create_task(self._serve())
        return await turn.answer

    async def _serve(self) -> None:
        while self._new or self._waiting:
            turns, self._new = self._new, []
            self._came.clear()
            self._waiting += turns
            await self._look([turn.want for turn in turns])
            if self._waiting and not self._new:
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._came.wait(), LOOK_EVERY)

    async def _look(self, wants: list[Want]) -> None:
        try:
            work = self._threads.submit(self._record.step, self._host, wants)
            slots, now = await asyncio.wrap_future(work)
        except Exception as error:  # noqa: BLE001 everybody who waits gets it
            for turn in self._waiting:
                if not turn.answer.done():
                    turn.answer.set_exception(error)
        else:
            await self._tell(slots, now)
        self._waiting = [turn for turn in self._waiting if not turn.answer.done()]

    async def _tell(self, slots: Slots, now: float) -> None:
        """Answer whoever has a slot, wants none, has waited long enough, or has left the row; some at a time."""
        clock, waiting = asyncio.get_running_loop().time(), {holder.id for holder in slots.row if not holder.held}
        due = [turn for turn in self._waiting if turn.want.holder not in waiting or clock >= turn.until]
        shares = slots.shares({turn.want.holder for turn in due}, now, self._record.terms)
        for begin in range(0, len(due), AT_ONCE):
            for turn in due[begin : begin + AT_ONCE]:
                if not turn.answer.done():
                    turn.answer.set_result(shares[turn.want.holder])
            await asyncio.sleep(0)  # each answer is some work more: whoever else uses this loop has a turn in between


class Desks:
    """One desk for each host."""

    def __init__(self, record: Record, threads: Executor) -> None:
        self._record, self._threads = record, threads
        self._desks: dict[str, Desk] = {}

    def of(self, host: str) -> Desk:
        """Give the desk of a host."""
        return self._desks.setdefault(host, Desk(host, self._record, self._threads))
