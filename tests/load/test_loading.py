"""Rows into a real PostgreSQL and a real SQLite: each once, all or none, and a refused one is named."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from support.warehouse import columns, load

from airflow_provider_workfront.extract.columns import Kind
from airflow_provider_workfront.extract.contract import agreed
from airflow_provider_workfront.failures import Unworkable
from airflow_provider_workfront.load.database import connected
from airflow_provider_workfront.load.loading import Loading
from airflow_provider_workfront.load.structure import Place, prepared

EVERY = columns(**{kind.value: kind for kind in Kind})
NOON = datetime(2026, 3, 18, 12, 30, 15, 250000, tzinfo=UTC)
NAMES = columns(name=Kind.TEXT)

TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0"))
SCALARS = st.none() | st.integers(-99, 99) | TEXTS
VALUES = {
    Kind.TEXT: TEXTS,
    Kind.INTEGER: st.integers(-(2**63) + 1, 2**63 - 1),
    Kind.NUMBER: st.floats(allow_nan=False, allow_infinity=False),
    Kind.DECIMAL: st.decimals(-(10**9), 10**9, places=4, allow_nan=False),  # 15 digits, which SQLite keeps too
    Kind.BOOLEAN: st.booleans(),
    Kind.DATE: st.dates(date(1900, 1, 1)),
    Kind.INSTANT: st.datetimes(datetime(1900, 1, 1), timezones=st.just(UTC)).map(  # noqa: DTZ001 it gets one
        lambda moment: moment.replace(microsecond=moment.microsecond // 1000 * 1000)
    ),
    Kind.LIST: st.lists(TEXTS),
    Kind.JSON: st.recursive(SCALARS, lambda part: st.lists(part) | st.dictionaries(TEXTS, part)).map(json.dumps),
}


def named(count, first=0):
    return [{"id": f"i{number:05}", "name": f"n{number}"} for number in range(first, first + count)]


def read(warehouse, sql):
    """Read rows back as the typed values they were."""
    return [
        tuple(_typed(warehouse, value, kind) for value, kind in zip(row, Kind, strict=True))
        for row in warehouse.ask(sql)
    ]


def _typed(warehouse, value, kind):
    if value is None or warehouse.kind == "postgresql":
        return value
    read = {
        Kind.BOOLEAN: bool,
        Kind.DATE: date.fromisoformat,
        Kind.INSTANT: datetime.fromisoformat,
        Kind.LIST: json.loads,
        Kind.JSON: json.loads,
        Kind.DECIMAL: lambda number: Decimal(str(number)),
    }
    return read.get(kind, lambda same: same)(value)


@settings(max_examples=10, phases=[Phase.generate], suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(values=st.lists(st.fixed_dictionaries({kind.value: st.none() | VALUES[kind] for kind in Kind}), min_size=1))
def test_every_value_comes_back_as_it_was(warehouse, values):
    """Decimals exactly, instants in UTC, lists and JSON as such, null as null."""
    if "projects" in warehouse.tables():
        warehouse.ask("delete from projects")
    load([{"id": f"{number:04}"} | row for number, row in enumerate(values)], EVERY)

    names = ", ".join(f'"{kind.value}"' for kind in Kind)
    back = read(warehouse, f"select {names} from projects order by id")  # noqa: S608 literals
    *others, last = Kind
    parsed = [None if row[last.value] is None else json.loads(row[last.value]) for row in values]
    assert back == [(*(row[kind.value] for kind in others), value) for row, value in zip(values, parsed, strict=True)]


def test_postgresql_keeps_every_digit(warehouse):
    """Of an amount that no float holds; SQLite has no exact decimals, and keeps 15 digits."""
    amount = Decimal("12345678901234567890.123456789012345678")
    load([{"id": "1", "amount": amount}], columns(amount=Kind.DECIMAL))

    ((kept,),) = warehouse.ask("select amount from projects")
    assert kept == (amount if warehouse.kind == "postgresql" else float(amount))


def test_rows_are_found_again_by_their_id(warehouse):
    """A second load changes what is there, adds what is new, and leaves the rest."""
    load(named(3), NAMES)
    load([{"id": "i00001", "name": "other"}, {"id": "new", "name": "x"}], NAMES)

    assert warehouse.ask("select id, name from projects order by id") == [
        ("i00000", "n0"),
        ("i00001", "other"),
        ("i00002", "n2"),
        ("new", "x"),
    ]


def test_the_last_of_several_rows_with_one_id_counts(warehouse):
    """In one batch or in two: PostgreSQL's INSERT would refuse the first case."""
    twice = [{"id": "1", "name": name} for name in ("a", "b", "c")]

    assert load(twice, NAMES, size=2).rows == 1
    assert warehouse.ask("select id, name from projects") == [("1", "c")]


def test_replacing_deletes_what_was_not_seen(warehouse):
    """In the same transaction; and says how many."""
    load(named(10), NAMES)
    merged = load(named(3, first=8), NAMES, replace=True, ratio=0.8)

    assert (merged.rows, merged.deleted) == (3, 8)
    assert [row[0] for row in warehouse.ask("select id from projects order by id")] == ["i00008", "i00009", "i00010"]


def test_too_many_deletions_are_refused(warehouse):
    """They look like a lost permission: of 100 rows 10 may go, and of 11 none, nor are the new rows written."""
    load(named(100), NAMES)

    with pytest.raises(Unworkable, match=r"11 of 100 rows were not found .* \(11\.0%, allowed are 10\.0%\)"):
        load([*named(89, first=11), {"id": "new", "name": "x"}], NAMES, replace=True)
    assert warehouse.ask("select count(*), min(id), max(id) from projects") == [(100, "i00000", "i00099")]

    assert load(named(90, first=10), NAMES, replace=True).deleted == 10


def test_a_deletion_that_fails_undoes_the_rest(warehouse):
    """Rows that were carried over before it are not there either: it is one transaction."""
    load(named(2), NAMES)
    if warehouse.kind == "sqlite":
        warehouse.ask("create trigger no before delete on projects begin select raise(abort, 'still needed'); end")
    else:
        warehouse.ask("create table child (parent text references projects (id))")
        warehouse.ask("insert into child values ('i00000')")

    with pytest.raises(Unworkable, match=r"still needed|violates foreign key constraint"):
        load([{"id": "new", "name": "x"}], NAMES, replace=True, ratio=1)

    assert [row[0] for row in warehouse.ask("select id from projects order by id")] == ["i00000", "i00001"]


def test_an_empty_answer_empties_no_table(warehouse):
    """It looks like a lost permission; an empty table may stay empty."""
    load([], NAMES, replace=True)
    load(named(2), NAMES)

    with pytest.raises(Unworkable, match=r"Workfront gave no row, and table projects in warehouse has 2"):
        load([], NAMES, replace=True)

    assert warehouse.ask("select count(*) from projects") == [(2,)]


def test_an_older_run_does_not_overwrite_a_later_one(warehouse):
    """Neither its rows nor those it did not see: who began to read later knows better."""
    load(named(2), NAMES)
    with connected("warehouse") as database:
        place = Place(database, "projects", None, "warehouse")
        older = Loading(place, prepared(place, agreed(None, NAMES), "evolve"))
        older.stage([{"id": "i00000", "name": "old"}, {"id": "mine", "name": "x"}])
        load([{"id": "i00000", "name": "newer"}, {"id": "theirs", "name": "y"}], NAMES)
        merged = older.merge(replace=True, max_delete_ratio=0.5)

    assert merged == (1, 1, 1)
    assert warehouse.ask("select id, name from projects order by id") == [
        ("i00000", "newer"),
        ("mine", "x"),
        ("theirs", "y"),
    ]


def test_each_row_says_when_it_was_read(warehouse):
    """In UTC, by one clock."""
    before = datetime.now(UTC)
    load(named(1), NAMES)

    ((stamp,),) = warehouse.ask("select _wf_synced_at from projects")
    read = stamp if warehouse.kind == "postgresql" else datetime.fromisoformat(stamp)
    assert read.utcoffset() == timedelta(0)
    assert before - timedelta(seconds=1) < read < datetime.now(UTC) + timedelta(seconds=1)


BAD = {
    "too long": ("name varchar(9)", "x" * 200, "value too long"),
    "missing": ("name text not null", None, "(?i)not.null constraint"),
    "checked": ("name text check (name <> 'bad')", "bad", "(?i)check constraint"),
    "unique": ("name text unique", "n3", "(?i)unique constraint"),
}


@pytest.mark.parametrize("case", BAD)
@pytest.mark.parametrize("at", [0, 49, 99])
def test_a_refused_row_is_named_and_none_is_written(warehouse, case, at):
    """Whether its type, the table's constraints or another row refuse it; also where only one of a batch is bad."""
    declared, value, message = BAD[case]
    if (case, warehouse.kind) == ("too long", "sqlite"):
        pytest.skip("SQLite has no lengths")
    warehouse.ask(f"create table projects (id varchar(20) primary key, {declared})")
    rows = named(100)
    rows[at] = {"id": "culprit", "name": value}

    with pytest.raises(Unworkable, match=message) as caught:
        load(rows, NAMES, size=40)

    culprit = "culprit" if (case, at) != ("unique", 0) else "i00003"
    assert str(caught.value).startswith(f"table projects in warehouse refused row {culprit}")
    assert str(caught.value).endswith("; nothing was written")
    assert len(str(caught.value)) < 400
    assert warehouse.ask("select count(*) from projects") == [(0,)]


def test_the_column_at_fault_is_named(warehouse):
    """With the value that it got, in a row of many good ones."""
    warehouse.ask("create table projects (id varchar(20) primary key, name text, budget smallint, code text not null)")
    rows = [{"id": f"{number}", "name": "x", "budget": 1, "code": "c"} for number in range(50)]
    found = columns(name=Kind.TEXT, budget=Kind.INTEGER, code=Kind.TEXT)
    wrong = {"budget": 70_000} if warehouse.kind == "postgresql" else {"code": None}
    rows[37] |= wrong

    with pytest.raises(Unworkable) as caught:
        load(rows, found)

    ((name, value),) = wrong.items()
    assert f"refused row 37, column {name} = {value!r}: " in str(caught.value)


def test_a_load_that_ends_early_leaves_nothing(warehouse):
    """Staged rows are nobody's, and the next load is not disturbed."""
    load(named(2), NAMES)
    with connected("warehouse") as database:
        place = Place(database, "projects", None, "warehouse")
        Loading(place, prepared(place, agreed(None, NAMES), "evolve")).stage([{"id": "half", "name": "x"}])

    assert warehouse.ask("select count(*) from projects where id = 'half'") == [(0,)]
    assert load(named(3), NAMES).rows == 3
    assert warehouse.tables() == {"projects", "_wf_columns"}


def test_staging_holds_no_transaction_open(warehouse):
    """While Workfront is read, others may change the table and even its columns."""
    with connected("warehouse") as database:
        place = Place(database, "projects", None, "warehouse")
        loading = Loading(place, prepared(place, agreed(None, NAMES), "evolve"))
        loading.stage(named(5))
        warehouse.ask("alter table projects add column note text")
        assert loading.merge(replace=False).rows == 5
        assert not database.in_transaction()
        assert database.execute(text("select count(note) from projects")).scalar() == 0
