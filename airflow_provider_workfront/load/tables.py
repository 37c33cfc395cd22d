"""Tables and statements for rows from Workfront, as SQLAlchemy's values: nothing here touches a database."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Date,
    DateTime,
    Double,
    Float,
    Integer,
    MetaData,
    Numeric,
    String,
    Table,
    Text,
    cast,
    delete,
    exists,
    literal,
    or_,
    select,
)
from sqlalchemy import Column as SqlColumn
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.types import ARRAY, JSON, Interval, LargeBinary, NullType, Time

from airflow_provider_workfront.extract.columns import Column, Columns, Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import Executable
    from sqlalchemy.types import TypeEngine

    Types = Mapping[str, TypeEngine[Any]]

ID = "id"
SYNCED = "_wf_synced_at"
ROW = "_wf_row"
STAGING = "_wf_staging"

DIALECTS = {"postgresql": postgresql, "sqlite": sqlite}

TYPES: dict[str, dict[Kind, TypeEngine[Any]]] = {
    "postgresql": {
        Kind.TEXT: Text(),
        Kind.INTEGER: BigInteger(),
        Kind.NUMBER: Double(),
        Kind.DECIMAL: Numeric(),
        Kind.BOOLEAN: Boolean(),
        Kind.DATE: Date(),
        Kind.INSTANT: DateTime(timezone=True),
        Kind.LIST: postgresql.JSONB(),
        Kind.JSON: postgresql.JSONB(),
    },
    "sqlite": {
        Kind.TEXT: Text(),
        Kind.INTEGER: BigInteger(),
        Kind.NUMBER: Double(),
        Kind.DECIMAL: Numeric(),
        Kind.BOOLEAN: Boolean(),
        Kind.DATE: Date(),
        Kind.INSTANT: DateTime(),
        Kind.LIST: Text(),  # declared as JSON, SQLite would turn the text `1` into a number
        Kind.JSON: Text(),
    },
}
"""What a column of each kind is declared as in a table that we make."""

HOLDS: dict[Kind, tuple[type[TypeEngine[Any]], ...]] = {
    Kind.TEXT: (String,),
    Kind.INTEGER: (Integer, Numeric, Float, String),
    Kind.NUMBER: (Numeric, Float, String),
    Kind.DECIMAL: (Numeric, Float, String),
    Kind.BOOLEAN: (Boolean, String),
    Kind.DATE: (Date, DateTime, String),
    Kind.INSTANT: (DateTime, String),
    Kind.LIST: (JSON, ARRAY, String),
    Kind.JSON: (JSON, String),
}
"""Which types of a column that somebody else made take the values without loss."""
FAMILIES = (String, Integer, Numeric, Float, Boolean, Date, DateTime, JSON, ARRAY, Time, Interval, LargeBinary)
"""The types that we can judge; of others, such as a domain or `citext`, the database is the judge."""

STAMP = Column(SYNCED, "", Kind.INSTANT, label="when this row was read from Workfront")


@dataclass(frozen=True, slots=True)
class Target:
    """A table to be filled, the staging table that rows go through, and the statements between the two."""

    columns: tuple[Column, ...]
    table: Table
    staging: Table
    dialect: str

    @property
    def names(self) -> list[str]:
        """Name the columns that rows bring, in order."""
        return [column.name for column in self.columns]

    def stage(self) -> Executable:
        """Put rows into the staging table; the last of several with one ID counts."""
        statement = self._insert(self.staging)
        fresh = {name: statement.excluded[name] for name in self.names if name != ID}
        upsert: Executable = statement.on_conflict_do_update(
            index_elements=[ID], set_=fresh or {ID: statement.excluded[ID]}
        )
        return upsert

    def staged(self, rows: Iterable[Mapping[str, Any]], first: int) -> list[dict[str, Any]]:
        """Give rows as the staging table takes them, numbered from `first`."""
        binders = [(column.name, self._binder(column)) for column in self.columns]
        return [
            {ROW: number} | {name: None if (value := row.get(name)) is None else bind(value) for name, bind in binders}
            for number, row in enumerate(rows, start=first)
        ]

    def merge(self, synced: datetime, first: int, last: int) -> Executable:
        """Carry staged rows over: what is there by its ID is replaced, unless a later run wrote it."""
        rows = (
            select(*(self._source(name) for name in self.names), self._moment(synced).label(SYNCED))
            .where(self.staging.columns[ROW].between(first, last))
            .order_by(self.staging.columns[ROW])
        )
        statement = self._insert(self.table).from_select([*self.names, SYNCED], rows)
        fresh = {name: statement.excluded[name] for name in [*self.names, SYNCED] if name != ID}
        stamp = self.table.columns[SYNCED]
        older = or_(stamp.is_(None), stamp <= statement.excluded[SYNCED])
        upsert: Executable = statement.on_conflict_do_update(index_elements=[ID], set_=fresh, where=older)
        return upsert

    def delete_unseen(self, synced: datetime) -> Executable:
        """Take away the rows that were not staged, unless a later run wrote them."""
        stamp = self.table.columns[SYNCED]
        seen = exists().where(self.staging.columns[ID] == self.table.columns[ID])
        return delete(self.table).where(~seen, or_(stamp.is_(None), stamp <= self._moment(synced)))

    def _insert(self, table: Table) -> Any:
        return DIALECTS[self.dialect].insert(table)

    def _moment(self, synced: datetime) -> Any:
        bound = bound_type(self.dialect, Kind.INSTANT)
        return literal(binder(Kind.INSTANT, bound)(synced), bound)

    def _binder(self, column: Column) -> Callable[[Any], Any]:
        return binder(column.kind, self.staging.columns[column.name].type)

    def _source(self, name: str) -> Any:
        column, goal = self.staging.columns[name], self.table.columns[name].type
        return cast(column, goal) if isinstance(goal, JSON) else column


def target(dialect: str, columns: Columns, table: str, schema: str | None, known: Types | None = None) -> Target:
    """Describe the table, and a staging table whose columns have the types of those `known` to be there."""
    known = known or {}
    own = TYPES[dialect]
    made = [SqlColumn(c.name, known.get(c.name, own[c.kind]), **_more(c)) for c in (*columns.columns, STAMP)]
    staged = [
        SqlColumn(c.name, _staging_type(dialect, c, known.get(c.name)), primary_key=c.name == ID)
        for c in columns.columns
    ]
    return Target(
        columns.columns,
        Table(table, MetaData(), *made, schema=schema),
        Table(STAGING, MetaData(), SqlColumn(ROW, BigInteger()), *staged, prefixes=["TEMPORARY"]),
        dialect,
    )


def bound_type(dialect: str, kind: Kind) -> TypeEngine[Any]:
    """Give the type that a value is bound as: what is written as text, the column's own type makes something of."""
    written = {Kind.LIST, Kind.JSON} | ({Kind.DECIMAL, Kind.DATE, Kind.INSTANT} if dialect == "sqlite" else set())
    return Text() if kind in written else TYPES[dialect][kind]


def mismatches(columns: Sequence[Column], known: Types) -> list[tuple[Column, TypeEngine[Any]]]:
    """List the columns whose type in the table would not take the values, or not without loss."""
    return [
        (column, there)
        for column in columns
        if (there := known.get(column.name)) is not None
        and isinstance(there, FAMILIES)
        and not isinstance(there, HOLDS[column.kind])
    ]


def binder(kind: Kind, bound: TypeEngine[Any]) -> Callable[[Any], Any]:
    """Give what turns a column's value into one that a statement takes."""
    if kind is Kind.TEXT:
        return storable
    if not isinstance(bound, String):
        return _as_it_is
    if kind in {Kind.LIST, Kind.JSON}:
        return json_text
    return _as_moment if kind is Kind.INSTANT else _as_text


def json_text(value: Any) -> str:
    """Write a list as JSON; a column's JSON is text already, but may hold what no database takes."""
    if isinstance(value, str):
        if "\\u" not in value:
            return value
        value = json.loads(value)
    return json.dumps(storable(value), ensure_ascii=False)


def storable(value: Any) -> Any:
    """Escape what no database takes in a text: the character NUL, and half an emoji."""
    if isinstance(value, str):
        if value.isascii() and "\0" not in value:
            return value
        return value.replace("\0", "\\u0000").encode(errors="backslashreplace").decode()
    if isinstance(value, list):
        return [storable(part) for part in value]
    if isinstance(value, dict):
        return {storable(name): storable(part) for name, part in value.items()}
    return value


def _as_it_is(value: Any) -> Any:
    return value


def _as_moment(value: datetime) -> str:
    return value.isoformat(" ", "milliseconds")


def _as_text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _more(column: Column) -> dict[str, Any]:
    in_unit = f"in {column.unit}" if column.unit else ""
    comment = "; ".join(dict.fromkeys(part for part in (column.label, in_unit, column.source) if part))
    return {"primary_key": column.name == ID, "nullable": column.name != ID, "comment": storable(comment) or None}


def _staging_type(dialect: str, column: Column, known: TypeEngine[Any] | None) -> TypeEngine[Any]:
    if dialect == "sqlite" or known is None or isinstance(known, NullType | JSON):
        return bound_type(dialect, column.kind)
    return known
