"""Values of an input, in the form that is sent."""

import json
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from uuid import UUID

import pytest

from airflow_provider_workfront.extract.richtext import plain_text
from airflow_provider_workfront.writing.conversion import (
    day_reader,
    each_of,
    instant_reader,
    scaled,
    sent_boolean,
    sent_decimal,
    sent_integer,
    sent_map,
    sent_number,
    sent_objects,
    sent_rich_text,
    sent_text,
)
from airflow_provider_workfront.writing.unfit import Unfit

NAN = Decimal("NaN")
PLUS_ONE = timezone(timedelta(hours=1))


@pytest.mark.parametrize(
    ("convert", "value", "sent"),
    [
        (sent_text, "  as it is ", "  as it is "),
        (sent_text, 7, "7"),
        (sent_text, Decimal("7.00"), "7.00"),
        (sent_text, Decimal("1E+3"), "1000"),
        (sent_text, True, "true"),
        (sent_text, date(2026, 1, 31), "2026-01-31"),
        (sent_text, time(9, 30), "09:30:00"),
        (sent_text, UUID(int=1), "00000000-0000-0000-0000-000000000001"),
        (sent_integer, " 12 ", 12),
        (sent_integer, 2.0, 2),
        (sent_number, "1.5", 1.5),
        (sent_number, Decimal("0.1"), 0.1),
        (sent_decimal, "1234.50", "1234.50"),
        (sent_decimal, Decimal("1E+3"), "1000"),
        (sent_decimal, 0.1, "0.1"),
        (sent_boolean, "True", True),
        (sent_boolean, 0, False),
        (sent_boolean, "1", True),
        (day_reader(), date(2026, 1, 31), "2026-01-31"),
        (day_reader(), datetime(2026, 1, 31, tzinfo=PLUS_ONE), "2026-01-31"),
        (day_reader(), "2026-01-31T00:00:00Z", "2026-01-31"),
        (day_reader("%d.%m.%Y"), "31.01.2026", "2026-01-31"),
        (day_reader("%Y%m%d"), 20260131, "2026-01-31"),
        (instant_reader(), datetime(2026, 1, 31, 9, tzinfo=PLUS_ONE), "2026-01-31T09:00:00:000+0100"),
        (instant_reader(), datetime(2026, 1, 31, 9), "2026-01-31T09:00:00:000+0000"),  # noqa: DTZ001
        (instant_reader("", "Europe/Berlin"), "2026-07-31 09:00", "2026-07-31T09:00:00:000+0200"),
        (instant_reader("", "Europe/Berlin"), "2026-01-31T09:00:00Z", "2026-01-31T09:00:00:000+0000"),
        (instant_reader("", "Europe/Berlin"), "2026-01-31", "2026-01-31T00:00:00:000+0100"),
        (instant_reader(), "2026-01-31", "2026-01-31"),
        (instant_reader("%d.%m.%Y"), "31.01.2026", "2026-01-31"),
        (instant_reader("%d.%m.%Y %H:%M", "Asia/Tokyo"), "31.01.2026 09:30", "2026-01-31T09:30:00:000+0900"),
        (scaled(sent_integer, 60, 1), "1.5", 90),
        (scaled(sent_number, 1, 60), 90, 1.5),
        (each_of(sent_text), "DE; FR;", ["DE", "FR"]),
        (each_of(sent_text, "|"), "a;b|c", ["a;b", "c"]),
        (each_of(sent_text), '["a;b", "c"]', ["a;b", "c"]),
        (each_of(sent_text), ["DE", None, 7], ["DE", "7"]),
        (each_of(sent_text), 7, ["7"]),
        (each_of(sent_text), "[draft]", ["[draft]"]),
        (sent_map, '{"2026-01-31": 60}', {"2026-01-31": 60}),
        (sent_objects, '[{"assignedToID": "u1"}]', [{"assignedToID": "u1"}]),
        (sent_objects, [{"work": Decimal("1.5"), "on": date(2026, 1, 31)}], [{"work": "1.5", "on": "2026-01-31"}]),
    ],
)
def test_values_are_sent_in_workfronts_form(convert, value, sent):
    """Whatever an input has them in: text, or what a database or a Parquet file gives."""
    found = convert(value)

    assert (found, type(found)) == (sent, type(sent))
    assert json.loads(json.dumps(found)) == sent


@pytest.mark.parametrize(
    ("convert", "value", "why"),
    [
        (sent_text, {"a": 1}, "is no text"),
        (sent_text, b"abc", "is no text"),
        (sent_text, float("nan"), "is no text"),
        (sent_text, "\ud83d", "wrong encoding"),
        (sent_integer, "1,234", "no whole number"),
        (sent_integer, 1.5, "no whole number"),
        (sent_integer, True, "no whole number"),
        (sent_integer, 2**63, "no whole number"),
        (sent_number, "1_000", "is no number"),
        (sent_number, float("inf"), "is no number"),
        (sent_number, 2**60 + 1, "is no number"),
        (sent_decimal, "1,234.50", "is no amount; write it as"),
        (sent_decimal, NAN, "is no amount"),
        (sent_decimal, "0.1234567890123456789", "more than 18 digits behind the point"),
        (sent_boolean, "yes", "is no truth value: true, false, 1 or 0"),
        (day_reader(), "2026-01-31T10:00:00", "has a time of day"),
        (day_reader(), "31.01.2026", "is no date; write it as 2026-01-31"),
        (day_reader("%d.%m.%Y"), "2026-01-31", "is no date as %d.%m.%Y has it"),
        (instant_reader(), 1769850000, "is no date"),
        (instant_reader(), "2026-02-30", "is no date"),
        (scaled(sent_integer, 60, 1), "0.333", "no whole number"),
        (scaled(sent_integer, 60, 1), "1,5", "is no number; write it as 1.5"),
        (scaled(sent_integer, 60, 1), NAN, "is no number"),
        (each_of(sent_integer), ["1", "x"], 'has "x", which is no whole number'),
        (each_of(sent_text), {"a": 1}, "is no text"),
        (sent_map, "[1]", "is no JSON object"),
        (sent_objects, '["u1"]', "is no list of objects"),
        (sent_objects, [{"on": datetime(2026, 1, 31)}], "cannot be sent: on: .* has no time zone"),  # noqa: DTZ001
        (sent_rich_text, '{"text": "x"}', "is no rich text"),
    ],
)
def test_what_does_not_fit_is_refused(convert, value, why):
    """Nothing is guessed, cut or rounded; the reason says what would fit."""
    with pytest.raises(Unfit, match=why):
        convert(value)


def test_plain_text_becomes_a_rich_text():
    """A block a line, and always the same document for the same text, or each run would change it."""
    sent = sent_rich_text("one\ntwo")

    assert plain_text(sent) == "one\ntwo"
    assert json.loads(sent)["entityMap"] == {}
    assert sent == sent_rich_text("one\ntwo")


def test_a_rich_text_is_sent_as_it_is():
    """As text or as an object; what Workfront insists on is put in."""
    document = '{"blocks": [{"text": "x"}], "entityMap": {"0": {}}}'

    assert sent_rich_text(document) == document
    assert json.loads(sent_rich_text({"blocks": []})) == {"entityMap": {}, "blocks": []}


def test_milliseconds_are_kept():
    """Workfront has no finer ones."""
    moment = datetime(2026, 1, 31, 9, 0, 0, 123456, tzinfo=UTC)

    assert instant_reader()(moment) == "2026-01-31T09:00:00:123+0000"
