"""Operations on many objects in one call."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeVar

from airflow_provider_workfront.api.answer import fault_in
from airflow_provider_workfront.api.call import Retry, call
from airflow_provider_workfront.api.errors import InvalidRequestError, WorkfrontError
from airflow_provider_workfront.api.filters import Fields, Params, field_list
from airflow_provider_workfront.api.objects import segment
from airflow_provider_workfront.api.operation import Operation, Record, Steps, checked_id, checked_rows
from airflow_provider_workfront.api.request import Repeat, Request, query_of, spelled_out

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

T = TypeVar("T")

ROWS_AT_ONCE = 100  # more is refused as a whole (reference 4.10)


@dataclass(frozen=True, slots=True)
class BulkCreate(Operation[list[Record]]):
    """Create many objects, a hundred a call, and give them back in order.

    What becomes of the other rows of a hundred when one is refused is documented nowhere. With `atomic` it is
    all of a hundred or none, and Workfront gives no rows back.
    """

    obj_code: str
    rows: Sequence[Mapping[str, Any]]
    fields: Fields = None
    atomic: bool = False

    def request(self) -> Request:
        """Post up to a hundred rows."""
        params = _options(self.fields, atomic=self.atomic)
        return Request("POST", segment(self.obj_code), params, json=_hundred(self.rows), slow=True)

    def read(self, data: Any) -> list[Record]:
        """Give the new objects."""
        return _rows(data)

    def steps(self, retry: Retry) -> Steps[list[Record]]:
        """Carry it out in hundreds."""
        parts = [replace(self, rows=rows) for rows in _hundreds(self.rows)]
        return (yield from _one_by_one(parts, retry))


@dataclass(frozen=True, slots=True)
class BulkUpdate(Operation[list[Record]]):
    """Change many objects, a hundred a call, each row with its ``ID``; otherwise as `BulkCreate`."""

    obj_code: str
    rows: Sequence[Mapping[str, Any]]
    fields: Fields = None
    atomic: bool = False

    def request(self) -> Request:
        """Put up to a hundred rows."""
        rows = _hundred(self.rows)
        for row in rows:
            checked_id(row.get("ID", ""))
        params = _options(self.fields, atomic=self.atomic)
        return Request("PUT", segment(self.obj_code), params, json=rows, slow=True)

    def read(self, data: Any) -> list[Record]:
        """Give the changed objects."""
        return _rows(data)

    def steps(self, retry: Retry) -> Steps[list[Record]]:
        """Carry it out in hundreds."""
        parts = [replace(self, rows=rows) for rows in _hundreds(self.rows)]
        return (yield from _one_by_one(parts, retry))


@dataclass(frozen=True, slots=True)
class BulkDelete(Operation[int]):
    """Delete many objects, a hundred a call, and count them."""

    obj_code: str
    rows: Sequence[str]
    force: bool = False

    def request(self) -> Request:
        """Delete up to a hundred objects."""
        ids = ",".join(checked_id(obj_id) for obj_id in _at_most_a_hundred(self.rows))
        forced = (("force", "true"),) if self.force else ()
        return Request("DELETE", segment(self.obj_code), (("id", ids), *forced), slow=True)

    def read(self, data: Any) -> int:
        """Give the number of objects deleted."""
        return len(self.rows) if data.get("success", True) else 0

    def steps(self, retry: Retry) -> Steps[int]:
        """Carry it out in hundreds."""
        parts = [replace(self, rows=rows) for rows in _hundreds(self.rows)]
        return len((yield from _one_by_one(parts, retry)))


@dataclass(frozen=True, slots=True)
class Batch(Operation[list[Any]]):
    """Carry out several operations in one call, and give the result of each in order.

    A member that failed leaves its error in its place. With `atomic` all happen or none, and no results come.
    """

    members: Sequence[Operation[Any]]
    atomic: bool = False
    concurrent: bool = False

    def request(self) -> Request:
        """Post each member as a ``uri`` that names its own method (reference 5.9)."""
        requests = [member.request() for member in self.members]
        if not requests:
            raise ValueError("a batch needs at least one member")
        if wrong := [request.label for request in requests if request.form or request.path.startswith(("/", "http"))]:
            raise ValueError(f"{wrong[0]} cannot be part of a batch")
        only_reads = all(request.repeat is Repeat.ALWAYS for request in requests)
        switches = (("atomic", str(self.atomic).lower()), ("concurrent", str(self.concurrent).lower()))
        uris = tuple(("uri", _uri(request)) for request in requests)
        repeat = Repeat.ALWAYS if only_reads else Repeat.NEVER
        return Request("POST", "batch", form=(*switches, *uris), repeat=repeat, slow=True)

    def read(self, data: Any) -> list[Any]:
        """Give each member's result, or its error."""
        if not isinstance(data, list):
            return []
        return [_slot(member, slot) for member, slot in zip(self.members, data, strict=True)]


def _uri(request: Request) -> str:
    return f"/{request.path.partition('?')[0]}?{query_of(request, spelled_out(request))}"


def _slot(member: Operation[Any], slot: Any) -> Any:
    """Read a member's slot; an ``error`` in it is the likely form of a failure, documented nowhere."""
    if said := fault_in(slot):
        return InvalidRequestError(200, said.message, said.error_class, member.request().label)
    return member.read(slot["data"] if isinstance(slot, dict) and "data" in slot else slot)


def _one_by_one(parts: Sequence[BulkCreate | BulkUpdate | BulkDelete], retry: Retry) -> Steps[list[Any]]:
    """Carry out the parts; an error says how many rows went through before it."""
    done: list[Any] = []
    through = 0
    for part in parts:
        try:
            data = yield from call(part.request(), retry)
        except WorkfrontError as error:
            error.add_note(f"{through} rows went through in the calls before this one")
            raise
        through += len(part.rows)
        done += part.rows if isinstance(part, BulkDelete) else part.read(data)
    return done


def _hundreds(rows: Sequence[T]) -> Iterator[Sequence[T]]:
    for start in range(0, len(rows), ROWS_AT_ONCE):
        yield rows[start : start + ROWS_AT_ONCE]


def _hundred(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return checked_rows(_at_most_a_hundred(rows))


def _at_most_a_hundred(rows: Sequence[Any]) -> Sequence[Any]:
    if len(rows) > ROWS_AT_ONCE:
        raise ValueError(f"{len(rows)} rows in one call; Workfront takes {ROWS_AT_ONCE}")
    return rows


def _options(fields: Fields, *, atomic: bool) -> Params:
    return (*field_list(fields), *((("atomic", "true"),) if atomic else ()))


def _rows(data: Any) -> list[Record]:
    """Give the rows; an atomic call answers only ``{"success": true}``."""
    return list(data) if isinstance(data, list) else []
