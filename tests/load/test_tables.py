"""Types, values and statements, without a database."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import ARRAY, Boolean, DateTime, Integer, Numeric, String, Text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql import CITEXT, JSONB
from sqlalchemy.schema import CreateTable
from support.warehouse import columns

from airflow_provider_workfront.extract.columns import Column, Columns, Kind
from airflow_provider_workfront.load.tables import DIALECTS, TYPES, binder, json_text, mismatches, storable, target

EVERY = columns(**{f"a_{kind.value}": kind for kind in Kind})
DECLARED = {
    "postgresql": [
        "TEXT", "BIGINT", "DOUBLE PRECISION", "NUMERIC", "BOOLEAN", "DATE", "TIMESTAMP WITH TIME ZONE",
        "JSONB", "JSONB",
    ],
    "sqlite": ["TEXT", "BIGINT", "DOUBLE", "NUMERIC", "BOOLEAN", "DATE", "DATETIME", "TEXT", "TEXT"],
}  # fmt: skip


@pytest.mark.parametrize("dialect", DIALECTS)
def test_every_kind_has_a_type(dialect):
    """And the ID is the key."""
    sql = str(CreateTable(target(dialect, EVERY, "projects", None).table).compile(dialect=_dialect(dialect)))

    _, key, *kinds, stamp, primary = [" ".join(line.split()).rstrip(",") for line in sql.strip().splitlines()[:-1]]
    assert (key, primary) == ("id TEXT NOT NULL", "PRIMARY KEY (id)")
    assert stamp.startswith("_wf_synced_at ")
    assert [line.partition(" ")[2] for line in kinds] == DECLARED[dialect]
    assert TYPES[dialect].keys() == set(Kind)


@given(st.text() | st.lists(st.text()) | st.dictionaries(st.text(), st.text()))
def test_what_is_stored_is_utf_8_without_nul(value):
    """Whatever Workfront sends, half an emoji included; what can be stored is not touched."""
    made = json.dumps(storable(value), ensure_ascii=False)

    made.encode()
    assert "\\u0000" not in made.replace("\\\\u0000", "")
    clean = "\0" not in json.dumps(value, ensure_ascii=False).replace("\\u0000", "\0") and _is_utf_8(value)
    assert not clean or storable(value) == value


def test_json_stays_as_it_came():
    """To the last digit; only what PostgreSQL refuses is escaped once more."""
    assert json_text('{"a": 1.10, "b": 12345678901234567890.5}') == '{"a": 1.10, "b": 12345678901234567890.5}'
    assert json_text('["\\u0000"]') == '["\\\\u0000"]'
    assert json_text(["ü", "\ud83d"]) == '["ü", "\\\\ud83d"]'


@pytest.mark.parametrize(
    ("kind", "value", "text"),
    [
        (Kind.DECIMAL, Decimal("1.10"), "1.10"),
        (Kind.INSTANT, datetime(2026, 1, 2, 3, 4, 5, 600000, tzinfo=UTC), "2026-01-02 03:04:05.600+00:00"),
        (Kind.DATE, date(2026, 1, 2), "2026-01-02"),
        (Kind.BOOLEAN, True, "true"),
        (Kind.INTEGER, 7, "7"),
        (Kind.LIST, ["a"], '["a"]'),
    ],
)
def test_a_column_of_text_takes_everything(kind, value, text):
    """As one would write it."""
    assert binder(kind, Text())(value) == text


def test_types_that_lose_something_are_told():
    """Those of the table are judged by what they hold; of strange ones the database is the judge."""
    kinds = {"n": Kind.DECIMAL, "at": Kind.INSTANT, "ok": Kind.DECIMAL, "tags": Kind.LIST, "odd": Kind.TEXT}
    known = {"n": Integer(), "at": Boolean(), "ok": Numeric(9, 2), "tags": ARRAY(Text()), "odd": CITEXT()}

    assert [column.name for column, _ in mismatches(columns(**kinds).columns, known)] == ["n", "at"]
    assert mismatches(columns(at=Kind.INSTANT, name=Kind.TEXT).columns, {"at": DateTime(), "name": String(9)}) == []


def test_labels_and_units_explain_columns():
    """What a person sees in Workfront, the unit, and the API's name; each once."""
    found = Columns(
        "TASK",
        (
            Column("id", "ID", Kind.TEXT, label="ID"),
            Column("work", "workRequired", Kind.INTEGER, label="Planned Hours", unit="minutes"),
        ),
        (),
    )

    made = target("postgresql", found, "tasks", None).table.columns
    assert [column.comment for column in made] == [
        "ID",
        "Planned Hours; in minutes; workRequired",
        "when this row was read from Workfront",
    ]


def test_names_are_quoted_where_they_must_be():
    """A table or schema may be called anything; nothing of a name is taken for SQL."""
    goal = target("postgresql", columns(order=Kind.JSON), 'my "table"; drop', "Select")

    sql = str(goal.merge(datetime.now(UTC), 1, 2).compile(dialect=_dialect("postgresql")))
    assert sql.startswith('INSERT INTO "Select"."my ""table""; drop" (id, "order", _wf_synced_at)')
    assert 'CAST(_wf_staging."order" AS JSONB)' in sql
    assert isinstance(goal.table.columns["order"].type, JSONB)


def _dialect(name):
    return {"postgresql": postgresql, "sqlite": sqlite}[name].dialect()


def _is_utf_8(value):
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return False
    return True
