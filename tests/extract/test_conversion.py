"""From the shapes that Workfront sends to typed values."""

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from airflow_provider_workfront.api.dates import format_date
from airflow_provider_workfront.extract.conversion import (
    PRECISION,
    SCALE,
    Kind,
    Misfit,
    as_date,
    as_decimal,
    as_instant,
    as_integer,
    as_number,
    conversion,
)

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)
USER = '{"objCode":"USER","name":"Paula Planner","ID":"u1"}'


@pytest.mark.parametrize(
    ("kind", "part", "sent", "value"),
    [
        (Kind.TEXT, "", "", ""),
        (Kind.TEXT, "", 5, "5"),
        (Kind.TEXT, "", True, "true"),
        (Kind.TEXT, "", ["a"], '["a"]'),
        (Kind.TEXT, "", Decimal("1.50"), "1.50"),
        (Kind.INTEGER, "", 7, 7),
        (Kind.INTEGER, "", 7.0, 7),
        (Kind.INTEGER, "", " 7 ", 7),
        (Kind.INTEGER, "", Decimal("7.0"), 7),
        (Kind.INTEGER, "", "", None),
        (Kind.NUMBER, "", 1.4, 1.4),
        (Kind.NUMBER, "", 2, 2.0),
        (Kind.NUMBER, "", "1.4", 1.4),
        (Kind.NUMBER, "", Decimal("1.4"), 1.4),
        (Kind.NUMBER, "", "", None),
        (Kind.DECIMAL, "", "250000.10", Decimal("250000.10")),
        (Kind.DECIMAL, "", 0.1, Decimal("0.1")),
        (Kind.DECIMAL, "", 12, Decimal(12)),
        (Kind.DECIMAL, "", "1E+3", Decimal(1000)),
        (Kind.DECIMAL, "", "", None),
        (Kind.DECIMAL, "", "1.1000000000000000000000", Decimal("1.1")),
        (Kind.BOOLEAN, "", False, False),
        (Kind.BOOLEAN, "", "TRUE", True),
        (Kind.BOOLEAN, "", "", None),
        (Kind.DATE, "", "2026-01-31", date(2026, 1, 31)),
        (Kind.DATE, "", "2026-01-31T00:00:00:000+1300", date(2026, 1, 31)),
        (Kind.DATE, "", "", None),
        (Kind.INSTANT, "", "2026-01-31T16:00:00:000+0400", NOON),
        (Kind.INSTANT, "", "2026-01-31T12:00:00Z", NOON),
        (Kind.INSTANT, "", "2026-01-31", datetime(2026, 1, 31, tzinfo=UTC)),
        (Kind.INSTANT, "", "", None),
        (Kind.LIST, "", ["a", 1, None, "b"], ["a", "1", "b"]),
        (Kind.LIST, "", "a", ["a"]),
        (Kind.LIST, "", [], []),
        (Kind.LIST, "", "", None),
        (Kind.JSON, "", {"a": [1, Decimal("1.10")]}, '{"a":[1,1.10]}'),
        (Kind.JSON, "", {"half": "\ud83d"}, '{"half": "\\ud83d"}'),
        (Kind.JSON, "", [10**30], f"[{10**30}]"),
        (Kind.TEXT, "plain", "words", "words"),
        (Kind.TEXT, "id", USER, "u1"),
        (Kind.TEXT, "id", {"ID": "u1", "name": "x"}, "u1"),
        (Kind.TEXT, "id", "u1", "u1"),
        (Kind.TEXT, "id", "{broken", "{broken"),
        (Kind.TEXT, "id", "", None),
        (Kind.TEXT, "name", USER, "Paula Planner"),
        (Kind.TEXT, "name", "u1", None),
        (Kind.TEXT, "name", {"ID": "u1"}, None),
        (Kind.LIST, "id", [USER, "u2"], ["u1", "u2"]),
        (Kind.LIST, "id", f"[{USER}]", ["u1"]),
        (Kind.LIST, "id", "[broken", ["[broken"]),
        (Kind.LIST, "id", "", None),
        (Kind.LIST, "name", [USER, "u2"], ["Paula Planner", ""]),
        (Kind.LIST, "name", ["u1"], None),
    ],
)
def test_every_shape_seen_is_understood(kind, part, sent, value):
    """Numbers as text, objects as text or as objects, one value where many may be."""
    converted = conversion(kind, part)(sent)

    assert converted == value
    assert type(converted) is type(value)


@pytest.mark.parametrize(
    ("kind", "sent", "nearest"),
    [
        (Kind.INTEGER, 2.5, None),
        (Kind.INTEGER, 2**63, None),
        (Kind.INTEGER, "1e999", None),
        (Kind.INTEGER, True, None),
        (Kind.NUMBER, "n/a", None),
        (Kind.NUMBER, "1_000", None),
        (Kind.NUMBER, "NaN", None),
        (Kind.NUMBER, float("inf"), None),
        (Kind.NUMBER, "1e999", None),
        (Kind.NUMBER, 2**53 + 1, float(2**53)),
        (Kind.DECIMAL, "12,50", None),
        (Kind.DECIMAL, "sNaN", None),
        (Kind.DECIMAL, {}, None),
        (Kind.DECIMAL, "123456789012345678901", None),
        (Kind.DECIMAL, "0.12345678901234567891", Decimal("0.123456789012345679")),
        (Kind.BOOLEAN, "yes", None),
        (Kind.BOOLEAN, 1, None),
        (Kind.DATE, "31.01.2026", None),
        (Kind.DATE, 20260131, None),
        (Kind.DATE, "2026-01-31T17:00:00:000+1300", date(2026, 1, 31)),
        (Kind.INSTANT, "soon", None),
        (Kind.INSTANT, "2026-13-31T16:00:00:000+0400", None),
        (Kind.INSTANT, "0001-01-01T00:00:00:000+0400", None),
        (Kind.INSTANT, 1769860800, None),
    ],
)
def test_what_does_not_fit_is_told(kind, sent, nearest):
    """With the nearest value that does, if there is one."""
    with pytest.raises(Misfit) as told:
        conversion(kind, "")(sent)

    assert told.value.nearest == nearest


def test_a_looked_up_object_without_an_id_is_told():
    """There is nothing to join by."""
    with pytest.raises(Misfit):
        conversion(Kind.TEXT, "id")({"name": "x"})


@given(st.decimals(allow_nan=False, allow_infinity=False, places=2, min_value=-(10**17), max_value=10**17))
def test_money_is_exact_from_text_and_number(amount):
    """As text, which API v20 sends, to the last digit; as an exact JSON number too."""
    assert as_decimal(str(amount)) == as_decimal(amount) == amount


@given(st.floats(allow_nan=False, allow_infinity=False, min_value=-1e15, max_value=1e15))
def test_a_number_of_json_is_the_decimal_it_was_written_as(number):
    """A double's shortest spelling, not its binary expansion."""
    try:
        converted = as_decimal(number)
    except Misfit as misfit:
        assert abs(misfit.nearest - Decimal(repr(number))) <= Decimal(1).scaleb(-SCALE)  # noqa: PT017
    else:
        assert converted == Decimal(repr(number))
        assert as_number(str(converted)) == number


@given(st.from_regex(r"-?[0-9]{1,25}(\.[0-9]{1,25})?([eE][+-]?[0-9]{1,3})?", fullmatch=True))
def test_a_decimal_always_fits_its_column(text):
    """Never more than 38 digits, 18 behind the point, and no exponent above."""
    try:
        value = as_decimal(text)
    except Misfit as misfit:
        value = misfit.nearest
    if value is not None:
        assert -SCALE <= value.as_tuple().exponent <= 0
        assert value == 0 or value.adjusted() < PRECISION - SCALE


@given(st.integers(-(2**63) + 1, 2**63 - 1))
def test_every_whole_number_of_64_bits_is_kept(number):
    """As a number and as text."""
    assert as_integer(number) == as_integer(str(number)) == number


@given(
    st.datetimes(min_value=datetime(1970, 1, 1), max_value=datetime(2200, 1, 1)),  # noqa: DTZ001 made aware below
    st.integers(-14 * 60, 14 * 60),
)
def test_an_instant_is_the_same_in_every_zone(moment, minutes):
    """In UTC, as Python's own type, to the millisecond."""
    moment = moment.replace(microsecond=moment.microsecond // 1000 * 1000, tzinfo=timezone(timedelta(minutes=minutes)))

    read = as_instant(format_date(moment))

    assert read == moment == as_instant(moment.isoformat())
    assert type(read) is type(as_instant(moment.isoformat())) is datetime
    assert read.tzinfo is UTC


@given(st.dates())
def test_a_day_stays_that_day(day):
    """And is Python's own type."""
    assert as_date(day.isoformat()) == day
    assert type(as_date(day.isoformat())) is date
