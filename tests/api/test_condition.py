"""What sensors wait for, judged from literals."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime

import pytest

from airflow_provider_workfront.api.comparing import has_passed, is_same, value_at
from airflow_provider_workfront.api.condition import EnoughFound, FieldStands, as_json, of_json

ID = "a" * 32


def stands(found, field="status", **wanted):
    """Judge a project whose field has this value."""
    condition = FieldStands("PROJ", ID, field, **wanted)
    condition.check()
    return condition.verdict({"ID": ID, field: found})


# -- how many


@pytest.mark.parametrize(
    ("bounds", "counts"),
    [
        ({"at_least": 2}, {1: False, 2: True, 3: True}),
        ({"at_most": 0}, {0: True, 1: False}),
        ({"at_least": 2, "at_most": 3}, {1: False, 2: True, 3: True, 4: False}),
    ],
)
def test_a_number_is_within_its_bounds(bounds, counts):
    """Both bounds are included."""
    condition = EnoughFound("TASK", {}, **bounds)
    condition.check()

    assert {count: condition.verdict(count).holds for count in counts} == counts


def test_a_number_is_told_with_what_is_wanted():
    """The log says why the task waits."""
    assert EnoughFound("TASK", {}, 1, 5).verdict(7).told == "7 TASK match, wanted are at least 1 and at most 5"


@pytest.mark.parametrize("bounds", [(3, 2), (-1, None), (0, -1), (0, None), (None, None)])
def test_bounds_that_say_nothing_are_refused(bounds):
    """A sensor that waits for ever, or never, is a mistake."""
    with pytest.raises(ValueError, match=r"no number is|holds always"):
        EnoughFound("TASK", {}, *bounds).check()


# -- a field


@pytest.mark.parametrize(
    ("found", "wanted", "holds"),
    [
        ("CUR", {"reaches": "CUR"}, True),
        ("PLN", {"reaches": "CUR"}, False),
        ("CPL", {"reaches": ["CUR", "CPL"]}, True),
        (None, {"reaches": "CUR"}, False),
        ("CUR", {"changes_from": "PLN"}, True),
        ("PLN", {"changes_from": ["PLN", "REQ"]}, False),
        (None, {"changes_from": "PLN"}, True),
        (None, {"changes_from": ""}, False),
        ("", {"changes_from": ""}, False),
        ("CUR", {"changes_from": ""}, True),
        (None, {"reaches": ""}, True),
    ],
)
def test_a_field_reaches_a_value_or_changes_from_it(found, wanted, holds):
    """An empty text stands for no value."""
    assert stands(found, **wanted).holds is holds


@pytest.mark.parametrize(
    ("wanted", "holds"),
    [
        ({"reaches": "CPL"}, False),
        ({"reaches": "CPL", "pending": True}, True),
        ({"reaches": "CUR", "pending": True}, False),
        ({"reaches": "CPL:A"}, True),
        ({"reaches": ["CPL", "CPL:A"]}, True),
        ({"changes_from": "CUR"}, False),
        ({"changes_from": "CUR", "pending": True}, True),
        ({"changes_from": "CPL", "pending": True}, False),
        ({"changes_from": "CPL:A"}, False),
    ],
)
def test_a_status_that_waits_for_approval(wanted, holds):
    """It has neither come nor gone: the approval may be refused. Who asks for it gets it."""
    assert stands("CPL:A", **wanted).holds is holds


def test_the_log_says_that_an_approval_is_due():
    """Else `CPL:A` looks like the status that is waited for."""
    told = stands("CPL:A", reaches="CPL").told

    assert told == f"PROJ {ID}: status is CPL:A, which waits for approval: that counts with pending=True only"


def test_only_a_status_waits_for_approval():
    """Another text may end the same way."""
    assert stands("Plan:A", field="DE:status", changes_from="Plan").holds
    assert FieldStands("TASK", ID, "project:status", "CUR").verdict({"project": {"status": "CUR:A"}}).holds is False


@pytest.mark.parametrize(
    ("found", "limit", "passed"),
    [
        (50, 50, True),
        (49.9, "50", False),
        ("50.00", 50, True),
        (None, 0, False),
        (-1, 0, False),
        (0, 0, True),
        ("2026-12-01", "2026-12-01", True),
        ("2026-11-30T23:59:59:999+0000", "2026-12-01", False),
        ("2026-12-01T00:00:00:000-0800", "2026-12-01", True),  # as the user's calendar shows it
        ("2026-12-01T09:00:00:000+0100", "2026-12-01T08:00:00+00:00", True),
        ("2026-12-01T08:59:59:999+0100", "2026-12-01T08:00:00+00:00", False),
        ("2026-12-01", "2026-12-01T08:00:00:000+0000", True),
        ("2026-12-01T09:00:00:000+0100", "2026-12-01 08:00:00.123456+00:00", False),
    ],
)
def test_a_number_or_a_date_passes_a_limit(found, limit, passed):
    """The limit itself counts; a day is compared with a day, an instant with an instant."""
    assert has_passed(found, limit) is passed
    assert stands(found, field="x", passes=limit).holds is passed


@pytest.mark.parametrize(("found", "limit"), [("high", 3), (True, 1), (7, "2026-12-01"), ("soon", "2026-12-01")])
def test_what_cannot_be_compared_is_an_error(found, limit):
    """It would never pass, and the task would wait to the end of its timeout; the error names the field."""
    with pytest.raises(ValueError, match=f"PROJ {ID}, field x: "):
        stands(found, field="x", passes=limit)


@pytest.mark.parametrize(
    ("wanted", "message"),
    [
        ({}, "give one of"),
        ({"reaches": "CUR", "passes": 3}, "give one of"),
        ({"reaches": []}, "empty list"),
        ({"passes": "soon"}, "neither a number nor a date"),
        ({"reaches": "CUR", "field": "owner:*"}, "'owner:\\*' is not one field"),
        ({"reaches": "CUR", "field": "status,name"}, "is not one field"),
        ({"reaches": "CUR", "field": " status"}, "is not one field"),
        ({"reaches": "Complete"}, "no status is 'Complete': give its value, such as CPL"),
        ({"changes_from": ["CUR", "Planning:A"], "field": "project:status"}, "no status is 'Planning:A'"),
    ],
)
def test_a_wish_that_cannot_be_is_refused(wanted, message):
    """Before anything is asked: it would never hold, or at once."""
    with pytest.raises(ValueError, match=message):
        FieldStands(**{"obj_code": "PROJ", "obj_id": ID, "field": "status"} | wanted).check()


@pytest.mark.parametrize(
    "wanted",
    [
        {"reaches": "CPL:A"},
        {"reaches": "Complete", "field": "DE:status"},
        {"reaches": "Complete", "field": "name"},
        {"reaches": "APPROVED", "obj_code": "USRAPV"},
    ],
)
def test_only_the_statuses_of_work_are_short(wanted):
    """Of other fields and types nothing is known."""
    condition = FieldStands(**{"obj_code": "PROJ", "obj_id": ID, "field": "status"} | wanted)
    condition.check()

    assert condition.verdict({}).holds is False


@pytest.mark.parametrize(
    ("found", "wanted"),
    [
        (3, {"reaches": "High"}),
        (3, {"changes_from": ["4", "High"]}),
        (True, {"reaches": "yes"}),
        (True, {"reaches": 1}),
    ],
)
def test_a_label_is_refused_where_there_is_a_number(found, wanted):
    """It would be waited for in vain, or be taken for a value that the field has left; the error names the field."""
    with pytest.raises(ValueError, match=f"PROJ {ID}, field priority: it is .*, never "):
        stands(found, field="priority", **wanted)


def test_a_custom_field_may_have_a_star_in_its_name():
    """Whoever made the form chose it."""
    assert stands("EMEA", field="DE:Region *", reaches="EMEA").holds


# -- values


@pytest.mark.parametrize(
    ("found", "wanted", "same"),
    [
        (2, "2", True),
        ("12.50", 12.5, True),
        ("2", "2.0", False),
        (True, "True", True),
        (False, False, True),
        (True, 1, False),
        (["a", "b"], "b", True),
        ([], "", True),
        (["a"], "b", False),
        ("2026-12-01T09:00:00:000+0100", "2026-12-01T08:00:00:000+0000", True),
        ("2026-12-01T09:00:00:000+0100", "2026-12-01T09:00:00:000+0000", False),
        ("2026-12-01T09:00:00:000+0100", "2026-12-01", True),
        ("2026-12-01", "2026-12-02", False),
        ("2026-12-01", "soon", False),
    ],
)
def test_values_are_the_same(found, wanted, same):
    """A template makes text of everything, and Workfront writes some numbers as text."""
    assert is_same(found, wanted) is same


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("status", "CUR"),
        ("owner:name", "Dana"),
        ("owner:manager:name", None),
        ("DE:Region", "EMEA"),
        ("DE:Odd: name", 1),
        ("owner:DE:Region", "APAC"),
    ],
)
def test_a_field_is_found_by_its_path(path, value):
    """As it was asked for, references and custom fields included."""
    owner = {"name": "Dana", "manager": None, "DE:Region": "APAC"}
    assert value_at({"status": "CUR", "owner": owner, "DE:Region": "EMEA", "DE:Odd: name": 1}, path) == value


def test_a_path_through_a_collection_has_no_one_value():
    """Taken for none, it would be waited for in vain, or be over at once."""
    with pytest.raises(ValueError, match="tasks:status has many values"):
        FieldStands("PROJ", ID, "tasks:status", "CPL").verdict({"tasks": [{"status": "CPL"}]})


# -- through JSON


@pytest.mark.parametrize(
    "condition",
    [
        EnoughFound("TASK", {"status": ["CUR"], "due": {"lt": date(2026, 12, 1)}}, 1),
        FieldStands("PROJ", ID, "status", reaches=("CUR", "CPL"), pending=True),
        FieldStands("PROJ", ID, "plannedCompletionDate", passes=datetime(2026, 12, 1, 8, tzinfo=UTC)),
    ],
)
def test_a_condition_goes_through_json(condition):
    """A trigger lives in Airflow's database, and judges there as here."""
    written = as_json(condition)

    assert as_json(of_json(json.loads(json.dumps(written)))) == written
