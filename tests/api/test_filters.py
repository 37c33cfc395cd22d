"""The query language as plain dicts."""

import json
from datetime import UTC, date, datetime

import pytest

from airflow_provider_workfront.api.filters import (
    MODIFIERS,
    NULL_TESTS,
    RANGES,
    field_list,
    narrowed,
    parameters,
    sorting,
)


@pytest.mark.parametrize(
    ("filters", "params"),
    [
        (None, []),
        ({}, []),
        ({"status": "CUR"}, [("status", "CUR")]),
        ({"isComplete": False, "priority": 3}, [("isComplete", "false"), ("priority", "3")]),
        ({"entryDate": date(2026, 11, 2)}, [("entryDate", "2026-11-02")]),
        ({"status": ["CUR", "PLN"]}, [("status", "CUR"), ("status", "PLN")]),
        (
            {"status": ["CUR", "PLN"], "status_Mod": "notin"},
            [("status", "CUR"), ("status", "PLN"), ("status_Mod", "notin")],
        ),
        ({"description": None}, [("description", ""), ("description_Mod", "isnull")]),
        ({"name": {"cicontains": "web"}}, [("name", "web"), ("name_Mod", "cicontains")]),
        ({"status": {"in": ["CUR"]}}, [("status", "CUR"), ("status_Mod", "in")]),
        ({"name": {"cicontainsany": ["web", "site"]}}, [("name", "web site"), ("name_Mod", "cicontainsany")]),
        ({"description": {"isnull": True}}, [("description", ""), ("description_Mod", "isnull")]),
        ({"description": {"isnull": False}}, [("description", ""), ("description_Mod", "notnull")]),
        ({"description": {"notblank": True}}, [("description", ""), ("description_Mod", "notblank")]),
    ],
)
def test_a_plain_dict_becomes_parameters(filters, params):
    """In order, each in Workfront's form."""
    assert list(parameters(filters)) == params


def test_a_window_has_both_ends():
    """The lower end is the value, the upper one the range."""
    window = {"between": [datetime(2024, 1, 1, tzinfo=UTC), "$$TODAYbm"]}
    assert parameters({"plannedStartDate": window}) == (
        ("plannedStartDate", "2024-01-01T00:00:00:000+0000"),
        ("plannedStartDate_Range", "$$TODAYbm"),
        ("plannedStartDate_Mod", "between"),
    )


def test_workfronts_own_keys_pass_untouched():
    """Everything that its documents show works as it stands."""
    own = {
        "name": "web",
        "name_Mod": "cicontains",
        "plannedStartDate": "$$TODAY-7d",
        "plannedStartDate_Range": "$$TODAY",
        "project:name": "X",
        "DE:project:Vendor Name": "Acme",
        "OR:1:status": "CUR",
        "OR:1:EXISTS:a:$$OBJCODE": "ASSGN",
        "OR:1:EXISTS:a:taskID": "FIELD:ID",
        "$$ROLLUP": "true",
    }
    assert parameters(own) == tuple(own.items())


def test_modifiers_apply_inside_groups_too():
    """A key is a key, whatever its prefix."""
    assert parameters({"OR:1:name": {"cicontains": "web"}}) == (("OR:1:name", "web"), ("OR:1:name_Mod", "cicontains"))


@pytest.mark.parametrize("modifier", sorted(MODIFIERS))
def test_every_modifier_of_workfront_is_known(modifier):
    """In both spellings, as a key of its own and nested."""
    value = [1, 2] if modifier in RANGES else True if modifier in NULL_TESTS else "1"
    assert ("x_Mod", modifier) in parameters({"x": {modifier: value}})
    assert ("x_Mod", modifier) in parameters({"x": "1", "x_Mod": modifier})


@pytest.mark.parametrize("filters", [{"name": {"cicontain": "a"}}, {"name": "a", "name_Mod": "cicontain"}])
def test_a_misspelt_modifier_gets_a_proposal(filters):
    """Workfront's own answer to it is documented nowhere."""
    with pytest.raises(ValueError, match="did you mean cicontains"):
        parameters(filters)


@pytest.mark.parametrize(
    "filters",
    [
        {"entryDate": {"gte": 1, "lte": 2}},
        {"entryDate": {"gte": 1}, "entryDate_Mod": "lte"},
        {"entryDate": {"gte": 1}, "entryDate_Range": 2},
    ],
)
def test_two_conditions_on_a_field_are_refused_with_a_way_out(filters):
    """Which value belongs to which modifier is ambiguous on the wire."""
    with pytest.raises(ValueError, match="between"):
        parameters(filters)


@pytest.mark.parametrize(
    ("filters", "error"),
    [
        ({"status": []}, "empty list"),
        ({"status": {"notin": []}}, "empty list"),
        ({"a": {"between": [1]}}, r"\[low, high\]"),
        ({"a": {"between": "12"}}, r"\[low, high\]"),
        ({"a": {"gte": [1, 2]}}, "takes one value"),
        ({"a": {}}, "exactly one modifier"),
        ({"fields": "name"}, "pass fields="),
        ({"$$LIMIT": 5}, "pass limit="),
        ({"map": True}, "rows are always a list"),
        ({"filters": "{}"}, "directly"),
    ],
)
def test_what_would_go_wrong_silently_is_refused(filters, error):
    """An empty list would not filter at all; a stray limit would cut the result."""
    with pytest.raises(ValueError, match=error):
        parameters(filters)


@pytest.mark.parametrize("filters", ["status=CUR", [("status", "CUR")], 5])
def test_filters_are_a_dict(filters):
    """A template that rendered to text must not be taken for one."""
    with pytest.raises(TypeError, match="must be a dict"):
        parameters(filters)


def test_a_raw_null_test_gets_the_value_that_some_servers_want():
    """One source says that the value may be missing, another that it may not."""
    assert parameters({"description_Mod": "isnull"}) == (("description", ""), ("description_Mod", "isnull"))
    assert parameters({"description": None, "description_Mod": "notnull"}) == (
        ("description", ""),
        ("description_Mod", "notnull"),
    )


def test_names_that_would_log_in_travel_hidden():
    """`username=` as a parameter is taken for a login attempt."""
    sent = dict(parameters({"username": {"cicontains": "a@b.c"}, "isActive": True, "apiKey": ["x", "y"]}))
    assert sent.keys() == {"isActive", "filters"}
    assert json.loads(sent["filters"]) == {
        "username": "a@b.c",
        "username_Mod": "cicontains",
        "apiKey": ["x", "y"],
    }


def test_more_can_be_required_of_every_group():
    """OR groups inherit nothing, so a window must be repeated in each."""
    own = {"status": "CUR", "OR:1:status": "PLN", "OR:1:priority": 1, "OR:2:EXISTS:a:$$OBJCODE": "ASSGN"}
    assert narrowed(own, {"entryDate": {"gte": "x"}}) == {
        **own,
        "entryDate": {"gte": "x"},
        "OR:1:entryDate": {"gte": "x"},
        "OR:2:entryDate": {"gte": "x"},
    }
    assert narrowed(None, {"a": 1}) == {"a": 1}


def test_filters_of_groups_alone_get_no_plain_part():
    """The condition by itself would be one more alternative, which every row of the window meets."""
    assert narrowed({"OR:1:status": "PLN"}, {"a": 1}) == {"OR:1:status": "PLN", "OR:1:a": 1}


@pytest.mark.parametrize("own", [{"entryDate": "x"}, {"entryDate_Mod": "isnull"}, {"a": 1, "OR:1:entryDate": "x"}])
def test_a_field_that_is_filtered_already_cannot_be_narrowed(own):
    """The two conditions would pair ambiguously."""
    with pytest.raises(ValueError, match="filtered already"):
        narrowed(own, {"entryDate": {"gte": "y"}})


@pytest.mark.parametrize(
    ("fields", "written"),
    [
        (None, []),
        ([], []),
        ("name,owner:name", [("fields", "name,owner:name")]),
        ([" name ", " DE:Budget"], [("fields", "name,DE:Budget")]),
        (("name", "DE:Cost, net"), [("fields", '["name","DE:Cost, net"]')]),
    ],
)
def test_fields_are_a_comma_list(fields, written):
    """Unless a custom field has a comma in its name."""
    assert list(field_list(fields)) == written


@pytest.mark.parametrize("fields", [["name", ""], ["name", None], [1]])
def test_fields_are_names(fields):
    """An empty name comes from a broken template."""
    with pytest.raises(ValueError, match="must be names"):
        field_list(fields)


@pytest.mark.parametrize(
    ("sort", "written"),
    [
        (None, []),
        ({"name": "asc"}, [("name_Sort", "asc")]),
        ({"DE:Budget": "DESC"}, [("DE:Budget_Sort", "DESC")]),
        ({"name": "ciasc", "status": "desc"}, [("name_1_Sort", "ciasc"), ("status_2_Sort", "desc")]),
    ],
)
def test_a_sort_has_one_or_many_keys(sort, written):
    """Many are numbered by weight."""
    assert list(sorting(sort)) == written


def test_a_sort_has_a_direction():
    """A typing error must not become a random order."""
    with pytest.raises(ValueError, match="ascending"):
        sorting({"name": "ascending"})


@pytest.mark.parametrize("modifier", ["contains", "cicontains", "startswith", "notcontains", "like", "gte", "lt"])
def test_an_empty_text_that_would_match_everything_is_refused(modifier):
    """A template without a value is the usual cause; `eq` finds what is empty."""
    for filters in ({"name": {modifier: ""}}, {"name": "", "name_Mod": modifier}):
        with pytest.raises(ValueError, match="would not filter at all"):
            parameters(filters)
    assert parameters({"name": {"eq": ""}}) == (("name", ""), ("name_Mod", "eq"))
    assert parameters({"name": ""}) == (("name", ""),)


def test_a_custom_fields_name_keeps_the_blanks_at_its_end():
    """Native names have none."""
    assert field_list([" name ", "DE:Cost ", "DE:Cost\u00a0"]) == (("fields", "name,DE:Cost ,DE:Cost\u00a0"),)


def test_depth_is_left_to_the_server():
    """Sources differ on what the fourth level is (reference 4.8)."""
    assert field_list(["a:b:c:d:e:name"]) == (("fields", "a:b:c:d:e:name"),)


def test_a_raw_null_test_may_have_an_empty_value():
    """Its value is ignored (reference 4.4)."""
    assert parameters({"name": "", "name_Mod": "isnull"}) == (("name", ""), ("name_Mod", "isnull"))
