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
from airflow_provider_workfront.api.filters import Fields, field_list, named_fields
from airflow_provider_workfront.api.objects import segment
from airflow_provider_workfront.api.owners import Owners
from airflow_provider_workfront.api.readback import happened, kinds_in, may_have_happened, written
from airflow_provider_workfront.api.reads import Metadata, Search
from airflow_provider_workfront.api.request import Request
from airflow_provider_workfront.api.results import Outcome, RowResult

if TYPE_CHECKING:
    from collections.abc import Sequence

    from airflow_provider_workfront.api.call import Retry
    from airflow_provider_workfront.api.hundred import Row
    from airflow_provider_workfront.api.operation import Record, Steps

ATOMIC = (("atomic", "true"),)


@dataclass(frozen=True, slots=True)
class Creating:
    """Create objects; with a `key`, a field whose value is each object's own, they can be found again.

    What has a key is created whole or not at all: a refused batch is then split without waiting for what of it may
    still show in a search. The IDs, which such a call does not give, are found by the keys.
    """

    obj_code: str
    key: str | None = None
    fields: Fields = None
    atomic: bool = False
    repeats_safely = False
    wants_gone = False

    @property
    def splits_surely(self) -> bool:
        """An atomic call writes all or none (reference 5.8)."""
        return self.atomic or self.key is not None

    def request(self, rows: Sequence[Row]) -> Request:
        """Post the values; by the key in the answer each object is known to be of its row."""
        names = [*named_fields(self.fields), *([self.key] if self.key else [])]
        return _written("POST", self.obj_code, list(dict.fromkeys(names)), rows, atomic=self.splits_surely)

    def results(self, rows: Sequence[Row], data: Any) -> list[RowResult]:
        """Give the new objects."""
        return _slots(self.request(rows), rows, data, self.key or "", atomic=self.splits_surely)

    def begun(self, rows: Sequence[Row], retry: Retry) -> Steps[list[RowResult]]:
        """Find what is there already; of several objects with one key nobody can tell which is meant."""
        if not self.key:
            return []
        found = yield from self._by_key(rows, retry)
        return [_found(self.key, row, records) for row in rows if (records := found[row[0]])]

    def standing(self, rows: Sequence[Row], retry: Retry) -> Steps[list[RowResult] | None]:
        """Find by their keys those that were created; one that was created twice is told with the IDs."""
        if not self.key:
            return None
        found = yield from self._by_key(rows, retry)
        return [_made(self.key, row, records) for row in rows if (records := found[row[0]])]

    def named(self, row: Row) -> str:
        """Name the key."""
        return f"{self.key} {row[1][self.key]!r}" if self.key else ""

    def _by_key(self, rows: Sequence[Row], retry: Retry) -> Steps[dict[int, list[Record]]]:
        key = self.key or ""
        fields = ["ID", key, *named_fields(self.fields)]
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
    wants_gone = False

    @property
    def splits_surely(self) -> bool:
        """An atomic call writes all or none (reference 5.8)."""
        return self.atomic

    def request(self, rows: Sequence[Row]) -> Request:
        """Put the values."""
        return _written("PUT", self.obj_code, self.fields, rows, atomic=self.atomic)

    def results(self, rows: Sequence[Row], data: Any) -> list[RowResult]:
        """Give the changed objects."""
        return _slots(self.request(rows), rows, data, "ID", atomic=self.atomic)

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

    def standing(self, rows: Sequence[Row], retry: Retry) -> Steps[list[RowResult] | None]:
        """Read the same fields back; what cannot be compared, such as a collection, counts as not written.

        A row that differs in form only, such as ``7`` for ``007``, is judged by the kinds of its fields.
        """
        plain = (name for _, row in rows for name, value in row.items() if not isinstance(value, list | Mapping))
        found = yield from _by_id(self.obj_code, [row["ID"] for _, row in rows], [*dict.fromkeys(plain)], retry)
        if found is None:
            return None
        kinds: Mapping[str, str] = {}
        if any(
            not happened(row, found.get(row["ID"])) and may_have_happened(row, found.get(row["ID"])) for _, row in rows
        ):
            kinds = yield from _kinds(self.obj_code, retry)
        return [
            RowResult(at, Outcome.WRITTEN, row["ID"], "", found[row["ID"]])
            for at, row in rows
            if happened(row, found.get(row["ID"]), kinds)
        ]

    def named(self, row: Row) -> str:  # noqa: ARG002 its ID stands in its result
        """Nothing is looked for."""
        return ""


@dataclass(frozen=True, slots=True)
class Deleting:
    """Delete objects, given by their IDs; one that is gone already is no error."""

    obj_code: str
    force: bool = False
    splits_surely = False
    repeats_safely = True
    wants_gone = True

    def request(self, rows: Sequence[Row]) -> Request:
        """Delete by ID; big trees take their time (reference 5.4)."""
        ids = (("id", ",".join(obj_id for _, obj_id in rows)),)
        return Request(
            "DELETE", segment(self.obj_code), (*ids, *((("force", "true"),) if self.force else ())), slow=True
        )

    def results(self, rows: Sequence[Row], data: Any) -> list[RowResult]:
        """Say that they are gone, if Workfront does."""
        if not isinstance(data, Mapping) or data.get("success") is False:
            reason = f"an answer of an unknown form ({data!r:.60})"
            raise OutcomeUnknownError(reason, self.request(rows).label, answered=True)
        return [RowResult(index, Outcome.WRITTEN, obj_id) for index, obj_id in rows]

    def begun(self, rows: Sequence[Row], retry: Retry) -> Steps[list[RowResult]]:  # noqa: ARG002 others look first
        """Nothing is known before."""
        yield from ()
        return []

    def standing(self, rows: Sequence[Row], retry: Retry) -> Steps[list[RowResult] | None]:
        """Look which are not there any more."""
        found = yield from _by_id(self.obj_code, [obj_id for _, obj_id in rows], ["ID"], retry)
        if found is None:
            return None
        return [
            RowResult(at, Outcome.WRITTEN, obj_id, "", {"ID": obj_id}) for at, obj_id in rows if obj_id not in found
        ]

    def named(self, row: Row) -> str:  # noqa: ARG002 its ID stands in its result
        """Nothing is looked for."""
        return ""


def _by_id(obj_code: str, ids: list[str], fields: list[str], retry: Retry) -> Steps[dict[str, Record] | None]:
    """Read objects by ID; one that is missing is no error, a field or type that cannot be read tells nothing."""
    try:
        records = yield from Search(obj_code, {"ID": ids}, fields).steps(retry)
    except (InvalidRequestError, NotFoundError, PermissionDeniedError):
        return None
    return {record["ID"]: record for record in records}


def _kinds(obj_code: str, retry: Retry) -> Steps[Mapping[str, str]]:
    """Read the kinds of fields; where they cannot be had, texts are compared to the letter."""
    try:
        return kinds_in((yield from Metadata(obj_code).steps(retry)))
    except (InvalidRequestError, NotFoundError, PermissionDeniedError):
        return {}


def _written(method: str, obj_code: str, fields: Fields, rows: Sequence[Row], *, atomic: bool) -> Request:
    params = (*field_list(fields), *(ATOMIC if atomic else ()))
    return Request(method, segment(obj_code), params, json=[values for _, values in rows], slow=True)


def _slots(request: Request, rows: Sequence[Row], data: Any, field: str, *, atomic: bool) -> list[RowResult]:
    """Read the answer: an object for each row; an atomic call says only that it was done (reference 5.8).

    That a row which was refused leaves its error in its place is one of the forms that are imaginable. A place that
    shows no object says nothing of its row.
    """
    if atomic and isinstance(data, Mapping) and data.get("success"):
        return [RowResult(index, Outcome.WRITTEN, str(values.get("ID") or "")) for index, values in rows]
    is_list = isinstance(data, list) and all(slot is None or isinstance(slot, Mapping) for slot in data)
    if not is_list or len(data) != len(rows):
        reason = f"an answer of an unknown form ({type(data).__name__})"
        raise OutcomeUnknownError(reason, request.label, answered=True)
    return [
        _slot(row, slot) for row, slot in zip(rows, _in_order(rows, data, field), strict=True) if slot and _tells(slot)
    ]


def _in_order(rows: Sequence[Row], slots: Sequence[Any], field: str) -> list[Any]:
    """Put what an answer has of each row in the order of the rows: by the value of a field where that is shown.

    Without such a field objects are told apart by their names, if each row has one of its own and finds it.
    """
    by_value: dict[str, Any] = {}
    for slot in slots:
        if (value := _value(_record(slot or {}), field or "name")) is not None:
            by_value.setdefault(value, slot)
    wanted = [_value(values, field or "name") for _, values in rows]
    if not field and (len(by_value) != len(rows) or set(wanted) != set(by_value)):
        return list(slots)
    in_place = [None if slot and _value(_record(slot), field or "name") is not None else slot for slot in slots]
    return [by_value.get(value or "", slot) for value, slot in zip(wanted, in_place, strict=True)]


def _value(record: Mapping[str, Any], field: str) -> str | None:
    """Give a value as it is compared: Workfront may leave out blanks at the ends."""
    found = record.get(field)
    return None if found is None or isinstance(found, list | Mapping) else written(found).strip()


def _record(slot: Mapping[str, Any]) -> Mapping[str, Any]:
    return slot["data"] if isinstance(slot.get("data"), Mapping) else slot


def _tells(slot: Mapping[str, Any]) -> bool:
    return bool(fault_in(slot) or _record(slot).get("ID"))


def _slot(row: Row, slot: Mapping[str, Any]) -> RowResult:
    index, values = row
    if said := fault_in(slot):
        return RowResult(index, Outcome.REFUSED, str(values.get("ID") or ""), said.message)
    record = _record(slot)
    return RowResult(index, Outcome.WRITTEN, str(record["ID"]), "", record)


def _found(key: str, row: Row, records: list[Record]) -> RowResult:
    if len(records) == 1:
        return RowResult(row[0], Outcome.FOUND, records[0]["ID"], "", records[0])
    return RowResult(row[0], Outcome.REFUSED, "", _several(key, row, records))


def _made(key: str, row: Row, records: list[Record]) -> RowResult:
    if len(records) == 1:
        return RowResult(row[0], Outcome.WRITTEN, records[0]["ID"], "", records[0])
    advice = "it was created more than once: keep one of them, and delete the others"
    return RowResult(row[0], Outcome.UNKNOWN, "", f"{_several(key, row, records)} - {advice}")


def _several(key: str, row: Row, records: list[Record]) -> str:
    several = ", ".join(record["ID"] for record in records)
    return f"{len(records)} objects have {key} {row[1][key]!r}: {several}"
