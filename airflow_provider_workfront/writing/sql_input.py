"""Rows to be written, from a query: through the Airflow hook of any SQL database, some at a time."""

from __future__ import annotations

import json
import secrets
from contextlib import closing, contextmanager
from hashlib import sha256
from itertools import chain
from typing import TYPE_CHECKING, Any

from airflow_provider_workfront.api.errors import WorkfrontError
from airflow_provider_workfront.failures import Unworkable
from airflow_provider_workfront.sql_hook import hook_of
from airflow_provider_workfront.writing.inputs import Form, numbered
from airflow_provider_workfront.writing.reading import check_names

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from airflow_provider_workfront.writing.inputs import Broken
    from airflow_provider_workfront.writing.row import InputRow

CHUNK = 1000
FOR_GOOD = {"ProgrammingError", "DataError", "NotSupportedError", "IntegrityError"}
"""Classes of PEP 249 whose errors come again with the same statement."""

Chunk = list[dict[str, Any]]


def sql_input(conn_id: str, sql: str, parameters: Iterable[Any] | Mapping[str, Any] | None = None) -> SqlInput:
    """Read the rows of a query; its parameters are written as the database's driver has them."""
    if not isinstance(sql, str) or not sql.strip():
        raise Unworkable(f"sql must be one query, the one that gives the rows to write, not {sql!r}")
    return SqlInput(conn_id, sql, parameters)


class SqlInput:
    """Rows from a query, which is run for each pass; its rows must come in the same order, so give it an ORDER BY.

    A second pass that brings other rows than the first ends before it has given any of them. Nothing is committed.
    """

    file_format = "sql"

    def __init__(self, conn_id: str, sql: str, parameters: Iterable[Any] | Mapping[str, Any] | None) -> None:
        self._conn_id = conn_id
        self._sql = sql
        self._parameters = parameters
        self._header: tuple[str, ...] | None = None
        self._marks: list[str] = []
        self._is_whole = False

    @property
    def header(self) -> tuple[str, ...]:
        """Name the columns; this runs the query, if no pass did yet."""
        if self._header is None:
            with self._opened():
                pass
        return self._header or ()

    @property
    def form(self) -> Form:
        """Tell what a file with its columns needs."""
        return Form(self.file_format, self.header)

    def rows(self) -> Iterator[InputRow | Broken]:
        """Run the query, and read its rows."""
        number, digest, count = 0, sha256(), 0
        with self._opened() as chunks:
            for chunk in chunks:
                digest.update(_bytes(chunk))
                self._compare(count, digest.hexdigest())
                count += 1
                for row in chunk:
                    number += 1
                    yield numbered(number, row)
        if count < len(self._marks):
            raise self._changed()
        self._is_whole = True

    def fingerprint(self) -> str:
        """Digest the columns and all rows; this reads them once, if no pass did yet."""
        if not self._is_whole:
            for _ in self.rows():
                pass
        return sha256(json.dumps([self.header, self._marks[-1:]]).encode()).hexdigest()

    def includes(self, path: str) -> bool:  # noqa: ARG002 as of every input
        """Tell that no file is part of it."""
        return False

    def _compare(self, place: int, mark: str) -> None:
        """Hold what was read so far against the first pass, before anybody sees it."""
        if place == len(self._marks) and not self._is_whole:
            self._marks.append(mark)
        elif self._marks[place : place + 1] != [mark]:
            raise self._changed()

    def _changed(self) -> WorkfrontError:
        return WorkfrontError(
            f"sql_conn_id {self._conn_id}: the query gives other rows, or another order, than when it was first read; "
            "add an ORDER BY over a unique column, and run the task when nobody writes to the table"
        )

    @contextmanager
    def _opened(self) -> Iterator[Iterator[Chunk]]:
        """Run the query; its rows come in chunks."""
        where = f"sql_conn_id {self._conn_id}"
        hook = hook_of(self._conn_id)
        with _told(where), closing(hook.get_conn()) as connection, closing(_cursor(connection)) as cursor:
            cursor.execute(*((self._sql, self._parameters) if self._parameters else (self._sql,)))
            first = cursor.fetchmany(CHUNK)  # before psycopg2 has fetched, it knows no columns
            if cursor.description is None:
                raise Unworkable(f"{where}: the statement gives no rows; write a SELECT")
            names = check_names([column[0] for column in cursor.description], f"{where}, the query")
            self._header = names
            rest = iter(lambda: cursor.fetchmany(CHUNK), [])
            yield ([_row(names, row) for row in rows] for rows in chain([first] if first else [], rest))


def _cursor(connection: Any) -> Any:
    """Open a cursor; in PostgreSQL one on the server, or its driver would fetch all rows at once."""
    if type(connection).__module__.partition(".")[0] in {"psycopg", "psycopg2"}:
        return connection.cursor(name=f"workfront_{secrets.token_hex(4)}")
    return connection.cursor()


def _row(names: tuple[str, ...], row: Sequence[Any] | Mapping[str, Any]) -> dict[str, Any]:
    """Give a row by column; an extra of the connection may have chosen rows that are mappings."""
    values = row.values() if isinstance(row, dict) else row
    return {name: _plain(value) for name, value in zip(names, values, strict=True)}


def _plain(value: Any) -> Any:
    return bytes(value) if isinstance(value, memoryview) else value


def _bytes(chunk: Chunk) -> bytes:
    return json.dumps([list(row.values()) for row in chunk], default=repr).encode()


@contextmanager
def _told(where: str) -> Iterator[None]:
    """Say in errors of the database which one it was; PEP 249 gives drivers no class in common, only its name."""
    try:
        yield
    except Exception as error:
        names = {kind.__name__ for kind in type(error).__mro__}
        if not {"DatabaseError", "InterfaceError"} & names:
            raise
        kind = Unworkable if names & FOR_GOOD else WorkfrontError
        primary = getattr(getattr(error, "diag", None), "message_primary", None)
        raise kind(f"{where}: {str(primary or error).strip()}") from error
