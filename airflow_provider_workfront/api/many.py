"""How many objects are created, changed or deleted by one call, and how to see which of them were."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from airflow_provider_workfront.api.answer import fault_in
from airflow_provider_workfront.api.collections import collections_in, read_as, shrinking
from airflow_provider_workfront.api.errors import (
    InvalidRequestError,
    NotFoundError,
    OutcomeUnknownError,
    PermissionDeniedError,
)
from airflow_provider_workfront.api.filters import Fields, field_list
from airflow_provider_workfront.api.objects import segment
from airflow_provider_workfront.api.owners import Owners
from airflow_provider_workfront.api.readback import happened
from airflow_provider_workfront.api.reads import Search
from airflow_provider_workfront.api.request import Request
from airflow_provider_workfront.api.results import Outcome, RowResult

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from airflow_provider_workfront.api.call import Retry
    from airflow_provider_workfront.api.hundred import Row
    from airflow_provider_workfront.api.operation import Record, Steps

ATOMIC = (("atomic", "true"),)


@dataclass(frozen=True, slots=True)
class Creating:
    """Create objects; with a `key`, a field whose value is each object's own, they can be found again."""

    obj_code: str
    key: str | None = None
    fields: Fields = None
    atomic: bool = False
    repeats_safely = False

    @property
    def splits_surely(self) -> bool:
        """An atomic call writes all or none (reference 5.8)."""
        return self.atomic

    def request(self, rows: Sequence[Row]) -> Request:
        """Post the values."""
        return _written("POST", self.obj_code, self.fields, rows, atomic=self.atomic)

    def results(self, rows: Sequence[Row], data: Any) -> list[RowResult]:
        """Give the new objects."""
        return _slots(self.request(rows), rows, data, atomic=self.atomic)

    def begun(self, rows: Sequence[Row], retry: Retry) -> Steps[list[RowResult]]:
        """Find what is there already; of several objects with one key nobody can tell which is meant."""
        if not self.key:
            return []
        found = yield from self._by_key(rows, retry)
        return [_found(self.key, row, records) for row in rows if (records := found[row[0]])]

    def standing(self, rows: Sequence[Row], retry: Retry) -> Steps[dict[int, Record] | None]:
        """Find by their keys those that were created."""
        if not self.key:
            return None
        found = yield from self._by_key(rows, retry)
        return {index: records[0] for index, records in found.items() if records}

    def _by_key(self, rows: Sequence[Row], retry: Retry) -> Steps[dict[int, list[Record]]]:
        key = self.key or ""
        fields = ["ID", key, *(name for name, _ in _wanted(self.fields))]
        search = Owners(self.obj_code, key, [row[1][key] for row in rows], list(dict.fromkeys(fields)))
        found = yield from search.steps(retry)
        return {index: records for (index, _), records in zip(rows, found, strict=True)}


@dataclass(frozen=True, slots=True)
class Updating:
    """Change objects, each row with its ``ID``: the same values written twice change nothing more."""

    obj_code: str
    fields: Fields = None
    atomic: bool = False
    replace_collections: bool = False
    repeats_safely = True

    @property
    def splits_surely(self) -> bool:
        """An atomic call writes all or none (reference 5.8)."""
        return self.atomic

    def request(self, rows: Sequence[Row]) -> Request:
        """Put the values."""
        return _written("PUT", self.obj_code, self.fields, rows, atomic=self.atomic)

    def results(self, rows: Sequence[Row], data: Any) -> list[RowResult]:
        """Give the changed objects."""
        return _slots(self.request(rows), rows, data, atomic=self.atomic)

    def begun(self, rows: Sequence[Row], retry: Retry) -> Steps[list[RowResult]]:
        """Refuse what would take objects out of a collection."""
        names = {index: collections_in(row) for index, row in rows}
        asked = list(dict.fromkeys(name for found in names.values() for name in found))
        if self.replace_collections or not asked:
            return []
        ids = [row["ID"] for index, row in rows if names[index]]
        current = yield from Search(self.obj_code, {"ID": ids}, read_as(asked)).steps(retry)
        known = {record["ID"]: record for record in current}
        told = {index: shrinking(row, known.get(row["ID"], {})) for index, row in rows}
        return [RowResult(index, Outcome.REFUSED, row["ID"], told[index]) for index, row in rows if told[index]]

    def standing(self, rows: Sequence[Row], retry: Retry) -> Steps[dict[int, Record] | None]:
        """Read the same fields back; what cannot be compared, such as a collection, counts as not written."""
        plain = (name for _, row in rows for name, value in row.items() if not isinstance(value, list | Mapping))
        found = yield from _by_id(self.obj_code, [row["ID"] for _, row in rows], [*dict.fromkeys(plain)], retry)
        return (
            None if found is None else {at: found[row["ID"]] for at, row in rows if happened(row, found.get(row["ID"]))}
        )


@dataclass(frozen=True, slots=True)
class Deleting:
    """Delete objects, given by their IDs; one that is gone already is no error."""

    obj_code: str
    force: bool = False
    splits_surely = False
    repeats_safely = True

    def request(self, rows: Sequence[Row]) -> Request:
        """Delete by ID; big trees take their time (reference 5.4)."""
        ids = (("id", ",".join(obj_id for _, obj_id in rows)),)
        return Request(
            "DELETE", segment(self.obj_code), (*ids, *((("force", "true"),) if self.force else ())), slow=True
        )

    def results(self, rows: Sequence[Row], data: Any) -> list[RowResult]:
        """Say that they are gone, if Workfront does."""
        if not isinstance(data, Mapping) or data.get("success") is False:
            raise OutcomeUnknownError(f"an answer of an unknown form ({data!r:.60})", self.request(rows).label)
        return [RowResult(index, Outcome.WRITTEN, obj_id) for index, obj_id in rows]

    def begun(self, rows: Sequence[Row], retry: Retry) -> Steps[list[RowResult]]:  # noqa: ARG002 others look first
        """Nothing is known before."""
        yield from ()
        return []

    def standing(self, rows: Sequence[Row], retry: Retry) -> Steps[dict[int, Record] | None]:
        """Look which are not there any more."""
        found = yield from _by_id(self.obj_code, [obj_id for _, obj_id in rows], ["ID"], retry)
        return None if found is None else {at: {"ID": obj_id} for at, obj_id in rows if obj_id not in found}


def _by_id(obj_code: str, ids: list[str], fields: list[str], retry: Retry) -> Steps[dict[str, Record] | None]:
    """Read objects by ID; one that is missing is no error, a field or type that cannot be read tells nothing."""
    try:
        records = yield from Search(obj_code, {"ID": ids}, fields).steps(retry)
    except (InvalidRequestError, NotFoundError, PermissionDeniedError):
        return None
    return {record["ID"]: record for record in records}


def _written(method: str, obj_code: str, fields: Fields, rows: Sequence[Row], *, atomic: bool) -> Request:
    params = (*field_list(fields), *(ATOMIC if atomic else ()))
    return Request(method, segment(obj_code), params, json=[values for _, values in rows], slow=True)


def _slots(request: Request, rows: Sequence[Row], data: Any, *, atomic: bool) -> list[RowResult]:
    """Read the answer: the objects in order; an atomic call says only that it was done (reference 5.8).

    That a row which was refused leaves its error in its place is one of the forms that are imaginable.
    """
    if atomic and isinstance(data, Mapping) and data.get("success"):
        return [RowResult(index, Outcome.WRITTEN, str(values.get("ID") or "")) for index, values in rows]
    if not isinstance(data, list) or len(data) != len(rows) or not all(isinstance(slot, Mapping) for slot in data):
        raise OutcomeUnknownError(f"an answer of an unknown form ({type(data).__name__})", request.label)
    return [_slot(row, slot) for row, slot in zip(rows, data, strict=True)]


def _slot(row: Row, slot: Mapping[str, Any]) -> RowResult:
    index, values = row
    if said := fault_in(slot):
        return RowResult(index, Outcome.REFUSED, str(values.get("ID") or ""), said.message)
    record = slot["data"] if isinstance(slot.get("data"), Mapping) else slot
    return RowResult(index, Outcome.WRITTEN, str(record.get("ID") or values.get("ID") or ""), "", record)


def _found(key: str, row: Row, records: list[Record]) -> RowResult:
    index, values = row
    if len(records) == 1:
        return RowResult(index, Outcome.FOUND, records[0]["ID"], "", records[0])
    several = ", ".join(record["ID"] for record in records)
    return RowResult(index, Outcome.REFUSED, "", f"{len(records)} objects have {key} {values[key]!r}: {several}")


def _wanted(fields: Fields) -> Iterable[tuple[str, str]]:
    """List the fields that were asked for, one by one."""
    return [(name, "") for _, names in field_list(fields) for name in names.split(",")]
