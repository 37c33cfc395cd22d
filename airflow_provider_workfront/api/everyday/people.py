"""Who works on a task or an issue, and who may see an object (reference 5.6 and 5.7)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from airflow_provider_workfront.api.everyday.errand import CannotBeDone, Done, Errand, code_of, ids, one_of, settled
from airflow_provider_workfront.api.everyday.finding import read, users
from airflow_provider_workfront.api.operation import checked_id
from airflow_provider_workfront.api.writes import Action

if TYPE_CHECKING:
    from collections.abc import Sequence

    from airflow_provider_workfront.api.call import Retry
    from airflow_provider_workfront.api.operation import Record, Steps

ASSIGNABLE = ("TASK", "OPTASK")
SHOWN = ("assignments:assignedToID", "assignments:roleID", "assignments:teamID", "teamID")
ARGUMENTS = {"USER": "userIDs", "ROLE": "roleIDs", "TEAMOB": "teamIDs"}
RESULTS = {"USER": "user_ids", "ROLE": "role_ids", "TEAMOB": "team_ids"}
ACCESSORS = ("USER", "TEAMOB", "ROLE", "GROUP", "CMPY")
CORE_ACTIONS = (
    "VIEW",
    "LIMITED_EDIT",
    "EDIT",
    "ADD",
    "DELETE",
    "REMOVE_CUSTOMFORM",
    "ADD_SUB_PROJECTS",
    "EDIT_CONTACTINFO",
)  # reference 5.7; the last three came with versions 20 and 21

Worker = tuple[str, str]  # the code of a user, a role or a team, and the ID


@dataclass(frozen=True, slots=True)
class Assign(Errand):
    """Assign users (IDs or e-mail addresses), roles and teams to a task or an issue, beside those who are there.

    With `add=False` they take the place of all others. Gives who is assigned then.
    """

    obj_code: str
    obj_id: str
    user_ids: str | Sequence[str] | None = None
    role_ids: str | Sequence[str] | None = None
    team_ids: str | Sequence[str] | None = None
    add: bool = True

    verb = "assign"

    def check(self) -> None:
        """Refuse another type of object, and nobody: no list of somebody else's shall empty a task."""
        code_of(self.obj_code, ASSIGNABLE, "assign")
        checked_id(self.obj_id)
        if not any(ids(given, "IDs") for given in (self.user_ids, self.role_ids, self.team_ids)):
            raise ValueError("nobody to assign: user_ids, role_ids or team_ids")

    def calls(self, retry: Retry) -> Steps[Done]:
        """Look who is there, assign who is not, and look again."""
        code = code_of(self.obj_code)
        wanted = yield from self._wanted(retry)
        before = yield from self._assigned(code, retry)
        missing = [worker for worker in wanted if worker not in before]
        if not missing and (self.add or set(wanted) == set(before)):
            return self._done(before, code, "all are assigned already, nothing was changed")
        if self.add:
            yield from self._added(code, missing, retry)
        else:
            yield from self._replaced(code, wanted, retry)
        after = yield from self._assigned(code, retry)
        self._compare([*wanted, *(before if self.add else ())], after)
        return self._done(after, code, f"{len(missing)} assigned, {len(set(before) - set(after))} taken off")

    def _wanted(self, retry: Retry) -> Steps[list[Worker]]:
        people = yield from users(ids(self.user_ids, "user_ids"), retry)
        named = {"USER": people, "ROLE": ids(self.role_ids, "role_ids"), "TEAMOB": ids(self.team_ids, "team_ids")}
        return [(kind, obj_id) for kind, found in named.items() for obj_id in found]

    def _assigned(self, code: str, retry: Retry) -> Steps[list[Worker]]:
        record = yield from read(code, self.obj_id, SHOWN, retry)
        workers = [_worker(row) for row in record.get("assignments") or ()]
        team = [("TEAMOB", record["teamID"])] if record.get("teamID") else []  # an issue names its team itself
        return list(dict.fromkeys(worker for worker in (*workers, *team) if worker[1]))

    def _added(self, code: str, missing: Sequence[Worker], retry: Retry) -> Steps[None]:
        for worker in missing:
            action = Action(code, self.obj_id, "assign", {"objID": worker[1], "objCode": worker[0]})
            yield from settled(action.steps(retry), partial(self._are_there, code, [worker], retry), retry)

    def _replaced(self, code: str, wanted: Sequence[Worker], retry: Retry) -> Steps[None]:
        lists = {name: [obj_id for kind, obj_id in wanted if kind == each] for each, name in ARGUMENTS.items()}
        action = Action(code, self.obj_id, "assignMultiple", lists)
        yield from settled(action.steps(retry), partial(self._are_there, code, wanted, retry, only=True), retry)

    def _are_there(
        self, code: str, wanted: Sequence[Worker], retry: Retry, *, only: bool = False
    ) -> Steps[bool | None]:
        found = yield from self._assigned(code, retry)
        done = set(found) == set(wanted) if only else set(found) >= set(wanted)
        return done or None

    def _compare(self, wanted: Sequence[Worker], after: Sequence[Worker]) -> None:
        """Say who is not there all the same: an issue keeps one of several teams, for example (reference 5.6)."""
        if gone := [worker for worker in dict.fromkeys(wanted) if worker not in after]:
            named = ", ".join(f"{kind} {obj_id}" for kind, obj_id in gone)
            raise CannotBeDone(f"Workfront took the assignment, but not assigned to {self.obj_id} are: {named}")

    def _done(self, workers: Sequence[Worker], code: str, told: str) -> Done:
        found = {name: [obj_id for kind, obj_id in workers if kind == each] for each, name in RESULTS.items()}
        return Done(found, told, code, self.obj_id)


@dataclass(frozen=True, slots=True)
class Share(Errand):
    """Share an object: one more rule beside those that are there (reference 5.7).

    A user may be given by e-mail address.
    """

    obj_code: str
    obj_id: str
    accessor_id: str
    accessor_obj_code: str
    core_action: str

    verb = "share"

    def check(self) -> None:
        """Refuse who cannot be given access, and access of an unknown kind."""
        code_of(self.obj_code)
        checked_id(self.obj_id)
        checked_id(self.accessor_id)
        code_of(self.accessor_obj_code, ACCESSORS, "access")
        one_of(self.core_action, CORE_ACTIONS, "core_action")

    def calls(self, retry: Retry) -> Steps[Done]:
        """Share it."""
        code, kind = code_of(self.obj_code), code_of(self.accessor_obj_code)
        (accessor,) = (yield from users([self.accessor_id], retry)) if kind == "USER" else [self.accessor_id]
        action = one_of(self.core_action, CORE_ACTIONS, "core_action")
        rule = {"accessorID": accessor, "accessorObjCode": kind, "coreAction": action}
        share = Action(code, self.obj_id, "share", rule)
        yield from settled(share.steps(retry), partial(self._is_there, code, rule, retry), retry)
        return Done(None, f"{action} for {kind} {accessor}", code, self.obj_id)

    def _is_there(self, code: str, rule: dict[str, Any], retry: Retry) -> Steps[bool | None]:
        record = yield from read(code, self.obj_id, ["accessRules:*"], retry)
        rules: list[Record] = record.get("accessRules") or []
        return any(rule.items() <= each.items() for each in rules) or None


def _worker(row: Record) -> Worker:
    """Say who an assignment is to: of a user it names the role, too."""
    kinds = {"USER": "assignedToID", "TEAMOB": "teamID", "ROLE": "roleID"}
    return next(((kind, row[field]) for kind, field in kinds.items() if row.get(field)), ("", ""))
