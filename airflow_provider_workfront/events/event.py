"""One event as Workfront sends it, read into what may be kept: identifiers and names of fields, never values.

Reference 9.6. Pure: bytes in, a value out.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from airflow_provider_workfront.api.dates import parse_date
from airflow_provider_workfront.api.request import loads

MOST_CHANGED = 100  # names of fields that an asset event lists
LONGEST_NAME = 100

_WORD = re.compile(r"[A-Za-z][A-Za-z_]{0,39}")
_ID = re.compile(r"[A-Za-z0-9_.-]{1,64}")


class Malformed(ValueError):
    """The message is no event; the text never shows what it says."""


class NoEvent(Exception):
    """The message is an object that tells of nothing, as one may be that only tries the address."""


@dataclass(frozen=True, slots=True)
class Event:
    """What happened to which object, and when; `old` and `new` are its `lastUpdateDate` before and after."""

    event_type: str
    obj_code: str
    obj_id: str
    at: str
    changed: tuple[str, ...] = ()
    user_id: str = ""
    subscription_id: str = ""
    version: str = ""
    old: str = ""
    new: str = ""

    @property
    def marks(self) -> tuple[str, str]:
        """Give what two deliveries of one event have in common, and what the state has that it led to, if known.

        Neither subscription nor version of the message belong to it: two subscriptions that tell of one change, or both
        versions after an upgrade, make one event.
        """
        state = state_mark(self.obj_code, self.obj_id, self.new) if self.new else ""
        return _mark("event", self.event_type, self.obj_code, self.obj_id, self.at), state

    @property
    def moment(self) -> str:
        """Give when it happened, empty if the message does not say so."""
        return self.at if self.at.endswith("Z") else ""

    def told(self, conn_id: str) -> dict[str, Any]:
        """Give what a DAG run is told."""
        return {
            "event_type": self.event_type,
            "obj_code": self.obj_code,
            "obj_id": self.obj_id,
            "event_time": self.moment or None,
            "changed": list(self.changed[:MOST_CHANGED]),
            "changed_count": len(self.changed),
            "old": {"lastUpdateDate": self.old} if self.old else None,
            "new": {"lastUpdateDate": self.new} if self.new else None,
            "user_id": self.user_id or None,
            "subscription_id": self.subscription_id or None,
            "version": self.version or None,
            "conn_id": conn_id,
        }


def read_event(body: bytes) -> Event:
    """Read a message, of either version, its states plain or as base64. Raises Malformed or NoEvent."""
    said = _object(body)
    if not said.keys() & {"eventType", "newState", "oldState"}:
        raise NoEvent
    old, new = _state(said, "oldState"), _state(said, "newState")
    about = new or old
    if not about:
        raise Malformed("neither newState nor oldState has an ID")
    return Event(
        event_type=_checked(_WORD, said.get("eventType"), "eventType"),
        obj_code=_checked(_WORD, about.get("objCode"), "objCode").upper(),
        obj_id=_checked(_ID, about.get("ID"), "ID"),
        at=_moment(said.get("eventTime")) or _digest(body),
        changed=changed(old, new) if old and new else (),
        user_id=_known(said.get("userId")),
        subscription_id=_known(said.get("subscriptionId")),
        version=_known(said.get("eventVersion")),
        old=updated(old.get("lastUpdateDate")),
        new=updated(new.get("lastUpdateDate")),
    )


def changed(old: dict[str, Any], new: dict[str, Any]) -> tuple[str, ...]:
    """Name the fields that differ, custom ones (in `parameterValues`) as ``DE:...``, in the order of the alphabet."""
    before, after = _flat(old), _flat(new)
    names = {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}
    return tuple(sorted(name[:LONGEST_NAME] for name in names))


def updated(value: object) -> str:
    """Write a `lastUpdateDate` in one way, whether an event or a read brought it; empty if it is none."""
    try:
        moment = parse_date(value) if isinstance(value, str) else None
        return _utc(moment) if isinstance(moment, datetime) else ""
    except (ValueError, OverflowError):
        return ""


def state_mark(obj_code: str, obj_id: str, last_update: str) -> str:
    """Give the mark of an object as it was after its change at this time."""
    return _mark("state", obj_code, obj_id, last_update)


def _mark(kind: str, *parts: str) -> str:
    return f"{kind}_{hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:40]}"


def _object(body: bytes) -> dict[str, Any]:
    try:
        said = loads(body)
    except ValueError:
        raise Malformed("the body is no JSON") from None
    if not isinstance(said, dict):
        raise Malformed("the body is no JSON object")
    return said


def _state(said: dict[str, Any], name: str) -> dict[str, Any]:
    state = said.get(name) or {}
    if isinstance(state, str):
        try:
            state = loads(base64.b64decode(state, validate=True)) or {}
        except ValueError:
            raise Malformed(f"{name} is no base64 of JSON") from None
    if not isinstance(state, dict):
        raise Malformed(f"{name} is no object")
    return state if state.get("ID") else {}  # a state that is not there may have every field, all null [I]


def _checked(form: re.Pattern[str], value: object, name: str) -> str:
    if not isinstance(value, str) or not form.fullmatch(value):
        raise Malformed(f"{name} is missing, or not what Workfront sends")
    return value


def _known(value: object) -> str:
    return value if isinstance(value, str) and _ID.fullmatch(value) else ""


def _moment(value: object) -> str:
    """Write when it happened; empty if the message does not say so."""
    parts = value if isinstance(value, dict) else {}
    seconds, nano = parts.get("epochSecond"), parts.get("nano", 0)
    if not isinstance(seconds, int) or not isinstance(nano, int) or not 0 <= nano < 10**9:
        return ""
    try:
        return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}.{nano:09d}Z"
    except (ValueError, OverflowError, OSError):
        return ""


def _digest(body: bytes) -> str:
    """Tell messages without a time apart by what they say: the same one comes again letter for letter."""
    return hashlib.sha256(body).hexdigest()


def _flat(state: dict[str, Any]) -> dict[str, Any]:
    custom = state.get("parameterValues")
    return {name: value for name, value in state.items() if name != "parameterValues"} | (
        {str(name): value for name, value in custom.items()} if isinstance(custom, dict) else {}
    )


def _utc(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z"
