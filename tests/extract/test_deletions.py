"""Sorted IDs against sorted IDs."""

import tracemalloc

from hypothesis import given
from hypothesis import strategies as st

from airflow_provider_workfront.extract.deletions import Ids, compare

IDS = st.lists(st.text("0123456789abcdef", min_size=1, max_size=6), max_size=60)


@given(IDS)
def test_ids_come_back_sorted_and_once(ids):
    """In whatever order they came."""
    assert list(Ids(ids)) == sorted(set(ids))
    assert len(Ids(ids)) == len(set(ids))
    assert bool(Ids(ids)) == bool(ids)


@given(IDS, IDS)
def test_what_stands_on_one_side_only_is_told(known, present):
    """Missing or new, in order; doubled IDs are one."""
    missing = {(obj_id, True) for obj_id in set(known) - set(present)}
    new = {(obj_id, False) for obj_id in set(present) - set(known)}
    assert list(compare(sorted(known), Ids(present))) == sorted(missing | new)


def test_ids_take_little_memory():
    """A hundred thousand of them, as a set of texts, would be ten megabytes and more."""
    tracemalloc.start()
    try:
        ids = Ids(f"{number:032x}" for number in range(0, 2**128 - 1, 2**128 // 100_000))
        peak = sum(1 for _ in ids) and tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert len(ids) > 99_000
    assert peak < 6_000_000
