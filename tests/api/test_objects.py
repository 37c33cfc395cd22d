"""The object types."""

import pytest

from airflow_provider_workfront.api.objects import browser_url, object_type, resembling, segment


@pytest.mark.parametrize("text", ["PROJ", "proj", "Project", "project", " PROJ "])
def test_a_type_has_code_and_name_in_any_case(text):
    """As Workfront itself takes them."""
    assert object_type(text).code == "PROJ"


def test_an_issue_is_an_optask():
    """The name that users know it by."""
    assert object_type("issue").code == object_type("OpTask").code == "OPTASK"


def test_a_code_wins_over_a_name():
    """EWS, RATE and the like are codes; no name may hide one."""
    from airflow_provider_workfront.api.objects import INDEX

    for entry in INDEX.split():
        code = entry.partition("=")[0]
        assert object_type(code).code == code


def test_all_174_types_are_known():
    """The index of API version 22."""
    from airflow_provider_workfront.api.objects import INDEX

    assert len(INDEX.split()) == 174
    assert sum(entry.endswith("*") for entry in INDEX.split()) == 44


def test_secondary_types_are_marked():
    """They are reached through their parents only."""
    assert object_type("NONWKD").secondary
    assert not object_type("TASK").secondary


@pytest.mark.parametrize(
    ("text", "path"),
    [("PROJ", "proj"), ("Project", "proj"), ("issue", "optask"), ("NEWONE", "newone"), ("RECORD_TYPE", "record_type")],
)
def test_a_path_segment_is_the_code(text, path):
    """Versions add types, so an unknown one passes."""
    assert segment(text) == path


@pytest.mark.parametrize("text", ["", "proj/search", "PROJ?x=1", "PROJ 1", "../login", "_", "PROJ_"])
def test_what_is_no_code_is_refused(text):
    """It would become another path."""
    with pytest.raises(ValueError, match="is not an object code"):
        segment(text)


@pytest.mark.parametrize(
    ("wrong", "meant"), [("PROJCT", "PROJ"), ("TASKS", "TASK"), ("OPTSK", "OPTASK"), ("isue", "OPTASK")]
)
def test_a_misspelt_type_gets_proposals(wrong, meant):
    """By code, name or alias."""
    assert meant in resembling(wrong)


def test_an_object_has_a_page():
    """The address is inferred; types without a page have none."""
    assert browser_url("https://acme.my.workfront.com/", "issue", "a1") == "https://acme.my.workfront.com/issue/a1"
    assert browser_url("https://acme.my.workfront.com", "PROJ", "a1") == "https://acme.my.workfront.com/project/a1"
    assert browser_url("https://acme.my.workfront.com", "ASSGN", "a1") is None
    assert browser_url("https://acme.my.workfront.com", "NEWONE", "a1") is None
