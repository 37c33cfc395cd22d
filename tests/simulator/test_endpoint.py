"""When a URL is disabled, probed and frozen, and when a message is sent again (rule 123)."""

import pytest

from airflow_provider_workfront.simulator.endpoint import Admission, Endpoint, retry_after

HOUR = 3600.0


def failed(times: int, scale: float = 1.0) -> Endpoint:
    """A URL that has failed so many times at second 0."""
    endpoint = Endpoint(scale, 0.0)
    for _ in range(times):
        endpoint.note(0.0, good=False)
    return endpoint


def test_retries_come_after_a_minute_and_a_half_and_at_last_two_days():
    """The formula and the times that Adobe prints beside it."""
    assert [retry_after(n) for n in (1, 2, 3)] == pytest.approx([84.8, 254.4, 593.6])
    assert retry_after(11) / HOUR == pytest.approx(48, abs=0.5)


def test_a_url_is_disabled_when_it_fails_too_often():
    """Above 70 % after a hundred attempts of grace."""
    assert failed(100).admission(0.0) is Admission.SEND
    assert failed(101).admission(0.0) is Admission.POSTPONE


def test_a_url_that_succeeds_often_enough_stays_enabled():
    """70 % failures are still allowed."""
    endpoint = Endpoint(1.0, 0.0)
    for number in range(1000):
        endpoint.note(0.0, good=number % 10 < 3)

    assert endpoint.disabled_at is None


def test_a_long_streak_disables_whatever_went_well_before():
    """2,000 failures in a row."""
    endpoint = Endpoint(1.0, 0.0)
    for number in range(12_000):
        endpoint.note(0.0, good=number < 10_000)

    assert endpoint.disabled_at == 0.0


def test_a_disabled_url_is_probed_every_ten_minutes():
    """One message then; a failure resets the timer, a success switches the URL on."""
    endpoint = failed(101)
    probes = [endpoint.admission(second) for second in (599.0, 600.0, 601.0, 1200.0)]
    endpoint.note(1200.0, good=True)

    assert probes == [Admission.POSTPONE, Admission.SEND, Admission.POSTPONE, Admission.SEND]
    assert endpoint.admission(1201.0) is Admission.SEND


def test_a_url_is_frozen_after_three_days_without_success():
    """Only when more than 2,000 in a row failed, too."""
    endpoint = failed(2000)
    endpoint.note(73 * HOUR, good=False)

    assert endpoint.admission(1000 * HOUR) is Admission.DROP
    assert failed(2001).frozen_at is None


def test_a_url_is_frozen_after_fifty_thousand_failures_at_once():
    """Whenever they happen; only an order switches it on."""
    endpoint = failed(50_000)
    assert endpoint.frozen_at == 0.0

    endpoint.enable()
    assert endpoint.admission(0.0) is Admission.SEND


def test_times_are_scaled():
    """So that a test need not wait ten minutes."""
    endpoint = failed(101, scale=0.001)

    assert [endpoint.admission(second) for second in (0.5, 0.7)] == [Admission.POSTPONE, Admission.SEND]
