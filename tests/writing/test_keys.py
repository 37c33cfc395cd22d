"""Rows with the same key."""

import tracemalloc
from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from airflow_provider_workfront.extract.columns import Kind
from airflow_provider_workfront.writing.keys import Keys


def keys_of(values, kind=None):
    keys = Keys("extRefID", kind)
    for number, value in enumerate(values, 1):
        keys.add(number, value)
    return keys


@given(st.lists(st.text("ab\ud800", max_size=3) | st.none(), max_size=40))
def test_all_rows_with_a_doubled_key_are_told(values):
    """The first ones too; rows without a key are not."""
    times = Counter(value for value in values if value)
    expected = {number for number, value in enumerate(values, 1) if times[value] > 1}
    assert keys_of(values).doubled().keys() == expected


def test_each_row_names_the_others():
    """As far as they are few."""
    told = keys_of(["a", "b", "a", "c", "c", "c", *"aaaaaa"]).doubled()
    assert told[4] == told[6] == "rows 4, 5 and 6 have the same extRefID: none of them is written"
    assert told[1] == "rows 1, 3, 7, 8, 9 and 3 more have the same extRefID: none of them is written"
    assert 2 not in told


def test_numbers_that_key_a_field_of_numbers_are_compared_as_such():
    """And those of a field of texts as texts."""
    assert keys_of([7, "7.0", "x"], Kind.NUMBER).doubled().keys() == {1, 2}
    assert keys_of([7, "7.0", "07"], Kind.TEXT).doubled() == {}


def test_keys_that_differ_only_in_blanks_at_their_ends_are_the_same():
    """Workfront trims them; blanks within a key count."""
    assert keys_of(["a b", " a b", "a b\t", "ab"]).doubled().keys() == {1, 2, 3}


def test_keys_take_little_memory():
    """A hundred thousand of them, as a dict of texts, would be fifteen megabytes and more."""
    tracemalloc.start()
    try:
        keys = keys_of(f"ORDER-{number:030d}" for number in range(100_000))
        assert keys.doubled() == {}
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 5_000_000
