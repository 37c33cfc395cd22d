"""Which object has which key, whatever forms the values come in."""

from __future__ import annotations

import pytest

from airflow_provider_workfront.api.owners import askable, owners


def having(*values):
    return [{"ID": f"i{number}", "key": value} for number, value in enumerate(values, 1)]


@pytest.mark.parametrize(
    ("values", "found", "ids"),
    [
        (["007", "7"], ["007"], [["i1"], []]),
        (["1.1", "1.10"], ["1.10", "1.1"], [["i2"], ["i1"]]),
        (["100", "5"], ["100.00"], [["i1"], []]),
        ([7.0], [7], [["i1"]]),
        (["a", "A"], ["A"], [[], ["i1"]]),
        (["x"], ["x", "x"], [["i1", "i2"]]),
        (["2026-01-02T10:00:00+01:00"], ["2026-01-02T09:00:00:000+0000"], [["i1"]]),
        ([True], [True], [["i1"]]),
        (["a"], [None], [[]]),
    ],
)
def test_each_object_is_of_the_value_that_is_meant(values, found, ids):
    """To the letter where the letters are looked for; else as a number or a moment, which come in several forms."""
    assert [[record["ID"] for record in records] for records in owners("key", values, having(*found))] == ids


def test_a_reference_with_a_comma_is_asked_for_alone():
    """In one `in` with others it might be taken for two; in other texts a comma is a sign."""
    assert askable("extRefID", ["a", "b,c", 7, "d,e"]) == [["a", 7], ["b,c"], ["d,e"]]
    assert askable("extRefID", ["b,c"]) == [["b,c"]]
    assert askable("name", ["a", "Doe, Jane"]) == [["a", "Doe, Jane"]]
