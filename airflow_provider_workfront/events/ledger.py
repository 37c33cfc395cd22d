"""Store an event and tell Airflow of it, both or neither, and once: a mark in the asset state store stands for it.

Runs where the database is. A mark is a row whose key is unique for its asset, so whichever process is second finds
it; mark, asset event and queued DAG runs are one transaction. Decision 11 says why it is this table.
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
from sqlalchemy.exc import DBAPIError, IntegrityError

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.orm import Session

PREFIX = "workfront_mark_"  # of marks alone: cursors of watches begin with workfront_, too, and must stay
KEPT = timedelta(days=4)  # Workfront tries for two days (reference 9.7)
SKEW = timedelta(minutes=1)  # by which the clocks of api-servers may differ with nothing wrong
TRIES = 5
DEADLOCK = "40P01"  # PostgreSQL's code of it
TICK = timedelta(microseconds=1)

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
        except DBAPIError as error:
            if not _is_deadlock(error):
                raise
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
    moment = _moment(session, asset.id)
    _renew(session, asset.id, moment)
    told = asset_manager.register_asset_change(
        asset=asset,
        extra=entry.told,
        session=session,
        source_is_api=True,
        api_user_teams=set(),
        callback_sink=callbacks,
    )
    if told is not None:
        told.timestamp = moment
    _renew(session, asset.id, moment)
    return Outcome.STORED


def _moment(session: Session, asset_id: int) -> datetime:
    """Give the time of the next event: now, but after the one before, since a run takes events after those of another.

    The asset's row is locked, so the order of events is that of their transactions. Clocks of api-servers differ a
    little; one that is far off is not followed, since Airflow makes no run before its time.
    """
    now = datetime.now(UTC)
    last = session.scalar(select(func.max(AssetEvent.timestamp)).where(AssetEvent.asset_id == asset_id))
    return last + TICK if last and now <= last <= now + SKEW else now


def _renew(session: Session, asset_id: int, moment: datetime) -> None:
    """Set the time of what is queued: a run takes the events up to it, and Airflow leaves it at that of the first.

    It locks the rows besides, so that no scheduler takes them away before the event is there to be seen.
    """
    session.flush()
    queue: Any = AssetDagRunQueue.__table__
    session.execute(update(queue).where(queue.c.asset_id == asset_id).values(created_at=moment))


def _is_deadlock(error: DBAPIError) -> bool:
    """Tell whether the database ended the transaction for others to go on: somebody else queues runs of the asset."""
    return DEADLOCK in (getattr(error.orig, "pgcode", None), getattr(error.orig, "sqlstate", None))


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
    """Find the asset, and lock its row: Airflow queues runs in any order, so two events at once would deadlock."""
    is_active = (AssetActive.name == AssetModel.name) & (AssetActive.uri == AssetModel.uri)
    found = select(AssetModel).join(AssetActive, is_active).where(AssetModel.uri == uri)
    locked = found.order_by(AssetModel.id).limit(1).with_for_update(of=AssetModel, key_share=True)
    return session.scalars(locked).first()


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
