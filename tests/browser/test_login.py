"""Each user of either auth manager gets in by the login page, which is what the other browser tests begin with."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect
from support.browser import fill_in, log_in


@pytest.mark.parametrize("user", ["olga", "ursula", "victor"])
def test_a_user_of_the_simple_auth_manager_logs_in(airflow, visit, user):
    """Each role that Airflow's simple auth manager knows; the admin does in the tests of the form."""
    log_in(visit.stranger(airflow), airflow, user)


def test_a_wrong_password_is_refused(airflow, visit):
    """So what the others show is a login."""
    page = visit.stranger(airflow)

    fill_in(page, "admin", "not the password")

    expect(page.get_by_text("401 Unauthorized")).to_be_visible()
    expect(page.get_by_label("Username")).to_be_visible()


@pytest.mark.slow
@pytest.mark.parametrize("user", ["admin", "victor"])
def test_a_user_of_fab_logs_in(fab, visit, user):
    """FAB has a login page of its own."""
    log_in(visit.stranger(fab), fab, user)
