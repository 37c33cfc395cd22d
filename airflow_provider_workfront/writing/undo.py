"""Steps that were planned earlier: whether Workfront is still as they saw it, and what takes them back. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from airflow_provider_workfront.api.collections import read_as
from airflow_provider_workfront.writing.diff import CUSTOM, compared, is_collection, is_empty, sendable
from airflow_provider_workfront.writing.plan import Action, Step

if TYPE_CHECKING:
    from collections.abc import Iterable

    from airflow_provider_workfront.extract.columns import Kind

Kinds = Mapping[str, "Kind | None"]

MOST_NAMED = 3
SHOWN = 60
CHANGED = "lastUpdateDate"
READ_ONLY = frozenset(
    {"ID", "objCode", "customerID", "entryDate", "enteredByID", "lastUpdateDate", "lastUpdatedByID", "referenceNumber"}
)
"""Fields that Workfront sets itself: they are in the image of a deleted object, and are not sent for a new one."""
ANEW = "a new object with a new ID; within 30 days the recycle bin gives back the old one, with all that was in it"
BY_KEY = "its ID was not known when this was written: it is found by its key"


def undone(step: Step, created_id: str = "", finds_by: str = "") -> Step | None:
    """Give the step that takes another one back; None if it changed nothing, or if what it created is not known.

    What was created is known by its ID, or else by its key in the field `finds_by`. Of a deletion the step keeps the
    ID: should the object be there after all, none is created. The row is what the step sends, by field: the row of the
    input would do again what is taken back.
    """
    swapped = {name: (after, before) for name, (before, after) in step.changes.items()}
    if step.action is Action.UPDATE:
        row = {"ID": step.obj_id, **{name: after for name, (_, after) in swapped.items()}}
        return Step(step.number, Action.UPDATE, step.obj_id, step.key, swapped, row)
    if step.action is Action.CREATE and created_id:
        return Step(step.number, Action.DELETE, created_id, step.key, swapped, {"ID": created_id})
    if step.action is Action.CREATE and finds_by and step.key:
        return Step(step.number, Action.DELETE, "", step.key, swapped, {finds_by: step.key}, BY_KEY)
    if step.action is Action.DELETE:
        known = {name: each for name, each in swapped.items() if name not in READ_ONLY and not is_empty(each[1])}
        row = {name: after for name, (_, after) in known.items()}
        return Step(step.number, Action.CREATE, step.obj_id, step.key, known, row, ANEW)
    return None


def only_written_by_people(step: Step, key: str) -> Step:
    """Give a step with the fields that Workfront does not compute: name, description, key and custom fields.

    Workfront schedules the dates of a new object, and sums up others from the objects below it: that is no reason to
    keep what a run has created.
    """
    names = {key, "name", "description"}
    kept = {name: change for name, change in step.changes.items() if name in names or name.startswith(CUSTOM)}
    return replace(step, changes=kept)


def as_left(step: Step, left: Mapping[str, Any]) -> Step:
    """Give a step with what the run left in Workfront, where that is not what it sent: an undo compares with that.

    :param left: by field the value that Workfront kept
    """
    changes = {name: (before, left.get(name, after)) for name, (before, after) in step.changes.items()}
    return replace(step, changes=changes)


def unkept(step: Step, record: Mapping[str, Any] | None, kinds: Kinds) -> dict[str, Any]:
    """List the fields of which Workfront gave back another value than was sent, with that value.

    :param record: the object as the answer of the write has it; a field that it lacks tells nothing
    """
    if not record or step.action not in {Action.CREATE, Action.UPDATE}:
        return {}
    return {
        name: sendable(record[name], sent, name)
        for name, sent in step.values.items()
        if name in record and compared(sent, record[name], kinds.get(name)) is False
    }


def asked(steps: Iterable[Step]) -> list[str]:
    """List the fields to read of objects, to compare them with what steps saw and with what they want."""
    names: dict[str, None] = {}
    for step in steps:
        for name in _telling(step):
            values = [value for value in step.changes[name] if value is not None]
            nested = not name.startswith(CUSTOM) and any(
                isinstance(value, Mapping) or is_collection(value) for value in values
            )
            names |= dict.fromkeys(read_as([name]) if nested else [name])
    return list(dict.fromkeys(["ID", *names]))


def is_done(step: Step, current: Mapping[str, Any] | None, kinds: Kinds | None = None) -> bool:
    """Tell whether Workfront is as the step wants it already, as after an earlier try; `None` is a missing object."""
    if step.action is Action.DELETE or current is None:
        return current is None and step.action in {Action.DELETE, Action.NONE}
    told = _shown(step, current, kinds or {})
    return False not in told if step.action is Action.CREATE else all(told)


def may_be_done(step: Step, current: Mapping[str, Any] | None, kinds: Kinds | None = None) -> bool:
    """Tell whether nothing that can be compared differs from what the step wants."""
    return is_done(step, current, kinds) if current is None else False not in _shown(step, current, kinds or {})


def conflict(step: Step, current: Mapping[str, Any] | None, kinds: Kinds | None = None) -> str:
    """Say what has changed in Workfront since a step was planned; nothing if it may be done as planned.

    What cannot be compared, such as a day and an instant, is no conflict.
    """
    if step.action is Action.NONE:
        return ""
    if step.action is Action.CREATE:
        return f"an object with this key exists by now: {current.get('ID')}" if current else ""
    if current is None:
        return f"{step.obj_id} is gone: deleted since the plan was made, or no longer visible to the connection's user"
    moved = [told for name in _telling(step) if (told := _moved(step, name, current, kinds or {}))]
    more = f"; and {len(moved) - MOST_NAMED} more" if len(moved) > MOST_NAMED else ""
    return f"changed since the plan was made: {'; '.join(moved[:MOST_NAMED])}{more}" if moved else ""


def _shown(step: Step, current: Mapping[str, Any], kinds: Kinds) -> list[bool | None]:
    """Tell of each field whether it is as the step wants it."""
    return [compared(after, current.get(name), kinds.get(name)) for name, after in step.values.items()]


def _telling(step: Step) -> list[str]:
    """List the fields that tell of a change; of a whole object Workfront computes some anew all the time."""
    is_told = step.action is Action.DELETE and CHANGED in step.changes
    return [CHANGED] if is_told else list(step.changes)


def _moved(step: Step, name: str, current: Mapping[str, Any], kinds: Kinds) -> str:
    before = step.changes[name][0]
    if compared(before, current.get(name), kinds.get(name)) is not False:
        return ""
    return f"{name} was {shortened(before)} and is {shortened(current.get(name))}"


def shortened(value: Any, most: int = SHOWN) -> str:
    """Write a value as JSON in one line, and not too long."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= most else f"{text[: most - 3]}..."
