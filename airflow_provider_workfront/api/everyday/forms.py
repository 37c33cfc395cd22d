"""Custom forms on objects, and what Workfront computes anew when told to (reference 5.6 and 5.10)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from airflow_provider_workfront.api.errors import InvalidRequestError
from airflow_provider_workfront.api.everyday.errand import Done, Errand, code_of, harmless, one_of, settled
from airflow_provider_workfront.api.everyday.finding import id_named
from airflow_provider_workfront.api.operation import checked_id, checked_values
from airflow_provider_workfront.api.reads import Search
from airflow_provider_workfront.api.writes import Action, Update

if TYPE_CHECKING:
    from collections.abc import Mapping

    from airflow_provider_workfront.api.call import Retry
    from airflow_provider_workfront.api.operation import Record, Steps

CUSTOM = "DE:"
ALREADY = "already attached"  # "Categories with the following IDs are already attached: ..." (reference 8.3)
CALCULATIONS: dict[str, tuple[str, tuple[str, ...]]] = {
    "timeline": ("calculateTimeline", ("PROJ", "TMPL")),
    "finance": ("calculateFinance", ("PROJ",)),
    "custom_data": ("calculateDataExtension", ()),
}
"""What can be computed anew: the action, and the types that have it; none named is for Workfront to say."""


@dataclass(frozen=True, slots=True)
class AttachForm(Errand):
    """Attach a custom form, given by ID or name, beside those that are there; then fill in its fields.

    A form that is attached already stays as it is.
    """

    obj_code: str
    obj_id: str
    category: str
    values: Mapping[str, Any] | None = None

    verb = "attach form"

    def check(self) -> None:
        """Refuse fields that are not custom ones."""
        code_of(self.obj_code)
        checked_id(self.obj_id)
        if not isinstance(self.category, str) or not self.category.strip():
            raise TypeError(f"category is the ID or the name of a custom form, not {self.category!r}")
        for name in checked_values(self.values or {}):
            if not name.startswith(CUSTOM):
                raise ValueError(f"{name} is no custom field: those are written {CUSTOM}{name}")

    def calls(self, retry: Retry) -> Steps[Done]:
        """Find the form, attach it if it is not, and write the fields."""
        code = code_of(self.obj_code)
        form = yield from id_named("CTGY", self.category.strip(), retry, prefer={"catObjCode": code})
        was_there = yield from self._is_attached(form, retry)
        if not was_there:
            yield from settled(self._attached(code, form, retry), partial(self._is_attached, form, retry), retry)
        record: Record = {"ID": self.obj_id, "objCode": code}
        if self.values:
            record = yield from Update(code, self.obj_id, self.values, list(self.values)).steps(retry)
        state = "was there already" if was_there else "attached"
        return Done(record, f"form {form} {state}, {len(self.values or {})} fields written", code, self.obj_id)

    def _is_attached(self, form: str, retry: Retry) -> Steps[bool | None]:
        found = yield from Search("OBJCAT", {"objID": self.obj_id}, ["categoryID"]).steps(retry)
        return any(row.get("categoryID") == form for row in found) or None

    def _attached(self, code: str, form: str, retry: Retry) -> Steps[bool]:
        """Attach it; that somebody else was quicker is no fault."""
        arguments = {"objID": self.obj_id, "objCode": code, "categoryID": form}
        try:
            yield from Action("CTGY", None, "assignCategory", arguments).steps(retry)
        except InvalidRequestError as error:
            if ALREADY not in error.message:
                raise
        return True


@dataclass(frozen=True, slots=True)
class Calculate(Errand):
    """Have Workfront compute an object's timeline, finance or custom fields anew."""

    obj_code: str
    obj_id: str
    what: str

    verb = "calculate"

    def check(self) -> None:
        """Refuse what cannot be computed, and for which type."""
        checked_id(self.obj_id)
        what = one_of(self.what, CALCULATIONS, "calculation (what)")
        code_of(self.obj_code, CALCULATIONS[what][1], f"the calculation of {what}")

    def calls(self, retry: Retry) -> Steps[Done]:
        """Compute; twice is as good as once, so a lost answer is left to another try."""
        code, what = code_of(self.obj_code), one_of(self.what, CALCULATIONS, "what")
        action = Action(code, self.obj_id, CALCULATIONS[what][0])
        yield from harmless(action.steps(retry))
        return Done(None, what, code, self.obj_id)
