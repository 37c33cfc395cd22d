"""Workfront's dates, both ways."""

from datetime import UTC, date, datetime, timedelta, timezone

import pendulum
import pytest
from hypothesis import given
from hypothesis import strategies as st

from airflow_provider_workfront.api.dates import format_date, parse_date

NATIVE = "2017-03-08T17:00:00:000+0400"
MOMENT = pendulum.datetime(2017, 3, 8, 13)


@pytest.mark.parametrize(
    "text",
    [
        NATIVE,
        "2017-03-08T17:00:00.000+0400",
        "2017-03-08T17:00:00+04:00",
        "2017-03-08T13:00:00.000Z",
        "2017-03-08T13:00:00Z",
        "2017-03-08T13:00",
        "2017-03-08T13:00:00.000000",
    ],
)
def test_every_form_seen_is_read(text):
    """The REST API, events, subscriptions and clients each write their own."""
    assert parse_date(text) == MOMENT


def test_the_native_form_survives_a_round_trip():
    """Offset and colon come back as they were."""
    assert format_date(parse_date(NATIVE)) == NATIVE


@given(
    st.datetimes(min_value=datetime(1900, 1, 1), max_value=datetime(2200, 1, 1)),  # noqa: DTZ001 made aware below
    st.integers(-14 * 60, 14 * 60),
)
def test_any_instant_survives_a_round_trip(moment, minutes):
    """To the millisecond, which is all that Workfront keeps."""
    moment = moment.replace(microsecond=moment.microsecond // 1000 * 1000, tzinfo=timezone(timedelta(minutes=minutes)))
    back = parse_date(format_date(moment))
    assert back == moment
    assert back.utcoffset() == moment.utcoffset()


@given(st.dates())
def test_any_day_survives_a_round_trip(day):
    """A pure date stays one."""
    back = parse_date(format_date(day))
    assert back == day
    assert type(back) is pendulum.Date


def test_an_instant_without_offset_takes_the_users_zone():
    """It is in the zone of the user who asked; UTC unless told."""
    assert parse_date("2017-03-08T17:00:00", tz="Asia/Dubai") == MOMENT
    assert parse_date("2017-03-08T13:00:00", tz=UTC) == MOMENT


def test_finer_than_a_millisecond_is_cut_off():
    """Rounding up could reach into the next window."""
    assert format_date(datetime(2024, 1, 1, 0, 0, 0, 999_999, tzinfo=UTC)) == "2024-01-01T00:00:00:999+0000"


def test_a_naive_datetime_is_refused():
    """Nobody can know which zone is meant, until told."""
    naive = datetime(2024, 1, 1)  # noqa: DTZ001 the point of the test
    with pytest.raises(ValueError, match="no time zone"):
        format_date(naive)
    assert format_date(naive, tz=UTC) == "2024-01-01T00:00:00:000+0000"


def test_pendulum_and_plain_dates_are_written_alike():
    """Airflow gives the one, people the other."""
    assert format_date(pendulum.date(2024, 2, 29)) == format_date(date(2024, 2, 29)) == "2024-02-29"
    assert format_date(pendulum.datetime(2024, 7, 1, tz="Europe/Berlin")) == "2024-07-01T00:00:00:000+0200"
    assert format_date(pendulum.datetime(2024, 7, 1, tz="America/St_Johns")).endswith("-0230")


@pytest.mark.parametrize("text", ["", "yesterday", "2017-03-08T", "08.03.2017", "2017-13-01", "$$TODAY", NATIVE + "x"])
def test_what_is_no_date_is_refused(text):
    """Guessing would be worse."""
    with pytest.raises(ValueError, match=r"\d|date|month"):
        parse_date(text)
