"""Steps of a plan against Workfront as it is now: what is still to be sent, what is done, what may not be done."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import TYPE_CHECKING, Any

from airflow_provider_workfront.api.call import ARRIVES_WITHIN, Wait
from airflow_provider_workfront.api.logs import get_logger
from airflow_provider_workfront.api.owners import Owners
from airflow_provider_workfront.api.parting import parted
from airflow_provider_workfront.writing.plan import Action, Step
from airflow_provider_workfront.writing.planfile import UNDO
from airflow_provider_workfront.writing.undo import asked, conflict, is_done, may_be_done, only_written_by_people

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from concurrent.futures import Future

    from airflow_provider_workfront.api.operation import Record, Steps
    from airflow_provider_workfront.client import Client
    from airflow_provider_workfront.writing.planfile import Header

log = get_logger(__name__)

HUNDRED = 100
LATE = (
    "An earlier try began to create objects that are not there: its calls may still arrive, so this one waits for them"
)
MOST_NAMED = 3
WRITTEN = {Action.CREATE: "created", Action.UPDATE: "updated", Action.DELETE: "deleted"}
DONE, REJECTED, SKIPPED, UNCHANGED, UNKNOWN = "done", "rejected", "skipped", "unchanged", "unknown"
UNSURE = "outcome unknown: look in Workfront before you write it again"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a step comes to before anything is sent, and why; it is to be sent if it comes to nothing."""

    step: Step
    comes_to: str = ""
    reason: str = ""
    obj_id: str = ""
    unkept: Mapping[str, Any] = field(default_factory=dict)
    """Fields in which Workfront kept another value than was sent, each with the value that stands."""


@dataclass(frozen=True, slots=True)
class Judge:
    """Compares steps with Workfront: all of them (`is_checked`), or those that cannot be sent without a look."""

    client: Client
    header: Header
    is_checked: bool

    def judged(self, steps: Sequence[Step], is_open: Callable[[Step], bool]) -> Iterator[Verdict]:
        """Judge steps; those that an earlier try began, and may have written, are `is_open`."""
        found = self._found([step for step in steps if self._needs_look(step, is_open)])
        if any(self._may_come_late(step, found, is_open) for step in steps):
            log.info("%s", LATE)
            self.client.drive(_pause(self.client.retry.base * ARRIVES_WITHIN))  # who creates it by key looks once more
        for step in steps:
            if step.number not in found:
                yield Verdict(step, UNKNOWN, UNSURE) if is_open(step) else Verdict(step)
            elif len(found[step.number]) > 1:
                yield Verdict(step, SKIPPED if self.is_checked else REJECTED, self._several(step, found[step.number]))
            else:
                current = next(iter(found[step.number]), None)
                yield self._begun(step, current) if is_open(step) else self._fresh(step, current)

    def _needs_look(self, step: Step, is_open: Callable[[Step], bool]) -> bool:
        is_sendable = step.obj_id or step.action is Action.CREATE
        return bool(self._field(step)) and (self.is_checked or is_open(step) or not is_sendable)

    def _may_come_late(self, step: Step, found: Mapping[int, list[Record]], is_open: Callable[[Step], bool]) -> bool:
        """Tell whether a creation was begun, is not there, and would be doubled if it were still to come."""
        return step.action is Action.CREATE and is_open(step) and found.get(step.number) == []

    def _field(self, step: Step) -> str:
        """Name the field by which a step's object is found; nothing finds what is created without a key."""
        if is_keyed(self.header, step) and (step.action is Action.CREATE or not step.obj_id):
            return self.header.finds_by
        return "ID" if step.obj_id else ""

    def _found(self, steps: Sequence[Step]) -> dict[int, list[Record]]:
        """Read the objects of steps, by their numbers: in hundreds, several at once."""
        reads = [(part, self._begin(field, part)) for field, part in self._hundreds(steps)]
        return {step.number: records for part, read in reads for step, records in zip(part, read.result(), strict=True)}

    def _hundreds(self, steps: Sequence[Step]) -> Iterator[tuple[str, list[Step]]]:
        for name, group in groupby(sorted(steps, key=self._field), self._field):
            yield from ((name, part) for part in parted(group, HUNDRED))

    def _begin(self, field: str, part: Sequence[Step]) -> Future[list[list[Record]]]:
        fields = list(dict.fromkeys([field, *asked(part)]))
        return self.client.begin(Owners(self.header.obj_code, field, [_meant(field, step) for step in part], fields))

    def _begun(self, step: Step, current: Record | None) -> Verdict:
        """Judge a step that an earlier try may have carried out."""
        if step.action is Action.CREATE and current is not None:
            is_old = current["ID"] == step.obj_id
            return Verdict(step, DONE if is_old else WRITTEN[step.action], "", current["ID"])
        if step.action is Action.CREATE:
            return Verdict(step) if is_keyed(self.header, step) else Verdict(step, UNKNOWN, UNSURE)
        if is_done(step, current, self.header.kinds):
            return Verdict(step, WRITTEN[step.action])
        if step.action is Action.UPDATE and may_be_done(step, current, self.header.kinds):
            return Verdict(step)
        return self._fresh(step, current)

    def _fresh(self, step: Step, current: Record | None) -> Verdict:
        """Judge a step that was not begun, or had no effect."""
        is_still_there = step.action is Action.CREATE and current is not None and current["ID"] == step.obj_id
        if is_still_there or is_done(step, current, self.header.kinds):
            return Verdict(step, DONE, "", current["ID"] if current else "")
        if self.is_checked and (reason := self._conflict(step, current)):
            return Verdict(step, SKIPPED, reason)
        return Verdict(replace(step, obj_id=current["ID"]) if current else step)

    def _conflict(self, step: Step, current: Record | None) -> str:
        is_undo = self.header.mode == UNDO and step.action is Action.DELETE
        return conflict(
            only_written_by_people(step, self.header.finds_by) if is_undo else step, current, self.header.kinds
        )

    def _several(self, step: Step, records: Sequence[Record]) -> str:
        ids = ", ".join(record["ID"] for record in records[:MOST_NAMED])
        which = f"{self._field(step)} {_meant(self._field(step), step)!r}"
        return f"{len(records)} {self.header.obj_code} have {which}, so none can be meant: {ids}"


def is_keyed(header: Header, step: Step) -> bool:
    """Tell whether the object that a step creates, or has created, can be found by its key."""
    return bool(header.finds_by and step.key and _meant(header.finds_by, step))


def is_findable(header: Header, step: Step) -> bool:
    """Tell whether a look at Workfront can show what became of a step."""
    return step.action is not Action.CREATE or is_keyed(header, step)


def _meant(field: str, step: Step) -> Any:
    """Give the value by which an object is found."""
    if field == "ID":
        return step.obj_id
    before, after = step.changes.get(field, (step.key, None))
    return after if step.action is Action.CREATE else before


def _pause(seconds: float) -> Steps[None]:
    """Wait as the client does."""
    yield Wait(seconds)
