"""Rows as they came: cut out of a page, not decoded."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Raw

from airflow_provider_workfront.api.slices import Slice, merged, sliced, written

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
ROWS = st.lists(
    st.builds(lambda values, obj_id: values | {"ID": obj_id}, st.dictionaries(st.text(), VALUES), st.text())
)


def page(rows, **layout):
    return json.dumps({"data": rows}, **layout).encode()


@given(rows=ROWS, layout=st.sampled_from([{}, {"indent": 2}, {"separators": (",", ":")}]), ascii_only=st.booleans())
def test_slices_say_what_the_page_says(rows, layout, ascii_only):
    """Whatever the rows hold and however the page is laid out: one line each, in order, under their IDs."""
    cut = sliced(page(rows, ensure_ascii=ascii_only, **layout))
    assert [json.loads(bytes(row.text)) for row in cut] == rows
    assert [row.obj_id for row in cut] == [row["ID"] for row in rows]
    assert not [row for row in cut if {b"\n"[0], b"\r"[0]} & set(bytes(row.text))]


def test_what_is_not_decoded_loses_nothing():
    """Neither the last digits of a number nor how a letter was escaped."""
    row = rb'{"ID":"a","cost":0.10000000000000000000001,"name":"\u00fc\/\u003c"}'
    assert sliced(b'{"data":[' + row + b"]}") == [Slice("a", Raw(row))]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b'{"data":[{"ID":"a"}',
        b'{"data":{"ID":"a"}}',
        b'{"data":[{"name":"a"}]}',
        b'{"data":[{"ID":1}]}',
        b'{"data":["a"]}',
        b'{"error":{"message":"no"}}',
        b'{"error":{"message":"no"},"data":[]}',
        b'{"data":[{"ID":"\xff"}]}',
    ],
)
def test_what_is_no_page_of_rows_is_left_to_who_reads_errors(body):
    """It is read as any other answer then."""
    assert sliced(body) is None


def test_a_row_that_was_decoded_is_written_again():
    """Half an emoji cannot be cut out, yet stays what it was."""
    row = {"ID": "a", "name": "\ud83d"}
    assert json.loads(bytes(written(row, "a").text)) == row


def test_parts_of_a_row_are_joined():
    """Each key once, numbers exactly."""
    first, second = (
        Slice("a", Raw(b'{"ID":"a","name":"x"}')),
        Slice("a", Raw(b'{"ID":"a","cost":1.10000000000000000000000001}')),
    )
    assert merged(first, second) == Slice("a", Raw(b'{"ID":"a","name":"x","cost":1.10000000000000000000000001}'))
