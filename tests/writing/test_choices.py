"""Values that are told by value or by label."""

import pytest

from airflow_provider_workfront.extract.columns import Kind
from airflow_provider_workfront.writing.choices import choices_of
from airflow_provider_workfront.writing.unfit import Unfit

STATUS = {"possibleValues": [{"value": "CUR", "label": "Current"}, {"value": "PLN", "label": "Planning"}]}


@pytest.mark.parametrize("given", ["CUR", "cur", "Current", "CURRENT"])
def test_a_value_is_told_by_itself_or_by_its_label(given):
    """In any case."""
    assert choices_of("kind", Kind.TEXT, STATUS).value(given) == "CUR"


def test_a_value_goes_before_a_label():
    """Where one value is the label of another."""
    known = {"possibleValues": [{"value": "A", "label": "B"}, {"value": "B", "label": "C"}]}

    assert choices_of("kind", Kind.TEXT, known).value("B") == "B"
    assert choices_of("kind", Kind.TEXT, known).value("c") == "B"


def test_the_case_counts_between_two_labels_alike():
    """Only then."""
    known = {"possibleValues": [{"value": "1", "label": "Web"}, {"value": "2", "label": "WEB"}]}
    choices = choices_of("kind", Kind.TEXT, known)

    assert choices.value("WEB") == "2"
    with pytest.raises(Unfit, match=r"is said by 2 values, give the value itself: 1, 2"):
        choices.value("web")


def test_a_label_that_does_not_exist_is_refused_with_the_nearest():
    """And with all there are, if they are few."""
    with pytest.raises(Unfit, match=r"none of its values - did you mean Current\? \(known are Current, Planning\)"):
        choices_of("status", Kind.TEXT, STATUS).value("Currnet")


def test_the_customers_own_list_goes_before():
    """It has values that the metadata lacks, and its own labels."""
    own = [{"value": "INT", "label": "Intake"}, {"value": "CUR", "label": "Running"}]
    choices = choices_of("status", Kind.TEXT, STATUS, own)

    assert [choices.value(given) for given in ("Intake", "running", "Planning")] == ["INT", "CUR", "PLN"]
    with pytest.raises(Unfit):
        choices.value("Current")


@pytest.mark.parametrize(
    ("name", "kind", "given"), [("status", Kind.TEXT, "CRV"), ("priority", Kind.INTEGER, "5"), ("risk", Kind.TEXT, "")]
)
def test_a_code_of_a_customisable_field_need_not_be_listed(name, kind, given):
    """A group has statuses that no list names; another field has only what is listed."""
    choices = choices_of(name, kind, STATUS)

    if given:
        assert choices.value(given) == given
    with pytest.raises(Unfit):
        choices_of("updateType", kind, STATUS).value(given)


def test_a_field_without_choices_has_none():
    """So that any value goes."""
    assert choices_of("name", Kind.TEXT, {}) is None
