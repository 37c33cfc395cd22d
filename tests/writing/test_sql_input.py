"""Rows from a query, in a real PostgreSQL and a real SQLite: typed, a few at a time, the same in each pass."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import islice

import pytest

from airflow_provider_workfront.api.errors import WorkfrontError
from airflow_provider_workfront.failures import Unworkable
from airflow_provider_workfront.writing.inputs import Broken
from airflow_provider_workfront.writing.sql_input import CHUNK, sql_input

MANY = "with recursive n(i) as (select 1 union all select i + 1 from n where i < 2500) select i as number from n"


def only(warehouse, kind):
    if warehouse.kind != kind:
        pytest.skip(f"of {kind}")


def values(sql, parameters=None):
    return [row.values for row in sql_input("warehouse", sql, parameters).rows()]


def test_values_keep_their_types(warehouse):
    """As the driver gives them; nothing becomes text on the way."""
    only(warehouse, "postgresql")
    sql = """select 'a' as text, 1.10::numeric as money, 7::bigint as whole, true as flag, date '2026-03-18' as day,
        timestamptz '2026-03-18 12:30Z' as moment, null::text as nothing,
        '{"b":[1]}'::jsonb as doc, '\\x00ff'::bytea as raw"""

    (row,) = values(sql)

    assert row == {
        "text": "a", "money": Decimal("1.10"), "whole": 7, "flag": True, "day": date(2026, 3, 18),
        "moment": datetime(2026, 3, 18, 12, 30, tzinfo=UTC), "nothing": None, "doc": {"b": [1]}, "raw": b"\x00\xff",
    }  # fmt: skip
    assert row["flag"] is True


def test_rows_are_numbered_over_all_chunks(warehouse):
    """Each once, in the order of the query."""
    found = sql_input("warehouse", f"{MANY} order by i")

    assert [(row.number, row.values["number"]) for row in found.rows()] == [(n, n) for n in range(1, 2501)]
    assert found.header == ("number",)
    assert found.file_format == "sql"


def test_parameters_are_the_drivers(warehouse):
    """And a percent sign is one where there are none."""
    mark = {"postgresql": "%s", "sqlite": "?"}[warehouse.kind]

    assert values(f"select {mark} as a", ["x'y"]) == [{"a": "x'y"}]
    assert values("select 'a' like '%a' as a, 1 as b")[0]["b"] == 1


def test_a_cursor_on_the_server_gives_a_chunk_at_a_time(warehouse):
    """What was not asked for is not computed: the query would fail in its last row."""
    sql = MANY.replace("select i as", "select 1 / (i - 2500) as x, i as")
    only(warehouse, "postgresql")
    rows = sql_input("warehouse", sql).rows()

    assert len([*islice(rows, 2 * CHUNK)]) == 2 * CHUNK
    with pytest.raises(WorkfrontError, match=r"^sql_conn_id warehouse: division by zero$"):
        list(rows)


def test_a_query_that_finds_nothing_has_a_header(warehouse):
    """And no rows."""
    found = sql_input("warehouse", "select 1 as a, 2 as b where 1 = 0")

    assert found.header == ("a", "b")
    assert [*found.rows()] == []
    assert found.fingerprint() == sql_input("warehouse", "select 3 as a, 4 as b where 1 = 0").fingerprint()


def test_the_fingerprint_is_that_of_the_rows(warehouse):
    """Whatever the query is called; a value, a column or the order of rows makes another."""
    warehouse.ask("create table t (a text, b integer)")
    warehouse.ask("insert into t values ('x', 1), ('y', 2)")
    before = sql_input("warehouse", "select * from t order by b").fingerprint()

    assert sql_input("warehouse", "select a, b from t order by a").fingerprint() == before
    others = {
        sql_input("warehouse", sql).fingerprint()
        for sql in (
            "select a, b from t order by b desc",
            "select a, b as c from t order by b",
            "select a, b from t where b = 1",
            "select a, b + 1 as b from t order by b",
        )
    }
    assert len(others | {before}) == 5


@pytest.mark.parametrize(
    "change", ["update t set i = 0 where i = 1700", "delete from t where i > 2000", "insert into t values (2501)"]
)
def test_a_second_pass_of_other_rows_ends_before_it_gives_them(warehouse, change):
    """What was checked in the first pass is what is written in the second."""
    warehouse.ask("create table t (i integer)")
    warehouse.ask(f"insert into t {MANY}")
    found = sql_input("warehouse", "select i from t order by abs(i)")
    first = [*found.rows()]
    assert [*found.rows()] == first

    warehouse.ask(change)
    second = []
    with pytest.raises(WorkfrontError, match=r"^sql_conn_id warehouse: the query gives other rows.*ORDER BY") as caught:
        second.extend(found.rows())

    assert not caught.value.permanent
    assert second == first[: len(second)]


def test_a_row_that_was_broken_before_is_broken(warehouse):
    """Rejected rows may have been loaded into a table."""
    (row,) = sql_input("warehouse", "select null as a, '{\"a\":' as workfront_raw").rows()

    assert isinstance(row, Broken)
    assert row.raw == '{"a":'


def test_nothing_is_committed(warehouse):
    """A statement that writes, and gives rows, leaves nothing behind."""
    only(warehouse, "sqlite")
    warehouse.ask("create table t (i integer)")

    assert values("insert into t values (1) returning i") == [{"i": 1}]
    assert warehouse.ask("select * from t") == []


@pytest.mark.parametrize(
    ("sql", "message"),
    [
        ("", "sql must be one query, the one that gives the rows to write, not ''"),
        ("  \n", "sql must be one query"),
        (["select 1"], "sql must be one query"),
        ("select 1 as a, 2 as a", "sql_conn_id warehouse, the query: the column 'a' comes twice; rename one of them"),
        ('select 1 as a, 2 as ""', "has no name|zero-length"),
    ],
)
def test_a_query_that_cannot_be_an_input_is_refused(warehouse, sql, message):
    """For good."""
    with pytest.raises(Unworkable, match=message):
        list(sql_input("warehouse", sql).rows())


def test_a_table_that_is_not_there_is_told_in_the_databases_words(warehouse):
    """With the connection."""
    with pytest.raises(WorkfrontError, match=r"^sql_conn_id warehouse: .*nosuch") as caught:
        _ = sql_input("warehouse", "select * from nosuch").header
    assert "select" not in str(caught.value)


def test_a_statement_without_rows_is_refused(warehouse):
    """It must be a SELECT; what it would have written is undone."""
    warehouse.ask("create table t (i integer)")

    with pytest.raises(
        Unworkable, match=r"^sql_conn_id warehouse: (the statement gives no rows; write a SELECT|syntax error)"
    ):
        _ = sql_input("warehouse", "insert into t values (1)").header
    assert warehouse.ask("select * from t") == []


@pytest.mark.parametrize("cursor", ["dictcursor", "namedtuplecursor"])
def test_the_shape_of_rows_that_a_connection_chooses_does_no_harm(warehouse, monkeypatch, cursor):
    """Some hooks give rows as mappings."""
    only(warehouse, "postgresql")
    monkeypatch.setenv(
        "AIRFLOW_CONN_WAREHOUSE", json.dumps(json.loads(warehouse.connection) | {"extra": {"cursor": cursor}})
    )

    assert values("select 1 as b, 2 as a") == [{"b": 1, "a": 2}]


@pytest.mark.parametrize(
    ("conn", "message"),
    [
        (
            {"conn_type": "oracle"},
            r"no hook for connections of type 'oracle'; install airflow-provider-workfront\[sql\]",
        ),
        ({"conn_type": "workfront"}, "a connection of type 'workfront' is no SQL database"),
    ],
)
def test_what_is_no_database_is_told(monkeypatch, conn, message):
    """With what to install."""
    monkeypatch.setenv("AIRFLOW_CONN_WAREHOUSE", json.dumps(conn))

    with pytest.raises(Unworkable, match=f"^sql_conn_id warehouse: {message}"):
        _ = sql_input("warehouse", "select 1").header


def test_a_database_that_is_away_is_tried_again(monkeypatch, tmp_path):
    """And no password is told."""
    conn = {"conn_type": "postgres", "host": str(tmp_path), "login": "me", "password": "s3cret", "schema": "x"}
    monkeypatch.setenv("AIRFLOW_CONN_WAREHOUSE", json.dumps(conn))

    with pytest.raises(WorkfrontError, match=r"^sql_conn_id warehouse: connection .*failed") as caught:
        list(sql_input("warehouse", "select 1").rows())
    assert not caught.value.permanent
    assert "s3cret" not in str(caught.value)
