"""Operations that change one object."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from airflow_provider_workfront.api.call import Retry, call
from airflow_provider_workfront.api.collections import ShrinkingCollection, collections_in, read_as, shrinking
from airflow_provider_workfront.api.filters import Fields, field_list
from airflow_provider_workfront.api.objects import object_type, segment
from airflow_provider_workfront.api.operation import (
    Operation,
    Record,
    Steps,
    address,
    checked_id,
    checked_values,
    record,
)
from airflow_provider_workfront.api.request import Repeat, Request, dumps

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


@dataclass(frozen=True, slots=True)
class Create(Operation[Record]):
    """Create an object and give it back; custom fields are keys such as ``DE:Budget``."""

    obj_code: str
    values: Mapping[str, Any]
    fields: Fields = None

    def request(self) -> Request:
        """Post the values."""
        return Request("POST", segment(self.obj_code), field_list(self.fields), json=checked_values(self.values))

    def read(self, data: Any) -> Record:
        """Give the new object."""
        return record(data)


@dataclass(frozen=True, slots=True)
class Update(Operation[Record]):
    """Change the given fields of an object and give it back.

    A nested object or collection is replaced as a whole (reference 5.3); one that would lose an object by it is not
    sent (ShrinkingCollection), unless `replace_collections`.
    """

    obj_code: str
    obj_id: str
    values: Mapping[str, Any]
    fields: Fields = None
    replace_collections: bool = False

    def steps(self, retry: Retry) -> Steps[Record]:
        """Change them, after a look at the collections that would be replaced."""
        request = self.request()
        names = [] if self.replace_collections else collections_in(self.values)
        if names and (told := shrinking(self.values, (yield from self._current(names, retry)))):
            raise ShrinkingCollection(f"{request.label}: {told}")
        return (yield from super(Update, self).steps(retry))

    def _current(self, names: list[str], retry: Retry) -> Steps[Record]:
        path, params = address(self.obj_code, self.obj_id)
        look = Request("GET", path, (*params, *field_list(read_as(names))), repeat=Repeat.ALWAYS)
        return self.understood(look, (yield from call(look, retry)))

    def request(self) -> Request:
        """Put the values; should the answer get lost, the same fields are read back."""
        path, params = address(self.obj_code, self.obj_id)
        values, fields = checked_values(self.values), field_list(self.fields)
        refuse_what_moves(self.obj_code, values)
        if not values:
            raise ValueError("an update needs at least one field")
        wanted = [self.fields] if isinstance(self.fields, str) else list(self.fields or ())
        seen = field_list(list(dict.fromkeys((*values, *wanted))))
        check = Request("GET", path, (*params, *seen), repeat=Repeat.ALWAYS)
        return Request("PUT", path, (*params, *fields), json=values, repeat=Repeat.IDEMPOTENT, check=check)

    def read(self, data: Any) -> Record:
        """Give the changed object."""
        return record(data[0] if isinstance(data, list) and len(data) == 1 else data)


@dataclass(frozen=True, slots=True)
class Delete(Operation[bool]):
    """Delete an object; `force` deletes what depends on it too."""

    obj_code: str
    obj_id: str
    force: bool = False

    def request(self) -> Request:
        """Delete; big trees take their time (reference 5.4)."""
        path, params = address(self.obj_code, self.obj_id)
        forced = (("force", "true"),) if self.force else ()
        return Request("DELETE", path, (*params, *forced), repeat=Repeat.IDEMPOTENT, slow=True)

    def read(self, data: Any) -> bool:
        """Tell whether Workfront says that it is gone."""
        return record(data).get("success", True) is not False


@dataclass(frozen=True, slots=True)
class Copy(Operation[Record]):
    """Copy an object: `values` override, `options` clear (``clearAssignments``, reference 5.2)."""

    obj_code: str
    obj_id: str
    values: Mapping[str, Any] | None = None
    options: Sequence[str] = ()
    fields: Fields = None

    def request(self) -> Request:
        """Post the copy."""
        options = (("options", dumps(list(self.options))),) if self.options else ()
        params = (("copySourceID", checked_id(self.obj_id)), *options, *field_list(self.fields))
        return Request("POST", segment(self.obj_code), params, json=checked_values(self.values or {}), slow=True)

    def read(self, data: Any) -> Record:
        """Give the copy."""
        return record(data)


@dataclass(frozen=True, slots=True)
class Action(Operation[Any]):
    """Do what Workfront has a verb for, such as ``move`` or ``markDone``, and give its result.

    Without an `obj_id` the action is the type's own, such as ``getUsersAvailableTime`` of ``USER``.
    """

    obj_code: str
    obj_id: str | None
    action: str
    arguments: Mapping[str, Any] | None = None

    def request(self) -> Request:
        """Put the arguments as JSON: lists and objects come through in no other form (reference 3.3)."""
        action, json = checked_id(self.action), checked_values(self.arguments or {})
        if self.obj_id is None:
            return Request("PUT", segment(self.obj_code), (("action", action),), json=json, slow=True)
        path, params = address(self.obj_code, self.obj_id)
        if params:
            return Request("PUT", path, (*params, ("action", action)), json=json, slow=True)
        return Request("PUT", f"{path}/{action}", json=json, slow=True)

    def read(self, data: Any) -> Any:
        """Give the result, None for most actions."""
        return data["result"] if isinstance(data, dict) and "result" in data else data


def refuse_what_moves(obj_code: str, values: Mapping[str, Any]) -> None:
    """Refuse an update that Workfront would answer with 200 and not carry out (reference 5.5)."""
    kind = object_type(obj_code)
    if kind and kind.code == "OPTASK" and "projectID" in values:
        raise ValueError("an update does not move an issue to another project: use its action move, with projectID")
