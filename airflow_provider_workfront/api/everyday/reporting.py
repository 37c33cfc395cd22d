"""Report a failure that may come again: one open issue for all of it, and a comment for each repeat."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from airflow_provider_workfront.api.errors import WorkfrontError
from airflow_provider_workfront.api.everyday.errand import CannotBeDone, Done, Errand, settled, texts
from airflow_provider_workfront.api.everyday.finding import id_named
from airflow_provider_workfront.api.everyday.planting import check_key
from airflow_provider_workfront.api.everyday.talking import Comment, shortened
from airflow_provider_workfront.api.operation import checked_id, checked_values
from airflow_provider_workfront.api.readback import same
from airflow_provider_workfront.api.reads import Search
from airflow_provider_workfront.api.writes import Create, Delete

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from airflow_provider_workfront.api.call import Retry
    from airflow_provider_workfront.api.operation import Record, Steps

KEY = "extRefID"
FIELDS = ("name", "status", "description", "entryDate", "isComplete", KEY)


@dataclass(frozen=True, slots=True)
class Notice(Errand):
    """Comment on an object, and give the note; a text that is too long is cut.

    If a user to be mentioned is not found, nobody is mentioned: people leave, and the word shall get through.
    """

    obj_code: str
    obj_id: str
    text: str
    mention: str | Sequence[str] | None = None

    verb = "comment"

    def check(self) -> None:
        """Refuse what no comment can be."""
        self._comment.check()

    def calls(self, retry: Retry) -> Steps[Done]:
        """Comment, with mentions if that can be."""
        try:
            return (yield from self._comment.calls(retry))
        except CannotBeDone as error:
            done = yield from replace(self._comment, notify=None).calls(retry)
            return replace(done, told=f"{done.told}: {error}")

    @property
    def _comment(self) -> Comment:
        return Comment(self.obj_code, self.obj_id, self.text, self.mention, truncate=True)


@dataclass(frozen=True, slots=True)
class ReportFailure(Errand):
    """Open an issue in a project (ID or name), or comment on the open one that has this `key`, and give the issue.

    `text` becomes the description or the comment, and is cut where a note must end. `values` are further fields of a
    new issue. Issues that are complete count no more: the next failure opens another.

    Workfront holds no key unique. Of several reports at the same moment each looks again after it has written: the
    oldest issue stays, and whoever made another deletes it and comments instead.
    """

    project_id: str
    key: str
    name: str
    text: str
    values: Mapping[str, Any] = field(default_factory=dict)
    mention: str | Sequence[str] | None = None

    verb = "report failure"

    def check(self) -> None:
        """Refuse what lacks a project, a name, a text or a key."""
        if not isinstance(self.project_id, str) or not self.project_id.strip() or self.project_id == "None":
            raise TypeError(f"project_id is the ID or the name of a project, not {self.project_id!r}")
        for what, given in (("a name", self.name), ("a text", self.text)):
            if not isinstance(given, str) or not given.strip():
                raise TypeError(f"an issue needs {what}, not {given!r}")
        check_key({KEY: self.key}, KEY)
        checked_values(self.values)
        for user in texts(self.mention, "mention"):
            checked_id(user)

    def calls(self, retry: Retry) -> Steps[Done]:
        """Look for an open issue; comment on it, or open one and look again."""
        found = yield from self._open(retry)
        if found:
            return (yield from self._repeated(found[0], retry))
        made = yield from self._made(retry)
        first = next(iter((yield from self._open(retry))), made)
        if first["ID"] == made["ID"]:
            return Done(made, "opened", "OPTASK", made["ID"])
        told = yield from _withdrawn(made["ID"], retry)
        return (yield from self._repeated(first, retry, told))

    def _open(self, retry: Retry) -> Steps[list[Record]]:
        """Give the open issues of this key, the oldest first; wherever they were moved."""
        rows = yield from Search("OPTASK", {KEY: self.key}, FIELDS).steps(retry)
        # filtered here too: how Workfront compares the text of a filter is not ours to rely on
        ours = [row for row in rows if same(self.key, row.get(KEY)) and not row.get("isComplete")]
        return sorted(ours, key=lambda row: (str(row.get("entryDate")), str(row["ID"])))

    def _made(self, retry: Retry) -> Steps[Record]:
        project = yield from id_named("PROJ", self.project_id.strip(), retry)
        own = {"projectID": project, KEY: self.key, "description": shortened(self.text)}
        create = Create("OPTASK", {"name": self.name, **self.values, **own}, FIELDS)
        return (yield from settled(create.steps(retry), partial(self._appeared, retry), retry))

    def _appeared(self, retry: Retry) -> Steps[Record | None]:
        """Find the issue whose making was not answered: it says what this report says."""
        rows = yield from self._open(retry)
        return next((row for row in rows if same(shortened(self.text), row.get("description"))), None)

    def _repeated(self, issue: Record, retry: Retry, told: str = "is open already") -> Steps[Done]:
        done = yield from Notice("OPTASK", issue["ID"], self.text, self.mention).steps(retry)
        return Done(issue, f"{told}; {done.told}", "OPTASK", issue["ID"])


def _withdrawn(obj_id: str, retry: Retry) -> Steps[str]:
    """Delete the issue that came second; where that fails, one too many is better than no word of the failure."""
    try:
        yield from Delete("OPTASK", obj_id).steps(retry)
    except WorkfrontError as error:
        return f"was opened by another report too, and issue {obj_id} is one too many: delete it ({error})"
    return "was opened by another report at the same moment"
