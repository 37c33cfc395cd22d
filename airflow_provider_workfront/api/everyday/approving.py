"""Statuses, by value or label, and the approvals that some of them wait for (reference 5.12 and 6.4)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from airflow_provider_workfront.api.errors import InvalidRequestError, NotFoundError, PermissionDeniedError
from airflow_provider_workfront.api.everyday.errand import CannotBeDone, Done, Errand, code_of, nearest, one_of, settled
from airflow_provider_workfront.api.everyday.finding import read
from airflow_provider_workfront.api.operation import checked_id
from airflow_provider_workfront.api.reads import NamedQuery
from airflow_provider_workfront.api.writes import Action, Update

if TYPE_CHECKING:
    from collections.abc import Sequence

    from airflow_provider_workfront.api.call import Retry
    from airflow_provider_workfront.api.operation import Record, Steps

PENDING = ":A"
STATE = ("status", "currentApprovalStepID")
DECISIONS = {"approve": "approveApproval", "reject": "rejectApproval", "recall": "recallApproval"}


class Kind(NamedTuple):
    """What has statuses: the start of its queries' names (reference 4.11), and the field that names its group."""

    query: str
    group: str


KINDS = {
    "PROJ": Kind("project", "groupID"),
    "TASK": Kind("task", "project:groupID"),
    "OPTASK": Kind("opTask", "project:groupID"),
}


@dataclass(frozen=True, slots=True)
class SetStatus(Errand):
    """Give a project, a task or an issue a status, by its value or its label, and give the object's status then.

    A status that has to be approved is entered later: until then it is, for example, ``CPL:A``.
    """

    obj_code: str
    obj_id: str
    status: str

    verb = "status"

    def check(self) -> None:
        """Refuse another type, and a status that only an approval can bring about."""
        code_of(self.obj_code, KINDS, "status")
        checked_id(self.obj_id)
        if not isinstance(self.status, str) or not self.status.strip():
            raise TypeError(f"a status is given by its value or its label, not by {self.status!r}")
        if self.status.strip().endswith(PENDING):
            raise ValueError(
                f"{self.status} means that an approval is due: ask for {self.status.strip()[: -len(PENDING)]}"
            )

    def calls(self, retry: Retry) -> Steps[Done]:
        """Look which statuses there are, then change it."""
        code = code_of(self.obj_code)
        group = KINDS[code].group
        record = yield from read(code, self.obj_id, ["status", group], retry)
        status = yield from self._value(code, _group_of(record, group), retry)
        if record.get("status") not in {status, status + PENDING}:
            record = yield from Update(code, self.obj_id, {"status": status}, ["status"]).steps(retry)
        now = str(record.get("status"))
        if now not in {status, status + PENDING}:
            raise CannotBeDone(f"Workfront took status {status} of {code} {self.obj_id}, but it is {now}")
        kept = {name: value for name, value in record.items() if name not in {"groupID", "project"}}
        return Done(kept, told_of(now), code, self.obj_id)

    def _value(self, code: str, group_id: str, retry: Retry) -> Steps[str]:
        """Find the value of a status; those of the group alone are asked for when it is not a common one."""
        wanted, name = self.status.strip(), KINDS[code].query
        statuses = yield from NamedQuery("CSTEM", f"{name}Statuses", fields=["value", "label"]).steps(retry)
        if not (found := _values(wanted, statuses)) and group_id:
            statuses += yield from _of_group(name, group_id, retry)
            found = _values(wanted, statuses)
        if len(found) > 1:
            raise CannotBeDone(
                f"{code} has {len(found)} statuses labelled {wanted!r}, give the value: {', '.join(found)}"
            )
        if not found:
            labels = {f"{row.get('value')} ({row.get('label')})": None for row in statuses}
            close = nearest(wanted, [str(row.get(field)) for field in ("value", "label") for row in statuses])
            guess = close.partition(" (")[0]
            raise CannotBeDone(f"{code} has no status {wanted!r}{guess} (known are {', '.join(labels)})")
        return found[0]


@dataclass(frozen=True, slots=True)
class Approve(Errand):
    """Approve or reject what waits for approval, or recall the wish for it, and give the object's status then."""

    obj_code: str
    obj_id: str
    decision: str
    note: str | None = None

    verb = "approval"

    def check(self) -> None:
        """Refuse another type or decision."""
        code_of(self.obj_code, KINDS, "an approval")
        checked_id(self.obj_id)
        decision = one_of(self.decision, DECISIONS, "decision")
        if self.note is not None and not isinstance(self.note, str):
            raise TypeError(f"note is a text, not {type(self.note).__name__}")
        if self.note and decision == "recall":
            raise ValueError("Workfront takes no note with recall: comment on the object instead")

    def meant(self, retry: Retry) -> Steps[Record]:
        """Give status and step of the approval that is due."""
        code = code_of(self.obj_code)
        before = yield from self._state(code, retry)
        if not _is_pending(before):
            raise CannotBeDone(
                f"{code} {self.obj_id} is not waiting for approval: its status is {before.get('status')}"
            )
        return {name: before.get(name) for name in STATE}

    def calls(self, retry: Retry) -> Steps[Done]:
        """Look whether an approval is due, decide, and look what came of it."""
        before = yield from self.meant(retry)
        return (yield from self._decided(before, retry))

    def calls_again(self, meant: Record, retry: Retry) -> Steps[Done]:
        """Decide on the step that was meant; what has moved on since is left as it is: the next step is another."""
        code, decision = code_of(self.obj_code), one_of(self.decision, DECISIONS, "decision")
        now = yield from self._state(code, retry)
        if any(now.get(name) != meant.get(name) for name in STATE):
            told = f"{decision}: an earlier try began it, and it has moved on; {told_of(str(now.get('status')))}"
            return Done(now, told, code, self.obj_id)
        return (yield from self._decided(meant, retry))

    def _decided(self, before: Record, retry: Retry) -> Steps[Done]:
        code, decision = code_of(self.obj_code), one_of(self.decision, DECISIONS, "decision")
        action = Action(code, self.obj_id, DECISIONS[decision], {"auditNote": self.note} if self.note else None)
        yield from settled(action.steps(retry), partial(self._moved_on, code, before, retry), retry)
        after = yield from self._state(code, retry)
        return Done(after, f"{decision}: {told_of(str(after.get('status')))}", code, self.obj_id)

    def _state(self, code: str, retry: Retry) -> Steps[Record]:
        return read(code, self.obj_id, STATE, retry)

    def _moved_on(self, code: str, before: Record, retry: Retry) -> Steps[Record | None]:
        after = yield from self._state(code, retry)
        return after if any(after.get(name) != before.get(name) for name in STATE) else None


def told_of(status: str) -> str:
    """Say what a status means that is not yet entered."""
    if not status.endswith(PENDING):
        return f"status {status}"
    return f"status {status}: it waits for approval, and becomes {status.removesuffix(PENDING)} once approved"


def _is_pending(record: Record) -> bool:
    return str(record.get("status")).endswith(PENDING)


def _group_of(record: Record, field: str) -> str:
    parent = record.get("project") or {} if ":" in field else record
    return str(parent.get("groupID") or "")


def _of_group(name: str, group_id: str, retry: Retry) -> Steps[list[Record]]:
    """Ask for a group's own statuses, which the common list lacks (reference 10.4); not every user may."""
    query = NamedQuery("CSTEM", f"{name}GroupStatuses", {"groupID": group_id}, ["value", "label"])
    try:
        found: list[Record] = yield from query.steps(retry)
    except (InvalidRequestError, NotFoundError, PermissionDeniedError):
        return []
    return found


def _values(wanted: str, statuses: Sequence[Record]) -> list[str]:
    """Give the values of the statuses that are meant: the value goes before the label."""
    for field in ("value", "label"):
        same = [row for row in statuses if str(row.get(field)).casefold() == wanted.casefold()]
        if same:
            return list(dict.fromkeys(str(row["value"]) for row in same))
    return []
