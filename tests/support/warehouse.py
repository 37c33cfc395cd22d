"""Databases that rows are loaded into, each with an Airflow connection `warehouse`."""

from __future__ import annotations

import json
import secrets
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from support.database import Postgres, Sqlite, postgres

from airflow_provider_workfront.extract.columns import Column, Columns, Kind
from airflow_provider_workfront.extract.contract import agreed
from airflow_provider_workfront.load.database import connected
from airflow_provider_workfront.load.loading import Loading, Merged
from airflow_provider_workfront.load.structure import Place, prepared, remembered

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

KINDS = ("postgresql", "sqlite")
MARK = {"postgresql": "%s", "sqlite": "?"}


@dataclass(frozen=True)
class Warehouse:
    """An empty database."""

    kind: str
    server: Postgres | Sqlite
    name: str = ""

    @property
    def connection(self) -> str:
        """Give Airflow's connection to it."""
        if isinstance(self.server, Sqlite):
            return json.dumps({"conn_type": "sqlite", "host": str(self.server.file)})
        known = {"conn_type": "postgres", "host": str(self.server.folder), "login": "postgres", "schema": self.name}
        return json.dumps(known)

    @contextmanager
    def opened(self) -> Iterator[Any]:
        """Open a connection of the driver's own, in autocommit."""
        if isinstance(self.server, Sqlite):
            with self.server.connect() as opened:
                yield opened
            return
        import psycopg2

        opened = psycopg2.connect(host=str(self.server.folder), user="postgres", dbname=self.name)
        opened.autocommit = True
        try:
            yield opened
        finally:
            opened.close()

    def ask(self, sql: str, *values: Any) -> list[tuple]:
        """Run one statement, and give its rows."""
        with self.opened() as opened:
            cursor = opened.cursor()
            cursor.execute(sql.replace("?", MARK[self.kind]), values or None) if values else cursor.execute(sql)
            return cursor.fetchall() if cursor.description else []

    def tables(self) -> set[str]:
        """Name the tables."""
        if self.kind == "sqlite":
            return {name for (name,) in self.ask("select name from sqlite_master where type = 'table'")}
        return {name for (name,) in self.ask("select tablename from pg_tables where schemaname = 'public'")}


@contextmanager
def new_warehouse(kind: str, folder: Path, server: Postgres | None) -> Iterator[Warehouse]:
    """Make an empty database; of PostgreSQL in the given server."""
    if kind == "sqlite":
        yield Warehouse(kind, Sqlite(folder / "warehouse.db"))
        return
    assert server is not None
    name = f"w{secrets.token_hex(4)}"
    with server.connect() as opened:
        opened.cursor().execute(f"create database {name}")
    yield Warehouse(kind, server, name)


def columns(**kinds: Kind) -> Columns:
    """Give columns of these names and kinds, ID first; each source is its name."""
    made = tuple(Column(name, name, kind) for name, kind in kinds.items())
    return Columns("PROJ", (Column("id", "ID", Kind.TEXT, label="ID"), *made), ("ID", *kinds))


def load(  # noqa: PLR0913 each by its name
    rows: list[dict[str, Any]],
    found: Columns,
    *,
    table: str = "projects",
    schema: str | None = None,
    replace: bool = False,
    ratio: float = 0.1,
    contract: str = "evolve",
    size: int = 2000,
) -> Merged:
    """Load typed rows into the connection `warehouse`, so many at a time."""
    with connected("warehouse") as database:
        place = Place(database, table, schema, "warehouse")
        loading = Loading(place, prepared(place, agreed(remembered(place, found.obj_code), found, contract), contract))
        for start in range(0, len(rows), size):
            loading.stage(rows[start : start + size])
        return loading.merge(replace=replace, max_delete_ratio=ratio)


@pytest.fixture(scope="session")
def server() -> Iterator[Postgres]:
    """Start PostgreSQL once."""
    with postgres() as server:
        yield server


@pytest.fixture(params=KINDS)
def warehouse(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Warehouse]:
    """Give an empty database of each kind, which the connection `warehouse` leads to."""
    server = request.getfixturevalue("server") if request.param == "postgresql" else None
    with new_warehouse(request.param, tmp_path, server) as made:
        monkeypatch.setenv("AIRFLOW_CONN_WAREHOUSE", made.connection)
        yield made
