"""The table is made and widened as the contract says, and judged before a row is read."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from support.warehouse import columns, load

from airflow_provider_workfront.extract.columns import Column, Columns, Kind
from airflow_provider_workfront.extract.contract import agreed
from airflow_provider_workfront.failures import Unworkable
from airflow_provider_workfront.load.database import connected
from airflow_provider_workfront.load.loading import Loading
from airflow_provider_workfront.load.structure import Place, check_names, prepared

NAMES = columns(name=Kind.TEXT)
MORE = columns(name=Kind.TEXT, budget=Kind.DECIMAL)


def custom(source, name, kind=Kind.TEXT):
    return Columns("PROJ", (Column("id", "ID", Kind.TEXT), Column(name, source, kind, label=source, identity="p1")), ())


def test_new_columns_are_added(warehouse):
    """Old rows have nothing in them; a field that is not asked for any more is emptied where a row is read anew."""
    load([{"id": "1", "name": "a"}, {"id": "2", "name": "b"}], NAMES)
    load([{"id": "2", "name": "c", "budget": 5}, {"id": "3", "name": "c", "budget": 5}], MORE)
    load([{"id": "2", "name": "d"}], NAMES)

    found = warehouse.ask("select id, name, budget from projects order by id")
    assert found == [("1", "a", None), ("2", "d", None), ("3", "c", 5)]


def test_a_renamed_field_keeps_its_column(warehouse):
    """What the columns are of is remembered beside the table."""
    load([{"id": "1", "de_cost": "a"}], custom("DE:Cost", "de_cost"))
    load([{"id": "1", "de_cost": "b"}], custom("DE:Price", "de_price"))

    assert warehouse.ask("select de_cost from projects") == [("b",)]
    ((mapping,),) = warehouse.ask("select mapping from _wf_columns where table_name = 'projects'")
    assert "DE:Price" in mapping


def test_a_field_of_another_type_gets_another_column(warehouse):
    """A row that is read anew has its value in the new one only; the others stay what they are."""
    load([{"id": "1", "de_cost": "a"}, {"id": "2", "de_cost": "b"}], custom("DE:Cost", "de_cost"))
    load([{"id": "1", "de_cost_decimal": 7}], custom("DE:Cost", "de_cost", Kind.DECIMAL))

    assert warehouse.ask("select de_cost, de_cost_decimal from projects order by id") == [(None, 7), ("b", None)]


def test_a_frozen_table_refuses_new_columns(warehouse):
    """By what was remembered, or, for a table made by hand, by the columns that it has."""
    load([{"id": "1", "name": "a"}], NAMES)
    with pytest.raises(Unworkable, match=r"schema_contract is freeze: budget is new"):
        load([], MORE, contract="freeze")

    warehouse.ask("create table by_hand (id varchar(40) primary key, name text)")
    with pytest.raises(Unworkable, match=r"table by_hand in warehouse has no column budget; add them"):
        load([], MORE, table="by_hand", contract="freeze")
    assert warehouse.tables() >= {"projects", "by_hand"}


def test_a_new_column_can_be_left_out(warehouse):
    """With `discard` the table stays as it is, made by hand or by us."""
    load([{"id": "1", "name": "a"}], NAMES)
    load([{"id": "1", "name": "b", "budget": 5}], MORE, contract="discard")
    warehouse.ask("create table by_hand (id varchar(40) primary key, name text)")
    load([{"id": "1", "name": "b", "budget": 5}], MORE, table="by_hand", contract="discard")

    for table in ("projects", "by_hand"):
        assert warehouse.ask(f"select id, name from {table}") == [("1", "b")]  # noqa: S608 literals
        with pytest.raises(Exception, match="budget"):
            warehouse.ask(f"select budget from {table}")  # noqa: S608 literals


@pytest.mark.parametrize(
    "made",
    [
        "create table projects (id varchar(40), name text)",
        "create table projects (name varchar(40) primary key)",
        "create table projects (id varchar(40), name varchar(40), primary key (id, name))",
        "create table projects (id varchar(40), name varchar(40), unique (id, name))",
    ],
)
def test_a_table_without_a_key_is_refused(warehouse, made):
    """Rows could not be found again by their ID."""
    warehouse.ask(made)

    with pytest.raises(Unworkable, match=r"table projects in warehouse exists, and its column id is missing or not un"):
        load([], NAMES)


@pytest.mark.parametrize("key", ["unique (id)", "primary key (id)"])
def test_a_table_made_by_hand_is_filled(warehouse, key):
    """Its own columns are left alone, and its types count."""
    warehouse.ask(f"create table projects (id varchar(40), name varchar(40), own text default 'mine', {key})")
    load([{"id": "1", "name": "a"}], NAMES)
    warehouse.ask("update projects set own = 'kept'")
    load([{"id": "1", "name": "b"}, {"id": "2", "name": "c"}], NAMES)

    assert warehouse.ask("select name, own from projects order by id") == [("b", "kept"), ("c", "mine")]


def test_types_made_by_hand_are_used(warehouse):
    """Text for everything, a date and time without zone (in UTC), an array: each gets what it can hold."""
    if warehouse.kind == "sqlite":
        pytest.skip("SQLite's columns take everything")
    warehouse.ask("create table projects (id text primary key, amount text, at timestamp, tags text[], raw json)")
    warehouse.ask(f"alter database {warehouse.name} set timezone to 'Asia/Tokyo'")
    moment = datetime(2026, 1, 2, 3, 4, 5, tzinfo=timezone(timedelta(hours=5)))
    found = columns(amount=Kind.DECIMAL, at=Kind.INSTANT, tags=Kind.LIST, raw=Kind.JSON)
    load([{"id": "1", "amount": Decimal("1.10"), "at": moment, "tags": ["a", "b"], "raw": '{"a": 1.10}'}], found)

    ((amount, at, tags, raw),) = warehouse.ask("select amount, at, tags, raw::text from projects")
    assert (amount, tags, raw) == ("1.10", ["a", "b"], '{"a": 1.10}')
    assert at == moment.astimezone(UTC).replace(tzinfo=None)


def test_a_type_that_would_lose_something_is_refused(warehouse):
    """With what the table has, what Workfront has, and what to declare."""
    if warehouse.kind == "sqlite":
        pytest.skip("SQLite's columns take everything")
    warehouse.ask("create table projects (id text primary key, name text, budget integer)")

    with pytest.raises(Unworkable, match=r"budget is INTEGER there and decimal in Workfront; change the table \("):
        load([], MORE)


def test_a_schema_must_be_there(warehouse):
    """It is not made in passing; in one that is there, all has its place."""
    with pytest.raises(Unworkable, match=r"table nowhere\.projects in warehouse: there is no schema 'nowhere'"):
        load([], NAMES, schema="nowhere")

    if warehouse.kind == "postgresql":
        warehouse.ask('create schema "Mine"')
        load([{"id": "1", "name": "a"}], NAMES, schema="Mine")
        assert warehouse.ask('select name from "Mine".projects, "Mine"._wf_columns') == [("a",)]
        assert warehouse.tables() == set()


def test_labels_become_comments(warehouse):
    """In databases that keep them."""
    load([], custom("DE:Cost Center", "de_cost_center"))

    if warehouse.kind == "postgresql":
        ((comment,),) = warehouse.ask("select col_description('projects'::regclass, 2)")
        assert comment == "DE:Cost Center"


def test_what_is_not_permitted_shows_before_the_work(warehouse, monkeypatch):
    """Reading for an hour and failing then would be a waste; who may not make tables may still fill one."""
    if warehouse.kind == "sqlite":
        pytest.skip("SQLite has no users")
    warehouse.ask("create table projects (id text primary key, name text, _wf_synced_at timestamptz)")
    for sql in ("drop role if exists reader", "create role reader login"):
        warehouse.ask(sql)
    warehouse.ask("grant select on projects to reader")
    monkeypatch.setenv(
        "AIRFLOW_CONN_WAREHOUSE", warehouse.connection.replace('"login": "postgres"', '"login": "reader"')
    )

    def begin():
        with connected("warehouse") as database:
            place = Place(database, "projects", None, "warehouse")
            Loading(place, prepared(place, agreed(None, NAMES), "evolve"))

    with pytest.raises(Unworkable, match=r"database warehouse: permission denied for table projects"):
        begin()
    with pytest.raises(Unworkable, match=r"database warehouse: permission denied for schema public"):
        load([], NAMES, table="new")

    warehouse.ask("grant insert, update on projects to reader")
    load([{"id": "1", "name": "a"}], NAMES)
    assert warehouse.ask("select name from projects") == [("a",)]


def test_a_key_in_another_case_is_refused_first(warehouse):
    """PostgreSQL would not find it, and the table is as it was; SQLite knows a column in any case."""
    warehouse.ask('create table projects ("ID" varchar(40) primary key, "Name" text)')
    if warehouse.kind == "sqlite":
        assert load([{"id": "1", "name": "a"}], NAMES).rows == 1
        return
    with pytest.raises(Unworkable, match=r"its column id is missing or not unique.*in lower case"):
        load([{"id": "1", "name": "a"}], NAMES)
    names = warehouse.ask("select column_name from information_schema.columns where table_name = 'projects'")
    assert {name for (name,) in names} == {"ID", "Name"}


def test_a_table_that_would_be_too_wide_is_left_alone(warehouse):
    """Before anything is altered, and for good; with what to do."""
    load([{"id": "1", "name": "a"}], NAMES)
    with pytest.raises(Unworkable, match=r"would have 2,1\d\d columns, and \w+ takes .*; name fewer fields"):
        load([], columns(name=Kind.TEXT, **{f"n{n}": Kind.TEXT for n in range(2100)}))
    assert len(warehouse.ask("select * from projects")[0]) == 3


def test_a_row_that_fits_no_page_fails_for_good(warehouse):
    """PostgreSQL keeps a row in one page of 8 kB, but for what it can put elsewhere."""
    if warehouse.kind == "sqlite":
        pytest.skip("SQLite has no pages for rows")
    wide = columns(**{f"n{n}": Kind.TEXT for n in range(900)})
    with pytest.raises(Unworkable, match=r"row is too big: .*; name fewer fields, spread them"):
        load([{"id": "1", **{f"n{n}": "twelve signs" for n in range(900)}}], wide)


def test_a_column_that_only_the_owner_may_add_is_named(warehouse, monkeypatch):
    """With the statement that the owner may run."""
    if warehouse.kind == "sqlite":
        pytest.skip("SQLite has no users")
    load([{"id": "1", "name": "a"}], NAMES)
    for sql in (
        "drop role if exists filler",
        "create role filler login",
        "grant all on projects, _wf_columns to filler",
    ):
        warehouse.ask(sql)
    monkeypatch.setenv(
        "AIRFLOW_CONN_WAREHOUSE", warehouse.connection.replace('"login": "postgres"', '"login": "filler"')
    )

    message = r"column budget is new and cannot be added: must be owner .* \(ALTER TABLE projects ADD COLUMN budget NUM"
    with pytest.raises(Unworkable, match=message):
        load([{"id": "1", "budget": 5}], MORE)


def test_a_label_may_hold_anything(warehouse):
    """NUL too, which no database takes in a comment."""
    odd = Columns("PROJ", (Column("id", "ID", Kind.TEXT), Column("a", "DE:a", Kind.TEXT, label="a\0b\ud83d")), ())
    assert load([{"id": "1", "a": "x"}], odd).rows == 1


@pytest.mark.parametrize(
    ("table", "schema", "message"),
    [
        ("", None, "table='' is no name"),
        ("a\nb", None, r"table='a\\nb' is no name"),
        ("public.projects", None, "write schema='public', table='projects'"),
        ("x" * 64, None, "longer than 63 bytes"),
        ("t", "ü" * 40, "longer than 63 bytes"),
    ],
)
def test_a_name_that_is_none_is_refused(table, schema, message):
    """Before anything is asked of anybody."""
    with pytest.raises(Unworkable, match=message):
        check_names(table, schema)


def test_a_table_is_for_one_type_of_object(warehouse):
    """Tasks among the projects would be a mistake."""
    load([{"id": "1", "name": "a"}], NAMES)

    with pytest.raises(Unworkable, match=r"table projects in warehouse holds rows of PROJ, not of TASK"):
        load([], replace(NAMES, obj_code="TASK"))


def test_strange_names_are_quoted(warehouse):
    """Quotes, per cent signs, colons, reserved words: all of it is a name."""
    for table in ('my "projects"; drop table x', "100% :done", "select"):
        load([{"id": "1", "name": "a"}], NAMES, table=table)
        load([{"id": "1", "name": "b", "budget": 1}], MORE, table=table)

    assert warehouse.tables() == {'my "projects"; drop table x', "100% :done", "select", "_wf_columns"}
