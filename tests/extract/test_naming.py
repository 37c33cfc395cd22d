"""Names of columns."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from airflow_provider_workfront.extract.naming import LONGEST, column_name, shortened, split_path, unique

SOURCES = st.text(min_size=1, max_size=80).map("DE:{}".format) | st.from_regex(r"[A-Za-z]\w{0,30}(:\w{1,30}){0,3}")


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("ID", "id"),
        ("name", "name"),
        ("URL", "url"),
        ("ownerID", "owner_id"),
        ("plannedStartDate", "planned_start_date"),
        ("BCCompletionState", "bc_completion_state"),
        ("projectUserIDs", "project_user_ids"),
        ("owner:name", "owner_name"),
        ("project:owner:emailAddr", "project_owner_email_addr"),
        ("DE:Budget 2026 (EUR)", "de_budget_2026_eur"),
        ("DE:Größe / Straße", "de_grosse_strasse"),
        ("DE:2nd choice", "de_2nd_choice"),
        ("project:DE:Vendor", "project_de_vendor"),
        ("DE:a:b", "de_a_b"),
    ],
)
def test_a_source_has_its_name(source, name):
    """Words apart, small, without accents; custom fields say that they are."""
    assert column_name(source) == name


def test_a_name_without_latin_letters_is_still_a_name():
    """The same one each time, and another one for another field."""
    first, second = column_name("DE:予算"), column_name("DE:締切")

    assert first == column_name("DE:予算") != second
    assert re.fullmatch(r"de_field_[0-9a-f]{6}", first)


@given(SOURCES, st.sampled_from(["", "plain", "name"]))
def test_any_source_has_a_name_that_every_warehouse_takes(source, suffix):
    """Whatever people called their field."""
    assert re.fullmatch(rf"[a-z_][a-z0-9_]{{0,{LONGEST - 1}}}", column_name(source, suffix))


@given(st.lists(SOURCES, unique=True, max_size=30))
def test_names_are_unique_and_decided_by_the_fields_alone(sources):
    """Two that would be called the same are told apart by a mark that only their source decides."""
    given_names = []
    for source in sources:
        given_names.append(unique(column_name(source), source, given_names))

    assert len(set(given_names)) == len(sources)
    assert all(len(name) <= LONGEST for name in given_names)
    clash = unique("de_budget", "DE:Budget!", {"de_budget"})
    assert clash == unique("de_budget", "DE:Budget!", {"de_budget", "de_other"}) != "de_budget"


def test_a_mark_that_is_taken_too_is_not_the_last():
    """However unlikely."""
    first = unique("a", "A", {"a"})

    assert len({"a", first, unique("a", "A", {"a", first})}) == 3


def test_long_names_that_begin_alike_stay_apart():
    """PostgreSQL would cut both to the same."""
    names = {shortened("a" * 70, "A"), shortened("a" * 70, "B")}

    assert len(names) == 2
    assert {len(name) for name in names} == {LONGEST}


@pytest.mark.parametrize(
    ("path", "parts"),
    [
        ("name", ((), "name")),
        ("owner:name", (("owner",), "name")),
        ("DE:a:b", ((), "DE:a:b")),
        ("project:owner:DE:x", (("project", "owner"), "DE:x")),
        ("objCODE:name", (("objCODE",), "name")),
    ],
)
def test_a_path_is_parted_before_the_custom_field(path, parts):
    """Its own name may hold colons."""
    assert split_path(path) == parts
