"""What a retry knows of the tries before it."""

import json
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from airflow_provider_workfront.writing.progress import BLOCK, Numbers, Progress

EDGE = BLOCK - 30


class Kept(dict):
    """A store that keeps JSON, as Airflow's does."""

    def set(self, key, value):
        """Keep a value."""
        self[key] = json.loads(json.dumps(value))


@given(st.lists(st.tuples(st.booleans(), st.lists(st.integers(0, 60).map(EDGE.__add__), max_size=20)), max_size=8))
def test_numbers_are_a_set(parts):
    """Whatever comes and goes in whatever order, and across the edge of a block."""
    numbers, known = Numbers(), set()
    for comes, part in parts:
        if comes:
            numbers.add(part)
        else:
            numbers.discard(part)
        known = known | set(part) if comes else known - set(part)
        again = Numbers()
        for block in (0, 1):
            again.unpack(block, json.loads(json.dumps(numbers.packed(block))))
        numbers = again
    assert {number for number in range(EDGE - 1, EDGE + 62) if number in numbers} == known
    assert len(numbers) == len(known)


def test_a_retry_knows_what_was_begun_and_what_is_settled():
    """What is between the two may have been written."""
    store = Kept()
    first = Progress(store, "input", 0, pause=0)
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
    first = Progress(store, "input", pause=0)
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


class Measured(Kept):
    """A store that knows how much was written to it."""

    largest = written = times = 0

    def set(self, key, value):
        """Keep a value, and measure it."""
        size = len(json.dumps(value))
        self.largest, self.written, self.times = max(self.largest, size), self.written + size, self.times + 1
        super().set(key, value)


def test_scattered_rows_take_little_room():
    """Half of 300,000 rows by chance: each value stays below 64 KB, and all that is written below some megabytes."""
    rows = sorted(random.Random(7).sample(range(1, 300_001), 150_000))  # noqa: S311 not for secrets
    store = Measured()
    progress = Progress(store, "input")
    for at in range(0, len(rows), 1000):
        part = rows[at : at + 1000]
        progress.begin(part)
        progress.settle(part, {"updated": len(part)})
    progress.keep()

    again = Progress(store, "input")
    assert store.largest < 64 * 1024
    assert store.written < 8_000_000
    assert (again.counts, len(again.settled)) == ({"updated": 150_000}, 150_000)
    assert [number for number in range(1, 1000) if number in again.settled] == [n for n in rows if n < 1000]


def test_what_is_settled_is_not_written_each_time():
    """A kill in between leaves rows open, of which a retry looks in Workfront what became."""
    store = Measured()
    progress = Progress(store, "input", pause=3600)
    progress.begin(range(1, 1001))
    before = store.times
    for at in range(1, 1001, 100):
        progress.settle(range(at, at + 100), {"updated": 100})
    assert store.times == before
    assert Progress(store, "input").is_open(1)
    progress.settle([1001], {"created": 1}, at_once=True)
    assert not Progress(store, "input").is_open(1)
