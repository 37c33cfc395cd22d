"""Rows of one file, one after the other: JSON Lines and CSV. What is wrong with a row does not end the file."""

from __future__ import annotations

import codecs
import csv
import io
import json
import re
from collections import Counter
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Protocol

from airflow_provider_workfront.failures import Unworkable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

LONGEST = 16_000_000
"""Bytes of a line, so that what has no lines does not fill the memory."""
HEAD = 4096
CHUNK = 1 << 18
BOM = b"\xef\xbb\xbf"
MARKS = {
    b"\x1f\x8b": "is packed by gzip; end its name in .gz",
    b"\x28\xb5\x2f\xfd": "is packed by Zstandard; end its name in .zst",
    b"PK\x03\x04": "is a zip file, as Excel's are; save it as CSV UTF-8",
    b"PAR1": "is Parquet; end its name in .parquet",
}
UTF_16 = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}
"""Encodings by the mark at a file's begin."""
PAGES = (b"<!doctype", b"<html", b"<head", b"<?xml")


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a CSV file is written; what is empty is told by the file: the mark at its begin, and its first line."""

    delimiter: str = ""
    quotechar: str = '"'
    encoding: str = ""
    mark: bytes = b""

    def check(self) -> None:
        """Refuse what cannot be."""
        for name, value in (("delimiter", self.delimiter or ","), ("quotechar", self.quotechar)):
            if len(value) != 1 or value in "\r\n\0":
                raise Unworkable(f"{name} must be one character, such as ';' or '\\t', not {value!r}")
        if self.delimiter == self.quotechar:
            raise Unworkable(f"delimiter and quotechar are the same, {self.quotechar!r}")
        try:
            "".encode(self.encoding or "utf-8")
        except LookupError:
            raise Unworkable(f"there is no encoding {self.encoding!r}; write one such as utf-8 or cp1252") from None

    @property
    def wide(self) -> bool:
        """Tell whether the bytes of a line end are no line end by themselves."""
        return "\n".encode(self.encoding or "utf-8") != b"\n"


@dataclass(frozen=True, slots=True)
class Flaw:
    """A row that could not be read: its text, and why."""

    raw: str
    reason: str


class Reader(Protocol):
    """Reads one file, which somebody else opens and closes."""

    @property
    def header(self) -> tuple[str, ...] | None:
        """Give the columns, if the file says them."""

    def __iter__(self) -> Iterator[dict[str, Any] | Flaw]: ...


class JsonLines:
    """One object a line; numbers with a point become decimals, which hold every digit."""

    header = None

    def __init__(self, file: io.BufferedReader, shown: str) -> None:
        self._shown = shown
        self._lines = _lines(file, shown)
        head = _checked(file, shown)
        if head.startswith(b"["):
            raise Unworkable(f"input {shown} is one JSON array; write each object in a line of its own (jq -c '.[]')")
        if head.splitlines()[:1] == [b"{"]:
            raise Unworkable(f"input {shown} has an object over several lines; write each in one line (jq -c .)")

    def __iter__(self) -> Iterator[dict[str, Any] | Flaw]:
        for number, line in self._lines:
            if text := line.strip():
                row = _decoded(text)
                at = f"{self._shown}, line {number}"
                yield row if isinstance(row, dict) else Flaw(line.rstrip("\r\n"), f"{at}: {row}")


def _decoded(text: str) -> dict[str, Any] | str:
    """Read one object, or say why it is none."""
    try:
        row = _DECODER.decode(text)
    except json.JSONDecodeError as error:
        return f"not JSON: {error.msg}, at sign {error.colno}"
    except ArithmeticError:
        return "not JSON that can be read: a number beyond all bounds"
    except (ValueError, RecursionError) as error:
        return f"not JSON that can be read: {error}"
    return row if isinstance(row, dict) else f"a JSON {type(row).__name__}, where an object is due"


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    row = dict(pairs)
    if len(row) < len(pairs):
        raise ValueError(f"{_repeated([name for name, _ in pairs])} comes twice")
    return row


def _refused(text: str) -> Any:
    raise ValueError(f"{text} is no number")


_DECODER = json.JSONDecoder(parse_float=Decimal, parse_constant=_refused, object_pairs_hook=_once)


class Csv:
    """RFC 4180: a header, commas, quotes; every cell is text. Semicolons and tabs are told by the header."""

    def __init__(self, file: io.BufferedReader, shown: str, dialect: Dialect | None = None) -> None:
        self._shown = shown
        self._taken: list[str] = []
        _checked(file, shown)
        csv.field_size_limit(max(csv.field_size_limit(), LONGEST))  # one for the whole process
        self.dialect = _told_by(file, dialect or Dialect())
        self._lines = _csv_lines(file, shown, self.dialect)
        self._reader = csv.reader(
            self._feed(), strict=True, delimiter=self.dialect.delimiter, quotechar=self.dialect.quotechar
        )
        self.header: tuple[str, ...] = self._header()

    def __iter__(self) -> Iterator[dict[str, Any] | Flaw]:
        width = len(self.header)
        for at, cells in self._records():
            if isinstance(cells, str):
                yield self._flaw(at, cells)
            elif len(cells) != width:
                yield self._flaw(at, f"{len(cells)} cells, where the header has {width}")
            else:
                yield dict(zip(self.header, cells, strict=True))

    def _flaw(self, line: int, reason: str) -> Flaw:
        return Flaw("".join(self._taken).rstrip("\r\n"), f"{self._shown}, line {line}: {reason}")

    def _feed(self) -> Iterator[str]:
        for _, line in self._lines:
            self._taken.append(line)
            yield line

    def _records(self) -> Iterator[tuple[int, list[str] | str]]:
        """Give the cells of each record, or why it has none, and the line where it begins.

        After an error the reader begins anew with the next line.
        """
        while True:
            self._taken.clear()
            line = self._reader.line_num + 1
            try:
                cells = next(self._reader, None)
            except csv.Error as error:
                self._check_limit(line, error)
                yield line, str(error)
                continue
            if cells is None:
                return
            if cells:
                yield line, cells

    def _check_limit(self, line: int, error: csv.Error) -> None:
        """End where nobody knows in which line the next row begins."""
        if "limit" in str(error):
            at = f"input {self._shown}, line {line}"
            raise Unworkable(f"{at}: a cell without end ({error}); is a quote not closed?") from error

    def _header(self) -> tuple[str, ...]:
        line, names = next(self._records(), (0, None))
        if names is None:
            raise Unworkable(f"input {self._shown} is empty; the first line of a CSV file names its columns")
        if isinstance(names, str):
            raise Unworkable(f"input {self._shown}, line {line}: no header: {names}")
        where = f"input {self._shown}, line {line}"
        return check_names(names, where)


def check_names(names: Sequence[str], where: str) -> tuple[str, ...]:
    """Refuse columns that could not be told apart."""
    if "" in names:
        raise Unworkable(f"{where}: column {names.index('') + 1} has no name")
    if len(set(names)) < len(names):
        raise Unworkable(f"{where}: the column {_repeated(names)} comes twice; rename one of them")
    return tuple(names)


def _repeated(names: Sequence[str]) -> str:
    """Name the first that comes more than once."""
    return repr(next(name for name, count in Counter(names).items() if count > 1))


def _lines(file: io.BufferedReader, shown: str, encoding: str = "utf-8", hint: str = "") -> Iterator[tuple[int, str]]:
    """Give lines with their numbers, decoded one by one, so that an error can say where."""
    number = 0
    while line := file.readline(LONGEST + 1):
        number += 1
        at = f"input {shown}, line {number}"
        if len(line) > LONGEST:
            raise Unworkable(f"{at}: longer than {LONGEST:,} bytes; end each row by a line feed")
        try:
            yield number, (line.removeprefix(BOM) if number == 1 else line).decode(encoding)
        except UnicodeDecodeError as error:
            raise Unworkable(
                f"{at}: byte {error.start + 1} is not {encoding.upper()} ({error.object[error.start]:#04x}); "
                f"save it as UTF-8{hint}"
            ) from error


def _told_by(file: io.BufferedReader, given: Dialect) -> Dialect:
    """Complete a dialect by the begin of a file; a sign in quotes is none."""
    head = file.peek(HEAD)
    mark = next((mark for mark in (*UTF_16, BOM) if head.startswith(mark)), b"")
    encoding = UTF_16.get(mark) or given.encoding or "utf-8"
    first = re.split(r"[\r\n]", head.removeprefix(mark).decode(encoding, "replace"), maxsplit=1)[0]
    bare = re.sub(
        f"{re.escape(given.quotechar)}[^{re.escape(given.quotechar)}]*{re.escape(given.quotechar)}", "", first
    )
    found = next((sign for sign in ",;\t" if sign in bare), ",")
    dialect = Dialect(given.delimiter or found, given.quotechar, encoding, mark)
    dialect.check()
    return dialect


def _csv_lines(file: io.BufferedReader, shown: str, dialect: Dialect) -> Iterator[tuple[int, str]]:
    """Give lines, whatever ends them; those of old Macs end by CR alone."""
    head = file.peek(HEAD)
    if not dialect.wide and (b"\n" in head or b"\r" not in head):
        yield from _lines(file, shown, dialect.encoding, f"; or set {_hint(dialect)}")
        return
    file.read(len(dialect.mark))
    decoder, rest, number = codecs.getincrementaldecoder(dialect.encoding)(), "", 0
    is_over = False
    while not is_over:
        chunk = file.read(CHUNK)
        is_over = not chunk
        try:
            lines = [*io.StringIO(rest + decoder.decode(chunk, is_over), newline="")]
        except UnicodeDecodeError as error:
            at = f"input {shown}, after line {number}"
            raise Unworkable(f"{at}: not {dialect.encoding}; save it as UTF-8, or set {_hint(dialect)}") from error
        rest = "" if is_over or not lines else lines.pop()  # it may go on, be it with the LF of its CR
        for line in lines:
            number += 1
            yield number, line
        if len(rest) > LONGEST:
            raise Unworkable(f"input {shown}, line {number + 1}: longer than {LONGEST:,} characters")


def _hint(dialect: Dialect) -> str:
    """Name the arguments for what a European Excel saves."""
    return f'encoding="cp1252" (as Excel saves CSV on Windows) and delimiter="{dialect.delimiter}"'.replace("\t", "\\t")


def _checked(file: io.BufferedReader, shown: str) -> bytes:
    """Refuse what is something else altogether; give how it begins."""
    head = file.peek(512)
    text = head.removeprefix(BOM).lstrip()
    for mark, what in MARKS.items():
        if head.startswith(mark):
            raise Unworkable(f"input {shown} {what}")
    if text[:9].lower().startswith(PAGES):
        raise Unworkable(f"input {shown} is a page (HTML or XML), not rows; was it fetched without signing in?")
    return text
