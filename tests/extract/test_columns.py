"""From rows to typed values."""

import json
from datetime import UTC, datetime
from decimal import Context, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from airflow_provider_workfront.extract.columns import RESCUED, Column, Columns, Kind, rescue_column
from airflow_provider_workfront.failures import Unworkable

ID = Column("id", "ID", Kind.TEXT)
BUDGET = Column("budget", "budget", Kind.DECIMAL)
OWNER = Column("owner_name", "owner:name", Kind.TEXT)
VENDOR = Column("project_de_vendor", "project:DE:Vendor: main", Kind.TEXT)


def columns(*more, rescue=True):
    return Columns("PROJ", (ID, *more, *((rescue_column(),) if rescue else ())), ("ID",))


def test_values_come_by_column_name_in_order():
    """Flat, through references, and custom fields whose name has a colon."""
    row = {"owner": {"name": "Paula"}, "project": {"DE:Vendor: main": "Acme"}, "budget": "12.50", "ID": "1", "more": 1}

    values = columns(BUDGET, OWNER, VENDOR).values(row)

    assert list(values.items()) == [
        ("id", "1"),
        ("budget", Decimal("12.50")),
        ("owner_name", "Paula"),
        ("project_de_vendor", "Acme"),
        (RESCUED, None),
    ]


@pytest.mark.parametrize("row", [{"ID": "1"}, {"ID": "1", "owner": None, "budget": None}, {"ID": "1", "owner": []}])
def test_missing_is_null(row):
    """Workfront omits what is empty, or says null; of an empty reference all is null."""
    assert columns(BUDGET, OWNER).values(row) == {"id": "1", "budget": None, "owner_name": None, RESCUED: None}


def test_what_does_not_fit_is_rescued():
    """Nothing is lost, and the run goes on; the nearest value stands in the column."""
    start = Column("start", "start", Kind.INSTANT)
    row = {"ID": "1", "budget": "0.12345678901234567890", "start": {"odd": Decimal("1.10")}}

    values = columns(BUDGET, start).values(row)

    assert values["budget"] == Decimal("0.123456789012345679")
    assert values["start"] is None
    assert values[RESCUED] == '{"budget":"0.12345678901234567890","start":{"odd":1.10}}'


def test_without_a_place_for_it_the_row_names_itself():
    """With column and value, and what to do."""
    with pytest.raises(Unworkable, match=r"PROJ 17: budget is no decimal: 'much'; add a column _wf_rescued"):
        columns(BUDGET, rescue=False).values({"ID": "17", "budget": "much"})


def test_a_column_that_is_gone_is_empty():
    """Though another field now has the name of its source."""
    gone = Column("de_vendor", "DE:Vendor", Kind.TEXT, gone=True)

    assert columns(gone).values({"ID": "1", "DE:Vendor": "Acme"})["de_vendor"] is None


@pytest.mark.parametrize("number", ["0.1234567890123456789", "12345678901234.123456", "0.10", "1e2"])
def test_a_row_with_money_is_read_to_the_last_digit(number):
    """A double would cut it."""
    row = columns(BUDGET).decode(f'{{"ID":"1","budget":{number}}}'.encode())

    sent = Decimal(number).quantize(Decimal("1e-18"), context=Context(prec=50))
    assert columns(BUDGET).values(row)["budget"] == sent
    assert type(columns().decode(b'{"x":0.5}')["x"]) is float


def test_half_a_character_is_read():
    """JSON can write it, so Workfront can send it."""
    assert columns(BUDGET).decode(b'{"ID":"\\ud83d","budget":1.10}') == {"ID": "\ud83d", "budget": Decimal("1.10")}


ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)
TYPES = {
    Kind.TEXT: str,
    Kind.INTEGER: int,
    Kind.NUMBER: float,
    Kind.DECIMAL: Decimal,
    Kind.BOOLEAN: bool,
    Kind.INSTANT: datetime,
    Kind.LIST: list,
    Kind.JSON: str,
}


@given(st.sampled_from(sorted(TYPES, key=str)), ANY)
def test_any_value_is_typed_or_rescued(kind, value):
    """Never an error, never a value of another type, never lost."""
    values = columns(Column("x", "x", kind)).values({"ID": "1", "x": value})

    assert values["x"] is None or type(values["x"]) is TYPES[kind]
    if values["x"] is None and value not in (None, ""):
        blank = isinstance(value, str) and not value.strip()
        assert blank or json.loads(values[RESCUED])["x"] == value
    if isinstance(values["x"], datetime):
        assert values["x"].tzinfo is UTC
