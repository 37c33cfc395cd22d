"""Which changes pass the filters of a subscription (rule 120, reference 9.4)."""

import pytest

from airflow_provider_workfront.simulator.event_filters import matches

OLD = {"status": "PLN", "percentComplete": 10.0, "name": "Alpha", "tags": ["a"], "isActive": False}
NEW = {
    "status": "CUR",
    "percentComplete": 50.0,
    "name": "Alpha",
    "tags": ["a", "b"],
    "isActive": True,
    "parameterValues": {"DE:Region": "EMEA"},
    "nothing": None,
}


def passes(*filters, connector="AND"):
    """Ask for a change of a project."""
    return matches(list(filters), connector, "PROJ", (OLD, NEW))


def of(field, value=None, comparison=None, state=None):
    """Make one filter."""
    given = {"fieldName": field, "fieldValue": value, "comparison": comparison, "state": state}
    return {key: each for key, each in given.items() if each is not None}


@pytest.mark.parametrize(
    "each",
    [
        of("status", "CUR"),
        of("status", "PLN", "eq", "oldState"),
        of("status", "PLN", "ne"),
        of("percentComplete", "9", "gt"),
        of("percentComplete", 50, "gte"),
        of("percentComplete", "100", "lt"),
        of("percentComplete", "50", "lte"),
        of("name", "lph", "contains"),
        of("tags", "b", "contains"),
        of("tags", ["b", "a"], "containsOnly"),
        of("name", "xyz", "notContains"),
        of("isActive", "true"),
        of("status", comparison="changed"),
        of("parameterValues", {"DE:Region": "EMEA"}),
        of("DE:Region", "EMEA"),
        of("nothing", "x", "ne"),
    ],
)
def test_a_filter_that_holds(each):
    """Every comparison, both states, custom and nested fields."""
    assert passes(each)


@pytest.mark.parametrize(
    "each",
    [
        of("status", "cur"),
        of("status", "CUR", "eq", "oldState"),
        of("name", comparison="changed"),
        of("tags", ["a"], "containsOnly"),
        of("percentComplete", "9", "lt"),
        of("nothing", 1, "gt"),
        of("percentComplete", 10**400, "eq"),
        of("parameterValues", {"DE:Region": "APAC"}),
        of("parameterValues", {}),
        of("name", {"inner": "x"}),
    ],
)
def test_a_filter_that_does_not_hold(each):
    """Case counts; what is empty is neither more nor less."""
    assert not passes(each)


@pytest.mark.parametrize(
    "each",
    [
        "status",
        {"field": "status"},
        of("status", "CUR", "equals"),
        of("status", "CUR", "eq", "midState"),
        of("status", "CUR", ["eq"]),
        of("status", "CUR", "eq", ["newState"]),
        {"type": "group", "connector": ["AND"], "filters": [of("status", "CUR")] * 2},
        {"type": "group", "connector": "XOR", "filters": [of("status", "CUR")] * 2},
        {"type": "group", "filters": [of("status", "CUR")]},
        {"type": "group", "filters": [of("status", "CUR")] * 6},
        {"type": "group", "filters": [{"type": "group", "filters": [of("status", "CUR")] * 2}] * 2},
    ],
)
def test_a_filter_that_means_nothing_never_matches(each):
    """Reference 9.4: it is accepted all the same, which is why clients must check."""
    assert not passes(each)


def test_filters_are_joined():
    """All of them, or one of them."""
    good, bad = of("status", "CUR"), of("status", "CPL")

    assert not passes(good, bad)
    assert passes(good, bad, connector="OR")
    assert passes({"type": "group", "connector": "OR", "filters": [bad, good]}, good)
    assert not passes(*[{"type": "group", "connector": "OR", "filters": [bad, good]}] * 11)


def test_what_cannot_be_filtered_never_matches():
    """Reference 9.4 lists four fields."""
    assert not matches([of("groups", "x", "ne")], "AND", "DOCU", ({}, {"groups": "y"}))


def test_a_new_object_has_no_old_state():
    """A filter on it never matches; `changed` sees every value that is there."""
    assert not matches([of("status", "PLN", "eq", "oldState")], "AND", "PROJ", ({}, NEW))
    assert matches([of("status", comparison="changed")], "AND", "PROJ", ({}, NEW))
