"""What the triggers of one process share: for each connection one client, and rounds in which all ask together."""

from __future__ import annotations

from asyncio import AbstractEventLoop, Event, TaskGroup, create_task, gather, get_running_loop, sleep, wait
from contextlib import asynccontextmanager
from contextvars import Context
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from airflow_provider_workfront.hooks import WorkfrontHook
from airflow_provider_workfront.triggers.rounds import Poll, settle_all

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from airflow_provider_workfront.triggers.rounds import Asked

GATHERING = 0.1
"""Seconds that a round waits for others to join it: those who wait equally long wake up at the same moment."""

PATIENCE = 5.0
"""Seconds after which a round that is not over lets the next one begin: one slow call shall not hold up all others."""

FRESH_FOR = 300.0
"""Seconds after which a client is opened anew: somebody may have edited the connection."""


class Pool:
    """The polls of all triggers of one connection; use it by `pooled`."""

    def __init__(self, conn_id: str, fresh_for: float = FRESH_FOR, patience: float = PATIENCE) -> None:
        self.conn_id = conn_id
        self.fresh_for = fresh_for
        self.patience = patience
        self._polls: list[Poll] = []
        self._wanted = Event()
        self._members = 0

    async def ask(self, condition: Asked) -> Any:
        """Ask in the next round: give the count, the record or the rows. Raises what the client raises, or the hook."""
        poll = Poll(condition, get_running_loop().create_future())
        self._polls.append(poll)
        self._wanted.set()
        return await poll.answer

    @asynccontextmanager
    async def joined(self) -> AsyncIterator[Pool]:
        """Take part for the block; the first to come starts the rounds, the last to leave ends them."""
        self._members += 1
        if self._members == 1:
            self._rounds = create_task(self._ask_in_rounds(), context=Context())  # what it logs is no one task's own
        try:
            yield self
        finally:
            self._members -= 1
            if not self._members:
                self._rounds.cancel()
                await gather(self._rounds, return_exceptions=True)  # it closes the client

    async def _ask_in_rounds(self) -> None:
        """Ask round after round over one client, and over another now and then."""
        async with TaskGroup() as clients:
            await self._ask_over_one(clients, await self._gathered())

    async def _ask_over_one(self, clients: TaskGroup, polls: list[Poll]) -> None:
        """Ask over a new client until it is stale; the next one takes over while the last calls of this one end."""
        is_over = False
        try:
            async with WorkfrontHook(self.conn_id).aget_conn() as workfront, TaskGroup() as rounds:
                stale_at = get_running_loop().time() + self.fresh_for
                is_fresh = True
                while is_fresh:
                    await wait([rounds.create_task(settle_all(workfront, polls))], timeout=self.patience)
                    polls = await self._gathered()
                    is_fresh = get_running_loop().time() < stale_at
                clients.create_task(self._ask_over_one(clients, polls))
                is_over = True
        except Exception as error:  # noqa: BLE001 whatever it is, those who wait have to learn of it
            if not is_over:
                for poll in polls:
                    poll.settle(error)
                clients.create_task(self._ask_over_one(clients, await self._gathered()))

    async def _gathered(self) -> list[Poll]:
        """Wait for polls; give those that nobody has cancelled."""
        await self._wanted.wait()
        await sleep(GATHERING)
        self._wanted.clear()
        polls, self._polls = self._polls, []
        return [poll for poll in polls if not poll.answer.done()]


_POOLS: WeakKeyDictionary[AbstractEventLoop, dict[str, Pool]] = WeakKeyDictionary()


@asynccontextmanager
async def pooled(conn_id: str) -> AsyncIterator[Pool]:
    """Give the pool of a connection for the block, one for each event loop."""
    pools = _POOLS.setdefault(get_running_loop(), {})
    async with pools.setdefault(conn_id, Pool(conn_id)).joined() as pool:
        yield pool
