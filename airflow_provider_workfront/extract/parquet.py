"""Parquet files of typed rows. Imported only when one is written: pyarrow is an extra."""

from __future__ import annotations

from typing import IO, TYPE_CHECKING, Any

import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]

from airflow_provider_workfront.extract.columns import Kind
from airflow_provider_workfront.extract.conversion import PRECISION, SCALE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from airflow_provider_workfront.extract.columns import Column, Columns

GROUP_ROWS = 50_000
GROUP_BYTES = 16_000_000  # of Arrow memory: what is kept before it is written

TYPES = {
    Kind.TEXT: pa.string(),
    Kind.INTEGER: pa.int64(),
    Kind.NUMBER: pa.float64(),
    Kind.DECIMAL: pa.decimal128(PRECISION, SCALE),
    Kind.BOOLEAN: pa.bool_(),
    Kind.DATE: pa.date32(),
    Kind.INSTANT: pa.timestamp("us", tz="UTC"),
    Kind.LIST: pa.list_(pa.string()),
    Kind.JSON: pa.string(),
}


def schema(columns: Columns) -> Any:
    """Give the schema; each field tells its source, label, unit and kind."""
    return pa.schema([_field(column) for column in columns.columns], metadata={"workfront.objCode": columns.obj_code})


class Parquet:
    """One row group at a time, of bounded size, packed with Zstandard."""

    def __init__(
        self, file: IO[bytes], columns: Columns, *, most_rows: int = GROUP_ROWS, most_bytes: int = GROUP_BYTES
    ) -> None:
        self._most_rows, self._most_bytes = most_rows, most_bytes
        self._schema = schema(columns)
        self._writer = pq.ParquetWriter(file, self._schema, compression="zstd")
        self._kept: list[Any] = []
        self._rows = self._bytes = 0

    def write(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Write rows, column by column."""
        if not rows:
            return
        arrays = [_array([row.get(field.name) for row in rows], field.type) for field in self._schema]
        batch = pa.RecordBatch.from_arrays(arrays, schema=self._schema)
        self._kept.append(batch)
        self._rows += batch.num_rows
        self._bytes += batch.nbytes
        if self._rows >= self._most_rows or self._bytes >= self._most_bytes:
            self._write_group()

    def close(self) -> None:
        """Write what is left, and the footer."""
        self._write_group()
        self._writer.close()

    def _write_group(self) -> None:
        if self._kept:
            self._writer.write_table(pa.Table.from_batches(self._kept, self._schema), row_group_size=self._rows)
        self._kept, self._rows, self._bytes = [], 0, 0


def _field(column: Column) -> Any:
    about = {
        "source": column.source,
        "label": column.label,
        "unit": column.unit,
        "kind": column.kind.value,
        "identity": column.identity,
    }
    shown = {key: text.encode(errors="backslashreplace") for key, text in about.items() if text}
    return pa.field(column.name, TYPES[column.kind], nullable=column.source != "ID", metadata=shown)


def _array(values: list[Any], kind: Any) -> Any:
    try:
        return pa.array(values, kind)
    except UnicodeEncodeError:  # half a character has no place in UTF-8
        return pa.array([_whole(value) for value in values], kind)


def _whole(value: Any) -> Any:
    if isinstance(value, list):
        return [_whole(item) for item in value]
    return value.encode(errors="backslashreplace").decode() if isinstance(value, str) else value
