"""Move tasks, issues and documents; turn issues into projects and tasks (reference 5.5)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from airflow_provider_workfront.api.errors import NotFoundError
from airflow_provider_workfront.api.everyday.errand import CannotBeDone, Done, Errand, code_of, one_of, settled, texts
from airflow_provider_workfront.api.everyday.finding import read
from airflow_provider_workfront.api.operation import checked_id, checked_values
from airflow_provider_workfront.api.readback import same
from airflow_provider_workfront.api.reads import Search
from airflow_provider_workfront.api.writes import Action

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from airflow_provider_workfront.api.call import Retry
    from airflow_provider_workfront.api.operation import Record, Steps

CONVERSION_OPTIONS = ("preserveIssue", "preserveCompletionDate", "preservePrimaryContact")
KEPT = "preserveIssue"
MOVABLE = ("TASK", "OPTASK", "DOCU")
UNSURE = {"sourceTaskID"}
"""Seems to name the task that an issue is under; no source says that `moveToTask` sets it."""


class Goal(NamedTuple):
    """What an issue becomes: its type, the action, the issue's field that names it if the issue is kept."""

    code: str
    action: str
    tie: str


GOALS = {
    "project": Goal("PROJ", "convertToProject", "resolveProjectID"),
    "task": Goal("TASK", "convertToTask", "resolveTaskID"),
}


@dataclass(frozen=True, slots=True)
class Convert(Errand):
    """Turn an issue into a project or a task, and give the ID of that.

    The issue is gone afterwards, unless the options have ``preserveIssue``: then it is kept, tied to what it became,
    and an issue that is tied to such an object already is not turned into another one.
    """

    obj_id: str
    to: str
    values: Mapping[str, Any] | None = None
    options: Sequence[str] = ()
    copy_native_fields: bool | None = None
    copy_categories: bool | None = None

    verb = "convert"

    def check(self) -> None:
        """Refuse another goal, and options that are none."""
        checked_id(self.obj_id)
        checked_values(self.values or {})
        one_of(self.to, GOALS, "goal of a conversion (to)")
        self._options()

    def meant(self, retry: Retry) -> Steps[Record | None]:
        """Give the name of what is to be made, and what has it already; of a kept issue its tie tells enough."""
        if KEPT in self._options():
            return None
        issue = yield from read("OPTASK", self.obj_id, ["name"], retry)
        name = (self.values or {}).get("name") or issue.get("name")
        namesakes = yield from self._namesakes(name, retry)
        return {"name": name, "known": [row["ID"] for row in namesakes]}

    def calls_again(self, meant: Record, retry: Retry) -> Steps[Done]:
        """Convert it; where an earlier try did, give what has the name and was not there before."""
        try:
            return (yield from self.calls(retry))
        except NotFoundError as error:
            new = [row for row in (yield from self._namesakes(meant["name"], retry)) if row["ID"] not in meant["known"]]
            if len(new) != 1:
                gone = f"issue {self.obj_id} is gone, and an earlier try began to convert it"
                found = f"{len(new)} new objects are named {meant['name']!r}"
                raise CannotBeDone(f"{gone}, but {found}: look for the {self.to} in Workfront") from error
        code = GOALS[one_of(self.to, GOALS, "to")].code
        return Done(new[0]["ID"], f"made of issue {self.obj_id} by an earlier try", code, new[0]["ID"])

    def _namesakes(self, name: Any, retry: Retry) -> Steps[list[Record]]:
        return Search(GOALS[one_of(self.to, GOALS, "to")].code, {"name": name}, ["name"]).steps(retry)

    def calls(self, retry: Retry) -> Steps[Done]:
        """Look at the issue, then convert it."""
        goal = GOALS[one_of(self.to, GOALS, "to")]
        issue = yield from read("OPTASK", self.obj_id, ["name", goal.tie], retry)
        if KEPT in self._options() and issue.get(goal.tie):
            return Done(
                issue[goal.tie], "the issue is tied to it already, nothing was made", goal.code, issue[goal.tie]
            )
        action = Action("OPTASK", self.obj_id, goal.action, self._arguments(issue))
        made = yield from settled(action.steps(retry), partial(self._tied, goal, retry), retry)
        new_id = _id_in(made)
        return Done(new_id, f"made of issue {self.obj_id}", goal.code, new_id)

    def _options(self) -> list[str]:
        return [one_of(option, CONVERSION_OPTIONS, "option") for option in texts(self.options, "options")]

    def _arguments(self, issue: Record) -> dict[str, Any]:
        """Without a name of its own, the new object gets the issue's."""
        own = {self.to.strip().lower(): {"name": issue.get("name"), **(self.values or {})}, "options": self._options()}
        flags = {"copyNativeFields": self.copy_native_fields, "copyCategories": self.copy_categories}
        return own | {name: flag for name, flag in flags.items() if flag is not None}

    def _tied(self, goal: Goal, retry: Retry) -> Steps[str | None]:
        """See what became of the issue: a kept one says so; one that is gone was converted, and does not."""
        try:
            issue = yield from read("OPTASK", self.obj_id, [goal.tie], retry)
        except NotFoundError as error:
            lost = f"issue {self.obj_id} is gone, so it was converted, but the answer with the new ID was lost"
            raise CannotBeDone(f"{lost}: look for the {self.to} in Workfront") from error
        return issue.get(goal.tie) if KEPT in self._options() else None


@dataclass(frozen=True, slots=True)
class Move(Errand):
    """Move a task, an issue or a document to a project, or under a task (`parent_id`), and give it as it is then.

    Without a `project_id` it is the parent's. `options` are a task's.
    """

    obj_code: str
    obj_id: str
    project_id: str | None = None
    parent_id: str | None = None
    options: Sequence[str] = ()

    verb = "move"

    def check(self) -> None:
        """Refuse a type that has no such action, and a move to nowhere."""
        code = code_of(self.obj_code, MOVABLE, "move")
        checked_id(self.obj_id)
        goals = [checked_id(goal) for goal in (self.project_id, self.parent_id) if goal is not None]
        if not goals:
            raise ValueError("a move needs project_id, parent_id (a task), or both")
        if texts(self.options, "options") and code != "TASK":
            raise ValueError(f"options are for TASK: Workfront's move of {code} takes none")

    def calls(self, retry: Retry) -> Steps[Done]:
        """Move it, and look where it is: Workfront has moves that it answers with 200 and does not carry out."""
        code = code_of(self.obj_code)
        project = self.project_id or (yield from read("TASK", str(self.parent_id), ["projectID"], retry))["projectID"]
        place = self._place(code, project)
        action = Action(code, self.obj_id, *self._action(code, project))
        yield from settled(action.steps(retry), partial(self._arrived, code, place, retry), retry)
        found = yield from read(code, self.obj_id, list(place), retry)
        for field, value in place.items():
            if value and field not in UNSURE and not same(value, found.get(field)):
                raise CannotBeDone(
                    f"Workfront took the move of {code} {self.obj_id}, but {field} is {found.get(field)}"
                )
        told = ", ".join(f"{field} {value}" for field, value in place.items() if value)
        return Done(found, told, code, self.obj_id)

    def _action(self, code: str, project: str) -> tuple[str, dict[str, Any]]:
        if code == "DOCU":
            place = self._place(code, project)
            return "move", {"objID": place["objID"], "docObjCode": place["docObjCode"]}
        parent = {"parentID": self.parent_id} if self.parent_id else {}
        options = {"options": texts(self.options, "options")} if self.options else {}
        name = "moveToTask" if code == "OPTASK" and parent else "move"
        return name, {"projectID": project, **parent, **options}

    def _place(self, code: str, project: str) -> dict[str, Any]:
        """Say which fields show the place, with what they hold then."""
        if code == "DOCU":
            return {"docObjCode": "TASK" if self.parent_id else "PROJ", "objID": self.parent_id or project}
        return {"projectID": project, {"TASK": "parentID", "OPTASK": "sourceTaskID"}[code]: self.parent_id}

    def _arrived(self, code: str, place: Mapping[str, Any], retry: Retry) -> Steps[Record | None]:
        found = yield from read(code, self.obj_id, list(place), retry)
        return found if all(same(value, found.get(field)) for field, value in place.items()) else None


def _id_in(result: Any) -> str:
    """Give the ID in a conversion's result: it is the ID itself (reference 5.5)."""
    found = result.get("ID") if isinstance(result, dict) else result
    if not isinstance(found, str) or not found:
        raise CannotBeDone(f"Workfront converted the issue, but gave no ID of what it became ({result!r:.60})")
    return found
