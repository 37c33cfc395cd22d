"""What takes a step back, and whether one may still be done."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from airflow_provider_workfront.extract.columns import Kind
from airflow_provider_workfront.writing.plan import Action, Step
from airflow_provider_workfront.writing.undo import asked, conflict, is_done, may_be_done, undone

ROW = {"order": "E-7"}
UPDATE = Step(7, Action.UPDATE, "p1", "E-7", {"status": ("CUR", "CPL"), "name": (None, "A")}, ROW)
CREATE = Step(8, Action.CREATE, "", "E-8", {"extRefID": (None, "E-8"), "name": (None, "B")}, ROW)
DELETE = Step(9, Action.DELETE, "p3", "E-9", {"name": ("C", None), "description": (None, None)}, ROW)
NOTHING = Step(1, Action.NONE, "p4", "E-1")

NAMES = st.sampled_from(["status", "name", "DE:Budget"])
CHANGES = st.dictionaries(NAMES, st.tuples(st.text(max_size=3) | st.none(), st.integers()))


def test_an_update_is_taken_back_by_its_reverse():
    """Its row is what it sends, and no more the row of the input."""
    row = {"ID": "p1", "status": "CUR", "name": None}
    expected = Step(7, Action.UPDATE, "p1", "E-7", {"status": ("CPL", "CUR"), "name": ("A", None)}, row)
    assert undone(UPDATE) == expected


@given(CHANGES)
def test_an_update_taken_back_twice_is_the_update(changes):
    """Nothing of it gets lost on the way but the row of the input."""
    once = undone(Step(7, Action.UPDATE, "p1", "E-7", changes, ROW))
    again = undone(once)
    assert (again.action, again.obj_id, again.changes) == (Action.UPDATE, "p1", changes)
    assert undone(again) == once


def test_a_creation_is_taken_back_by_deleting_what_it_created():
    """Which must be known."""
    assert undone(CREATE) is None
    changes = {"extRefID": ("E-8", None), "name": ("B", None)}
    assert undone(CREATE, "p2") == Step(8, Action.DELETE, "p2", "E-8", changes, {"ID": "p2"})


def test_what_was_created_without_an_id_being_known_is_found_by_its_key():
    """If it has one."""
    changes = {"extRefID": ("E-8", None), "name": ("B", None)}
    row, note = {"extRefID": "E-8"}, "its ID was not known when this was written: it is found by its key"
    assert undone(CREATE, finds_by="extRefID") == Step(8, Action.DELETE, "", "E-8", changes, row, note)
    assert undone(replace(CREATE, key=""), finds_by="extRefID") is None


def test_a_deletion_is_taken_back_by_a_new_object():
    """Of what is known. It keeps the ID, should the object be there after all; the note points to the better way."""
    step = undone(DELETE)
    assert (step.action, step.obj_id, step.values) == (Action.CREATE, "p3", {"name": "C"})
    assert "recycle bin" in step.note


def test_what_workfront_sets_itself_is_not_sent_for_the_new_object():
    """Such as when the old one was made, and by whom; the image has it."""
    image = {
        "name": ("C", None),
        "entryDate": ("2026-01-01", None),
        "enteredByID": ("u1", None),
        "customerID": ("c", None),
    }
    assert undone(replace(DELETE, changes=image)).values == {"name": "C"}


def test_what_changed_nothing_has_no_undo():
    """Nor need it."""
    assert undone(NOTHING, "p4") is None


@pytest.mark.parametrize(
    ("step", "current", "reason"),
    [
        (UPDATE, {"ID": "p1", "status": "CUR"}, ""),
        (UPDATE, {"ID": "p1", "status": "CUR", "name": "", "budget": 9}, ""),
        (UPDATE, {"ID": "p1", "status": "DED"}, 'changed since the plan was made: status was "CUR" and is "DED"'),
        (UPDATE, {"ID": "p1", "status": "CUR", "name": "Z"}, 'name was null and is "Z"'),
        (UPDATE, None, "p1 is gone"),
        (CREATE, None, ""),
        (CREATE, {"ID": "p5"}, "exists by now: p5"),
        (DELETE, {"ID": "p3", "name": "C"}, ""),
        (DELETE, {"ID": "p3", "name": "D"}, 'name was "C" and is "D"'),
        (DELETE, None, "p3 is gone"),
        (NOTHING, {"ID": "p4", "status": "X"}, ""),
    ],
)
def test_a_step_is_done_only_where_all_is_as_it_saw_it(step, current, reason):
    """Only what it touches counts."""
    told = conflict(step, current)
    assert reason in told
    assert bool(told) == bool(reason)


def test_a_conflict_names_a_few_fields():
    """With long values cut short."""
    changes = {f"DE:{number}": ("x" * 500, "new") for number in range(5)}
    told = conflict(Step(1, Action.UPDATE, "p1", "", changes), {"ID": "p1"})
    assert told.endswith("; and 2 more")
    assert len(told) < 400


def test_texts_that_look_like_numbers_conflict_as_texts():
    """A plan keeps what its fields hold."""
    step = Step(1, Action.UPDATE, "p1", "", {"DE:Code": ("007", "8")})
    assert conflict(step, {"DE:Code": "7"}) == ""
    assert "is" in conflict(step, {"DE:Code": "7"}, {"DE:Code": Kind.TEXT})


def test_what_cannot_be_compared_is_no_conflict():
    """An undo saw what was sent, a day, and finds an instant."""
    step = undone(Step(1, Action.UPDATE, "p1", "", {"start": (None, "2026-03-01")}))
    assert conflict(step, {"start": "2026-03-01T00:00:00:000+0100"}) == ""


def test_computed_fields_do_not_stop_a_deletion():
    """If Workfront says when the object was changed last, that tells it all."""
    changes = {"lastUpdateDate": ("2026-03-01T09:00:00:000+0100", None), "age": (5, None)}
    step = Step(1, Action.DELETE, "p1", "", changes)
    assert conflict(step, {"lastUpdateDate": "2026-03-01T08:00:00:000+0000", "age": 6}) == ""
    assert "lastUpdateDate was" in conflict(step, {"lastUpdateDate": "2026-03-02T08:00:00:000+0000", "age": 5})


@pytest.mark.parametrize(
    ("step", "current", "is_so"),
    [
        (UPDATE, {"ID": "p1", "status": "CPL", "name": "A"}, True),
        (UPDATE, {"ID": "p1", "status": "CPL"}, False),
        (UPDATE, None, False),
        (CREATE, {"ID": "p2", "extRefID": "E-8", "name": "B"}, True),
        (CREATE, {"ID": "p2", "extRefID": "E-8", "name": "Other"}, False),
        (Step(8, Action.CREATE, changes={"day": (None, "2026-03-01")}), {"day": "2026-03-01T00:00:00Z"}, True),
        (Step(8, Action.UPDATE, "p1", changes={"day": (None, "2026-03-01")}), {"day": "2026-03-01T00:00:00Z"}, False),
        (CREATE, None, False),
        (DELETE, None, True),
        (DELETE, {"ID": "p3", "name": None}, False),
        (NOTHING, None, True),
        (NOTHING, {"ID": "p4"}, True),
    ],
)
def test_what_an_earlier_try_did_is_seen(step, current, is_so):
    """So that a retry takes its own work for no conflict."""
    assert is_done(step, current) is is_so


def test_what_steps_touch_is_asked_for():
    """Objects with their fields; of a deletion, if that is known, when the object was changed last."""
    nested = {"assignments": ([], [{"assignedToID": "u"}]), "DE:Tags": (None, ["a"]), "owner": ({"ID": "u"}, None)}
    deletion = replace(DELETE, changes={"lastUpdateDate": ("2026-03-01", None), "name": ("C", None)})
    steps = [UPDATE, replace(UPDATE, changes=nested), deletion, NOTHING]
    assert asked(steps) == ["ID", "status", "name", "assignments:*", "DE:Tags", "owner:*", "lastUpdateDate"]


@pytest.mark.parametrize(
    ("current", "may_be"),
    [
        ({"ID": "p1", "start": "2026-03-01T00:00:00:000+0100"}, True),
        ({"ID": "p1", "start": "2026-03-01"}, True),
        ({"ID": "p1", "start": "2026-03-02"}, False),
        (None, False),
    ],
)
def test_what_cannot_be_compared_may_be_done(current, may_be):
    """An instant may be the day that was sent."""
    assert may_be_done(Step(1, Action.UPDATE, "p1", "", {"start": (None, "2026-03-01")}), current) is may_be
