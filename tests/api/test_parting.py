"""Parts of what comes one by one."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from airflow_provider_workfront.api.parting import parted


@given(st.lists(st.integers(), max_size=250), st.integers(1, 120))
def test_parts_make_up_the_whole(items, size):
    """Each full, but for the last."""
    parts = list(parted(iter(items), size))
    assert [item for part in parts for item in part] == items
    assert all(len(part) == size for part, _ in pairwise(parts))
    assert [] not in parts
