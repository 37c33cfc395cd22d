"""The feed of changes behind a `WorkfrontChangeTrigger`: it polls, hands events over, and keeps the cursor.

An event is written to the store before it is handed over, and taken out of it once Airflow has it in its database. So
none is lost; one that a triggerer died over comes once more, under the same ID and marked as such.
"""

from __future__ import annotations

import time
from asyncio import Event, get_running_loop, sleep
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

from airflow.sdk.exceptions import AirflowException
from airflow.triggers.shared_stream import SharedStreamProducer

from airflow_provider_workfront.api.changes import Cursor, event_of
from airflow_provider_workfront.api.errors import TokenError, WorkfrontError
from airflow_provider_workfront.api.logs import get_logger
from airflow_provider_workfront.api.parting import parted
from airflow_provider_workfront.triggers.lookout import Looked, Lookout
from airflow_provider_workfront.triggers.pool import pooled
from airflow_provider_workfront.triggers.unrepeated import Unrepeated
from airflow_provider_workfront.triggers.waiting import LEAST_INTERVAL, needs_somebody, until_next

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping, Sequence

    from airflow.sdk.execution_time.context import AssetStateStoreAccessor
    from airflow.triggers.shared_stream import AdvanceItem

    from airflow_provider_workfront.api.changes import Change
    from airflow_provider_workfront.triggers.lookout import Watch

log = get_logger(__name__)

MOST_IDS = 500
"""Objects that one event names at most."""

LONGEST_PAUSE = 600.0
"""Seconds between two polls at most, while something is wrong that only a person can mend."""

MOST_DOUBLINGS = 10

A_MINUTE = 60.0

TOO_MANY = (
    "%s: %d more wait, since max_events_per_minute is %d; they are told later. Should a DAG change by another "
    "user what triggers it, it would never end: let it write as the connection's own user, or leave its objects out"
)


@dataclass(slots=True, eq=False)
class Offer:
    """An event on its way to Airflow.

    Airflow takes a subscriber that is cancelled before it has noted the event for one that is done with it: `is_noted`
    tells the two apart.
    """

    event: dict[str, Any]
    is_noted: bool = False

    def handed(self) -> tuple[Offer, Offer]:
        """Give it to the subscriber, and to `advance`."""
        return self, self


class Overtaken(Exception):
    """Another triggerer tells the same changes: one that took over, from this one that was thought dead."""


class ChangeFeed(SharedStreamProducer):
    """Give one event after the other, the next one when the last has arrived."""

    def __init__(self, watch: Watch, stores: Mapping[str, AssetStateStoreAccessor]) -> None:
        self.watch = watch
        self.title = f"{watch.obj_code} changes{' for asset ' if stores else ''}{', '.join(stores)}"
        self.stores = [*stores.values()]
        self.cursor: Cursor | None = None
        self._kept: list[Any] = [None for _ in stores]
        self._kept_low = 0
        self._arrived = Event()
        self._told_at: list[float] = []
        self._is_second_look = False
        self._failures, self._had_token = 0, time.monotonic()
        self._news = Unrepeated()

    async def open_stream(self) -> AsyncIterator[tuple[Offer, Offer]]:
        """Give events for good; trouble with Workfront is logged, and it is asked again."""
        self.cursor = await self._found()
        if self.cursor and self.cursor.pending:
            yield Offer({**self.cursor.pending, "again": True}).handed()
            await self._arrived.wait()
        async with pooled(self.watch.workfront_conn_id) as pool:
            lookout = Lookout(self.watch, pool)
            while True:
                looked = await self._looked(lookout)
                parts, left = self._cut(looked)
                more = sum(map(len, [*parts, left]))
                for part in parts:
                    more -= len(part)
                    yield (await self._offer(lookout, part, more)).handed()
                    await self._arrived.wait()
                await self._moved(looked, left)
                await sleep(self._pause(looked, left))

    async def advance(self, batch: Sequence[AdvanceItem]) -> None:
        """Take note that an event is in Airflow's database; else the trigger ends, and begins with that event again."""
        if self.cursor is None or not all(item.outcome.is_clean and item.broker_payload.is_noted for item in batch):
            raise AirflowException(f"{self.title}: an event was not taken, and will come again")
        await self._keep(self.cursor.arrived())
        self._arrived.set()

    # -- what a poll brings

    async def _looked(self, lookout: Lookout) -> Looked | None:
        """Poll; None if nothing came of it."""
        try:
            looked = await lookout.look(self.cursor or await self._beginning(lookout))
        except Overtaken:
            raise
        except Exception as error:  # noqa: BLE001 an answer of any form must not end the trigger
            self._in_trouble(error)
            return None
        self._failures, self._had_token = 0, time.monotonic()
        if self._news.is_over():
            log.info("%s: Workfront answers again", self.title)
        return looked

    async def _beginning(self, lookout: Lookout) -> Cursor:
        """Find out where to begin, and write it down at once."""
        cursor = await lookout.begin()
        await self._keep(cursor)
        log.info("%s: from now on they are told", self.title)
        return cursor

    def _cut(self, looked: Looked | None) -> tuple[list[list[Change]], list[Change]]:
        """Cut what may be told into as many events as a minute still bears; what is left stays for later polls."""
        ripe = looked.ripe if looked else []
        now = get_running_loop().time()
        self._told_at = [moment for moment in self._told_at if moment > now - A_MINUTE]
        parts = list(islice(parted(ripe, MOST_IDS), self.watch.max_events_per_minute - len(self._told_at)))
        left = ripe[sum(map(len, parts)) :]
        if left:
            log.warning(TOO_MANY, self.title, len(left), self.watch.max_events_per_minute)
        return parts, left

    async def _offer(self, lookout: Lookout, part: list[Change], more: int) -> Offer:
        """Make an event and write it down, before it is handed over."""
        event = event_of(self.watch.obj_code, part, more, await lookout.fields_of(part))
        self._arrived.clear()
        await self._keep(self._begun().handing(part, event))
        self._told_at.append(get_running_loop().time())
        log.info("%s: event %s, number of objects %d", self.title, event["id"], len(part))
        return Offer(event)

    async def _moved(self, looked: Looked | None, left: list[Change]) -> None:
        """Move the cursor; it is written down with the next event, or when it has come a long way."""
        if looked:
            untold = [*left, *looked.young]
            self.cursor = self._begun().moved(looked.at, untold, self.watch.look_back)
            if self.cursor.low - self._kept_low >= self.watch.look_back:
                await self._keep(self.cursor)

    # -- when

    def _pause(self, looked: Looked | None, left: list[Change]) -> float:
        """Say how long to wait: until the next poll is due, or for the second look at what was just found."""
        due = until_next(time.time(), max(self.watch.poll_interval, LEAST_INTERVAL))
        if looked is None:
            return max(due, min(self.watch.poll_interval * 2.0**self._failures, LONGEST_PAUSE) if self._failures else 0)
        if left:  # until as many events may be told as wait: each look reads all that waits
            awaited = self._told_at[: -(-len(left) // MOST_IDS)]
            return awaited[-1] + A_MINUTE - get_running_loop().time()
        lag = max(self.watch.end_lag, LEAST_INTERVAL)
        self._is_second_look = bool(looked.young) and lag < self.watch.poll_interval and not self._is_second_look
        return lag if self._is_second_look else due

    def _in_trouble(self, error: Exception) -> None:
        """Say what is wrong; what only a person can mend is asked again at growing intervals."""
        self._had_token = self._had_token if isinstance(error, TokenError) else time.monotonic()
        is_news = self._news.is_due(str(error))
        if isinstance(error, WorkfrontError) and not needs_somebody(error, time.monotonic() - self._had_token):
            self._failures = 0
            if is_news:
                log.warning("%s: Workfront could not be asked, and will be again: %s", self.title, error)
        else:
            self._failures = min(self._failures + 1, MOST_DOUBLINGS)
            log.error("%s: nothing is told until this is mended: %s", self.title, error)

    # -- what is kept

    def _begun(self) -> Cursor:
        if self.cursor is None:
            raise AirflowException(f"{self.title}: there is no cursor yet")
        return self.cursor

    async def _found(self) -> Cursor | None:
        """Read where an earlier triggerer came to: the furthest, if the assets that are watched came to differ."""
        self._kept = [await store.aget(self.watch.key) for store in self.stores]
        found = [Cursor.of_json(plain) for plain in self._kept if isinstance(plain, dict)]
        return max(found, key=lambda cursor: (cursor.low, cursor.at), default=None)

    async def _keep(self, cursor: Cursor) -> None:
        """Write it down for each asset that is watched; raises Overtaken if somebody else has written meanwhile."""
        plain = cursor.as_json()
        for number, store in enumerate(self.stores):
            if await store.aget(self.watch.key) != self._kept[number]:
                raise Overtaken(f"{self.title}: the cursor was written by somebody else")
            await store.aset(self.watch.key, plain)
            self._kept[number] = plain
        self.cursor, self._kept_low = cursor, cursor.low
