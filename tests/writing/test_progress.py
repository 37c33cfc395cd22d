"""What a retry knows of the tries before it."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from airflow_provider_workfront.writing.progress import Numbers, Progress


class Kept(dict):
    """A store that keeps JSON, as Airflow's does."""

    def set(self, key, value):
        """Keep a value."""
        self[key] = json.loads(json.dumps(value))


@given(st.lists(st.lists(st.integers(0, 60), max_size=20), max_size=8))
def test_numbers_are_a_set(parts):
    """Whatever comes in whatever order, kept as ranges that do not touch."""
    numbers, known = Numbers(), set()
    for part in parts:
        numbers.add(part)
        known |= set(part)
        numbers = Numbers(json.loads(json.dumps(numbers.ranges)))
    assert {number for number in range(-1, 62) if number in numbers} == known
    assert len(numbers) == len(known)
    assert all(one[1] + 1 < two[0] for one, two in zip(numbers.ranges, numbers.ranges[1:], strict=False))


def test_a_retry_knows_what_was_begun_and_what_is_settled():
    """What is between the two may have been written."""
    store = Kept()
    first = Progress(store, "input", 0)
    assert first.is_first
    first.begin(range(1, 101))
    first.begin(range(101, 201))
    first.settle(range(1, 101), {"written": 99, "refused": 1})
    again = Progress(store, "input", 0)
    assert (again.is_first, again.tries, again.counts) == (False, 2, {"written": 99, "refused": 1})
    assert [again.is_open(number) for number in (1, 100, 101, 200, 201)] == [False, False, True, True, False]
    assert (100 in again.settled, 101 in again.settled) == (True, False)


@pytest.mark.parametrize("parts", [("other input", 0), ("input", 1)])
def test_another_input_and_a_cleared_run_begin_anew(parts):
    """Or a deliberate clear would skip the work."""
    store = Kept()
    Progress(store, "input", 0).begin([1])
    assert Progress(store, *parts).is_first


def test_a_million_rows_take_little_room():
    """Rows are settled in hundreds, not far out of order."""
    numbers = Numbers()
    for first in range(0, 1_000_000, 1000):
        for part in (500, 0):
            numbers.add(range(first + part, first + part + 500))
    assert numbers.ranges == [[0, 999_999]]
