"""When an authorization ends, from what the connection says."""

from __future__ import annotations

import pytest

from airflow_provider_workfront.broker.expiry import DAY, Expiry, expiry

NOW = 1_800_000_000.0


def left(*, began=0.0, used=0.0, absolute=None, inactivity=None) -> Expiry:
    """Expiry with ages in days."""
    return expiry(
        NOW,
        began_at=NOW - began * DAY if began else 0.0,
        used_at=NOW - used * DAY if used else 0.0,
        absolute_days=absolute,
        inactivity_days=inactivity,
    )


@pytest.mark.parametrize(
    ("days", "band"), [(31, None), (30, 30), (15, 30), (14, 14), (7, 7), (1.5, 7), (1, 1), (0.2, 1), (-3, 1)]
)
def test_the_warning_gets_louder_in_bands(days, band):
    """30, 14, 7 and 1 day before the end."""
    found = left(began=100 - days, absolute=100)

    assert found.band == band
    assert bool(found.warning) == (band is not None)


def test_a_short_limit_does_not_warn_from_its_first_day():
    """Of 14 days, 7 and 1 are left to warn at; past the end it warns whatever the limit."""
    assert [left(began=began, absolute=14).band for began in (0.5, 6, 7.5, 13.5, 15)] == [None, None, 7, 1, 1]
    assert left(began=2, absolute=1).band == 1


def test_the_nearer_of_two_ends_counts():
    """A rarely used connection dies of inactivity long before its absolute end."""
    found = left(began=10, absolute=100, used=25, inactivity=30)

    assert (found.rule, round(found.days)) == ("inactivity_days", 5)


def test_nothing_known_warns_of_nothing():
    """Workfront tells neither number."""
    assert left(began=500) == Expiry()
    assert left(absolute=90) == Expiry()
    assert not left().warning


def test_the_words_say_what_to_do():
    """How long, by which rule, and that a person has to authorize."""
    assert "ends in about 7 days (absolute_expiry_days is 90): authorize again" in left(began=83, absolute=90).warning
    assert "within a day" in left(began=89.5, absolute=90).warning
    assert "should have ended" in left(began=91, absolute=90).warning
