"""What the log says of a plan."""

from itertools import repeat

from airflow_provider_workfront.writing.plan import Action, Step
from airflow_provider_workfront.writing.summary import summary, table


def test_counts_are_told_in_words():
    """Actions first, in their order; what was not counted is not mentioned."""
    counts = {"rejected": 2, "none": 5, "update": 1340, "create": 12}
    assert summary(counts) == "12 to create, 1,340 to update, 5 unchanged, 2 rejected"
    assert summary({"delete": 1, "none": 0}) == "1 to delete"
    assert summary({}) == "no rows"


def test_the_first_changes_are_shown_a_field_a_line():
    """Values are cut short, and a line break cannot feign a line of the log."""
    steps = [
        Step(7, Action.UPDATE, "p1", "E-7", {"status": ("CUR", "CPL"), "name": (None, "x\ny" + "z" * 90)}),
        Step(1234, Action.CREATE, "", "E-8", {"name": (None, "Beta")}),
        Step(9, Action.DELETE, "p3", "E-9", {"name": ("C", None)}),
        Step(10, Action.NONE, "p4"),
    ]
    assert table(steps).splitlines() == [
        "row   action  object  change",
        '7     update  p1      status: "CUR" -> "CPL"',
        '7     update  p1      name: null -> "x\\ny' + "z" * 32 + "...",
        '1234  create  "E-8"   name: null -> "Beta"',
        '9     delete  p3      key "E-9"',
    ]


def test_no_more_than_the_first_changes_are_shown():
    """However many fields a row has."""
    changes = {f"DE:{number}": (0, number) for number in range(30)}
    assert len(table(repeat(Step(1, Action.UPDATE, "p1", "", changes))).splitlines()) == 11
    assert table([]) == ""
