"""What is done with a message once its sender is known: read, stored, and noted in the log by its identifiers."""

from __future__ import annotations

from collections import Counter
from typing import Any

from airflow_provider_workfront.api.logs import get_logger
from airflow_provider_workfront.api.request import loads
from airflow_provider_workfront.assets import asset_uri
from airflow_provider_workfront.events.event import Malformed, read_event, state_mark
from airflow_provider_workfront.events.ledger import Entry, Outcome, Source, stored
from airflow_provider_workfront.events.telling import MOST_MISSED

log = get_logger("airflow_provider_workfront.events")


class NoSuchObject(ValueError):
    """There can be no asset of this type of object."""


def taken(conn_id: str, host: str, body: bytes) -> dict[str, Any]:
    """Take in an event of Workfront. Raises Malformed, NoEvent, SQLAlchemyError.

    One that nobody waits for, or can wait for, is let go: a refusal would count against the address.
    """
    event = read_event(body)
    try:
        entry = Entry(_uri(host, event.obj_code), Source.EVENT, *event.marks, event.told(conn_id), event.moment)
    except NoSuchObject as error:
        log.warning("An event was let go: %s; end its subscription.", error)
        return {"outcome": Outcome.NO_ASSET}
    outcome = stored(entry)
    log.info("Workfront event %s of %s %s: %s", event.event_type, event.obj_code, event.obj_id, outcome)
    if outcome is Outcome.NO_ASSET:
        log.warning("No DAG is scheduled on %s: the event was let go.", entry.uri)
    return {"outcome": outcome}


def taken_missed(conn_id: str, host: str, body: bytes) -> dict[str, Any]:
    """Take in what a task has read: ``{"obj_code", "objects": [[ID, lastUpdateDate], ...]}``; count the outcomes.

    The dates are as `event.updated` writes them. Raises Malformed, NoSuchObject, SQLAlchemyError.
    """
    obj_code, objects = _missed(body)
    uri = _uri(host, obj_code)
    counted = Counter(stored(_missed_entry(uri, conn_id, obj_code, *each)) for each in objects)
    outcomes = {str(outcome): counted[outcome] for outcome in Outcome}
    log.info("Workfront events of %s looked for: %s", obj_code, outcomes)
    return {"outcomes": outcomes}


def _missed(body: bytes) -> tuple[str, list[tuple[str, str]]]:
    try:
        said = loads(body)
        pairs = [(obj_id, last_update) for obj_id, last_update in said["objects"]]
        obj_code = said["obj_code"].upper()
    except (ValueError, KeyError, TypeError, AttributeError):
        raise Malformed("not a message of this provider: are both sides of one version?") from None
    if len(pairs) > MOST_MISSED or not all(isinstance(text, str) and text for pair in pairs for text in pair):
        raise Malformed(f"at most {MOST_MISSED} objects, each with its ID and lastUpdateDate")
    return obj_code, pairs


def _missed_entry(uri: str, conn_id: str, obj_code: str, obj_id: str, last_update: str) -> Entry:
    told = {
        "event_type": "MISSED",
        "obj_code": obj_code,
        "obj_id": obj_id,
        "new": {"lastUpdateDate": last_update},
        "conn_id": conn_id,
    }
    return Entry(uri, Source.REPAIR, "", state_mark(obj_code, obj_id, last_update), told)


def _uri(host: str, obj_code: str) -> str:
    try:
        return asset_uri(host, obj_code)
    except ValueError:
        raise NoSuchObject(f"{obj_code} is no type of object that an asset can stand for") from None
