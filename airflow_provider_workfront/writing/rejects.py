"""Rejected rows, in a file of the input's own form that can be given to the same task again."""

from __future__ import annotations

import io
import logging
import pickle
import secrets
import tempfile
from bisect import insort
from contextlib import ExitStack, contextmanager
from typing import IO, TYPE_CHECKING

from airflow_provider_workfront.api.errors import WorkfrontError, printable
from airflow_provider_workfront.api.logs import Lines, get_logger
from airflow_provider_workfront.extract.store import FOR_GOOD, UNFINISHED, is_local, whole
from airflow_provider_workfront.failures import Unworkable
from airflow_provider_workfront.writing.dead import Dead, writer_of
from airflow_provider_workfront.writing.files import format_of, located, packing_of
from airflow_provider_workfront.writing.inputs import Broken

if TYPE_CHECKING:
    from collections.abc import Iterator

    from airflow.sdk import ObjectStoragePath

    from airflow_provider_workfront.writing.inputs import Form, Input
    from airflow_provider_workfront.writing.row import InputRow

log = get_logger(__name__)

UNKNOWN, NOT_TRIED = "unknown", "not-tried"
OTHERS = ("Rows of unknown outcome", "Rows not tried")
TOLD = 10
"""How many rejected rows an error tells of."""
SHORT = 300
"""Characters of what an error tells of one."""
PROBE = b"\0" * 4096


@contextmanager
def rejects(path: str, like: Input) -> Iterator[Rejects]:
    """Take in rejected rows; at the end, and after an error too, they are in a file of this path.

    Without any there is no file. That it can be written is tried first: begin before Workfront is written to. A process
    that is killed leaves none, so a retry must add again what an earlier try had added.
    """
    check_writable(path, like)
    with ExitStack() as stack:
        files = (beside(path, UNKNOWN), beside(path, NOT_TRIED))
        unknown, not_tried = (
            Rejects(file, like.form, stack.enter_context(tempfile.TemporaryFile(buffering=0)), what)
            for file, what in zip(files, OTHERS, strict=True)
        )
        spool = stack.enter_context(tempfile.TemporaryFile(buffering=0))
        taken = Rejects(path, like.form, spool, unknown=unknown, not_tried=not_tried)
        try:
            yield taken
        except BaseException as error:
            for each in (taken, unknown, not_tried):
                try:
                    each.finish()
                except WorkfrontError as other:
                    error.add_note(str(other))
            raise
        for each in (taken, unknown, not_tried):
            each.finish()


def beside(path: str, what: str) -> str:
    """Name the file of rows of another kind: ``rejected-unknown.csv.gz`` beside ``rejected.csv.gz``."""
    packed = next((ending for ending in (".gz", ".zst") if path.endswith(ending)), "")
    folder, slash, name = path.removesuffix(packed).rpartition("/")
    stem, dot, ending = name.rpartition(".")
    return f"{folder}{slash}{stem}-{what}{dot}{ending}{packed}" if stem else f"{folder}{slash}{name}-{what}{packed}"


def check_writable(path: str, like: Input | None = None, *, what: str = "rejects") -> None:
    """Refuse a path where rejected rows, or `what` else, could not be kept; a small file is written and removed."""
    place = _place(path, what)
    if like is not None:
        _format(path, like.file_format)
        if like.includes(path):
            raise Unworkable(f"rejects {path}: that is part of the input; keep rejected rows elsewhere")
    probe = place.with_name(f"{UNFINISHED}{secrets.token_hex(4)}")
    with _named(f"{what} {path} cannot be written"):
        with whole(probe) as file:
            file.write(PROBE)
        place.fs.rm(probe.path)


class Rejects:
    """Rejected rows, kept in a file of this machine until it is known that they are all."""

    unknown: Rejects
    """Rows that may have been written."""
    not_tried: Rejects
    """Rows that a run which was stopped did not come to."""

    def __init__(
        self,
        path: str,
        form: Form,
        spool: IO[bytes],
        what: str = "Rejected rows",
        *,
        unknown: Rejects | None = None,
        not_tried: Rejects | None = None,
    ) -> None:
        self.path = path
        self.unknown, self.not_tried = unknown or self, not_tried or self
        self._what = what
        self.count = 0
        self._form = form
        self._spool = spool
        self._size = 0
        self._first: list[tuple[int, str]] = []
        self._has_broken = False

    def add(self, row: InputRow | Broken, reason: str) -> None:
        """Take in a row."""
        is_broken = isinstance(row, Broken)
        values, raw = ({}, row.raw) if isinstance(row, Broken) else (dict(row.values), None)
        dead = Dead(row.number, values, raw, reason)
        here = f"the temporary folder {tempfile.gettempdir()}; the {self.count:,} rejected before it could"
        with _named(f"rejects {self.path}: row {row.number} could not be kept in {here}"):
            self._append(pickle.dumps(dead))
        self.count += 1
        self._has_broken |= is_broken
        insort(self._first, (row.number, printable(f"row {row.number}: {reason}")))
        del self._first[TOLD:]

    @property
    def first(self) -> str:
        """Tell of the rejected row with the lowest number in short, for an error; nothing if there is none."""
        told = self._first[0][1] if self._first else ""
        return told if len(told) <= SHORT else f"{told[: SHORT - 3]}..."

    def finish(self) -> None:
        """Write the file."""
        if not self.count:
            self._warn_of_older()
            return
        is_kept = False
        try:
            with _named(f"rejects {self.path}: {self.count:,} rejected rows could not be written"):
                self._write()
            is_kept = True
        finally:
            told = "kept in" if is_kept else "that could not be written to"
            level = logging.WARNING if is_kept else logging.ERROR
            first = Lines("\n".join(told for _, told in self._first))
            log.log(level, "%s: %s, %s %s; the first:\n%s", self._what, self.count, told, self.path, first)

    def _write(self) -> None:
        write = writer_of(_format(self.path, self._form.file_format))
        with whole(_place(self.path), packing_of(self.path)) as file:
            write(file, self._form, self._read(), with_raw=self._has_broken)

    def _append(self, record: bytes) -> None:
        """Write it whole or not at all: the disk may be full in its middle."""
        rest = memoryview(record)
        try:
            while rest:
                rest = rest[self._spool.write(rest) :]
        except OSError:
            self._spool.truncate(self._size)
            self._spool.seek(self._size)
            raise
        self._size += len(record)

    def _read(self) -> Iterator[Dead]:
        self._spool.seek(0)
        file = io.BufferedReader(io.FileIO(self._spool.fileno(), closefd=False))
        return (pickle.load(file) for _ in range(self.count))  # noqa: S301 our own file, which has no name

    def _warn_of_older(self) -> None:
        place = _place(self.path)
        if place.fs.exists(place.path):
            log.warning("%s: none; what is in %s is of an earlier run", self._what, self.path)


def _place(path: str, what: str = "rejects") -> ObjectStoragePath:
    place = located(what, path)
    if path.endswith("/") or (is_local(place) and place.fs.isdir(place.path)):
        raise Unworkable(f"{what} {path} is a folder; name the file in it, such as {what}.jsonl")
    return place


def _format(path: str, of_input: str) -> str:
    """Give the format: that of the input; rows of a query become JSON Lines, or CSV if the name says so."""
    named = format_of(path)
    wanted = (named or "jsonl") if of_input == "sql" else of_input
    if (named or wanted) != wanted or (of_input == "sql" and wanted == "parquet"):
        ends = ".jsonl or .csv" if of_input == "sql" else f".{wanted}"
        raise Unworkable(f"rejects {path}: rejected rows are kept in the form of the input; end the name in {ends}")
    if wanted == "parquet" and packing_of(path):
        raise Unworkable(f"rejects {path}: Parquet packs its columns itself; end the name in .parquet")
    return wanted


@contextmanager
def _named(what: str) -> Iterator[None]:
    """Say what could not be done, and whether it ever can be."""
    try:
        yield
    except OSError as error:
        lasts = isinstance(error, PermissionError) or error.errno in FOR_GOOD
        kind = Unworkable if lasts else WorkfrontError
        raise kind(f"{what}: {error.strerror or error}") from error
