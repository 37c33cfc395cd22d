"""What is sent against what is there: the same, another, or unclear."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from airflow_provider_workfront.extract.columns import Kind
from airflow_provider_workfront.writing.diff import compared, sendable

DOCUMENT = {"blocks": [{"key": "a", "text": "Hi", "type": "unstyled"}], "entityMap": {}}
LOOKED_UP = '{"objCode": "USER", "name": "Ann", "ID": "u1"}'

SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
JSON = st.recursive(
    SCALARS | st.sampled_from(["2026-03-01", "2026-03-01T09:00:00:000+0100", LOOKED_UP, json.dumps(DOCUMENT), "12.50"]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["ID", "name", "x"]), inner, max_size=3)
    ),
    max_leaves=6,
)
KINDS = st.none() | st.sampled_from(Kind)


@pytest.mark.parametrize(
    ("sent", "found", "kind"),
    [
        ("", None, Kind.TEXT),
        (None, "", None),
        ([], None, Kind.LIST),
        ("CUR", "CUR", Kind.TEXT),
        ("7", 7, Kind.TEXT),
        ("100.00", 100, Kind.DECIMAL),
        (100, "100.00", None),
        (0, "0", Kind.INTEGER),
        (True, "true", Kind.BOOLEAN),
        ("False", False, Kind.BOOLEAN),
        ("2026-03-01T09:00:00:000+0100", "2026-03-01T03:00:00:000-0500", Kind.INSTANT),
        ("2026-03-01T08:00:00Z", "2026-03-01T09:00:00:000+0100", None),
        ("2026-03-01", "2026-03-01", Kind.DATE),
        ("2026-03-01", "2026-03-01T00:00:00:000-0500", Kind.DATE),
        ("2026-03-01T09:00:00:000+0100", "2026-03-01T08:00:00:000+0000", Kind.DATE),
        (["b", "a"], ["a", "b"], Kind.LIST),
        ("a", ["a"], Kind.LIST),
        (["a"], "a", None),
        (["u1"], [LOOKED_UP], Kind.LIST),
        ("u1", LOOKED_UP, Kind.TEXT),
        ("u1", {"ID": "u1", "name": "Ann", "objCode": "USER"}, None),
        ({"ID": "u1"}, {"ID": "u1", "name": "Ann", "objCode": "USER"}, None),
        (json.dumps(DOCUMENT), json.dumps(DOCUMENT, indent=1, sort_keys=True), Kind.TEXT),
        (json.dumps(DOCUMENT), DOCUMENT, None),
        ({"b": 2, "a": [1]}, '{"a": [1], "b": 2}', Kind.JSON),
        ('{"a": [1], "b": 2}', {"b": 2, "a": [1]}, Kind.JSON),
        ([{"userID": "2"}, {"userID": "1"}], [{"ID": "x", "userID": "1"}, {"ID": "y", "userID": "2"}], None),
        ([{"userID": "1"}], [{"ID": "x", "userID": "1"}], Kind.JSON),
    ],
)
def test_what_means_the_same_is_the_same(sent, found, kind):
    """However Workfront writes it."""
    assert compared(sent, found, kind) is True


@pytest.mark.parametrize(
    ("sent", "found", "kind"),
    [
        (0, None, Kind.NUMBER),
        (False, None, Kind.BOOLEAN),
        ("CUR", "cur", Kind.TEXT),
        ("007", "7", Kind.TEXT),
        ("7.0", 7, Kind.TEXT),
        ("100.01", 100, Kind.DECIMAL),
        (True, False, Kind.BOOLEAN),
        ("2026-03-01T09:00:00:000+0100", "2026-03-01T09:00:00:000+0000", Kind.INSTANT),
        ("2026-03-01", "2026-03-02", Kind.DATE),
        ("2026-03-01", "2026-03-02T00:00:00:000+0100", Kind.DATE),
        (["a"], ["a", "b"], Kind.LIST),
        ("u2", LOOKED_UP, Kind.TEXT),
        ({"ID": "u2"}, {"ID": "u1", "name": "Ann"}, None),
        ('{"a": 1}', '{"a":1}', Kind.TEXT),
        ('{"a": true}', {"a": 1}, Kind.JSON),
        ([{"userID": "1"}, {"userID": "1"}], [{"userID": "1"}, {"userID": "2"}], None),
        ([{"userID": "1"}], [{"userID": "1"}, {"userID": "2"}], None),
    ],
)
def test_what_means_something_else_differs(sent, found, kind):
    """A number of a text field is text: leading zeros count."""
    assert compared(sent, found, kind) is False


@pytest.mark.parametrize(
    ("sent", "found", "kind"),
    [
        ("2026-03-01", "2026-03-01T00:00:00:000+0100", Kind.INSTANT),
        ("2026-03-01", "2026-03-01T09:00:00:000+0100", Kind.DATE),
        ("2026-03-01", "2026-03-01T00:00:00:000+0100", None),
        ({"isPublic": True}, {"ID": "q", "name": "Queue"}, None),
        ({"isPublic": True}, "q", None),
        ([{"userID": "1"}], [{"ID": "x"}], None),
        ([{"userID": "1"}], "x", None),
    ],
)
def test_what_cannot_be_told_is_unclear(sent, found, kind):
    """A day may begin elsewhere, and what was not read may be anything."""
    assert compared(sent, found, kind) is None


@given(JSON, KINDS)
def test_everything_is_the_same_as_itself(value, kind):
    """So what was written as it was sent is not sent again."""
    assert compared(value, value, kind) is True


@given(JSON, JSON, KINDS)
def test_any_two_values_can_be_compared(sent, found, kind):
    """Whatever a tenant has in a field, no comparison fails."""
    assert compared(sent, found, kind) in {True, False, None}


@pytest.mark.parametrize(
    ("found", "sent", "name", "before"),
    [
        ("CUR", "CPL", "status", "CUR"),
        (None, "CPL", "status", None),
        (None, [{"userID": "1"}], "assignments", []),
        ({"ID": "u1", "name": "Ann"}, {"ID": "u2"}, "owner", {"ID": "u1"}),
        ({"ID": "u1", "name": "Ann"}, "u2", "ownerID", "u1"),
        ({"ID": "u1", "name": "Ann"}, None, "owner", {"ID": "u1"}),
        (LOOKED_UP, None, "DE:Lead", "u1"),
        ([LOOKED_UP], None, "DE:Leads", ["u1"]),
        (["a", "b"], ["b"], "DE:Colours", ["a", "b"]),
        ([{"ID": "x", "userID": "1", "status": "AD"}], [{"userID": "2"}], "assignments", [{"userID": "1"}]),
        ([{"ID": "x", "userID": "1"}], [], "assignments", [{"ID": "x", "userID": "1"}]),
    ],
)
def test_what_was_there_is_kept_as_it_could_be_sent(found, sent, name, before):
    """Or an undo would send back names and other decoration."""
    assert sendable(found, sent, name) == before
