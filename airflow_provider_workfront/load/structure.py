"""The table itself: made if it is missing, widened by new columns, judged before the first row is read."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import Column as SqlColumn
from sqlalchemy import Inspector, MetaData, Table, Text, func, inspect, select
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.schema import CreateColumn, CreateTable, SetColumnComment

from airflow_provider_workfront.api.logs import get_logger
from airflow_provider_workfront.failures import Unworkable
from airflow_provider_workfront.load.faults import NARROWER, said
from airflow_provider_workfront.load.tables import DIALECTS, ID, TYPES, Target, mismatches, target

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sqlalchemy import Connection
    from sqlalchemy.types import TypeEngine

    from airflow_provider_workfront.extract.columns import Columns
    from airflow_provider_workfront.extract.contract import Agreement

log = get_logger(__name__)

MEMORY = "_wf_columns"
"""The table beside ours that remembers which field each column is of."""
LONGEST = 63
WIDEST = {"postgresql": 1600, "sqlite": 2000}
"""How many columns a table has at most."""


class Instance(NamedTuple):
    """One of the mapped tasks of a run: which run of which task, and its number there."""

    run: str
    map_index: int


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
    with place.connection.begin():
        _check_schema(place)
        kept = _kept(place)
    if kept and kept["obj_code"] != obj_code:
        raise Unworkable(f"{place} holds rows of {kept['obj_code']}, not of {obj_code}: name another table")
    known: dict[str, Any] | None = kept.get("columns")
    return known


def prepared(place: Place, agreement: Agreement, schema_contract: str, instance: Instance | None = None) -> Target:
    """Make the table fit the columns, as the contract allows, and describe it; all in one transaction.

    `instance` is the mapped task that is to replace the rows: no other of the same run may do so.
    """
    with place.connection.begin():
        place.take_turn()
        if instance:
            _check_alone(place, instance)
        known = _known(place)
        columns = _present(place, agreement.columns, known, schema_contract)
        goal = target(place.dialect, columns, place.table, place.schema, known)
        _change(place, goal, known)
        filled = {"replaced_by": list(instance)} if instance else {}
        _remember(place, {"obj_code": columns.obj_code, "columns": agreement.mapping} | filled)
    return goal


def _kept(place: Place) -> dict[str, Any]:
    """Give what is kept of this table; empty if nothing is."""
    if not place.inspector.has_table(MEMORY, place.schema):
        return {}
    memory = _memory(place)
    found = select(memory.columns.mapping).where(memory.columns.table_name == place.table)
    text = place.connection.execute(found).scalar()
    kept: dict[str, Any] = json.loads(text) if text else {}
    return kept


def _check_alone(place: Place, instance: Instance) -> None:
    """Refuse a second mapped task of one run: each would delete the rows of the other."""
    run, map_index = _kept(place).get("replaced_by") or (instance.run, instance.map_index)
    if run == instance.run and map_index != instance.map_index:
        raise Unworkable(
            f"{place} is filled by the mapped tasks {map_index} and {instance.map_index} of one run, and "
            "mode='replace' would have each delete the rows of the other; give each a table of its own, or use "
            "mode='upsert'"
        )


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
            f"make {ID}, in lower case, its primary key, or name another table"
        )
    return names


def _unique(place: Place, inspector: Inspector) -> Iterator[list[str]]:
    where = (place.table, place.schema)
    found = [inspector.get_pk_constraint(*where)["constrained_columns"]]
    found += [constraint["column_names"] for constraint in inspector.get_unique_constraints(*where)]
    for index in inspector.get_indexes(*where):
        if index["unique"] and not index.get("dialect_options", {}).get("postgresql_where"):
            found.append([str(name) for name in index["column_names"]])
    for names in found:  # PostgreSQL knows a column in its own case only
        yield [name.lower() for name in names] if place.dialect == "sqlite" else names


def _present(place: Place, columns: Columns, known: Mapping[str, Any] | None, schema_contract: str) -> Columns:
    """Leave out fields that are gone and have no column in the table; judge the others against those that are there."""
    kept = tuple(column for column in columns.columns if not column.gone)
    if known is None:
        return replace(columns, columns=kept)
    emptied = tuple(column for column in columns.columns if column.gone and column.name in known)
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
    return replace(columns, columns=kept + emptied)


def _change(place: Place, goal: Target, known: Mapping[str, Any] | None) -> None:
    """Make the table as it should be, and explain new columns where the database keeps comments."""
    dialect = place.connection.dialect
    new = [column for column in goal.table.columns if known is None or column.name not in known]
    _check_width(place, max(len(known or ()) + len(new), len(goal.staging.columns)))
    if known is None:
        place.connection.execute(CreateTable(goal.table))
    elif new:
        table = dialect.identifier_preparer.format_table(goal.table)
        for column in new:
            _add(place, f"ALTER TABLE {table} ADD COLUMN {CreateColumn(column).compile(dialect=dialect)}", column.name)
        log.info("%s: new columns %s", place, ", ".join(column.name for column in new))
    for column in new:
        if column.comment and dialect.supports_comments:
            place.connection.execute(SetColumnComment(column))


def _check_width(place: Place, columns: int) -> None:
    """Refuse what no table of this database holds, before anything is changed."""
    widest = WIDEST[place.dialect]
    if columns > widest:
        raise Unworkable(f"{place} would have {columns:,} columns, and {place.dialect} takes {widest:,}; {NARROWER}")


def _add(place: Place, statement: str, name: str) -> None:
    try:
        place.connection.exec_driver_sql(statement)
    except ProgrammingError as error:
        raise Unworkable(
            f"{place}: column {name} is new and cannot be added: {said(error)}; have the table's owner add it "
            f"({statement}), or leave it out with schema_contract='discard'"
        ) from error


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
        if "replaced_by" in mapping:
            raise Unworkable(
                f"{place}: mode='replace' in mapped tasks needs the table {MEMORY} beside it: {said(error)}"
            ) from error
        log.warning(
            "%s: a renamed field will get a column of its own, since %s cannot be written: %s",
            place,
            MEMORY,
            error.orig,
        )
