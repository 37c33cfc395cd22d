"""Rules 68 and 110 to 112: moments, days and wildcards."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from support.tenant import NOW, Tenant

from airflow_provider_workfront.simulator.dates import read_date, read_datetime, write_datetime
from airflow_provider_workfront.simulator.wildcards import moment_of

NEW_YORK = ZoneInfo("America/New_York")
KOLKATA = ZoneInfo("Asia/Kolkata")


@pytest.fixture
def tenant() -> Tenant:
    return Tenant()


def test_a_moment_is_written_in_the_users_zone():
    """Rule 110: a colon before the milliseconds, none in the offset."""
    moment = datetime(2017, 3, 8, 13, 0, 0, 45000, tzinfo=UTC)

    assert write_datetime(moment, UTC) == "2017-03-08T13:00:00:045+0000"
    assert write_datetime(moment, NEW_YORK) == "2017-03-08T08:00:00:045-0500"
    assert write_datetime(moment, KOLKATA) == "2017-03-08T18:30:00:045+0530"


def test_pure_dates_have_no_time(tenant):
    """Rule 110: HOUR.entryDate is a date."""
    rows = tenant.get("/hour/search", {"entryDate_Sort": "desc", "fields": "entryDate", "$$LIMIT": 1})

    assert rows[0]["entryDate"] == "2026-03-16"


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-18T15:30:00.000Z",
        "2026-03-18T15:30:00:000+0000",
        "2026-03-18T11:30:00:000-0400",
        "2026-03-18T11:30:00.000-04:00",
        "2026-03-18T11:30:00",
        "2026-03-18T11:30",
    ],
)
def test_every_documented_form_is_read(text):
    """Rule 111: without an offset it is the user's time."""
    assert read_datetime(text, NEW_YORK) == NOW


@pytest.mark.parametrize("text", ["", "today", "2026-3-18", "18.03.2026", "2026-13-01", "2026-03-18T25:00:00"])
def test_what_is_no_date_is_not_read(text):
    """Rule 111: no guessing."""
    assert read_datetime(text, UTC) is None


def test_a_bare_date_begins_at_the_users_midnight():
    """Rule 111: and a moment's date is the user's date."""
    assert read_datetime("2026-03-18", NEW_YORK) == datetime(2026, 3, 18, 4, tzinfo=UTC)
    assert str(read_date("2026-03-18T22:00:00Z", KOLKATA)) == "2026-03-19"


def test_equality_matches_the_whole_day(tenant):
    """Rule 63: eq on a dateTime means its day for the user; `exacttime` the millisecond."""
    issue = tenant.id("OPTASK", "New laptop")
    for text, expected in (("2026-03-18T03:59:59Z", 0), ("2026-03-18T04:00:00Z", 1), ("2026-03-19T03:59:59.999Z", 1)):
        moment = read_datetime(text, UTC)
        tenant.world.update("OPTASK", issue, {"autoClosureDate": moment})
        assert tenant.get("/optask/count", {"autoClosureDate": "2026-03-18"}) == {"count": expected}

    exact = {"autoClosureDate": "2026-03-19T03:59:59.999Z", "autoClosureDate_Mod": "exacttime"}
    assert tenant.get("/optask/count", exact) == {"count": 1}
    assert tenant.get("/optask/count", {**exact, "autoClosureDate": "2026-03-18"}) == {"count": 0}


def test_incremental_reads_compare_instants(tenant):
    """Reference 7.4: gte and between on lastUpdateDate, in any spelling."""
    since = {"lastUpdateDate": "2026-03-15T12:00:00.000Z", "lastUpdateDate_Mod": "gte"}
    between = {"lastUpdateDate": "2026-03-13T08:00:00-0400", "lastUpdateDate_Range": "2026-03-15T12:00:00:000+0000"}

    assert tenant.names("/proj/search", since) == ["Brand Refresh", "Mobile App 2.0", "Website Relaunch"]
    assert tenant.names("/proj/search", between) == ["Data Warehouse", "Mobile App 2.0", "Office Move"]


def test_another_time_zone_is_another_text_for_the_same_instant(tenant):
    """Rule 112: the user's zone changes the text only."""
    path = f"/proj/{tenant.id('PROJ', 'Help Desk')}"
    before = tenant.get(path, {"fields": "lastUpdateDate"})["lastUpdateDate"]
    tenant.world.update("USER", tenant.user_id, {"timeZone": "Asia/Kolkata"})
    after = tenant.get(path, {"fields": "lastUpdateDate"})["lastUpdateDate"]

    assert (before[-5:], after[-5:]) == ("-0400", "+0530")
    assert read_datetime(before, UTC) == read_datetime(after, UTC)


@pytest.mark.parametrize(
    ("wildcard", "expected"),
    [
        ("$$TODAY", "2026-03-18T00:00"),
        ("$$TODAYed", "2026-03-19T00:00"),
        ("$$TODAYbd", "2026-03-18T00:00"),
        ("$$TODAY-7d", "2026-03-11T00:00"),
        ("$$TODAY+1m", "2026-04-18T00:00"),
        ("$$TODAYbm", "2026-03-01T00:00"),
        ("$$TODAYem", "2026-04-01T00:00"),
        ("$$TODAYb-1m", "2026-02-01T00:00"),
        ("$$TODAYe-1m", "2026-03-01T00:00"),
        ("$$TODAYbw", "2026-03-15T00:00"),
        ("$$TODAYew", "2026-03-22T00:00"),
        ("$$TODAYe+1w", "2026-03-29T00:00"),
        ("$$TODAYbq", "2026-01-01T00:00"),
        ("$$TODAYeq", "2026-04-01T00:00"),
        ("$$TODAYby", "2026-01-01T00:00"),
        ("$$TODAYb+1y", "2027-01-01T00:00"),
        ("$$TODAY+3h", "2026-03-18T03:00"),
        ("$$NOW", "2026-03-18T11:30"),
        ("$$NOW-1h", "2026-03-18T10:30"),
        ("$$NOW-1m", "2026-02-18T11:30"),
        ("$$NOW+2w", "2026-04-01T11:30"),
    ],
)
def test_time_wildcards_count_in_the_users_zone(wildcard, expected):
    """Rule 68: grammar and boundaries of reference 4.7."""
    moment = moment_of(wildcard, NOW, NEW_YORK)

    assert moment is not None
    assert moment.astimezone(NEW_YORK).strftime("%Y-%m-%dT%H:%M") == expected


def test_the_end_of_a_month_is_kept(tenant):
    """Rule 68: a month after the 31st is the last day of a shorter month."""
    moment = moment_of("$$TODAY+1m", datetime(2026, 1, 31, 12, tzinfo=UTC), UTC)

    assert moment == datetime(2026, 2, 28, tzinfo=UTC)


def test_wildcards_filter(tenant):
    """Rule 68: as values of any modifier."""
    week = {"entryDate": "$$TODAY-7d", "entryDate_Range": "$$TODAYed", "entryDate_Mod": "between"}

    assert tenant.get("/hour/count", week) == {"count": 4}
    assert tenant.get("/optask/count", {"entryDate": "$$TODAY-1d"}) == {"count": 1}


@pytest.mark.parametrize(
    ("field", "wildcard", "names"),
    [
        ("ID", "$$USER.ID", ["Ada Admin"]),
        ("ID", "$$USER", ["Ada Admin"]),
        ("name", "$$USER.name", ["Ada Admin"]),
        ("homeGroupID", "$$USER.homeGroupID", ["Ada Admin", "Omar Ortiz"]),
        ("accessLevel:rank", "$$USER.accessLevelRank", ["Ada Admin"]),
        ("roleID", "$$USER.roleIDs", []),
        ("customerID", "$$AR", []),
    ],
)
def test_the_user_is_a_wildcard(tenant, field, wildcard, names):
    """Rule 68: the caller and what belongs to them."""
    assert tenant.names("/user/search", {field: wildcard}) == names


def test_a_wildcard_may_stand_for_several(tenant):
    """Rule 68: list-valued wildcards match any."""
    tenant.user_id = tenant.id("USER", "grace@acme.example")
    params = {"userGroups:groupID": "$$USER.otherGroupIDs", "userGroups:groupID_Mod": "in"}

    assert tenant.names("/user/search", params) == ["Grace Green", "Hiro Honda"]
    assert len(tenant.names("/user/search", {"customerID": "$$CUSTOMER"})) == 8


@pytest.mark.parametrize("wildcard", ["$$TOMORROW", "$$TODAYx"])
def test_an_unknown_wildcard_is_no_date(tenant, wildcard):
    """Rule 68: anything else is an invalid value."""
    assert tenant.refusal("/proj/search", {"entryDate": wildcard})[0] == 422
    assert tenant.refusal("/proj/search", {"name": "$$USER.shoeSize"})[0] == 422
