"""Events: what a committed write tells those who subscribed (reference 9.6)."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from airflow_provider_workfront.simulator.dates import write_date
from airflow_provider_workfront.simulator.derived import COMPUTED
from airflow_provider_workfront.simulator.schema import object_type
from airflow_provider_workfront.simulator.world import CUSTOM

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import tzinfo

    from airflow_provider_workfront.simulator.table import Row
    from airflow_provider_workfront.simulator.world import World, Written

OBJ_CODES = frozenset(  # reference 9.5
    (
        *("approval", "approval_stage", "approval_stage_participant", "ASSGN", "CMPY", "PTLTAB", "DOCU", "DOCV"),
        *("EXPNS", "FIELD", "HOUR", "OPTASK", "NOTE", "PORT", "PRGM", "PROJ", "PRFAPL", "RECORD", "RECORD_TYPE"),
        *("WORKSPACE", "PTLSEC", "STAFFP", "SPVAL", "STAFFR", "SPAVAL", "SAVSET", "SRPVAL", "TASK", "TMPL", "TSHET"),
        *("USER", "PARAM", "CTGY", "TEAMOB", "TEAMMB", "BOOKNG", "NLBR", "NLBRCY"),
    )
)


@dataclass(frozen=True, slots=True)
class Change:
    """Hold what one commit did to one object; no row before is a creation, none after a deletion."""

    code: str
    before: Row | None
    after: Row | None
    user_id: str
    at: datetime

    @property
    def event_type(self) -> str:
        """Give the name that subscriptions know it by."""
        if self.before is None:
            return "CREATE"
        return "DELETE" if self.after is None else "UPDATE"

    @property
    def obj_id(self) -> str:
        """Give the ID of the object."""
        return str((self.after or self.before or {})["ID"])


def changes(world: World, written: Iterable[Written], user_id: str) -> Iterator[Change]:
    """Sum up the writes of one commit: one change an object, between what was first and what is last."""
    before: dict[tuple[str, str], Row | None] = {}
    for code, obj_id, row in written:
        if code in OBJ_CODES:
            before.setdefault((code, obj_id), row)
    for (code, obj_id), row in before.items():
        after = world.table(code).rows.get(obj_id)
        if row != after:
            yield Change(code, row, after, user_id, world.now())


def states(world: World, change: Change, version: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Give the old and the new state; one that is not there is empty."""
    old, new = (state(world, change.code, row, version) if row else {} for row in (change.before, change.after))
    return old, new


def state(world: World, code: str, row: Row, version: str) -> dict[str, Any]:
    """Show a whole object: every field, null when empty; version 1 shows a list of one as its member."""
    kind, zone = object_type(code), world.zone(world.admin_id)
    names = [
        name for name, field in kind.fields.items() if not field.is_("WRITE_ONLY") and f"{code}.{name}" not in COMPUTED
    ]
    shown = {name: _written(row.get(name), zone) for name in sorted(names)} | {"objCode": code}
    if kind.is_extendible:
        shown["parameterValues"] = {
            name: _custom(_written(value, zone), version) for name, value in row.items() if name.startswith(CUSTOM)
        }
    return shown


def payload(
    change: Change, both: tuple[dict[str, Any], dict[str, Any]], subscription: dict[str, str], *, is_base64: bool
) -> bytes:
    """Write the message; `subscription` brings its ID and the versions."""
    seconds = int(change.at.timestamp())
    old, new = (_encoded(each) if is_base64 else each for each in both)
    row = change.after or change.before or {}
    message = {
        "eventType": change.event_type,
        **subscription,
        "eventTime": {"epochSecond": seconds, "nano": change.at.microsecond * 1000},
        "customerId": row.get("customerID"),
        "userId": change.user_id or row.get("lastUpdatedByID"),
        "newState": new,
        "oldState": old,
    }
    return json.dumps(message).encode()


def _encoded(shown: dict[str, Any]) -> str:
    return base64.b64encode(json.dumps(shown).encode()).decode()


def _custom(value: Any, version: str) -> Any:
    is_single = version == "v1" and isinstance(value, list) and len(value) == 1
    return value[0] if is_single else value


def _written(value: Any, zone: tzinfo) -> Any:
    """Write dates with a dot before the milliseconds: events differ from reads (rule 121)."""
    if isinstance(value, datetime):
        local = value.astimezone(zone)
        return f"{local:%Y-%m-%dT%H:%M:%S}.{local.microsecond // 1000:03d}{local:%z}"
    return write_date(value) if isinstance(value, date) else value
