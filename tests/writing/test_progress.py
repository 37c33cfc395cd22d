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


@given(st.lists(st.tuples(st.booleans(), st.lists(st.integers(0, 60), max_size=20)), max_size=8))
def test_numbers_are_a_set(parts):
    """Whatever comes and goes in whatever order, kept as ranges that do not touch."""
    numbers, known = Numbers(), set()
    for comes, part in parts:
        if comes:
            numbers.add(part)
        else:
            numbers.discard(part)
        known = known | set(part) if comes else known - set(part)
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


def test_what_surely_was_not_written_counts_as_never_begun():
    """A retry tries it again, and takes nothing that it finds for its own."""
    store = Kept()
    first = Progress(store, "input")
    first.begin(range(1, 6))
    first.settle([1, 2], {"created": 2}, unwritten=[4])
    again = Progress(store, "input")
    assert [number for number in range(1, 6) if number in again.begun] == [1, 2, 3, 5]
    assert [number for number in range(1, 6) if again.is_open(number)] == [3, 5]


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
