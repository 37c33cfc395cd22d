"""What is remembered of the rows handed out: one line in the server's order."""

import pytest

from airflow_provider_workfront.api.trail import Trail


@pytest.mark.parametrize(
    ("line", "page", "fresh", "woven", "beyond"),
    [
        ("", "abc", "abc", "abc", ""),
        ("abcd", "cdef", "ef", "abcdef", ""),
        ("abcdef", "bXc", "X", "abXc", "def"),  # rows inserted in front pushed the page back
        ("abcdef", "bdf", "", "abcdef", ""),  # taken before c and e were inserted, or after they were deleted
        ("abcdef", "bXdYg", "XYg", "abcXdYg", "ef"),
        ("abc", "cb", "", "acb", ""),  # two rows whose order was not known
    ],
)
def test_a_page_is_woven_into_the_line(line, page, fresh, woven, beyond):
    """Rows between two that both know stay where they are; those behind the last are not of the line any more."""
    trail = Trail(100, line)
    assert trail.weave(page) == set(fresh)
    assert ("".join(trail.line), "".join(trail.beyond)) == (woven, beyond)


def test_a_row_beyond_the_line_is_known_but_joins_nothing():
    """Where it stands is not proven: only that it was handed out, once."""
    trail = Trail(100, "abcdef")
    trail.weave("bXc")
    assert trail.touch("efg") is None
    assert trail.weave("cYZef") == set("YZ")
    assert "".join(trail.beyond) == "d"


def test_the_line_is_cut_in_front():
    """What is behind a remembered row is remembered."""
    trail = Trail(4, "abc")
    trail.weave("cdef")
    assert trail.line == list("cdef")


@pytest.mark.parametrize(
    ("line", "page", "first", "last"), [("", "ab", 0, 0), ("bc", "abcd", 1, 2), ("x", "ab", None, None)]
)
def test_where_a_page_touches(line, page, first, last):
    """The first known row, or the last; nothing has to be touched at the beginning."""
    trail = Trail(10, line)
    assert (trail.touch(page), trail.touch(page, last=True)) == (first, last)
