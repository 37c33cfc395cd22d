"""Rows of a table become what is wanted of Workfront: each column a field, each value in the form that is sent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from airflow_provider_workfront.api.everyday.errand import nearest
from airflow_provider_workfront.api.objects import object_type
from airflow_provider_workfront.extract.columns import Kind
from airflow_provider_workfront.failures import Unworkable
from airflow_provider_workfront.writing.columns import CONSTRAINTS, Target, said_field, targets_of
from airflow_provider_workfront.writing.conversion import of_list
from airflow_provider_workfront.writing.fields import UNKNOWN, Describing, FieldType, field_types
from airflow_provider_workfront.writing.lookups import Lookups, Question
from airflow_provider_workfront.writing.row import Rejected, Wanted
from airflow_provider_workfront.writing.undo import shortened
from airflow_provider_workfront.writing.unfit import Unfit
from airflow_provider_workfront.writing.ways import Way, problem_of, way_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from airflow_provider_workfront.writing.row import InputRow

REQUIRED = {
    "PROJ": ("name",),
    "TASK": ("name", "projectID"),
    "OPTASK": ("name", "projectID"),
    "HOUR": ("hours", "entryDate"),
    "NOTE": ("noteText", "noteObjCode", "objID"),
    "DOCU": ("name", "handle", "docObjCode", "objID"),
    "USER": ("username", "firstName", "lastName"),
}
"""What a new object needs (reference 12, rule 81, inferred): told, not enforced; Workfront has the last word."""
PINNING = {"constraintDate": Kind.INSTANT, "taskConstraint": Kind.TEXT}
CREATING = frozenset({"insert", "upsert"})


@dataclass(frozen=True, slots=True)
class ColumnMapping:
    """How the rows of an input are read.

    `kinds` says what each field holds, `fields` which ones are written besides the key, `missing` what a new object
    needs and no column gives.
    """

    kinds: dict[str, Kind | None]
    fields: tuple[str, ...]
    missing: tuple[str, ...]
    key: str | None
    ways: tuple[Way, ...]

    def convert(self, rows: Sequence[InputRow], look: Lookups) -> list[Wanted | Rejected]:
        """Say what each row wants, in the order of the rows; a row with a value that does not fit is rejected.

        Give many rows at a time: the objects that they name are looked for together.
        """
        drafts = [self._drafted(row) for row in rows]
        look.learn(question for values, _ in drafts for value in values.values() for question in _questions(value))
        return [self._settled(row, *draft, look) for row, draft in zip(rows, drafts, strict=True)]

    def _drafted(self, row: InputRow) -> tuple[dict[str, Any], list[str]]:
        """Convert what can be without asking; a column that the row has not leaves its field alone."""
        values: dict[str, Any] = {}
        problems: list[str] = []
        for way in self.ways:
            try:
                values |= way.filled(row.values[way.column]) if way.column in row.values else {}
            except Unfit as unfit:
                problems.append(_told(way, row, unfit))
        return values, problems

    def _settled(self, row: InputRow, values: dict[str, Any], problems: list[str], look: Lookups) -> Wanted | Rejected:
        """Put in the objects that were found, and name all that is wrong with the row."""
        for way in self.ways:
            try:
                values |= {way.field: _answered(values[way.field], look)} if way.field in values else {}
            except Unfit as unfit:
                problems.append(_told(way, row, unfit))
        if problems:
            return Rejected(row, "; ".join(problems))
        key = values.pop(self.key, None) if self.key else None
        return Wanted(row, key, values)


def read_mapping(
    client: Describing,
    obj_code: str,
    columns: Mapping[str, Any] | None,
    header: Sequence[str],
    key: str | None,
    mode: str,
) -> ColumnMapping:
    """Hold a mapping against the input and against Workfront; all that is wrong with it is one error.

    `columns` says by column which field it fills: a name, a dict of options, or None; without it each column fills the
    field of its name. When objects are deleted only the column of the key counts.
    """
    targets, problems = targets_of(_of_key(columns, key) if mode == "delete" else columns, header)
    targets = [target for target in targets if mode != "delete" or target.field == key]
    if header and key and key not in {target.field for target in targets}:
        problems.append(f"no column gives the key, {key}{nearest(key, [target.field for target in targets])}")
    types, wrong = field_types(client, obj_code, [target.field for target in targets])
    if key in types:
        types[key] = _as_key(types[key], mode)
    problems += _problems(client, obj_code, targets, types, wrong)
    if problems:
        raise Unworkable(f"rows cannot be written to {obj_code}: {'; '.join(problems)}")
    return _mapping(
        obj_code,
        [way_of(target, types[target.field], is_key=target.field == key) for target in targets],
        types,
        key,
        mode,
    )


def _of_key(columns: Mapping[str, Any] | None, key: str | None) -> Mapping[str, Any] | None:
    """Leave in a mapping what gives the key: to delete, a list of keys will do."""
    if not isinstance(columns, Mapping):
        return columns
    return {column: said for column, said in columns.items() if said_field(said) == key}


def _as_key(known: FieldType, mode: str) -> FieldType:
    """Judge a field as key: what only finds objects need not be writable; some values find none, or too many."""
    if known.kind in {Kind.LIST, Kind.JSON}:
        return replace(known, refusal="it holds several values, so no object can be found by it")
    if known.kind in {Kind.DATE, Kind.INSTANT}:  # a search finds the whole day (reference 4.4)
        return replace(known, refusal="it holds a date, which many objects may have, so none can be found by it")
    if known.refers_to == UNKNOWN or known.shape == "rich":
        return replace(known, refusal="Workfront shows it in another form than it is sent, so none can be found by it")
    return replace(known, refusal="") if known.name == "ID" or mode not in CREATING else known


def _mapping(
    obj_code: str, ways: Sequence[Way], types: Mapping[str, FieldType], key: str | None, mode: str
) -> ColumnMapping:
    types = _pinned(ways, types)
    kind = object_type(obj_code)
    needed = REQUIRED.get(kind.code, ()) if kind and mode in CREATING else ()
    missing = tuple(name for name in needed if name not in types)
    written = tuple(way.field for way in ways if way.field != key)
    return ColumnMapping({name: found.kind for name, found in types.items()}, written, missing, key, tuple(ways))


def _pinned(ways: Sequence[Way], types: Mapping[str, FieldType]) -> dict[str, FieldType]:
    """Add the fields that a constraint fills, in the place of the date that it pins."""
    if not any(way.constraint for way in ways):
        return dict(types)
    dates = {CONSTRAINTS[way.constraint] for way in ways if way.constraint}
    own = {name: FieldType(name, kind) for name, kind in PINNING.items()}
    return {name: known for name, known in types.items() if name not in dates} | own


def _told(way: Way, row: InputRow, unfit: Unfit) -> str:
    return f"column {way.column}: {shortened(row.values[way.column])} {unfit}"


def _questions(value: Any) -> list[Question]:
    return [each for each in (value if isinstance(value, list) else [value]) if isinstance(each, Question)]


def _answered(value: Any, look: Lookups) -> Any:
    """Put IDs in the place of questions."""
    if not isinstance(value, list):
        return look.obj_id(value) if isinstance(value, Question) else value
    return [of_list(look.obj_id, each, each.value) if isinstance(each, Question) else each for each in value]


def _is_task(obj_code: str) -> bool:
    kind = object_type(obj_code)
    return bool(kind and kind.code == "TASK")


def _problems(
    client: Describing,
    obj_code: str,
    targets: Sequence[Target],
    types: Mapping[str, FieldType],
    wrong: Mapping[str, str],
) -> Iterator[str]:
    for target in targets:
        known = types.get(target.field)
        why = (known.refusal or problem_of(client, target, known)) if known else wrong[target.field]
        if target.constraint and not _is_task(obj_code):
            why = "constraint is for tasks: leave it out"
        if why:
            where = target.column if target.column == target.field else f"{target.column} -> {target.field}"
            yield f"{where}: {why}"
