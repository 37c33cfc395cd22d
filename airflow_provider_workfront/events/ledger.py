"""Store an event and tell Airflow of it, both or neither, and once: a mark in the asset state store stands for it.

Runs where the database is. A mark is a row whose key is unique for its asset, so whichever process is second finds
it; mark, asset event and queued DAG runs are one transaction. Decision 11 says why it is this table.

Airflow's scheduler gives a run the events up to the time of its queue row, and later runs only what came after that
(apache/airflow#54659, #56050). Airflow itself leaves the row at the time of the first event that waits; here it is set
to the time of each event, and times of one asset never go back, so that no event falls between two runs.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any, NamedTuple

from airflow.assets.manager import asset_manager
from airflow.models.asset import AssetActive, AssetDagRunQueue, AssetEvent, AssetModel
from airflow.models.asset_state_store import AssetStateStoreModel
from airflow.utils.session import create_session
from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.orm import Session

PREFIX = "workfront_mark_"  # of marks alone: cursors of watches begin with workfront_, too, and must stay
KEPT = timedelta(days=4)  # Workfront tries for two days (reference 9.7)
SKEW = timedelta(minutes=1)  # by which the clocks of api-servers may differ with nothing wrong
TRIES = 5

_MARKS: Any = AssetStateStoreModel.__table__


class Outcome(StrEnum):
    """What became of an event."""

    STORED = "stored"
    DUPLICATE = "duplicate"
    NO_ASSET = "no_asset"
    """No DAG names the asset, so there is nobody to tell."""


class Source(StrEnum):
    """Who told of it: Workfront itself, or the task that looks for what was missed."""

    EVENT = "event"
    REPAIR = "repair"


@dataclass(frozen=True, slots=True)
class Entry:
    """What is to be stored: the asset's URI, what identifies it, and what a DAG run is told.

    `event_mark` is empty for a repair, `state_mark` where the state is not known, `at` where nobody knows when it was.
    """

    uri: str
    source: Source
    event_mark: str
    state_mark: str
    told: dict[str, Any]
    at: str = ""


class Mark(NamedTuple):
    """Who made a mark, and when."""

    source: str
    at: str


def stored(entry: Entry) -> Outcome:
    """Store an event and queue the DAG runs that wait for it, unless that has been done.

    Raises SQLAlchemyError if the database is away; nothing is stored then.
    """
    for _ in range(TRIES - 1):
        try:
            return _stored(entry)
        except IntegrityError:  # another process stored a mark of it in this moment; look again
            continue
    return _stored(entry)


def forget() -> int:
    """Drop the marks of events that Workfront sends no more; give how many.

    A mark made "tomorrow" is from before the clock was set back: it counts as made now, else it stayed too long.
    """
    now, is_mark = datetime.now(UTC), _MARKS.c.key.startswith(PREFIX, autoescape=True)
    with create_session(scoped=False) as session:
        session.execute(update(_MARKS).where(is_mark, _MARKS.c.updated_at > now + SKEW).values(updated_at=now))
        result: Any = session.execute(delete(_MARKS).where(is_mark, _MARKS.c.updated_at < now - KEPT))
        return int(result.rowcount)


def _stored(entry: Entry) -> Outcome:
    callbacks: list[Callable[[], None]] = []
    with create_session(scoped=False) as session:
        outcome = _done(session, entry, callbacks)
    for callback in callbacks:  # listeners of other plugins: after the commit, which they must not delay
        callback()
    return outcome


def _done(session: Session, entry: Entry, callbacks: list[Callable[[], None]]) -> Outcome:
    asset = _asset(session, entry.uri)
    if asset is None:
        return Outcome.NO_ASSET
    there = _there(session, asset.id, entry)
    if entry.event_mark in there:
        return Outcome.DUPLICATE
    _mark(session, asset.id, entry, there)
    if _is_told(entry, there.get(entry.state_mark)):
        return Outcome.DUPLICATE
    _hold_queue(session, asset.id)
    latest = session.scalar(select(func.max(AssetEvent.timestamp)).where(AssetEvent.asset_id == asset.id))
    event = asset_manager.register_asset_change(
        asset=asset,
        extra=entry.told,
        session=session,
        source_is_api=True,
        api_user_teams=set(),
        callback_sink=callbacks,
    )
    if event is not None:
        _set_time(session, event, latest)
    return Outcome.STORED


def _hold_queue(session: Session, asset_id: int) -> None:
    """Keep the scheduler from the rows that wait for it; those it is about to delete are gone when this returns."""
    queued = AssetDagRunQueue.asset_id == asset_id
    session.execute(update(AssetDagRunQueue).where(queued).values(created_at=AssetDagRunQueue.created_at))


def _set_time(session: Session, event: AssetEvent, latest: datetime | None) -> None:
    """Give an event and its queue rows one time, after any before it; clocks of api-servers may differ a little."""
    now = datetime.now(UTC)
    if latest is not None and now <= latest < now + SKEW:
        now = latest + timedelta(microseconds=1)
    event.timestamp = now
    session.flush()
    queued = AssetDagRunQueue.asset_id == event.asset_id
    session.execute(update(AssetDagRunQueue).where(queued).values(created_at=now))


def _is_told(entry: Entry, teller: Mark | None) -> bool:
    """Tell whether somebody has told of the state already.

    Several events may lead to one `lastUpdateDate`, and each counts; but a repair stands for all that were before it.
    A repair made "tomorrow" is from before the clock was set back: nobody knows what was before it, so each is told.
    """
    if teller is None or entry.source is Source.REPAIR:
        return teller is not None
    if teller.at > _text(datetime.now(UTC) + SKEW):
        return False
    return teller.source == Source.REPAIR and entry.at <= teller.at


def _asset(session: Session, uri: str) -> AssetModel | None:
    """Find the active asset and lock its row: who tells of the same asset waits; else they deadlock over the queue."""
    is_active = (AssetActive.name == AssetModel.name) & (AssetActive.uri == AssetModel.uri)
    found = select(AssetModel).join(AssetActive, is_active).where(AssetModel.uri == uri)
    return session.scalars(found.with_for_update(of=AssetModel)).first()


def _keys(entry: Entry) -> list[str]:
    return [mark for mark in (entry.event_mark, entry.state_mark) if mark]


def _there(session: Session, asset_id: int, entry: Entry) -> dict[str, Mark]:
    """Give the marks that are there."""
    keys = [PREFIX + mark for mark in _keys(entry)]
    columns = (_MARKS.c.key, _MARKS.c.value, _MARKS.c.updated_at)
    found = session.execute(select(*columns).where(_MARKS.c.asset_id == asset_id, _MARKS.c.key.in_(keys)))
    return {key.removeprefix(PREFIX): Mark(json.loads(value), _text(at)) for key, value, at in found}


def _text(at: datetime) -> str:
    """Write a time so that texts compare as times do, as `Entry.at` does."""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%f}"


def _mark(session: Session, asset_id: int, entry: Entry, there: dict[str, Mark]) -> None:
    now, value = datetime.now(UTC), json.dumps(entry.source)
    rows = [
        {"asset_id": asset_id, "key": PREFIX + mark, "value": value, "updated_at": now, "last_updated_by_kind": "api"}
        for mark in _keys(entry)
        if mark not in there
    ]
    if rows:
        session.execute(insert(_MARKS), rows)
