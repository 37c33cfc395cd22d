"""Parquet files, read and written by rows. Imported only when there is one: pyarrow is an extra."""

from __future__ import annotations

from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, Any

import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]

from airflow_provider_workfront.failures import Unworkable
from airflow_provider_workfront.writing.reading import check_names

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from airflow_provider_workfront.writing.files import File

ROWS = 1000
"""How many rows are values at a time."""


class Parquet:
    """The rows of one file, as Python's own values; of times, what is finer than a microsecond is cut off."""

    def __init__(self, file: IO[bytes], shown: str) -> None:
        self._shown = shown
        with _told(shown):
            self._file = pq.ParquetFile(file)
        self.header: tuple[str, ...] = check_names(self._file.schema_arrow.names, f"input {shown}")

    def __iter__(self) -> Iterator[dict[str, Any]]:
        with _told(self._shown):
            for batch in self._file.iter_batches(batch_size=ROWS):
                yield from _coarse(batch).to_pylist()


def schema_of(files: Iterable[File]) -> Any:
    """Give the schema that holds the rows of all these files."""
    schemas = []
    for file in files:
        with file.opened() as opened, _told(file.shown):
            schemas.append(pq.read_schema(opened))
            try:
                schemas = [pa.unify_schemas(schemas, promote_options="permissive")]
            except pa.ArrowException as error:
                raise Unworkable(f"input {file.shown}: its types do not go with those before it: {error}") from error
    return schemas[0] if schemas else pa.schema([])


def with_texts(schema: Any, without: Sequence[str], names: Sequence[str], *, is_loose: bool) -> Any:
    """Give a schema without some columns, with columns of text at its end; a loose one lets any value be missing."""
    kept = [field.with_nullable(field.nullable or is_loose) for field in schema if field.name not in without]
    return pa.schema([*kept, *(pa.field(name, pa.string()) for name in names)], metadata=schema.metadata)


def write_rows(file: IO[bytes], schema: Any, chunks: Iterable[list[dict[str, Any]]]) -> None:
    """Write rows, a row group for each chunk."""
    with pq.ParquetWriter(file, schema) as writer:
        for rows in chunks:
            columns = [pa.array([row.get(field.name) for row in rows], field.type) for field in schema]
            writer.write_batch(pa.RecordBatch.from_arrays(columns, schema=schema))


def _coarse(batch: Any) -> Any:
    """Bring times to the microseconds that Python has; Workfront has milliseconds."""
    columns = [column.cast(_coarser(column.type), safe=False) for column in batch.columns]
    return pa.RecordBatch.from_arrays(columns, names=batch.schema.names)


def _coarser(kind: Any) -> Any:
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
    except (pa.ArrowException, ValueError, OverflowError) as error:
        raise Unworkable(f"input {shown} cannot be read as Parquet: {error}") from error
