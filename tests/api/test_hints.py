"""What is proposed for a name that Workfront does not know."""

import pytest

from airflow_provider_workfront.api.hints import Question, hint
from airflow_provider_workfront.api.request import Request

SEARCH = Request("GET", "proj/search")
METADATA = {
    "fields": {"name": {}, "status": {}, "plannedStartDate": {}},
    "references": {"owner": {}},
    "collections": {"tasks": {}},
    "search": {"isComplete": {}},
    "custom": {"Budget": {}, "Vendor Name": {}},
    "actions": {"calculateTimeline": {}},
    "queries": {"helpDeskQueues": {}},
}


@pytest.mark.parametrize(
    ("message", "proposal"),
    [
        ("APIModel V21_0 does not support field nmae (Project)", "did you mean name?"),
        ("APIModel V21_0 does not support field plannedstartdate (Project)", "did you mean plannedStartDate?"),
        ("APIModel V21_0 does not support field ownr (Project)", "did you mean owner?"),
        ("APIModel V21_0 does not support field task (Project)", "did you mean tasks, status?"),
        ("APIModel V21_0 does not support field isComplet (Project)", "did you mean isComplete?"),
        ("APIModel V21_0 does not support field DE:Budgt (Project)", "did you mean DE:Budget?"),
        ("APIModel V21_0 does not support field vendor name (Project)", "did you mean DE:Vendor Name?"),
        ("APIModel V17_0 does not support action calculatetimeline (PROJ)", "did you mean calculateTimeline?"),
        ("APIModel V17_0 does not support namedQuery helpDeskQueue (PROJ)", "did you mean helpDeskQueues?"),
        ("APIModel V21_0 does not support field zzz (Project)", ""),
    ],
)
def test_a_name_is_looked_up_in_the_metadata(message, proposal):
    """Fields, custom ones included, actions and named queries."""
    question = hint(SEARCH, message)
    assert isinstance(question, Question)
    assert question.request.path == "proj/metadata"
    assert question.answer(METADATA) == proposal


def test_the_owner_named_in_the_message_is_asked():
    """A nested field belongs to another type than the one searched."""
    question = hint(SEARCH, "APIModel V21_0 does not support field frstName (User)")
    assert question.request.path == "user/metadata"


def test_a_custom_field_written_by_its_label_is_explained():
    """Workfront answers that a parameter was not found, which says little."""
    question = hint(Request("PUT", "proj/1"), 'Parameter with primary key value(s) "Budgt" not found')
    assert question.answer(METADATA) == "did you mean DE:Budget?"
    assert "label" in question.answer({})


def test_an_unknown_type_is_compared_with_the_known_ones():
    """No call is needed for that."""
    assert hint(SEARCH, "Unknown object type: PROJCT").startswith("did you mean PROJ")
    assert hint(SEARCH, "Unknown object type: zzz in v17.0") == ""


def test_a_secondary_type_is_reached_through_its_parent():
    """Its own name is right, the way is not."""
    message = "NONWKD is not a top level object and can't be requested directly in internal"
    assert "collection of its parent" in hint(SEARCH, message)


@pytest.mark.parametrize("message", ["argument type mismatch", 'Project with primary key value(s) "1" not found', ""])
def test_other_messages_get_no_hint(message):
    """They speak for themselves."""
    assert hint(SEARCH, message) == ""


@pytest.mark.parametrize("metadata", [None, [], {}, {"fields": None}])
def test_odd_metadata_is_no_trouble(metadata):
    """A hint must never hide the error."""
    assert Question("field", "nmae", "Project").answer(metadata) == ""


def test_a_date_as_a_template_writes_it_is_explained():
    """`{{ data_interval_start }}` renders with a space in the middle, which Workfront does not read."""
    refused = 'Invalid Parameter: entryDate value "2026-01-01 00:00:00+00:00"'

    assert "data_interval_start.isoformat()" in str(hint(Request("GET", "proj/search"), refused))
