"""Rows to be written, from files: numbered from 1, one after the other, as often as they are asked for."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from itertools import islice
from typing import TYPE_CHECKING, Any, Protocol

from airflow_provider_workfront.api.errors import WorkfrontError
from airflow_provider_workfront.failures import Unworkable
from airflow_provider_workfront.writing.files import files_of, format_of, located
from airflow_provider_workfront.writing.reading import Csv, Dialect, Flaw, JsonLines
from airflow_provider_workfront.writing.row import InputRow

if TYPE_CHECKING:
    import io
    from collections.abc import Callable, Iterator

    from airflow_provider_workfront.writing.files import File, Listing
    from airflow_provider_workfront.writing.reading import Reader

LOOKED_AT = 1000
"""Rows of JSON Lines whose keys make the header."""
RAW = "workfront_raw"
"""The column where rejected rows keep a row that could not be read."""
STILL = f"it could not be read before, and stands in {RAW}: mend it, move it into the columns, and empty {RAW}"


@dataclass(frozen=True, slots=True)
class Broken:
    """A row that could not be read: its number, its text, and why."""

    number: int
    raw: str
    reason: str


@dataclass(frozen=True, slots=True)
class Form:
    """What a file of an input's own form needs: its columns, of Parquet the schema, of CSV how it is written."""

    file_format: str
    header: tuple[str, ...] = ()
    schema: Any = None
    dialect: Dialect = field(default_factory=Dialect)


class Input(Protocol):
    """Rows to be written."""

    @property
    def file_format(self) -> str:
        """Name what it is: `jsonl`, `csv`, `parquet` or `sql`."""

    @property
    def header(self) -> tuple[str, ...]:
        """Name the columns; of JSON Lines those of the first rows, and none if there are no rows."""

    @property
    def form(self) -> Form:
        """Tell what another file of its form needs."""

    def rows(self) -> Iterator[InputRow | Broken]:
        """Read the rows; a second time they are the same, or an error says that they are not."""

    def fingerprint(self) -> str:
        """Give a digest that is another one when the rows are others."""

    def includes(self, path: str) -> bool:
        """Tell whether a file of this path is, or would be, part of it."""


def file_input(path: str, file_format: str | None = None, dialect: Dialect | None = None) -> FileInput:
    """Read a file, the files of a folder, of a pattern, or of a manifest that we have written.

    Their format is told by their names, unless it is given; how CSV is written the file
    tells, unless `dialect` says.
    """
    if file_format not in (None, *READERS):
        raise Unworkable(f"file_format must be one of {', '.join(READERS)}, not {file_format!r}")
    listing = files_of(path)
    found = file_format or listing.file_format or _common_format(path, listing.files)
    for file in listing.files:
        if found == "parquet" and file.packing:
            raise Unworkable(f"input {file.shown}: Parquet packs its columns itself; write it unpacked")
    if dialect not in (None, Dialect()) and found != "csv":
        raise Unworkable(f"input {path}: delimiter, quotechar and encoding are of CSV, and this is {found}")
    if dialect:
        dialect.check()
    return FileInput(path, found, listing, dialect or Dialect())


def _common_format(path: str, files: tuple[File, ...]) -> str:
    formats = {format_of(file.path): file.shown for file in files}
    if len(formats) > 1:
        raise Unworkable(f"input {path} holds files of several formats: {', '.join(formats.values())}; use a pattern")
    ((found, shown),) = formats.items()
    if found is None:
        raise Unworkable(f"input {shown}: its name tells no format; set file_format to one of {', '.join(READERS)}")
    return found


class FileInput:
    """Rows from files."""

    def __init__(self, path: str, file_format: str, listing: Listing, dialect: Dialect) -> None:
        self.path = path
        self.file_format = file_format
        self._listing = listing
        self._given = dialect
        self._known: str | None = None

    @cached_property
    def header(self) -> tuple[str, ...]:
        """Name the columns."""
        if not self._listing.files:
            return self._listing.columns
        if self.file_format == "jsonl":
            first = islice(self.rows(), LOOKED_AT)
            return tuple(dict.fromkeys(name for row in first if isinstance(row, InputRow) for name in row.values))
        file = self._listing.files[0]
        with file.opened() as opened:
            return self._reader(opened, file).header or ()

    @property
    def form(self) -> Form:
        """Tell what another file of its form needs."""
        return Form(self.file_format, self.header, self._schema(), self._dialect())

    def rows(self) -> Iterator[InputRow | Broken]:
        """Read file after file; of each no more is kept than a few rows."""
        before, now = self._known, self._state()
        self._known = before or now
        if self._known != now:
            raise WorkfrontError(f"input {self.path} has changed since it was first looked at; run the task again")
        number = 0
        for file in self._listing.files:
            with file.opened() as opened:
                for found in self._of_file(opened, file):
                    number += 1
                    yield numbered(number, found)

    def fingerprint(self) -> str:
        """Digest the names and sizes of the files, and what the store says of their content.

        That is a checksum or the time of the last change; where a store tells neither, all bytes are read.
        """
        if self._known is None:
            self._known = self._state()
        return self._known

    def includes(self, path: str) -> bool:
        """Tell whether a file of this path is, or would be, part of it."""
        return self._listing.names(located("file", path))

    def _state(self) -> str:
        files = self._listing.files
        for store in {id(file.store): file.store for file in files}.values():
            store.invalidate_cache()
        return sha256(json.dumps([self.file_format, [file.state() for file in files]]).encode()).hexdigest()

    def _reader(self, opened: io.BufferedReader, file: File) -> Reader:
        if self.file_format == "csv":
            return Csv(opened, file.shown, self._given)
        return READERS[self.file_format](opened, file.shown)

    def _of_file(self, opened: io.BufferedReader, file: File) -> Reader:
        """Read one file; all have the same columns, or a missing one would pass for an empty one."""
        reader = self._reader(opened, file)
        if reader.header is not None and set(reader.header) != set(self.header):
            others = ", ".join(sorted(set(reader.header) ^ set(self.header)))
            first = self._listing.files[0].shown
            raise Unworkable(
                f"input {file.shown} has other columns than {first}, it differs in {others}; write them alike"
            )
        return reader

    def _schema(self) -> Any:
        if self.file_format != "parquet":
            return None
        from airflow_provider_workfront.writing.parquet import schema_of

        return schema_of(self._listing.files)

    def _dialect(self) -> Dialect:
        """Tell how the first file is written."""
        if self.file_format != "csv" or not self._listing.files:
            return self._given
        file = self._listing.files[0]
        with file.opened() as opened:
            return Csv(opened, file.shown, self._given).dialect


def numbered(number: int, found: dict[str, Any] | Flaw) -> InputRow | Broken:
    """Give a row its number; one that was broken when it was rejected is so still."""
    if isinstance(found, Flaw):
        return Broken(number, found.raw, found.reason)
    return Broken(number, str(found[RAW]), STILL) if found.get(RAW) else InputRow(number, found)


def _parquet(file: io.BufferedReader, shown: str) -> Reader:
    try:
        from airflow_provider_workfront.writing.parquet import Parquet
    except ImportError as error:
        raise Unworkable(
            f"input {shown}: Parquet needs pyarrow ({error}); install airflow-provider-workfront[parquet]"
        ) from error
    return Parquet(file, shown)


READERS: dict[str, Callable[[io.BufferedReader, str], Reader]] = {"jsonl": JsonLines, "csv": Csv, "parquet": _parquet}
