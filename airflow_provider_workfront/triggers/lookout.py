"""What one poll for changes asks of Workfront, and what it makes of the answer."""

from __future__ import annotations

import time
from asyncio import get_running_loop
from dataclasses import dataclass
from hashlib import blake2b
from itertools import compress
from operator import not_
from typing import TYPE_CHECKING, Any, NamedTuple

from airflow_provider_workfront.api.changes import (
    BY,
    UPDATED,
    ChangedSince,
    Cursor,
    changes_of,
    clock,
    journal,
    names_of,
    newest,
)
from airflow_provider_workfront.api.errors import WorkfrontError
from airflow_provider_workfront.api.logs import get_logger
from airflow_provider_workfront.api.parting import parted
from airflow_provider_workfront.api.reads import IDS_AT_ONCE, Get, Metadata
from airflow_provider_workfront.api.request import dumps

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from airflow_provider_workfront.api.changes import Change
    from airflow_provider_workfront.triggers.pool import Pool

log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Watch:
    """What is watched, and how; times in seconds."""

    workfront_conn_id: str
    obj_code: str
    filters: Mapping[str, Any]
    fields: tuple[str, ...]
    poll_interval: float
    ignore_own: bool
    max_events_per_minute: int
    overlap: float
    end_lag: float

    @property
    def key(self) -> str:
        """Name the cursor: other filters have another one, another interval has not."""
        filters = sorted(self.filters.items())
        asked = dumps([self.workfront_conn_id, self.obj_code, filters, self.ignore_own])
        return f"workfront_changes_{blake2b(asked.encode(), digest_size=8).hexdigest()}"

    @property
    def look_back(self) -> int:
        """Give the overlap in milliseconds."""
        return round(self.overlap * 1000)


class Facts(NamedTuple):
    """What has to be known before the first poll: what to ask for, and who is to be ignored."""

    fields: tuple[str, ...]
    own_id: str


class Sighting(NamedTuple):
    """A change, when it was seen first by the event loop's clock, and since when its object may have changed.

    `untold_from` is when the object was seen first with a change that is not told yet.
    """

    change: Change
    at: float
    since: int
    untold_from: float


class Looked(NamedTuple):
    """What a poll found: changes that may be told now, younger ones, and where Workfront's clock stands at least."""

    ripe: list[Change]
    young: list[Change]
    at: int


class Lookout:
    """Looks for changes, and remembers since when it has seen those that are not told yet."""

    def __init__(self, watch: Watch, pool: Pool) -> None:
        self.watch = watch
        self.pool = pool
        self._facts: Facts | None = None
        self._facts_until = 0.0
        self._sightings: dict[str, Sighting] = {}
        self._looked_at: float | None = None

    async def begin(self) -> Cursor:
        """Begin at the latest date there is: what comes after it, by the same clock, is new."""
        await self._known()  # says it in plain words if the type has no such date
        rows = await self.pool.ask(newest(self.watch.obj_code))
        latest = max((change.at for change in changes_of(rows)), default=0)
        at = min(latest, round(time.time() * 1000))
        there = await self._changes(max(0, at - self.watch.look_back))
        return Cursor.begun(at, there, self.watch.look_back)

    async def look(self, cursor: Cursor) -> Looked:
        """Look once. A change is ripe when a look `end_lag` later, or after that, finds it as it was."""
        began, untold = get_running_loop().time(), cursor.news(seen.change for seen in self._sightings.values())
        self._sightings = {change.obj_id: self._sightings[change.obj_id] for change in untold}
        found = await self._changes(cursor.low)
        own_id = (await self._known()).own_id
        elapsed = 0.0 if self._looked_at is None else began - self._looked_at
        at = clock(cursor, round(elapsed * 1000), found, round(time.time() * 1000))
        news = cursor.news(change for change in found if not own_id or self._counts(change, own_id))
        self._sightings = {change.obj_id: self._sighting(change, cursor.at) for change in news}
        self._looked_at = began
        seen_by = began - self.watch.end_lag
        is_ripe = [self._is_ripe(self._sightings[change.obj_id], seen_by, began) for change in news]
        return Looked([*compress(news, is_ripe)], [*compress(news, map(not_, is_ripe))], at)

    def _is_ripe(self, sighting: Sighting, seen_by: float, now: float) -> bool:
        """Tell whether it may be told: it stayed as it was, or its object changes on and on for an interval."""
        longest = max(self.watch.poll_interval, self.watch.end_lag)
        return not self.watch.end_lag or sighting.at <= seen_by or now - sighting.untold_from >= longest

    def _counts(self, change: Change, own_id: str) -> bool:
        """Tell whether somebody else changed it: now, or before and it is not told yet."""
        return change.by != own_id or change.obj_id in self._sightings

    def _sighting(self, change: Change, polled: int) -> Sighting:
        """Note a change; of an object that changes on and on, all since the poll before the first time counts."""
        before = self._sightings.get(change.obj_id)
        if before and before.change == change:
            return before
        now = get_running_loop().time()
        since, untold_from = (before.since, before.untold_from) if before else (polled, now)
        return Sighting(change, now, min(since, change.at), untold_from)

    async def fields_of(self, part: Sequence[Change]) -> dict[str, list[str]]:
        """Ask the field history which of the wanted fields were changed since the poll before, if it can be read."""
        if not self.watch.fields:
            return {}
        entries, since = [], min(self._sightings[change.obj_id].since for change in part)
        try:
            for ids in parted((change.obj_id for change in part), IDS_AT_ONCE):
                entries += await self.pool.ask(journal(ids, self.watch.fields, since))
        except WorkfrontError as error:
            log.warning("%s changes: which fields were changed is not known: %s", self.watch.obj_code, error)
        return names_of(entries)

    async def _changes(self, since: int) -> list[Change]:
        fields = (await self._known()).fields
        return changes_of(await self.pool.ask(ChangedSince(self.watch.obj_code, self.watch.filters, since, fields)))

    async def _known(self) -> Facts:
        now = get_running_loop().time()
        if self._facts is None or now >= self._facts_until:
            self._facts = await self._found_out()
            self._facts_until = now + self.pool.fresh_for  # the connection may act as another user by then
        return self._facts

    async def _found_out(self) -> Facts:
        code, names = self.watch.obj_code, (await self.pool.ask(Metadata(self.watch.obj_code)))["fields"]
        if UPDATED not in names:
            raise ValueError(undated(code))
        if unknown := [name for name in self.watch.fields if name not in names and not name.startswith("DE:")]:
            log.warning("%s changes: %s has no field %s, so no event will name it", code, code, ", ".join(unknown))
        if not self.watch.ignore_own:
            return Facts((UPDATED,), "")
        if BY not in names:
            log.warning("%s changes: %s has no %s, so those of the connection's own user are told too", code, code, BY)
            return Facts((UPDATED,), "")
        return Facts((UPDATED, BY), (await self.pool.ask(Get("USER", "$$USER", ("ID",))))["ID"])


def undated(obj_code: str) -> str:
    """Say why a type cannot be watched."""
    return (
        f"{obj_code} has no {UPDATED}, so its changes cannot be found by polling: watch the object that it belongs to, "
        "or use an event subscription"
    )
