"""What each row comes to in Workfront: a step of a plan, or a reason why it cannot be written. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from airflow_provider_workfront.api.collections import collections_in, read_as, shrinking
from airflow_provider_workfront.api.objects import object_type
from airflow_provider_workfront.failures import Unworkable
from airflow_provider_workfront.writing.diff import compared, is_empty, sendable
from airflow_provider_workfront.writing.row import Rejected

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from airflow_provider_workfront.extract.columns import Kind
    from airflow_provider_workfront.writing.row import Wanted

MODES = ("insert", "update", "upsert", "delete")
MOST_NAMED = 3
UNTOLD = frozenset({"ID", "objCode", "parameterValues"})
"""What is no field of its own in the image of a deleted object."""


SCHEDULED = frozenset({"plannedStartDate", "plannedCompletionDate"})
"""Dates of a task that Workfront computes from its constraint, predecessors and duration: what is sent for them does
not last."""
NOT_SENT = "not sent, since Workfront schedules it: "


class Action(StrEnum):
    """What is done to an object."""

    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Step:
    """What one row changes: each field with its value before and after, in the form in which it is sent.

    `row` is the row as the input has it, for the case that it is refused; where nothing is done it is left out.
    """

    number: int
    action: Action
    obj_id: str = ""
    key: str = ""
    changes: Mapping[str, tuple[Any, Any]] = field(default_factory=dict)
    row: Mapping[str, Any] = field(default_factory=dict)
    note: str = ""

    @property
    def values(self) -> dict[str, Any]:
        """Give the fields to send."""
        return {name: after for name, (_, after) in self.changes.items()}


@dataclass(frozen=True, slots=True)
class Rules:
    """How rows become steps: by which `key` objects are found, what becomes of those found and of those not found.

    With `diff` only fields that differ are sent. An update that would take objects out of a collection needs
    `replace_collections`.
    """

    obj_code: str
    key: str | None = None
    mode: str = "upsert"
    diff: bool = True
    kinds: Mapping[str, Kind | None] = field(default_factory=dict)
    replace_collections: bool = False

    def __post_init__(self) -> None:
        if self.mode not in MODES:
            raise Unworkable(f"mode must be one of {', '.join(MODES)}, not {self.mode!r}")
        if not self.key and self.mode != "insert":
            raise Unworkable(f"mode {self.mode} needs a key, by which objects are found, such as ID or extRefID")

    def asked(self, rows: Iterable[Wanted]) -> list[str]:
        """List the fields to read of the objects that rows mean; of what is deleted all plain ones."""
        names = ["*"] if self.mode == "delete" else []
        rows = list(rows)
        if self._is_task and any(SCHEDULED & row.values.keys() for row in rows):
            names.append("taskConstraint")
        for row in rows:
            objects = [name for name, value in row.values.items() if isinstance(value, Mapping)]
            nested = {*collections_in(row.values), *objects}
            names += [read for name in row.values for read in (read_as([name]) if name in nested else [name])]
        return list(dict.fromkeys(["ID", *([self.key] if self.key else []), *names]))

    def planned(self, wanted: Wanted, current: Sequence[Mapping[str, Any]]) -> Step | Rejected:
        """Say what a row comes to, given the objects in Workfront that have its key."""
        if reason := self._refusal(wanted, current):
            return Rejected(wanted.row, reason)
        if self.mode == "delete":
            return self._deletion(wanted, current[0] if current else None)
        return self._update(wanted, current[0]) if current else self._creation(wanted)

    def _refusal(self, wanted: Wanted, current: Sequence[Mapping[str, Any]]) -> str:
        """Say why a row cannot be written."""
        which = f"{self.key} {wanted.key!r}"
        if self.key and is_empty(wanted.key):
            return f"the row has no {self.key}, by which its object is found"
        if len(current) > 1:
            return f"{len(current)} {self.obj_code} have {which}, so none can be meant: {_ids(current)}"
        if current and self.mode == "insert":
            return f"{self.obj_code} {_ids(current)} has {which} already: use mode upsert or update to change it"
        if not current and self.mode == "update":
            return f"no {self.obj_code} has {which}, or none that the connection's user may see"
        if not current and self.mode == "upsert" and self.key == "ID":
            return f"no {self.obj_code} has {which}, and none can be created with an ID of its own: use another key"
        return self._unfit(wanted.values, current[0]) if current and self.mode != "delete" else ""

    def _unfit(self, values: Mapping[str, Any], now: Mapping[str, Any]) -> str:
        """Say what of an update Workfront would not do, or not as it is meant."""
        if self._moves(values) and not compared(values["projectID"], now.get("projectID")):
            return (
                f"the issue is in project {now.get('projectID')}, and an update moves it to no other: "
                f"use its action move, with projectID {values['projectID']}"
            )
        return "" if self.replace_collections else shrinking(values, now)

    def _moves(self, values: Mapping[str, Any]) -> bool:
        """Tell whether an issue would be moved: Workfront answers 200 and does nothing (reference 5.5)."""
        kind = object_type(self.obj_code)
        return bool(kind and kind.code == "OPTASK" and "projectID" in values)

    def _creation(self, wanted: Wanted) -> Step:
        """Give all values; what is empty is so in a new object."""
        keyed = {self.key: wanted.key} if self.key and self.key != "ID" else {}
        values = {name: value for name, value in (keyed | wanted.values).items() if name != "ID"}
        changes = {name: (None, value) for name, value in values.items() if not (self.diff and is_empty(value))}
        return _step(wanted, Action.CREATE, "", changes)

    def _update(self, wanted: Wanted, now: Mapping[str, Any]) -> Step:
        left_out = {"ID", "projectID"} if self._moves(wanted.values) else {"ID"}
        scheduled = self._scheduled(wanted.values, now)
        changes = {
            name: (sendable(now.get(name), value, name), value)
            for name, value in wanted.values.items()
            if name not in left_out
            and name not in scheduled
            and not (self.diff and compared(value, now.get(name), self.kinds.get(name)))
        }
        step = _step(wanted, Action.UPDATE if changes else Action.NONE, str(now["ID"]), changes)
        return replace(step, note=NOT_SENT + ", ".join(scheduled)) if scheduled else step

    @property
    def _is_task(self) -> bool:
        kind = object_type(self.obj_code)
        return bool(kind and kind.code == "TASK")

    def _scheduled(self, values: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
        """List the dates that differ and would not last: only a task of fixed dates (``FIXT``) keeps what is sent."""
        constraint = values.get("taskConstraint") or now.get("taskConstraint")
        if not self.diff or not self._is_task or constraint in {None, "FIXT"}:
            return []
        return [
            name
            for name in sorted(SCHEDULED & values.keys())
            if compared(values[name], now.get(name), self.kinds.get(name)) is not True
        ]

    def _deletion(self, wanted: Wanted, now: Mapping[str, Any] | None) -> Step:
        """Keep what is known of the object; one that is gone is no error, so that a run may be repeated."""
        if now is None:
            return Step(wanted.row.number, Action.NONE, "", str(wanted.key), note="gone already")
        image = {**now, **(now.get("parameterValues") or {})}
        changes = {name: (sendable(v, None, name), None) for name, v in image.items() if name not in UNTOLD}
        return _step(wanted, Action.DELETE, str(now["ID"]), changes)


def _step(wanted: Wanted, action: Action, obj_id: str, changes: Mapping[str, tuple[Any, Any]]) -> Step:
    key = "" if wanted.key is None else str(wanted.key)
    row = {} if action is Action.NONE else wanted.row.values
    return Step(wanted.row.number, action, obj_id, key, changes, row)


def _ids(current: Sequence[Mapping[str, Any]]) -> str:
    shown = [str(each.get("ID")) for each in current[:MOST_NAMED]]
    return " and ".join(shown) + (f" and {len(current) - MOST_NAMED} more" if len(current) > MOST_NAMED else "")
