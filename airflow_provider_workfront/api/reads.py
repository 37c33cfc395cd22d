"""Operations that only read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from airflow_provider_workfront.api.call import Retry, call
from airflow_provider_workfront.api.errors import NotFoundError
from airflow_provider_workfront.api.filters import Fields, Filters, field_list, parameters, sorting
from airflow_provider_workfront.api.objects import segment
from airflow_provider_workfront.api.operation import (
    Operation,
    Record,
    Steps,
    address,
    checked_id,
    query,
    record,
    records,
)
from airflow_provider_workfront.api.pages import LARGEST_PAGE
from airflow_provider_workfront.api.request import Repeat, Request

if TYPE_CHECKING:
    from collections.abc import Mapping

IDS_AT_ONCE = 100
_FUNCTIONS = ("sum", "avg", "min", "max", "count", "std", "var")
AGGREGATES = frozenset({*_FUNCTIONS, *(f"d{function}" for function in _FUNCTIONS)})


@dataclass(frozen=True, slots=True)
class Search(Operation[list[Record]]):
    """Find objects; `limit` is the number of rows wanted in all.

    Without a `sort` of your own the rows come by ID, and none is lost or doubled while others change. With
    one they come in your order, without that guarantee.
    """

    obj_code: str
    filters: Filters = None
    fields: Fields = None
    sort: Mapping[str, str] | None = None
    limit: int | None = None

    @property
    def is_by_id(self) -> bool:
        """Tell whether the rows come by ID: only such an order lets the pages prove that none is missing."""
        return not self.sort or list(self.sort) == ["ID"]

    def request(self) -> Request:
        """Ask for the first page alone."""
        return self.page(0, min(self.limit or LARGEST_PAGE, LARGEST_PAGE))

    def page(self, first: int, size: int) -> Request:
        """Ask for `size` rows from the offset `first` on."""
        window = (("$$FIRST", str(first)), ("$$LIMIT", str(size)))
        order = sorting(self.sort or {"ID": "asc"})  # unsorted pages repeat and drop rows (reference 4.10)
        params = (*parameters(self.filters), *field_list(self.fields), *order, *window)
        return Request("GET", f"{segment(self.obj_code)}/search", params, repeat=Repeat.ALWAYS)

    def read(self, data: Any) -> list[Record]:
        """Give the rows."""
        return records(data)


@dataclass(frozen=True, slots=True)
class Get(Operation[Any]):
    """Get one object as a dict; a list of IDs gives a list in the same order."""

    obj_code: str
    obj_id: str | Sequence[str]
    fields: Fields = None

    def request(self) -> Request:
        """Ask for the objects; of a list, a hundred at most."""
        if isinstance(self.obj_id, str):
            path, params = address(self.obj_code, self.obj_id)
        elif not isinstance(self.obj_id, Sequence):
            raise self._no_id()
        else:
            path, params = segment(self.obj_code), (("id", ",".join(map(_plain_id, self.obj_id))),)
        return Request("GET", path, (*params, *field_list(self.fields)), repeat=Repeat.ALWAYS)

    def read(self, data: Any) -> Any:
        """Give the object, or the objects in the order asked; `?id=` answers in either form."""
        rows = records(data if isinstance(data, list) else [data])
        if isinstance(self.obj_id, str):
            if len(rows) != 1:
                raise self._missing([self.obj_id])
            return rows[0]
        found = {row["ID"]: row for row in rows}
        if missing := [obj_id for obj_id in self.obj_id if obj_id not in found]:
            raise self._missing(missing)
        return [found[obj_id] for obj_id in self.obj_id]

    def steps(self, retry: Retry) -> Steps[Any]:
        """Get many in hundreds: an answer holds 100 objects unless told otherwise."""
        if isinstance(self.obj_id, str):
            return (yield from super(Get, self).steps(retry))
        if not isinstance(self.obj_id, Sequence):
            raise self._no_id()
        found: list[Record] = []
        for start in range(0, len(self.obj_id), IDS_AT_ONCE):
            part = Get(self.obj_code, self.obj_id[start : start + IDS_AT_ONCE], self.fields)
            request = part.request()
            found += part.understood(request, (yield from call(request, retry)))
        return found

    def _no_id(self) -> TypeError:
        return TypeError(
            f"get {self.obj_code}: obj_id is an ID or a list of IDs, not {self.obj_id!r}; "
            "to find objects write search(...) with filters"
        )

    def _missing(self, obj_ids: list[str]) -> NotFoundError:
        return NotFoundError(404, f"not found: {', '.join(obj_ids[:10])}", "", f"GET {segment(self.obj_code)}")


@dataclass(frozen=True, slots=True)
class Count(Operation[int]):
    """Count the objects that match."""

    obj_code: str
    filters: Filters = None

    def request(self) -> Request:
        """Ask for the count."""
        return Request("GET", f"{segment(self.obj_code)}/count", parameters(self.filters), repeat=Repeat.ALWAYS)

    def read(self, data: Any) -> int:
        """Give the number."""
        return int(data["count"])


@dataclass(frozen=True, slots=True)
class Report(Operation[Record]):
    """Group and aggregate: ``group_by=["status"], aggregates={"ID": "count"}`` gives a dict by group value.

    Several groups nest. `rollup` adds a ``$$ROLLUP`` member on each level.
    """

    obj_code: str
    group_by: Sequence[str]
    aggregates: Mapping[str, str]
    filters: Filters = None
    rollup: bool = False

    def request(self) -> Request:
        """Ask for the report."""
        if unknown := {function for function in self.aggregates.values() if function not in AGGREGATES}:
            raise ValueError(f"unknown aggregate {', '.join(sorted(unknown))}: {', '.join(sorted(AGGREGATES))}")
        groups = [self.group_by] if isinstance(self.group_by, str) else self.group_by
        params = (
            *parameters(self.filters),
            *((f"{path}_{weight}_GroupBy", "true") for weight, path in enumerate(groups, 1)),
            *((f"{path}_AggFunc", function) for path, function in self.aggregates.items()),
            *((("$$ROLLUP", "true"),) if self.rollup else ()),
        )
        return Request("GET", f"{segment(self.obj_code)}/report", params, repeat=Repeat.ALWAYS)

    def read(self, data: Any) -> Record:
        """Give the groups."""
        return record(data)


@dataclass(frozen=True, slots=True)
class NamedQuery(Operation[list[Record]]):
    """Run a query that Workfront has a name for, such as ``myWork`` of ``WORK``."""

    obj_code: str
    query: str
    arguments: Mapping[str, Any] | None = None
    fields: Fields = None

    def request(self) -> Request:
        """Ask for the rows."""
        params = (*query(self.arguments), *field_list(self.fields))
        path = f"{segment(self.obj_code)}/{checked_id(self.query)}"
        return Request("GET", path, params, repeat=Repeat.ALWAYS)

    def read(self, data: Any) -> list[Record]:
        """Give the rows."""
        return records(data if isinstance(data, list) else [data])


@dataclass(frozen=True, slots=True)
class Metadata(Operation[Record]):
    """Describe an object type, custom fields included; without one, list all types."""

    obj_code: str | None = None

    def request(self) -> Request:
        """Ask for the metadata."""
        path = f"{segment(self.obj_code)}/metadata" if self.obj_code else "metadata"
        return Request("GET", path, repeat=Repeat.ALWAYS)

    def read(self, data: Any) -> Record:
        """Give the description."""
        return record(data)


def _plain_id(obj_id: str) -> str:
    """Refuse ``$$USER`` in a list: its object comes back under another ID."""
    if checked_id(obj_id).startswith("$$"):
        raise ValueError(f"{obj_id} must be asked for alone, not in a list")
    return obj_id
