"""Likely reasons why nothing was found: those that fit the filters, and no others."""

import pytest

from airflow_provider_workfront.api.emptiness import MOST_REASONS, PERMISSION, needs_metadata, reasons_for_nothing
from airflow_provider_workfront.api.query import exists, field, not_exists, outer
from airflow_provider_workfront.api.text_mode import text_mode

METADATA = {
    "fields": {
        "status": {
            "fieldType": "string",
            "possibleValues": [{"value": "CUR", "label": "Current"}, {"value": "PLN", "label": "Planning"}],
        },
        "priority": {"fieldType": "int", "possibleValues": [{"value": "3", "label": "High"}]},
        "name": {"fieldType": "string"},
        "isComplete": {"fieldType": "boolean"},
        "handover": {"fieldType": "dateTime"},
        "odd": None,
    },
    "custom": {"Region": {"type": "string", "possibleValues": [{"value": "Red, Blue", "label": "Both"}]}},
}


def told(filters, metadata=METADATA):
    """Give the reasons besides the one that always fits."""
    *others, last = reasons_for_nothing(filters, metadata)
    assert last == PERMISSION
    return others


@pytest.mark.parametrize(
    ("filters", "says"),
    [
        ({"status": "Current"}, ["'Current' is none of Workfront's own values, which are CUR=Current", "mean CUR?"]),
        ({"status": ["CUR", "cur", "plan"]}, ["'cur', 'plan' is none of", "did you mean CUR?"]),
        ({"status": {"in": ["XYZ"]}}, ["'XYZ' is none of", "(besides statuses of your own)"]),
        ({"status": "XYZ", "status_Mod": "in"}, ["'XYZ' is none of"]),
        ({"OR:1:status": "Current"}, ["OR:1:status: 'Current' is none of"]),
        ({"priority": 4}, ["'4' is none of", "3=High"]),
        ({"DE:Region": "Both"}, ["DE:Region: 'Both' is none of its options", "did you mean Red, Blue?"]),
        ({"name": "web"}, ["the whole text is compared", "cicontains"]),
        ({"project:name": {"eq": "web"}}, ["the whole text is compared"]),
        ({"ID": "{{ ds }}"}, ["'{{ ds }}' is a template that was not rendered"]),
        ({"ownerID": "None"}, ["the text 'None' is compared as it is"]),
        ({"ownerID": ""}, ["the text '' is compared as it is"]),
        ({"DE:Size": "'big'"}, ["has quotes around it"]),
        ({"isComplete": "Yes"}, ["'Yes' is neither true nor false"]),
        ({"project:isComplete": "True"}, ["'True' is neither true nor false"]),
        ({"handover": {"gte": "25/11/2026"}}, ["'25/11/2026' is no date"]),
        ({"project:entryDate": "11-25-2026"}, ["'11-25-2026' is no date"]),
        ({"entryDate": {"between": ["2026-02-01", "2026-01-31"]}}, ["2026-02-01 is after 2026-01-31"]),
        ({"entryDate": "2026-02-01", "entryDate_Range": "2026-01-01T10:00:00"}, ["the window is empty"]),
        ({"ownerID": "$$USER.ID"}, ["$$USER.ID is the connection's user"]),
        ({"a": {"gt": "FIELD:b"}}, ["FIELD:b outside of EXISTS is documented for reports only"]),
        (field("status").eq("Current"), ["'Current' is none of"]),
        (
            exists("TASK", field("projectID").eq(outer("ID")), field("isComplete").eq("True")),
            ["neither true nor false"],
        ),
        (text_mode("status=Current\nstatus_Mod=in"), ["'Current' is none of"]),
        ({"name": "x" * 200, "name_Mod": "ciin"}, []),
    ],
)
def test_a_reason_is_told_where_it_fits(filters, says):
    """One sentence that names the field, and the value."""
    found = told(filters)

    assert len(found) == bool(says)
    assert [words for words in says if words not in found[0]] == []


@pytest.mark.parametrize(
    "filters",
    [
        None,
        {},
        {"status": "CUR"},
        {"status": ["CUR", "PLN:A"]},
        {"status": {"ciin": ["cur"]}},
        {"status": {"ne": "Current"}},
        {"status": {"notin": ["Current"]}},
        {"status": "$$X"},
        {"status": None},
        {"status": {"isnull": True}},
        {"project:status": "Current"},
        {"EXISTS:1:$$OBJCODE": "TASK", "EXISTS:1:projectID": "FIELD:ID", "EXISTS:1:status": "Current"},
        not_exists("TASK", field("projectID").eq(outer("ID")), field("name").eq("None")),
        {"priority": 3, "priority_Mod": "in"},
        {"DE:Region": "Red, Blue"},
        {"name": {"cicontains": "a, b"}},
        {"portfolioID": {"in": ["1,2"]}},
        {"isComplete": False},
        {"handover": {"between": ["2026-01-01", "$$TODAYe"]}},
        {"entryDate": {"gte": "2026-01-01T10:00:00:000+0000"}},
        {"percentComplete": {"between": [20, 60]}},
        {"entryDate": {"between": ["2026-01-01", "2026-01-01T09:00:00"]}},
        {"odd": "x", "never heard of": 5},
    ],
)
def test_no_reason_is_made_up(filters):
    """What is right, looser, negated, or of another object is not judged."""
    assert told(filters) == []


def test_a_list_in_one_text_is_told_with_the_list_it_should_be():
    """Beside that such a value does not exist, if that is known."""
    strange, listed = told({"status": "CUR, PLN"})

    assert "'CUR, PLN' is none of" in strange
    assert "comma included; several are a list: 'CUR', 'PLN'" in listed
    assert told({"status": "CUR,PLN"}, None) == [listed.replace("CUR, PLN", "CUR,PLN")]


def test_without_metadata_less_is_told():
    """Whoever cannot ask for it still learns what the filters alone show."""
    assert told({"status": "Current", "isComplete": "Yes"}, None) == []
    assert len(told({"isComplete": "True"}, None)) == 1


def test_the_sentences_stay_short():
    """A long list of values, or of reasons, is cut."""
    values = [{"value": str(number), "label": "x" * 20} for number in range(100)]
    metadata = {"fields": {"code": {"possibleValues": values}}}

    (strange,) = told({"code": [f"no {number}" for number in range(50)]}, metadata)
    assert "88 more" in strange
    assert len(strange) < 600
    assert len(told({f"f{number}": "None" for number in range(50)})) == MOST_REASONS
    (quoted,) = told({"x": f"'{'y' * 200}'"})
    assert len(quoted) < 150


@pytest.mark.parametrize(
    ("filters", "needs"),
    [
        (None, False),
        ({"status": "CUR"}, True),
        ({"DE:Region": ["x"]}, True),
        ({"name": {"cicontains": "x"}}, False),
        ({"project:status": "CUR"}, False),
        ({"status": None}, False),
    ],
)
def test_metadata_is_wanted_only_where_it_says_more(filters, needs):
    """It is a call more."""
    assert needs_metadata(filters) is needs


def test_what_must_lack_is_no_reason():
    """However a block says that it is to lack."""
    block = {"EXISTS:1:$$OBJCODE": "TASK", "EXISTS:1:status": "none"}
    assert len(reasons_for_nothing(block)) > 1
    assert len(reasons_for_nothing({**block, "EXISTS:1:$$EXISTSMOD": "NOTEXISTS"})) == 1
