"""The table itself: made if it is missing, widened by new columns, judged before the first row is read."""

from __future__ import annotations

import json
import logging
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import Column as SqlColumn
from sqlalchemy import Inspector, MetaData, Table, Text, func, inspect, select
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.schema import CreateColumn, CreateTable, SetColumnComment

from airflow_provider_workfront.failures import Unworkable
from airflow_provider_workfront.load.tables import DIALECTS, ID, TYPES, Target, mismatches, target

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sqlalchemy import Connection
    from sqlalchemy.types import TypeEngine

    from airflow_provider_workfront.extract.columns import Columns
    from airflow_provider_workfront.extract.contract import Agreement

log = logging.getLogger(__name__)

MEMORY = "_wf_columns"
"""The table beside ours that remembers which field each column is of."""
LONGEST = 63


@dataclass(frozen=True, slots=True)
class Place:
    """Where the table is, or shall be."""

    connection: Connection
    table: str
    schema: str | None
    conn_id: str

    def __str__(self) -> str:
        return f"table {self.name} in {self.conn_id}"

    @property
    def name(self) -> str:
        """Name the table as people do."""
        return ".".join(filter(None, (self.schema, self.table)))

    @property
    def dialect(self) -> str:
        """Name the kind of database."""
        return self.connection.dialect.name

    @property
    def inspector(self) -> Inspector:
        """Look at the database as it is now."""
        return inspect(self.connection)

    def take_turn(self) -> None:
        """Wait for other runs that change this table; the end of the transaction is the end of the turn.

        SQLite's transactions take turns by themselves.
        """
        if self.dialect == "postgresql":
            name = f"workfront {self.schema}.{self.table}"
            self.connection.execute(select(func.pg_advisory_xact_lock(func.hashtext(name))))


def check_names(table: str, schema: str | None) -> None:
    """Refuse names that are none, or that were meant to be two."""
    for what, name in (("table", table), ("schema", schema)):
        if name is None:
            continue
        if not isinstance(name, str) or not name.strip() or re.search(r"[\x00-\x1f\x7f]", name):
            raise Unworkable(f"{what}={name!r} is no name")
        if len(name.encode()) > LONGEST:
            raise Unworkable(f"{what}={name!r} is longer than {LONGEST} bytes, where PostgreSQL would cut it")
    if "." in table:
        before, _, after = table.rpartition(".")
        raise Unworkable(f"table={table!r} has a dot in it; write schema={before!r}, table={after!r}")


def remembered(place: Place, obj_code: str) -> dict[str, Any] | None:
    """Give what earlier loads of this table found out about its columns; a table is for one type of object."""
    memory = _memory(place)
    with place.connection.begin():
        _check_schema(place)
        if not place.inspector.has_table(MEMORY, place.schema):
            return None
        found = select(memory.columns.mapping).where(memory.columns.table_name == place.table)
        text = place.connection.execute(found).scalar()
    kept = json.loads(text) if text else {}
    if kept and kept["obj_code"] != obj_code:
        raise Unworkable(f"{place} holds rows of {kept['obj_code']}, not of {obj_code}: name another table")
    known: dict[str, Any] | None = kept.get("columns")
    return known


def prepared(place: Place, agreement: Agreement, schema_contract: str) -> Target:
    """Make the table fit the columns, as the contract allows, and describe it; all in one transaction."""
    with place.connection.begin():
        place.take_turn()
        known = _known(place)
        columns = _present(place, agreement.columns, known, schema_contract)
        goal = target(place.dialect, columns, place.table, place.schema, known)
        _change(place, goal, known)
        _remember(place, {"obj_code": columns.obj_code, "columns": agreement.mapping})
    return goal


def _check_schema(place: Place) -> None:
    if place.schema and not place.inspector.has_schema(place.schema):
        raise Unworkable(f"{place}: there is no schema {place.schema!r}, or you may not see it; create it first")


def _known(place: Place) -> dict[str, TypeEngine[Any]] | None:
    """Give the columns of the table; None if there is no table."""
    inspector = place.inspector
    if not inspector.has_table(place.table, place.schema):
        return None
    names = {column["name"]: column["type"] for column in inspector.get_columns(place.table, place.schema)}
    if place.dialect == "sqlite":  # which knows a column in any case
        names = {name.lower(): kind for name, kind in names.items()}
    if [ID] not in list(_unique(place, inspector)):
        raise Unworkable(
            f"{place} exists, and its column {ID} is missing or not unique, so rows cannot be found by their ID; "
            f"make {ID} its primary key, or name another table"
        )
    return names


def _unique(place: Place, inspector: Inspector) -> Iterator[list[str]]:
    where = (place.table, place.schema)
    yield [name.lower() for name in inspector.get_pk_constraint(*where)["constrained_columns"]]
    for constraint in inspector.get_unique_constraints(*where):
        yield constraint["column_names"]
    for index in inspector.get_indexes(*where):
        if index["unique"] and not index.get("dialect_options", {}).get("postgresql_where"):
            yield [str(name) for name in index["column_names"]]


def _present(place: Place, columns: Columns, known: Mapping[str, Any] | None, schema_contract: str) -> Columns:
    """Leave out fields that are gone, whose values stay in the table; judge columns against those that are there."""
    kept = tuple(column for column in columns.columns if not column.gone)
    if known is None:
        return replace(columns, columns=kept)
    missing = [column.name for column in kept if column.name not in known]
    if missing and schema_contract == "freeze":
        raise Unworkable(
            f"{place} has no column {', '.join(missing)}; add them, ask for other fields, "
            "or allow it with schema_contract='evolve'"
        )
    if schema_contract == "discard":
        kept = tuple(column for column in kept if column.name in known)
    if wrong := [] if place.dialect == "sqlite" else mismatches(kept, known):
        told = ", ".join(f"{c.name} is {there} there and {c.kind.value} in Workfront" for c, there in wrong)
        needed = ", ".join(f"{c.name} {TYPES[place.dialect][c.kind]}" for c, _ in wrong)
        raise Unworkable(f"{place}: {told}; change the table ({needed}), or leave these fields out")
    return replace(columns, columns=kept)


def _change(place: Place, goal: Target, known: Mapping[str, Any] | None) -> None:
    """Make the table as it should be, and explain new columns where the database keeps comments."""
    dialect = place.connection.dialect
    new = [column for column in goal.table.columns if known is None or column.name not in known]
    if known is None:
        place.connection.execute(CreateTable(goal.table))
    elif new:
        table = dialect.identifier_preparer.format_table(goal.table)
        for column in new:
            place.connection.exec_driver_sql(
                f"ALTER TABLE {table} ADD COLUMN {CreateColumn(column).compile(dialect=dialect)}"
            )
        log.info("%s: new columns %s", place, ", ".join(column.name for column in new))
    for column in new:
        if column.comment and dialect.supports_comments:
            place.connection.execute(SetColumnComment(column))


def _memory(place: Place) -> Table:
    columns = (SqlColumn("table_name", Text(), primary_key=True), SqlColumn("mapping", Text(), nullable=False))
    return Table(MEMORY, MetaData(), *columns, schema=place.schema)


def _remember(place: Place, mapping: Mapping[str, Any]) -> None:
    """Keep what is known of the columns; without the permission for a table of its own, do without."""
    memory = _memory(place)
    written = {"table_name": place.table, "mapping": json.dumps(mapping)}
    try:
        with place.connection.begin_nested():
            place.connection.execute(CreateTable(memory, if_not_exists=True))
            statement = DIALECTS[place.dialect].insert(memory).values(written)
            statement = statement.on_conflict_do_update(index_elements=["table_name"], set_=written)
            place.connection.execute(statement)
    except ProgrammingError as error:
        log.warning(
            "%s: a renamed field will get a column of its own, since %s cannot be written: %s",
            place,
            MEMORY,
            error.orig,
        )
