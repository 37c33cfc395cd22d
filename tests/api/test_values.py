"""How Python values are written for Workfront."""

from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum, StrEnum

import pytest

from airflow_provider_workfront.api.values import plain, text

NAIVE = datetime.fromisoformat("2026-01-01T00:00:00")


class Status(StrEnum):
    CURRENT = "CUR"


class Level(Enum):
    HIGH = 3


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("CUR", "CUR"),
        (True, "true"),
        (False, "false"),
        (5, "5"),
        (1.4, "1.4"),
        (Decimal("1E+3"), "1000"),
        (date(2026, 11, 2), "2026-11-02"),
        (datetime(2026, 11, 2, 9, tzinfo=UTC), "2026-11-02T09:00:00:000+0000"),
        (Status.CURRENT, "CUR"),
        (Level.HIGH, "3"),
    ],
)
def test_a_value_of_a_query_is_text(value, written):
    """Booleans are lower case, dates in Workfront's format, numbers without an exponent."""
    assert text(value) == written


@pytest.mark.parametrize("value", [None, {"a": 1}, b"a", object()])
def test_what_has_no_text_is_refused_by_name(value):
    """The name tells which of many filters it was."""
    with pytest.raises(TypeError, match=r"^status: "):
        text(value, "status")


@pytest.mark.parametrize("value", [object(), b"a", float("nan"), Decimal("NaN"), "\ud800", NAIVE])
def test_what_no_body_can_hold_is_refused_by_name(value):
    """At any depth, and before anything is sent."""
    with pytest.raises((TypeError, ValueError), match=r"^name"):
        plain({"tasks": [{"name": value}]})


def test_a_body_keeps_its_native_types():
    """Only what JSON cannot say is rewritten, at any depth."""
    sent = {
        "name": "a",
        "isActive": True,
        "budget": Decimal("10.50"),
        "owner": None,
        "entryDate": date(2026, 11, 2),
        "objectCategories": ({"categoryID": Status.CURRENT},),
    }
    assert plain(sent) == {
        "name": "a",
        "isActive": True,
        "budget": "10.50",
        "owner": None,
        "entryDate": "2026-11-02",
        "objectCategories": [{"categoryID": "CUR"}],
    }
