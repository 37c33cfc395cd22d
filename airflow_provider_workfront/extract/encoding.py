"""How rows are written into a file: as they came, or typed."""

from __future__ import annotations

from contextlib import closing, contextmanager
from datetime import UTC, datetime
from typing import IO, TYPE_CHECKING, Any

import msgspec

from airflow_provider_workfront.api.dates import parse_date

if TYPE_CHECKING:
    from collections.abc import Iterator

    from airflow_provider_workfront.api.slices import Slice
    from airflow_provider_workfront.extract.columns import Columns
    from airflow_provider_workfront.extract.parts import Encoder, Encoding


class Lines:
    """Writes rows as they came, one a line; nothing is decoded."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def write(self, rows: list[Slice]) -> None:
        """Write them in one go."""
        self._file.write(b"\n".join([row.text for row in rows]) + b"\n")


class Typed:
    """Writes the typed values of rows."""

    def __init__(self, writer: Any, columns: Columns) -> None:
        self._writer = writer
        self._columns = columns

    def write(self, rows: list[Slice]) -> None:
        """Decode, convert and write them."""
        decode, values = self._columns.decode, self._columns.values
        self._writer.write([values(decode(row.text)) for row in rows])


@contextmanager
def raw(file: IO[bytes]) -> Iterator[Encoder]:
    """Write rows as they came."""
    yield Lines(file)


def typed(file_format: str, columns: Columns) -> Encoding:
    """Write rows in a format, typed."""

    @contextmanager
    def encoding(file: IO[bytes]) -> Iterator[Encoder]:
        from airflow_provider_workfront.extract.formats import open_writer

        # closed after an error too, while the file is open: a Parquet writer would else wake up later
        with closing(open_writer(file_format, file, columns)) as writer:
            yield Typed(writer, columns)

    return encoding


class Edges:
    """Watches for the earliest and latest value of a date field, without decoding the rest of a row.

    Texts of one offset are in the order of their instants; so they are compared as texts, each offset by itself.
    """

    def __init__(self, field: str, known: dict[str, tuple[str, str]] | None = None) -> None:
        self.by_zone = dict(known or {})
        dated = msgspec.defstruct("Dated", [("value", str | None, None)], rename={"value": field})
        self._decoder: msgspec.json.Decoder[Any] = msgspec.json.Decoder(dated)

    def watch(self, rows: list[Slice]) -> None:
        """Look at some rows."""
        decode = self._decoder.decode
        try:
            texts = {decode(row.text).value for row in rows}
        except msgspec.MsgspecError:
            return  # not a date, or half a character: the edges are for information
        for text in texts - {None}:
            zone = text[-5:]
            low, high = self.by_zone.get(zone, (text, text))
            self.by_zone[zone] = (min(low, text), max(high, text))

    def found(self) -> tuple[str | None, str | None]:
        """Give both, as Workfront writes them."""
        texts = [text for pair in self.by_zone.values() for text in pair]
        if not texts:
            return None, None
        return min(texts, key=_moment), max(texts, key=_moment)


def _moment(text: str) -> str:
    """Write a date so that texts are in the order of time."""
    try:
        moment = parse_date(text)
    except ValueError:
        return text
    return (moment.astimezone(UTC) if isinstance(moment, datetime) else moment).isoformat()
