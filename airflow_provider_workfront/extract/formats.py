"""Write typed rows as JSON Lines, CSV or Parquet; of the rows, no more is kept than one row group."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import IO, TYPE_CHECKING, Any, Protocol

import msgspec

from airflow_provider_workfront.extract.columns import Columns, Kind
from airflow_provider_workfront.extract.jsontext import as_json
from airflow_provider_workfront.failures import Unworkable

if TYPE_CHECKING:
    from datetime import datetime
    from decimal import Decimal

Row = Mapping[str, Any]
Rows = Sequence[Row]
Shape = Callable[[Any], str]

_ENCODE = msgspec.json.Encoder().encode


class Writer(Protocol):
    """Writes rows of typed values by column name into a file that somebody else opens and closes."""

    def write(self, rows: Rows) -> None:
        """Write rows."""

    def close(self) -> None:
        """Write what is left; the file stays open."""


def open_writer(file_format: str, file: IO[bytes], columns: Columns) -> Writer:
    """Begin a file: `jsonl`, `csv` or `parquet`."""
    if file_format not in WRITERS:
        raise Unworkable(f"file_format must be one of {', '.join(WRITERS)}, not {file_format!r}")
    return WRITERS[file_format](file, columns)


class JsonLines:
    """One object a line: instants as ``2026-01-31T10:00:00Z``, decimals as text, which every reader takes exactly."""

    def __init__(self, file: IO[bytes], columns: Columns) -> None:
        self._file = file
        self._names = columns.names
        shown = ((column.name, JSON_SHAPES.get(column.kind)) for column in columns.columns)
        self._shapes = [(name, shape) for name, shape in shown if shape]

    def write(self, rows: Rows) -> None:
        """Write rows, every column in each, in order."""
        self._file.write(b"".join([self._line(row) for row in rows]))

    def close(self) -> None:
        """Nothing is left."""

    def _line(self, row: Row) -> bytes:
        shown = {name: row.get(name) for name in self._names}
        for name, shape in self._shapes:
            if (value := shown[name]) is not None:
                shown[name] = shape(value)
        try:
            return _ENCODE(shown) + b"\n"
        except UnicodeEncodeError:  # half a character, for which JSON has an escape
            return json.dumps(shown, default=_loaded).encode() + b"\n"


class Csv:
    """RFC 4180, UTF-8, a header. Text is quoted and null is not: ``""`` is an empty text, nothing at all is null.

    The standard library's writer cannot say that before Python 3.12, and quoting is one rule.
    """

    def __init__(self, file: IO[bytes], columns: Columns) -> None:
        self._file = file
        self._shapes = [(column.name, CSV_SHAPES[column.kind]) for column in columns.columns]
        self._write([",".join(columns.names)])

    def write(self, rows: Rows) -> None:
        """Write rows, column by column."""
        cells = [_cells([row.get(name) for row in rows], shape) for name, shape in self._shapes]
        self._write(map(",".join, zip(*cells, strict=True)))

    def close(self) -> None:
        """Nothing is left."""

    def _write(self, lines: Iterable[str]) -> None:
        text = "".join([f"{line}\r\n" for line in lines])
        self._file.write(text.encode(errors="backslashreplace"))  # half a character has no place in UTF-8


def _cells(values: list[Any], shape: Shape) -> list[str]:
    return ["" if value is None else shape(value) for value in values]


def _parquet(file: IO[bytes], columns: Columns) -> Writer:
    try:
        from airflow_provider_workfront.extract.parquet import Parquet
    except ImportError as error:
        raise Unworkable(
            f"file_format parquet needs pyarrow ({error}): install airflow-provider-workfront[parquet]"
        ) from error
    return Parquet(file, columns)


def _instant(value: datetime) -> str:
    return value.isoformat().replace("+00:00", "Z")


def _decimal(value: Decimal) -> str:
    return format(value, "f")


def _raw(value: str) -> msgspec.Raw:
    return msgspec.Raw(value.encode())


def _quoted(value: str) -> str:
    return '"' + value.replace('"', '""') + '"'


def _quoted_list(value: list[str]) -> str:
    return _quoted(as_json(value))


def _loaded(value: Any) -> Any:
    return json.loads(bytes(value)) if isinstance(value, msgspec.Raw) else _instant(value)


JSON_SHAPES: dict[Kind, Callable[[Any], Any]] = {Kind.DECIMAL: _decimal, Kind.JSON: _raw}
"""What JSON Lines write otherwise than msgspec would."""

CSV_SHAPES: dict[Kind, Shape] = {
    Kind.TEXT: _quoted,
    Kind.INTEGER: str,
    Kind.NUMBER: repr,
    Kind.DECIMAL: _decimal,
    Kind.BOOLEAN: lambda value: "true" if value else "false",
    Kind.DATE: str,
    Kind.INSTANT: _instant,
    Kind.LIST: _quoted_list,
    Kind.JSON: _quoted,
}

WRITERS: dict[str, Callable[[IO[bytes], Columns], Writer]] = {"jsonl": JsonLines, "csv": Csv, "parquet": _parquet}
