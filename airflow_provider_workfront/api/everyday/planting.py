"""Projects from templates, and whatever else is to be made once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from airflow_provider_workfront.api.everyday.errand import Done, Errand, settled
from airflow_provider_workfront.api.everyday.finding import by_key, id_named
from airflow_provider_workfront.api.operation import checked_values
from airflow_provider_workfront.api.writes import Create

if TYPE_CHECKING:
    from collections.abc import Mapping

    from airflow_provider_workfront.api.call import Retry
    from airflow_provider_workfront.api.filters import Fields
    from airflow_provider_workfront.api.operation import Record, Steps
    from airflow_provider_workfront.api.request import Request

MADE, FOUND = "created", "is there already, nothing was created"


@dataclass(frozen=True, slots=True)
class CreateFromTemplate(Errand):
    """Create a project from a template, which is given by ID or name, and give the project.

    `key` names a field among the `values` that is the project's own, such as ``extRefID``: a project that has its
    value is given as it is, and none is made. Without it every call makes another project.
    """

    template_id: str
    values: Mapping[str, Any]
    key: str | None = None
    fields: Fields = ("name", "status")

    verb = "create PROJ from template"

    def check(self) -> None:
        """Refuse what lacks a template, a name or the key's value."""
        if not isinstance(self.template_id, str) or not self.template_id.strip():
            raise TypeError(f"template_id is the ID or the name of a template, not {self.template_id!r}")
        values = checked_values(self.values)
        if not values.get("name"):
            raise ValueError("values need a name for the project")
        if values.get("templateID"):
            raise ValueError("values name a templateID of their own, beside template_id")
        check_key(values, self.key)

    def calls(self, retry: Retry) -> Steps[Done]:
        """Look for the project, then for the template, then create."""
        if self.key and (found := (yield from self._found(self.key, retry))):
            return _done(found, FOUND)
        template = yield from id_named("TMPL", self.template_id.strip(), retry)
        create = SlowCreate("PROJ", {**self.values, "templateID": template}, self.fields)
        return _done((yield from once(create, self.key, retry)), MADE)

    def _found(self, key: str, retry: Retry) -> Steps[Record | None]:
        return by_key("PROJ", key, self.values[key], self.fields, retry)


@dataclass(frozen=True, slots=True)
class SlowCreate(Create):
    """Create what Workfront needs time for, such as all the tasks of a template."""

    def request(self) -> Request:
        """Post the values, and wait longer than usual."""
        return replace(super(SlowCreate, self).request(), slow=True)


def once(create: Create, key: str | None, retry: Retry) -> Steps[Record]:
    """Create, and find by its key what was created without an answer."""
    if key is None:
        return (yield from create.steps(retry))
    look = partial(by_key, create.obj_code, key, create.values[key], create.fields, retry)
    return (yield from settled(create.steps(retry), look, retry))


def check_key(values: Mapping[str, Any], key: str | None) -> None:
    """Refuse a key that cannot tell one object from another."""
    if key is None:
        return
    if not isinstance(key, str) or key in {"ID", "name"}:
        raise ValueError(f"key {key} does not do: a field of the object's own, such as extRefID or DE:Order number")
    value = values.get(key)
    if not isinstance(value, str | int | float) or value in ("", "None"):
        raise ValueError(f"values need {key}, the key, as a text or a number; they have {value!r}")


def _done(record: Record, told: str) -> Done:
    return Done(record, told, "PROJ", str(record.get("ID") or ""))
