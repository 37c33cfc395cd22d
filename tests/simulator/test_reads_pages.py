"""Rules 48 to 52 and 76: pages, order and limits."""

from __future__ import annotations

from itertools import pairwise

import pytest
from support.tenant import Tenant

from airflow_provider_workfront.simulator.large import fill


@pytest.fixture(scope="module")
def crowded() -> Tenant:
    """A tenant with 3,000 more tasks."""
    tenant = Tenant()
    fill(tenant.world, 30, 3000)
    return tenant


def ids(tenant: Tenant, **params) -> list[str]:
    """Search tasks and give their IDs in the order of the answer."""
    return [
        row["ID"] for row in tenant.get("/task/search", {f"$${k}" if k.isupper() else k: v for k, v in params.items()})
    ]


def test_a_page_holds_a_hundred_unless_asked_otherwise(crowded):
    """Rule 48: the default limit is 100, silently."""
    assert len(ids(crowded)) == 100


def test_the_highest_limit_is_two_thousand(crowded):
    """Rule 49: a limit over 2000 refuses the whole call."""
    text = "The requested limit 2001 is greater than the maximum allowed limit of 2000"

    assert len(ids(crowded, LIMIT=2000)) == 2000
    assert crowded.refusal("/task/search", {"$$LIMIT": 2001}) == (422, text)


@pytest.mark.parametrize("limit", ["0", "-1", "many"])
def test_a_limit_that_is_no_number_is_refused(crowded, limit):
    """Reference 4.10: zero, negative and unreadable limits are refused [inferred]."""
    assert crowded.refusal("/task/search", {"$$LIMIT": limit})[0] == 422


def test_offsets_count_from_zero(crowded):
    """Rule 50: sorted pages laid side by side give every row once, and beyond the end comes nothing."""
    pages = [ids(crowded, ID_Sort="asc", FIRST=first, LIMIT=1000) for first in (0, 1000, 2000, 3000, 4000)]
    every = [obj_id for page in pages for obj_id in page]

    assert [len(page) for page in pages] == [1000, 1000, 1000, 40, 0]
    assert every == sorted(crowded.world.objects("TASK"))


def test_without_a_sort_the_order_changes_between_calls(crowded):
    """Rule 51: two equal calls give different pages, so that offset paging repeats and drops rows."""
    first, second = ids(crowded, LIMIT=2000), ids(crowded, LIMIT=2000)
    pages = first + ids(crowded, LIMIT=2000, FIRST=2000)

    assert first != second
    assert len(set(first)) == 2000
    assert len(set(pages)) < 3040


def test_the_disorder_is_more_than_another_beginning(crowded):
    """Rule 51: neighbours in one answer are no neighbours in the next."""
    pages = [ids(crowded, LIMIT=2000) for _ in range(2)]
    neighbours = [set(pairwise(page)) for page in pages]

    assert len(neighbours[0] & neighbours[1]) < 100


def test_the_disorder_can_be_switched_off():
    """Rule 51: with the switch off two calls agree."""
    tenant = Tenant(shuffle=False)

    assert ids(tenant) == ids(tenant)


def test_equal_seeds_give_equal_disorder():
    """Rule 51: a failure can be repeated from its seed."""
    assert ids(Tenant(seed=7)) == ids(Tenant(seed=7))


def test_rows_are_sorted_by_several_keys(crowded):
    """Rule 52: `_1_Sort` comes before `_2_Sort`, wherever they stand."""
    params = {"name_2_Sort": "DESC", "status_1_Sort": "asc", "fields": "status", "$$LIMIT": 50}
    rows = crowded.get("/proj/search", params)
    by_name = sorted(rows, key=lambda row: row["name"], reverse=True)

    assert rows == sorted(by_name, key=lambda row: row["status"])


@pytest.mark.parametrize(
    ("direction", "names"), [("asc", ["B", "a"]), ("desc", ["a", "B"]), ("ciasc", ["a", "B"]), ("cidesc", ["B", "a"])]
)
def test_case_counts_in_a_sort_unless_told_otherwise(direction, names):
    """Rule 52: ciasc and cidesc fold case."""
    tenant = Tenant()
    for name in ("a", "B"):
        tenant.world.add("ROLE", {"name": name, "description": "letters"})

    rows = tenant.get("/role/search", {"description": "letters", "name_Sort": direction})

    assert [row["name"] for row in rows] == names


@pytest.mark.parametrize(
    ("direction", "high", "last_is_null"), [("asc", True, True), ("desc", True, False), ("asc", False, False)]
)
def test_nulls_sort_high_unless_switched(direction, high, last_is_null):
    """Reference 4.9: last when ascending, as in Oracle [inferred]."""
    params = {"description_Sort": direction, "fields": "description"}
    rows = Tenant(nulls_sort_high=high).get("/proj/search", params)

    assert (rows[-1]["description"] is None) == last_is_null
    assert (rows[0]["description"] is None) != last_is_null


def test_a_sort_may_follow_a_reference_or_a_custom_field():
    """Rule 52: paths and `DE:` fields sort."""
    tenant = Tenant()
    by_owner = tenant.get("/proj/search", {"owner:name_Sort": "asc", "fields": "owner:name"})
    by_field = tenant.get("/proj/search", {"DE:Headcount_Sort": "asc", "fields": "DE:Headcount"})

    assert by_owner[0]["owner"]["name"] == "Omar Ortiz"
    assert [row["DE:Headcount"] for row in by_field[:3]] == [3.0, 6.0, 8.0]


def test_a_computed_field_does_not_sort(crowded):
    """Rule 52: sorting by a DYNAMIC field is refused."""
    assert crowded.refusal("/optask/search", {"howOld_Sort": "asc"})[0] == 422


@pytest.mark.parametrize("params", [{"name_Sort": "up"}, {"foo_Sort": "asc"}, {"isComplete_Sort": "asc"}])
def test_an_impossible_sort_is_refused(crowded, params):
    """Rules 52 and 55: unknown direction, unknown field, filter-only name."""
    assert crowded.refusal("/proj/search", params)[0] == 422


def test_too_many_objects_are_refused():
    """Rule 76: primary and nested objects count together, and nothing is answered beyond the limit."""
    tenant = Tenant(max_objects=47)
    fields = {"fields": "tasks"}

    assert tenant.refusal("/proj/search", fields) == (422, "The response exceeds the maximum of 47 objects")
    tenant = Tenant(max_objects=48)
    assert sum(len(row["tasks"]) for row in tenant.get("/proj/search", fields)) == 40


def test_too_many_fields_are_refused():
    """Rule 76: so do fields."""
    assert Tenant(max_fields=100).refusal("/proj/search", {"fields": "*"})[0] == 422


def test_a_write_is_seen_by_the_next_page(crowded):
    """What was remembered of a search is forgotten with the first write."""
    before = ids(crowded, ID_Sort="asc", LIMIT=1, projectID=crowded.id("PROJ", "Office Move"))
    crowded.world.add("TASK", {"name": "Fresh", "projectID": crowded.id("PROJ", "Office Move")})

    after = ids(crowded, ID_Sort="asc", LIMIT=1, projectID=crowded.id("PROJ", "Office Move"))

    assert (len(before), len(after)) == (0, 1)
