"""Parquet files, read and written by rows. Imported only when there is one: pyarrow is an extra."""

from __future__ import annotations

import json
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, Any

import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]

from airflow_provider_workfront.failures import Unworkable
from airflow_provider_workfront.writing.reading import Flaw, check_names

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from airflow_provider_workfront.writing.files import File

UNHELD = (pa.ArrowException, ValueError, OverflowError, KeyError)
"""What is raised for values that Python has no place for; `KeyError` for an unknown time zone."""
TYPES = {str: pa.string(), int: pa.int64()}
ROWS = 1000
"""How many rows are values at a time."""


class Parquet:
    """The rows of one file, as Python's own values; of times, what is finer than a microsecond is cut off.

    With `columns` only those are read. A row with a value that Python cannot hold is a flaw.
    """

    def __init__(self, file: IO[bytes], shown: str, columns: Collection[str] | None = None) -> None:
        self._shown = shown
        with _told(shown):
            self._file = pq.ParquetFile(file)
        self.header: tuple[str, ...] = check_names(self._file.schema_arrow.names, f"input {shown}")
        self._read = _among(self.header, columns)

    def __iter__(self) -> Iterator[dict[str, Any] | Flaw]:
        with _told(self._shown):
            for batch in self._file.iter_batches(batch_size=ROWS, columns=self._read):
                yield from _rows(batch.select(self._read))


def schema_of(files: Iterable[File], columns: Collection[str] | None = None) -> Any:
    """Give the schema that holds the rows of all these files, of all their columns or of some."""
    schemas = []
    for file in files:
        with file.opened() as opened, _told(file.shown):
            schema = pq.read_schema(opened)
            fields = [schema.field(name) for name in _among(schema.names, columns)]
            schemas.append(pa.schema(fields, metadata=schema.metadata))
            try:
                schemas = [pa.unify_schemas(schemas, promote_options="permissive")]
            except pa.ArrowException as error:
                raise Unworkable(f"input {file.shown}: its types do not go with those before it: {error}") from error
    return schemas[0] if schemas else pa.schema([])


def with_columns(schema: Any, without: Sequence[str], added: Mapping[str, type], *, is_loose: bool) -> Any:
    """Give a schema without some columns, with others at its end, by name `str` or `int`.

    In a loose one any value may be missing.
    """
    kept = [field.with_nullable(field.nullable or is_loose) for field in schema if field.name not in without]
    return pa.schema([*kept, *(pa.field(name, TYPES[kind]) for name, kind in added.items())], metadata=schema.metadata)


def write_rows(file: IO[bytes], schema: Any, chunks: Iterable[list[dict[str, Any]]]) -> None:
    """Write rows, a row group for each chunk."""
    with pq.ParquetWriter(file, schema) as writer:
        for rows in chunks:
            columns = [pa.array([row.get(field.name) for row in rows], field.type) for field in schema]
            writer.write_batch(pa.RecordBatch.from_arrays(columns, schema=schema))


def _among(names: Sequence[str], columns: Collection[str] | None) -> list[str]:
    """Choose the columns to read; where none of them is there, what is wrong is told by whoever maps them."""
    return [name for name in names if columns is None or name in columns] or list(names)


def _rows(batch: Any) -> Iterator[dict[str, Any] | Flaw]:
    """Give the rows of a batch; one by one if some value cannot be had."""
    try:
        yield from _coarse(batch).to_pylist()
    except UNHELD:
        for at in range(batch.num_rows):
            yield _row(batch.slice(at, 1))


def _row(batch: Any) -> dict[str, Any] | Flaw:
    values: dict[str, Any] = {}
    flaws = []
    for name, column in zip(batch.schema.names, batch.columns, strict=True):
        try:
            values[name] = column.cast(_coarser(column.type), safe=False)[0].as_py()
        except UNHELD as error:
            values[name] = _shown(column)
            flaws.append(f"column {name}: {values[name]} of type {column.type} cannot be read: {error}")
    return Flaw(json.dumps(values, ensure_ascii=False, default=str), "; ".join(flaws)) if flaws else values


def _shown(column: Any) -> str:
    """Write a value that Python cannot hold: as Arrow does, or else the number that it is kept as."""
    for kind in (pa.string(), pa.int64()):
        try:
            return str(column.cast(kind)[0].as_py())
        except UNHELD:
            continue
    return "a value"


def _coarse(batch: Any) -> Any:
    """Bring times to the microseconds that Python has; Workfront has milliseconds."""
    columns = [column.cast(_coarser(column.type), safe=False) for column in batch.columns]
    return pa.RecordBatch.from_arrays(columns, names=batch.schema.names)


def _coarser(kind: Any) -> Any:
    """Give the type that has no nanoseconds, in lists and objects neither."""
    if pa.types.is_struct(kind):
        return pa.struct([field.with_type(_coarser(field.type)) for field in kind])
    if pa.types.is_large_list(kind):
        return pa.large_list(kind.value_field.with_type(_coarser(kind.value_type)))
    if pa.types.is_list(kind):
        return pa.list_(kind.value_field.with_type(_coarser(kind.value_type)))
    if getattr(kind, "unit", None) != "ns":
        return kind
    if pa.types.is_timestamp(kind):
        return pa.timestamp("us", kind.tz)
    return pa.time64("us") if pa.types.is_time(kind) else pa.duration("us")


@contextmanager
def _told(shown: str) -> Iterator[None]:
    """Say which file holds what pyarrow cannot read, or Python cannot hold."""
    try:
        yield
    except UNHELD as error:
        raise Unworkable(f"input {shown} cannot be read as Parquet: {error}") from error
