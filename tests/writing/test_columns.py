"""What the user says of the columns."""

import pytest

from airflow_provider_workfront.failures import Unworkable
from airflow_provider_workfront.writing.columns import Target, targets_of


def test_without_a_mapping_a_column_is_the_field_of_its_name():
    """Except what nobody means: our own columns, and what Workfront adds to every answer."""
    header = ["ID", "name", "objCode", "DE:Region", "workfront_raw", "workfront_row", "workfront_error"]

    assert targets_of(None, header) == ([Target(name, name) for name in ("ID", "name", "DE:Region")], [])


def test_a_mapping_names_fields_and_options():
    """A column of which nothing is said, or None, is not written."""
    columns = {"title": "name", "notes": None, "who": {"field": "ownerID", "by": "username"}}

    targets, problems = targets_of(columns, ["title", "notes", "who", "more"])

    assert targets == [Target("title", "name"), Target("who", "ownerID", by="username")]
    assert targets[1].given() == ["by"]
    assert not problems


def test_an_empty_input_has_no_columns_to_miss():
    """It may hold no rows today."""
    assert targets_of({"title": "name"}, []) == ([Target("title", "name")], [])


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"titel": "name"}, "column titel: the input has no such column - did you mean title"),
        ({"title": 7}, "column title: give a field, options with a field, or None, not 7"),
        ({"title": {"by": "name"}}, "column title: say which field it fills"),
        ({"title": {"field": "name", "bye": "x"}}, "column title: there is no option bye - did you mean by"),
        ({"title": {"field": "name", "by": None}}, "column title: by is a text that is not empty, not None"),
        ({"title": ""}, "column title: field is a text that is not empty"),
        ({"title": {"field": "a", "timezone": "Berlin"}}, "there is no timezone 'Berlin'"),
        ({"title": {"field": "a", "timezone": "Europe"}}, "there is no timezone 'Europe'"),
        ({"title": {"field": "a", "format": "DD.MM.YYYY"}}, "format 'DD.MM.YYYY' is no pattern of a date"),
        ({"title": {"field": "a", "format": "%H:%M"}}, "format '%H:%M' is no pattern of a date"),
        ({"title": {"field": "a", "empty": "drop"}}, "empty is one of clear, keep, not 'drop'"),
        ({"title": {"field": "a", "unit": "days"}}, "unit is one of minutes, hours, not 'days'"),
        ({"title": "name", "more": "name"}, "columns title and more give the same field, name"),
    ],
)
def test_what_is_wrong_with_a_mapping_is_told(said, why):
    """With the names that were probably meant."""
    _, problems = targets_of(said, ["title", "more"])

    assert len(problems) == 1
    assert why in problems[0]


def test_a_mapping_is_a_dict():
    """A list of columns says not where they go."""
    with pytest.raises(Unworkable, match="columns must be a dict such as"):
        targets_of(["title"], ["title"])
