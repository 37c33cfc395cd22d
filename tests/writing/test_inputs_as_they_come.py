"""Values as pandas, databases and spreadsheets write them, and what no log can hold."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import httpx
import pytest

from airflow_provider_workfront.api.dates import format_date, parse_date
from airflow_provider_workfront.api.values import plain, text
from airflow_provider_workfront.connection import read
from airflow_provider_workfront.connection.host import base_url
from airflow_provider_workfront.writing.conversion import (
    as_key,
    instant_reader,
    sent_decimal,
    sent_number,
    sent_text,
    with_comma,
)
from airflow_provider_workfront.writing.inputs import file_input
from airflow_provider_workfront.writing.rejects import rejects
from airflow_provider_workfront.writing.row import InputRow
from airflow_provider_workfront.writing.unfit import Unfit

PATTERN = "%Y-%m-%d %H:%M"


@pytest.mark.parametrize(
    ("value", "sent"),
    [(1001.0, "1001"), (1e16, "1" + "0" * 16), (1e-7, "0.0000001"), (Decimal("1E+3"), "1000"), (-0.5, "-0.5")],
)
def test_numbers_are_written_in_digits(value, sent):
    """In texts, in queries, and in bodies without an exponent."""
    assert sent_text(value) == text(value) == sent
    assert "e" not in str(plain(value)).lower()


@pytest.mark.parametrize("value", [1001, 1001.0, Decimal("1001.00"), "1001"])
def test_a_whole_number_is_one_key(value):
    """However it arrives."""
    assert as_key(sent_text)(value) == "1001"


@pytest.mark.parametrize("value", [1.5, Decimal("1.5")])
def test_a_fraction_is_no_key(value):
    """Text may say whatever it likes."""
    with pytest.raises(Unfit, match="fraction"):
        as_key(sent_text)(value)
    assert as_key(sent_text)("1.5") == "1.5"


@pytest.mark.parametrize(
    ("zone", "given", "instant"),
    [
        ("America/New_York", "2024-03-10 02:30", "2024-03-10T03:30:00:000-0400"),
        ("Asia/Beirut", "2024-03-31 00:30", "2024-03-31T01:30:00:000+0300"),
        ("Europe/Berlin", "2026-10-25 02:30", "2026-10-25T02:30:00:000+0200"),
    ],
)
def test_a_skipped_time_is_moved_forward(zone, given, instant):
    """By what is skipped, with a format, without one, and as a value of Python; the first of two is meant."""
    assert instant_reader("", zone)(given) == instant
    assert instant_reader(PATTERN, zone)(given) == instant
    assert instant_reader("", zone)(datetime.fromisoformat(given)) == instant


@pytest.mark.parametrize(
    ("given", "hour"),
    [
        ("2026-01-31 10:00:00+00", 10),
        ("2026-01-31 10:00:00.000 -0800", 18),
        ("2026-01-31 10:00:00 UTC", 10),
        ("2026-01-31 10:00:00.123456789 +01:00", 9),
        ("2026-01-31T10:00:00,5Z", 10),
    ],
)
def test_offsets_are_read_as_databases_print_them(given, hour):
    """PostgreSQL, Snowflake, BigQuery, Oracle, ISO 8601."""
    assert parse_date(given).astimezone(UTC).hour == hour


@pytest.mark.parametrize(("offset", "hour"), [("+00", 10), ("-08", 18), ("UTC", 10), ("+0100", 9)])
def test_a_format_takes_short_offsets(offset, hour):
    """They are those of `%z`."""
    assert f"T10:00:00:000{(10 - hour):+03d}00" in instant_reader("%Y-%m-%d %H:%M:%S%z")(f"2026-01-31 10:00:00{offset}")


def test_early_years_have_four_digits():
    """And offsets of whole minutes, which lose no second."""
    assert format_date(datetime(1, 1, 1, tzinfo=UTC)) == "0001-01-01T00:00:00:000+0000"
    early = datetime(1800, 1, 1, tzinfo=ZoneInfo("Europe/Berlin"))
    assert parse_date(format_date(early)) == early


def test_decimals_may_follow_a_comma():
    """With points between thousands, or without."""
    assert with_comma(sent_decimal)("1.234,50") == "1234.50"
    assert with_comma(sent_number)("-1234,5") == -1234.5
    for wrong in ("1,234.50", "12.34", "1.2345,0"):
        with pytest.raises(Unfit, match="decimal"):
            with_comma(sent_decimal)(wrong)


@pytest.mark.parametrize("password", ["pa#ss", "pa?ss", "pa/ss", "p[a]ss", "p@:ss", "100%", "p%23ss", "pä ss"])
def test_a_password_of_a_proxy_holds_any_character(password):
    """What the HTTP client reads of the address is what was meant."""
    url = httpx.URL(read.proxy(f"http://user:{password}@proxy.example.com:3128"))

    assert (url.host, url.port, url.username) == ("proxy.example.com", 3128, "user")
    assert url.password == password.replace("%23", "#")


@pytest.mark.parametrize("rest", ["proxy.example.com:70000", "proxy.example.com:0", "a b:1", "[x]:1", "proxy:31x8"])
def test_a_proxy_that_cannot_be_is_refused_without_its_password(rest):
    """No part of it is shown."""
    with pytest.raises(ValueError, match=r"port|http://") as refused:
        read.proxy(f"http://user:s#cret@{rest}")
    assert "cret" not in str(refused.value)


def test_ports_out_of_range_are_refused():
    """Of the host and of the redirect URI."""
    with pytest.raises(ValueError, match="ports go from 1 to 65535"):
        base_url("acme.my.workfront.com", None, 70000)
    with pytest.raises(ValueError, match="port up to 65535"):
        read.redirect_uri("https://airflow.example.com:70000/x")


def test_reasons_can_be_logged_and_the_first_is_the_lowest(tmp_path, caplog):
    """Halves of surrogate pairs and control characters are escaped."""
    (tmp_path / "in.jsonl").write_text('{"a":1}\n')
    with rejects(f"{tmp_path}/out.jsonl", file_input(f"{tmp_path}/in.jsonl")) as taken:
        taken.add(InputRow(7, {"a": 1}), "later")
        taken.add(InputRow(2, {"a": 1}), "half \ud83d, NUL \0")
        assert taken.first == "row 2: half \\ud83d, NUL \\x00"
    caplog.text.encode()


def test_a_text_with_nul_is_refused():
    """No database holds it."""
    with pytest.raises(Unfit, match="NUL"):
        sent_text("a\0b")
