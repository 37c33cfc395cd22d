"""What templates rendered to becomes what it stands for, or is named with what would do."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from airflow_provider_workfront.api.query import field
from airflow_provider_workfront.spelling import flag, number
from airflow_provider_workfront.transfers.arguments import filters_of, moment, share, span

NOON = datetime(2026, 3, 18, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    "value",
    [
        NOON,
        "2026-03-18T12:00:00+00:00",
        "2026-03-18T08:00:00:000-0400",
        " 2026-03-18 12:00:00Z ",
        datetime.fromisoformat("2026-03-18T13:00:00+01:00"),
    ],
)
def test_an_instant_in_any_form(value):
    """As Airflow's templates write it, and as Workfront does."""
    assert moment("since", value) == NOON


@pytest.mark.parametrize("value", ["2026-03-18", date(2026, 3, 18)])
def test_a_date_is_the_beginning_of_its_day(value):
    """In UTC."""
    assert moment("since", value) == NOON.replace(hour=0)


@pytest.mark.parametrize("value", [None, "", " ", "None"])
def test_what_is_missing_is_no_instant(value):
    """A template of a run without a data interval renders to that."""
    assert moment("since", value) is None


@pytest.mark.parametrize("value", ["soon", 5, datetime(2026, 3, 18), "2026-13-45"])  # noqa: DTZ001
def test_what_is_no_instant_is_named(value):
    """Also one without a zone, which could be any of many."""
    with pytest.raises((TypeError, ValueError), match="since"):
        moment("since", value)


@pytest.mark.parametrize(("value", "meant"), [(True, True), ("True", True), (" false ", False), (False, False)])
def test_true_and_false(value, meant):
    """Also as Jinja writes them."""
    assert flag("full_refresh", value) is meant


@pytest.mark.parametrize(
    ("read", "value"),
    [
        (flag, "yes"),
        (flag, 1),
        (number, 0),
        (number, "a"),
        (number, True),
        (number, 2.5),
        (share, 1.5),
        (share, "much"),
        (share, True),
        (span, 600),
        (span, timedelta(minutes=-1)),
    ],
)
def test_everything_else_is_named(read, value):
    """With the name of the argument."""
    with pytest.raises((TypeError, ValueError), match="argument"):
        read("argument", value)


def test_texts_of_numbers():
    """As templates leave them."""
    assert (number("n", "50000"), share("s", "0.5")) == (50_000, 0.5)


@pytest.mark.parametrize("value", [{"status": "CUR"}, '{"status": "CUR"}'])
def test_filters_in_any_form(value):
    """A dict, or its JSON; what the builder makes passes as it is."""
    assert filters_of(value) == {"status": "CUR"}
    assert filters_of(None) is None
    assert filters_of(built := field("status").eq("CUR")) is built


@pytest.mark.parametrize("value", ["status=CUR", "[1]", 5, ["status"]])
def test_what_is_no_filter_is_named(value):
    """Python's own text of a dict is not its JSON."""
    with pytest.raises(TypeError, match="filters"):
        filters_of(value)


def test_a_list_that_a_template_made_text_is_refused():
    """Workfront would look for the very text, and find nothing."""
    with pytest.raises(ValueError, match="status is the text of a list"):
        filters_of({"status": "['CUR', 'PLN']"})
