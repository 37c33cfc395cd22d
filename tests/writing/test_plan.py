"""Rows and what is in Workfront become steps, or reasons why not."""

import copy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from airflow_provider_workfront.extract.columns import Kind
from airflow_provider_workfront.failures import Unworkable
from airflow_provider_workfront.writing.plan import Action, Rules, Step
from airflow_provider_workfront.writing.row import InputRow, Rejected, Wanted

ROW = InputRow(7, {"order": "E-7", "state": "done"})
NOW = {"ID": "p1", "extRefID": "E-7", "status": "CUR", "name": "Alpha", "budget": "100.00"}
TWO = [NOW, NOW | {"ID": "p2"}]


def wanted(key="E-7", **values):
    return Wanted(ROW, key, values)


def rules(mode="upsert", obj_code="PROJ", key="extRefID", **more):
    return Rules(obj_code, key, mode, **more)


def test_an_update_has_the_fields_that_differ():
    """Each with what was there before; the row goes along for the case that it is refused."""
    step = rules().planned(wanted(status="CPL", name="Alpha", budget=100), [NOW])
    assert step == Step(7, Action.UPDATE, "p1", "E-7", {"status": ("CUR", "CPL")}, ROW.values)
    assert step.values == {"status": "CPL"}


def test_without_diff_everything_is_sent():
    """Unchanged or not."""
    step = rules(diff=False).planned(wanted(status="CPL", name="Alpha"), [NOW])
    assert step.changes == {"status": ("CUR", "CPL"), "name": ("Alpha", "Alpha")}


def test_a_row_that_changes_nothing_is_no_update():
    """Whatever its form, and whether a missing field is null or not shown."""
    step = rules().planned(wanted(budget="100", name="Alpha", description="", extRefID="E-7", ID="p1"), [NOW])
    assert step == Step(7, Action.NONE, "p1", "E-7")


def test_what_is_unclear_is_sent():
    """A day may be another instant."""
    now = NOW | {"plannedStartDate": "2026-03-01T00:00:00:000+0100"}
    step = rules(kinds={"plannedStartDate": Kind.INSTANT}).planned(wanted(plannedStartDate="2026-03-01"), [now])
    assert step.action is Action.UPDATE


def test_a_creation_has_its_key_and_all_that_is_not_empty():
    """A new object without a value has none anyway; without diff even that is sent."""
    values = {"name": "Beta", "description": None}
    step = rules().planned(wanted("E-8", **values), [])
    assert step == Step(7, Action.CREATE, "", "E-8", {"extRefID": (None, "E-8"), "name": (None, "Beta")}, ROW.values)
    assert rules(diff=False).planned(wanted("E-8", **values), []).values == {"extRefID": "E-8", **values}
    assert rules("insert", key=None).planned(wanted(None, name="Beta"), []).values == {"name": "Beta"}


def test_a_deletion_keeps_what_is_known():
    """As it could be sent; custom fields as well."""
    now = {"ID": "p1", "objCode": "PROJ", "name": "Alpha", "parameterValues": {"DE:Budget": 5}, "owner": {"ID": "u1"}}
    step = rules("delete").planned(wanted(), [now])
    changes = {"name": ("Alpha", None), "owner": ({"ID": "u1"}, None), "DE:Budget": (5, None)}
    assert step == Step(7, Action.DELETE, "p1", "E-7", changes, ROW.values)


def test_a_deletion_needs_nothing_but_its_key():
    """What else the row has is no change: neither a move, nor a smaller collection."""
    now = {"ID": "i1", "projectID": "p1", "assignments": PEOPLE}
    step = rules("delete", obj_code="OPTASK").planned(
        wanted(projectID="p2", assignments=[{"assignedToID": "u2"}]), [now]
    )
    assert step.action is Action.DELETE


def test_what_is_gone_need_not_be_deleted():
    """So that a run can be repeated."""
    assert rules("delete").planned(wanted(), []) == Step(7, Action.NONE, "", "E-7", note="gone already")


@pytest.mark.parametrize(
    ("given_rules", "row", "current", "reason"),
    [
        (rules("insert"), wanted(), [NOW], "PROJ p1 has extRefID 'E-7' already"),
        (rules("update"), wanted(), [], "no PROJ has extRefID 'E-7'"),
        (rules("update"), wanted(), TWO, "2 PROJ have extRefID 'E-7', so none can be meant: p1 and p2"),
        (rules("upsert"), wanted(), TWO * 3, "p1 and p2 and p1 and 3 more"),
        (rules("delete"), wanted(), TWO, "2 PROJ have extRefID"),
        (rules("upsert"), wanted(""), [], "the row has no extRefID"),
        (rules("insert"), wanted(None), [], "the row has no extRefID"),
        (rules("upsert", key="ID"), wanted("p9"), [], "no PROJ has ID 'p9', and none can be created with an ID"),
    ],
)
def test_what_does_not_fit_the_mode_is_rejected(given_rules, row, current, reason):
    """Naming what is there."""
    rejected = given_rules.planned(row, current)
    assert isinstance(rejected, Rejected)
    assert rejected.row is ROW
    assert reason in rejected.reason


PEOPLE = [{"ID": "a1", "assignedToID": "u1", "name": "Ann"}, {"ID": "a2", "assignedToID": "u2"}]


@pytest.mark.parametrize("diff", [True, False])
def test_a_collection_is_not_shrunk_unasked(diff):
    """The reason says what would be gone, of how many, and what to say if it is meant so."""
    row, now = wanted(assignments=[{"assignedToID": "u2"}]), NOW | {"assignments": PEOPLE}
    rejected = rules(diff=diff).planned(row, [now])
    assert "1 of the 2 in assignments would be gone (Ann)" in rejected.reason
    assert "replace_collections=True" in rejected.reason
    step = rules(diff=diff, replace_collections=True).planned(row, [now])
    before = [{"assignedToID": "u1"}, {"assignedToID": "u2"}]
    assert step.changes == {"assignments": (before, [{"assignedToID": "u2"}])}


def test_a_collection_may_grow_and_need_not_be_sent_again():
    """Choices of a custom field are no collection."""
    now = NOW | {"assignments": PEOPLE[:1], "DE:Colours": ["red", "blue"]}
    grown = rules().planned(wanted(assignments=[{"assignedToID": "u1"}, {"assignedToID": "u2"}]), [now])
    assert grown.action is Action.UPDATE
    assert rules().planned(wanted(assignments=[{"assignedToID": "u1"}]), [now]).action is Action.NONE
    assert rules().planned(wanted(**{"DE:Colours": ["red"]}), [now]).changes == {
        "DE:Colours": (["red", "blue"], ["red"])
    }


@pytest.mark.parametrize("diff", [True, False])
def test_an_update_moves_no_issue(diff):
    """Its own project is no move, and need not be sent; another one is rejected, with what to do."""
    now = {"ID": "i1", "projectID": "p1", "name": "Old"}
    issues = rules(obj_code="issue", diff=diff)
    assert "use its action move, with projectID p2" in issues.planned(wanted(projectID="p2"), [now]).reason
    assert issues.planned(wanted(projectID="p1", name="New"), [now]).values == {"name": "New"}
    assert issues.planned(wanted(projectID="p1"), []).values["projectID"] == "p1"
    assert rules("update", obj_code="TASK").planned(wanted(projectID="p2"), [now]).values == {"projectID": "p2"}


def test_it_is_said_what_to_read():
    """Of collections what is in them; of what is deleted all plain fields."""
    rows = [wanted(name="x", assignments=[{"assignedToID": "u1"}]), wanted(name="y", queueDef={"a": 1})]
    assert rules().asked(rows) == ["ID", "extRefID", "name", "assignments:*", "queueDef:*"]
    assert rules("delete", key="ID").asked([wanted()]) == ["ID", "*"]


@pytest.mark.parametrize(("mode", "key"), [("merge", "ID"), ("update", None), ("upsert", ""), ("delete", None)])
def test_impossible_rules_are_refused(mode, key):
    """An unknown mode, or none by which an object could be found."""
    with pytest.raises(Unworkable, match=r"mode (must be one of insert|\w+ needs a key)"):
        Rules("PROJ", key, mode)


SCALARS = st.none() | st.booleans() | st.integers(-9, 9) | st.sampled_from(["", "a", "7", "7.0", "2026-03-01"])
ITEMS = st.fixed_dictionaries({"userID": st.sampled_from(["u1", "u2", "u3"])})
VALUES = st.one_of(SCALARS, st.lists(st.sampled_from("abc"), max_size=3), st.lists(ITEMS, max_size=3))
FIELDS = st.dictionaries(st.sampled_from(["name", "status", "DE:Colours", "assignments", "projectID"]), VALUES)


@given(FIELDS, FIELDS, st.sampled_from(["PROJ", "OPTASK"]), st.dictionaries(st.just("name"), st.sampled_from(Kind)))
def test_what_was_carried_out_need_not_be_done_again(values, present, obj_code, kinds):
    """The changes of a plan, applied, leave nothing to change; what is in Workfront and in the row is not touched."""
    made = rules(obj_code=obj_code, kinds=kinds, replace_collections=True)
    now = {"ID": "p1", **present}
    row, before = wanted(**values), copy.deepcopy((values, now))
    step = made.planned(row, [now])
    assert (values, now) == before
    if isinstance(step, Rejected):
        assert obj_code == "OPTASK"
        return
    assert (step.action is Action.NONE) == (not step.changes)
    assert made.planned(row, [now | step.values]) == Step(7, Action.NONE, "p1", "E-7")


@given(FIELDS)
def test_what_was_created_need_not_be_changed(values):
    """The same row finds its object as it wants it."""
    step = rules().planned(wanted(**values), [])
    assert rules().planned(wanted(**values), [{"ID": "new", **step.values}]).action is Action.NONE
