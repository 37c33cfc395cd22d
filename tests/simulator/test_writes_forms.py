"""Custom forms and their values (rules 100 to 102)."""

import json

import pytest
from support.simulated import Caller

from airflow_provider_workfront.simulator import Options

RICH = json.dumps({"blocks": [], "entityMap": {}})


@pytest.fixture
def caller() -> Caller:
    """An administrator."""
    return Caller()


def _intake(caller: Caller, **values: object) -> str:
    return caller.make("PROJ", name="x", categoryID=caller.key("CTGY", "Project Intake"), **values)


@pytest.mark.parametrize(
    ("name", "sent", "stored"),
    [
        ("Vendor Name", "Globex", "Globex"),
        ("Headcount", "12", 12),
        ("Region", "EMEA", "EMEA"),
        ("Channels", ["Web", "Mail"], ["Web", "Mail"]),
        ("Channels", "Web", ["Web"]),
        ("Summary", RICH, RICH),
        ("Vendor Name", None, None),
    ],
)
def test_a_custom_value_is_stored_as_its_kind(caller, name, sent, stored):
    """Rules 100 and 102: number, option, options, Draft.js text as given."""
    project = _intake(caller, **{f"DE:{name}": sent})

    assert caller.read("proj", project, f"DE:{name}")[f"DE:{name}"] == stored


def test_the_form_can_come_with_its_values(caller):
    """Rule 100: in one call, whatever the order."""
    project = caller.make("PROJ", name="x")
    updates = {"DE:Region": "AMER", "objectCategories": [{"categoryID": caller.key("CTGY", "Project Intake")}]}

    assert caller.call("PUT", f"proj/{project}", updates, fields="DE:Region").data["DE:Region"] == "AMER"


def test_the_label_is_not_the_name(caller):
    """Rule 100: 404 Parameter with primary key value(s)."""
    answer = caller.call("PUT", f"proj/{_intake(caller)}", {"DE:Vendor": "x"})

    assert (answer.status, answer.error) == (404, 'Parameter with primary key value(s) "Vendor" not found')


def test_the_form_must_be_attached(caller):
    """Rule 100: the field exists, the object has no form with it."""
    assert caller.call("PUT", f"proj/{caller.make('PROJ', name='x')}", {"DE:Region": "EMEA"}).status == 422


@pytest.mark.parametrize(
    ("name", "value"), [("Region", "MARS"), ("Headcount", "many"), ("Go Live", "soon"), ("Summary", "plain")]
)
def test_a_bad_value_is_refused(caller, name, value):
    """Rules 100 and 102: 422 Invalid Parameter, with the name and the value."""
    answer = caller.call("PUT", f"proj/{_intake(caller)}", {f"DE:{name}": value})

    assert (answer.status, answer.error) == (422, f'Invalid Parameter: {name} value "{value}"')


def test_one_bad_option_among_good_ones_is_named(caller):
    """Rule 100: of a list, the value that is wrong."""
    answer = caller.call("PUT", f"proj/{_intake(caller)}", {"DE:Channels": ["Web", "Pigeon"]})

    assert answer.error == 'Invalid Parameter: Channels value "Pigeon"'


def test_rich_text_needs_an_entity_map(caller):
    """Rule 102: blocks alone are not enough."""
    assert caller.call("PUT", f"proj/{_intake(caller)}", {"DE:Summary": '{"blocks":[]}'}).status == 422


def test_calculated_fields_are_not_written(caller):
    """Gotcha 29 and reference 5.1: Workfront computes them."""
    project = _intake(caller, **{"DE:Budget per Head": 5})

    assert caller.read("proj", project, "DE:Budget per Head")["DE:Budget per Head"] is None


def test_the_wrapper_is_ignored(caller):
    """Rule 101: a silent no-op, as one source saw it."""
    project = _intake(caller, parameterValues={"DE:Region": "EMEA"})

    assert caller.read("proj", project, "DE:Region")["DE:Region"] is None


def test_the_wrapper_can_be_opened():
    """Rule 101: as another source sends it."""
    caller = Caller(Options(apply_parameter_values=True))
    project = _intake(caller, parameterValues={"DE:Region": "EMEA"})

    assert caller.read("proj", project, "DE:Region")["DE:Region"] == "EMEA"


def test_a_form_of_another_type_is_refused(caller):
    """Reference 5.1: the text names form and type."""
    answer = caller.call("POST", "proj", {"name": "x", "categoryID": caller.key("CTGY", "Issue Triage")})

    assert answer.error == "Category: Issue Triage is not a Category of the type: PROJ"


def test_a_form_is_attached_once(caller):
    """Reference 5.10: duplicates fail the whole call."""
    project = _intake(caller)
    form = caller.key("CTGY", "Project Intake")
    answer = caller.call(
        "PUT", "ctgy", {"objID": project, "objCode": "PROJ", "categoryIDs": [form]}, action="assignCategories"
    )

    assert answer.error == f"Categories with the following IDs are already attached: {form}"


def test_forms_are_added_ordered_and_taken_off(caller):
    """Reference 5.10 and gotcha 19: categoryID is the first of them; values go with their form."""
    first = _intake(caller, **{"DE:Region": "EMEA"})
    other = caller.make("CTGY", name="Legal", catObjCode="PROJ")
    target = {"objID": first, "objCode": "PROJ"}
    intake = caller.key("CTGY", "Project Intake")
    caller.call("PUT", "ctgy/assignCategory", target | {"categoryID": other})
    caller.call("PUT", "ctgy/reorderCategories", target | {"categoryIDs": [other, intake]})
    ordered = caller.read("proj", first, "categoryID", "objectCategories:categoryID")
    caller.call("PUT", "ctgy/unassignCategory", target | {"categoryID": intake})
    left = caller.read("proj", first, "categoryID", "DE:Region")

    assert ordered["categoryID"] == left["categoryID"] == other
    assert {link["categoryID"] for link in ordered["objectCategories"]} == {intake, other}
    assert left["DE:Region"] is None
