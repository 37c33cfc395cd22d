"""Rows of one file, one after the other: JSON Lines and CSV. What is wrong with a row does not end the file."""

from __future__ import annotations

import csv
import json
from collections import Counter
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Protocol

from airflow_provider_workfront.failures import Unworkable

if TYPE_CHECKING:
    import io
    from collections.abc import Iterator, Sequence

LONGEST = 16_000_000
"""Bytes of a line, so that what has no lines does not fill the memory."""
BOM = b"\xef\xbb\xbf"
MARKS = {
    b"\x1f\x8b": "is packed by gzip; end its name in .gz",
    b"\x28\xb5\x2f\xfd": "is packed by Zstandard; end its name in .zst",
    b"PK\x03\x04": "is a zip file, as Excel's are; save it as CSV UTF-8",
    b"PAR1": "is Parquet; end its name in .parquet",
    b"\xff\xfe": "is UTF-16; save it as UTF-8",
    b"\xfe\xff": "is UTF-16; save it as UTF-8",
}
PAGES = (b"<!doctype", b"<html", b"<head", b"<?xml")


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
    """RFC 4180: commas, quotes, a header; every cell is text."""

    def __init__(self, file: io.BufferedReader, shown: str) -> None:
        self._shown = shown
        self._lines = _lines(file, shown)
        self._taken: list[str] = []
        _checked(file, shown)
        self._reader = csv.reader(self._feed(), strict=True)
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
        if len(names) == 1 and (sign := next((sign for sign in ";\t" if sign in names[0]), None)):
            raise Unworkable(f"{where}: columns are separated by {sign!r}; separate them by commas")
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


def _lines(file: io.BufferedReader, shown: str) -> Iterator[tuple[int, str]]:
    """Give lines with their numbers, decoded one by one, so that an error can say where."""
    number = 0
    while line := file.readline(LONGEST + 1):
        number += 1
        at = f"input {shown}, line {number}"
        if len(line) > LONGEST:
            raise Unworkable(f"{at}: longer than {LONGEST:,} bytes; end each row by a line feed")
        try:
            yield number, line.decode("utf-8-sig" if number == 1 else "utf-8")
        except UnicodeDecodeError as error:
            raise Unworkable(
                f"{at}: byte {error.start + 1} is not UTF-8 ({error.object[error.start]:#04x}); save it as UTF-8"
            ) from error


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
