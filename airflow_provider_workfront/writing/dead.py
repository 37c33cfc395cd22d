"""How rejected rows are written in each form; what is read back is what was read before, with the reason beside it."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from math import isfinite
from typing import IO, TYPE_CHECKING, Any, Protocol

from airflow_provider_workfront.api.parting import parted
from airflow_provider_workfront.writing.inputs import RAW
from airflow_provider_workfront.writing.reading import BOM

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from airflow_provider_workfront.writing.inputs import Form
    from airflow_provider_workfront.writing.reading import Dialect

ERROR = "workfront_error"
OWN = (RAW, ERROR)
"""Columns that are ours: those of an earlier rejection are replaced."""
GROUP = 1000


@dataclass(frozen=True, slots=True)
class Dead:
    """A rejected row: its values, or its text if it could not be read; and why."""

    values: dict[str, Any]
    raw: str | None
    reason: str


class Write(Protocol):
    """Writes rejected rows into a file."""

    def __call__(self, file: IO[bytes], form: Form, rows: Iterator[Dead], *, with_raw: bool) -> None:
        """Write them; with a column for texts if some could not be read."""


def writer_of(file_format: str) -> Write:
    """Give what writes a format."""
    return WRITERS[file_format]


def _json_lines(file: IO[bytes], form: Form, rows: Iterator[Dead], *, with_raw: bool) -> None:  # noqa: ARG001
    for row in rows:
        raw = {} if row.raw is None else {RAW: row.raw}
        file.write(_encoded(as_json(_theirs(row.values) | raw | {ERROR: row.reason})) + b"\n")


def _csv(file: IO[bytes], form: Form, rows: Iterator[Dead], *, with_raw: bool) -> None:
    names = [name for name in form.header if name not in OWN]
    own = _own(with_raw=with_raw)
    dialect = form.dialect
    header = _line([*names, *own], dialect)
    is_marked = header.startswith(BOM)  # a name may begin like the mark
    file.write((BOM if is_marked else dialect.mark) + header)
    for row in rows:
        cells = [_cell(row.values.get(name)) for name in names]
        file.write(_line([*cells, *({RAW: row.raw or "", ERROR: row.reason}[name] for name in own)], dialect))


def _parquet(file: IO[bytes], form: Form, rows: Iterator[Dead], *, with_raw: bool) -> None:
    from airflow_provider_workfront.writing.parquet import with_texts, write_rows

    own = _own(with_raw=with_raw)
    schema = with_texts(form.schema, OWN, own, is_loose=with_raw)
    texts = (row.values | {RAW: row.raw, ERROR: _encoded(row.reason).decode()} for row in rows)
    write_rows(file, schema, parted(texts, GROUP))


def _own(*, with_raw: bool) -> Sequence[str]:
    return OWN if with_raw else (ERROR,)


def _theirs(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name not in OWN}


def _line(cells: list[str], dialect: Dialect) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=dialect.delimiter or ",", quotechar=dialect.quotechar).writerow(cells)
    return text.getvalue().encode(dialect.encoding or "utf-8", errors="backslashreplace")


def _encoded(text: str) -> bytes:
    """Write half a character as JSON's escape of it: UTF-8 has no place for it."""
    return text.encode(errors="backslashreplace")


def _cell(value: Any) -> str:
    """Write a value of a query as the extracts of this package write it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return as_json(value) if isinstance(value, dict | list | tuple) else _text(value)


def as_json(value: Any) -> str:
    """Write JSON, numbers to the last digit; what JSON has not is text."""
    if isinstance(value, dict):
        return "{" + ",".join(f"{_string(str(name))}:{as_json(part)}" for name, part in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ",".join(map(as_json, value)) + "]"
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    is_number = isinstance(value, int) or (isinstance(value, float | Decimal) and isfinite(value))
    return str(value) if is_number else _string(_text(value))


def _string(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _text(value: Any) -> str:
    if isinstance(value, date | datetime | time):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, Decimal):
        return format(value, "f")
    return value.hex() if isinstance(value, bytes) else str(value)


WRITERS: dict[str, Write] = {"jsonl": _json_lines, "csv": _csv, "parquet": _parquet}
