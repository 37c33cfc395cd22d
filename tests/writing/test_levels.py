"""In which order rows that refer to each other are written, and which ones cannot be."""

import pytest

from airflow_provider_workfront.writing.levels import Levels
from airflow_provider_workfront.writing.row import InputRow, RowReference, Wanted


def levels_of(parents, refused=()):
    """Settle rows, each with the key of its parent; rows have the letters of the alphabet as keys."""
    levels, keys = Levels("TASK", "extRefID"), {chr(ord("a") + at): at + 1 for at in range(len(parents))}
    for number, parent in enumerate(parents, 1):
        levels.add(number, {"name": "x", "parentID": RowReference(parent) if parent else None})
    levels.settle({key: number for key, number in keys.items() if key in levels.keys}, set(refused))
    return levels


def test_each_row_is_one_level_above_what_it_refers_to():
    """In any order of the rows."""
    levels = levels_of(["b", "c", "d", None, "d", None])
    assert [levels.level(number) for number in range(1, 7)] == [3, 2, 1, 0, 1, 0]
    assert not any(levels.problem(number) for number in range(1, 7))


def test_the_highest_of_several_references_counts():
    """A row may refer to others in several fields."""
    levels = levels_of([None, "a", "b"])
    levels.add(4, {"parentID": RowReference("a"), "other": RowReference("c")})
    levels.settle({"a": 1, "b": 2, "c": 3}, ())
    assert levels.level(4) == 3


@pytest.mark.parametrize(
    ("parents", "told"),
    [
        (["a", None], {1: "row 1 (a) -> row 1"}),
        (["b", "a", None], {1: "row 1 (a) -> row 2 (b) -> row 1", 2: "row 1 (a) -> row 2 (b) -> row 1"}),
        (
            ["b", "c", "d", "b"],
            {
                1: "refers to row 2, which is not written",
                2: "row 2 (b) -> row 3 (c) -> row 4 (d) -> row 2",
                3: "row 2 (b) -> row 3 (c) -> row 4 (d) -> row 2",
                4: "row 2 (b) -> row 3 (c) -> row 4 (d) -> row 2",
            },
        ),
        (["b", "a", "d", "c"], {1: "row 1", 2: "row 1", 3: "row 3", 4: "row 3"}),
        (["z", "a", None], {1: "parentID: 'z' is the extRefID of no TASK", 2: "refers to row 1, which is not written"}),
    ],
)
def test_rows_in_a_circle_are_refused_by_name_and_what_refers_to_refused_rows_too(parents, told):
    """The others are written."""
    levels = levels_of(parents)
    problems = {n: levels.problem(n) for n in range(1, len(parents) + 1) if levels.problem(n)}
    assert problems.keys() == told.keys()
    for number, part in told.items():
        assert part in problems[number]


def test_a_long_chain_is_settled():
    """Deeper than Python calls itself; one refused row takes all behind it."""
    levels, count = Levels("TASK", "extRefID"), 5000
    for number in range(2, count + 1):
        levels.add(number, {"parentID": RowReference(str(number - 1))})
    rows = {str(number): number for number in range(1, count + 1)}
    levels.settle(rows, ())
    assert levels.level(count) == count - 1
    levels.settle(rows, {1})
    assert levels.problem(2) == "the row refers to row 1, which is not written"
    assert levels.problem(count) == f"the row refers to row {count - 1}, which is not written"


def test_references_get_the_numbers_of_their_rows():
    """Other values stay."""
    levels = levels_of([None, "a"])
    wanted = Wanted(InputRow(2, {}), "b", {"name": "x", "parentID": RowReference("a")})
    assert levels.placed(wanted).values == {"name": "x", "parentID": RowReference("a", 1)}
