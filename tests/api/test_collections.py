"""Collections that an update would shrink."""

import pytest

from airflow_provider_workfront.api.collections import collections_in, lost, shrinking

ANNA, BOB = {"ID": "1", "assignedToID": "anna", "name": "A"}, {"ID": "2", "assignedToID": "bob", "roleID": "r"}


@pytest.mark.parametrize(
    ("new", "gone"),
    [
        ([{"ID": "1"}, {"ID": "2"}], []),
        ([{"ID": "1"}], [BOB]),
        ([{"assignedToID": "bob", "assignmentPercent": 50}, {"assignedToID": "carl"}], [ANNA]),
        ([{"assignedToID": "bob", "roleID": "other"}, {"ID": "1"}], [BOB]),
        ([{"name": "A"}], [ANNA, BOB]),  # it points to nobody
        ([], [ANNA, BOB]),
    ],
)
def test_what_a_new_list_lacks(new, gone):
    """By ID, or by what an entry points to."""
    assert lost(new, [ANNA, BOB]) == gone


def test_only_lists_of_objects_are_collections():
    """The options of a custom field are a list of texts; an empty list may be a collection."""
    values = {"DE:Colours": ["red"], "DE:None": [], "assignments": [{}], "teams": [], "name": "x", "tags": ["a"]}
    assert collections_in(values) == ["assignments", "teams"]


def test_the_message_names_a_few_and_what_to_do():
    """And nothing is said if nothing would be gone, or nothing is known."""
    told = shrinking({"assignments": []}, {"assignments": [ANNA, BOB, {"ID": "3"}, {"ID": "4"}]})
    assert "4 of the 4 in assignments would be gone (A, 2, 3, ...)" in told
    assert told.endswith("send all that shall stay, or say replace_collections=True")
    assert shrinking({"assignments": [{"ID": "1"}], "name": "x"}, {"assignments": [ANNA]}) == ""
    assert shrinking({"teams": []}, {}) == shrinking({"teams": []}, {"teams": "x"}) == ""
