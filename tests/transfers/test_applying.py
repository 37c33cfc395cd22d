"""A plan that is applied: what is written, what is refused, what stops it, and the undo that it leaves."""

import logging
from collections import Counter

import pytest
from clients import blocking
from support.applying import bench, save_plan

from airflow_provider_workfront.api.errors import ConnectionSettingsError, WorkfrontError
from airflow_provider_workfront.api.hundred import Hundred
from airflow_provider_workfront.api.many import Creating
from airflow_provider_workfront.failures import Unworkable
from airflow_provider_workfront.simulator.faults import Fault
from airflow_provider_workfront.transfers.applying import Limits, row_in_plan
from airflow_provider_workfront.transfers.plan_rows import PlanRows
from airflow_provider_workfront.transfers.tally import Tally
from airflow_provider_workfront.transfers.undoing import write_undo
from airflow_provider_workfront.writing.plan import Action, Rules, Step
from airflow_provider_workfront.writing.progress import Progress
from airflow_provider_workfront.writing.rejects import rejects

PROFILES = ["stop", "independent", "atomic"]
ALL = Limits(max_error_percent=100)


@pytest.fixture
def world(tmp_path):
    with bench(tmp_path, tasks=5) as opened:
        yield opened


def some_of_each(world, rows=4):
    """Plan a change of all kinds but a deletion: t1 stays, the other known tasks change, and new ones come."""
    known = [world.row("t1"), *(world.row(f"t{n}", name=f"new{n}") for n in range(2, 6))]
    return world.plan([*known, *(world.row(f"n{n}") for n in range(rows))])


def deletion(world, keys):
    return world.plan([{"extRefID": key} for key in keys], mode="delete")


def test_a_plan_is_applied_and_counted(world, caplog):
    """Each action once; the host is named in the log before anything is written."""
    caplog.set_level(logging.INFO)
    before = world.names()

    counts = world.apply(some_of_each(world))

    assert counts == {"created": 4, "updated": 4, "unchanged": 1}
    changed = {f"t{n}": f"new{n}" for n in range(2, 6)}
    assert world.names() == before | changed | {f"n{n}": f"n{n}" for n in range(4)}
    assert world.rejected() == []
    assert "TASK on acme.my.workfront.com: 4 to create, 4 to update, 1 unchanged; undo file: " in caplog.text


@pytest.mark.parametrize("profile", PROFILES)
def test_refused_rows_are_kept_and_the_others_are_written(tmp_path, profile):
    """Each with its reason, whatever Workfront does with the rest of a hundred."""
    with bench(tmp_path, tasks=150, bulk_failure=profile) as world:
        bad = {7, 90, 133}
        rows = [world.row(f"t{n}", name="new", **({"priority": "high"} if n in bad else {})) for n in range(1, 151)]
        made = [world.row(f"n{n}", **({"priority": "low"} if n == 3 else {})) for n in range(150)]

        counts = world.apply(world.plan([*rows, *made]), limits=ALL)

        assert counts == {"created": 149, "updated": 147, "rejected": 4}
        assert {row["extRefID"] for row in world.rejected()} == {"t7", "t90", "t133", "n3"}
        assert all("priority" in row["workfront_error"] for row in world.rejected())
        assert Counter(world.names().values())["new"] == 147
        assert len(world.names()) == 299


def test_the_undo_takes_all_back(world):
    """What was created is deleted by its ID, what was changed is as before; rejected rows are not in it."""
    before = world.names()
    world.apply(world.plan([world.row("t1", name="x"), world.row("n1"), world.row("n2", priority="high")]), limits=ALL)
    undo = world.undo()
    assert [(step.action, bool(step.obj_id)) for step in undo.steps()] == [(Action.UPDATE, True), (Action.DELETE, True)]
    world.folder = world.folder / "back"
    assert world.apply(undo, checked=True) == {"updated": 1, "deleted": 1}
    assert world.names() == before
    assert world.apply(undo, checked=True) == {"updated": 1, "deleted": 1}, (
        "the same task goes on, and has nothing to do"
    )


def test_a_deletion_is_taken_back_unless_the_object_is_there(world):
    """A new object comes with the fields that were known; one that was restored meanwhile is left as it is."""
    plan = deletion(world, ["t1", "t2"])
    assert world.apply(plan) == {"deleted": 2}
    undo, world.folder = world.undo(), world.folder / "back"
    world.client.bulk_create("TASK", [world.row("t2")])

    assert world.apply(undo, limits=ALL, checked=True, on_conflict="skip") == {"created": 1, "skipped": 1}

    assert {"t1", "t2"} < set(world.names())
    assert "exists by now" in world.rejected()[0]["workfront_error"]


def test_an_undo_creates_nothing_that_was_not_deleted(world):
    """As when a run was killed: its undo file tells of rows that it did not come to."""
    plan = world.plan([{"ID": obj_id} for obj_id in world.ids], "ID", "delete")
    write_undo(str(world.folder / "undo.jsonl"), plan)
    assert world.undo().counts == {"create": 5}
    world.client.update("TASK", world.ids[0], {"name": "theirs"})
    assert world.apply(world.undo(), checked=True) == {"done": 5}
    assert len(world.names()) == 5


def test_a_read_only_connection_writes_nothing(world):
    """Whatever the plan says."""
    with (
        blocking(None, read_only=True, conn_id="wf") as reader,
        pytest.raises(ConnectionSettingsError, match="read_only"),
    ):
        world.apply(some_of_each(world), client=reader)
    assert not (world.folder / "undo.jsonl").exists()


def test_too_many_changes_are_refused_as_a_whole(world):
    """Nothing is written, the undo file neither."""
    before, plan = world.names(), some_of_each(world)
    with pytest.raises(
        Unworkable, match=r"8 changes \(4 to create, 4 to update, 1 unchanged\), and max_changes is 7: no"
    ):
        world.apply(plan, limits=Limits(max_changes=7))
    assert world.names() == before
    assert not (world.folder / "undo.jsonl").exists()
    assert world.apply(plan, limits=Limits(max_changes=8)).total() == 9


def test_too_many_rows_rejected_before_stop_the_run(world):
    """They are held against all rows of the input."""
    before, plan = world.names(), some_of_each(world)
    with pytest.raises(Unworkable, match="1 of 10 rows were rejected, and max_error_percent is 9: nothing was written"):
        world.apply(plan, limits=Limits(max_error_percent=9), rejected=1)
    assert world.names() == before
    assert world.apply(plan, limits=Limits(max_error_percent=10), rejected=1)["rejected"] == 1


def test_a_run_with_too_many_errors_is_stopped(tmp_path):
    """Once a hundred rows are done; what is left is told, and what was written has its undo."""
    with bench(tmp_path, tasks=0) as world:
        plan = world.plan([world.row(f"n{n}", priority="high") for n in range(3000)])
        with pytest.raises(
            Unworkable, match=r"not tried\. [\d,]+ of 3,000 rows were rejected, and max_error_percent is 1"
        ):
            world.apply(plan, limits=Limits(max_error_percent=1))
        assert 100 <= len(world.rejected()) < 3000


@pytest.mark.parametrize("profile", PROFILES)
def test_where_no_row_may_be_refused_the_first_batch_goes_alone(tmp_path, profile):
    """So at most its good rows are written; the rows that were not tried are kept, and can be written as they are."""
    with bench(tmp_path, bulk_failure=profile) as world:
        rows = [world.row(f"n{n}", **({"priority": "high"} if n < 30 else {})) for n in range(1500)]
        plan = world.plan(rows)
        with pytest.raises(Unworkable, match=r"70 created, 30 rejected, 1,400 not tried.*Fix the 30 refused") as caught:
            world.apply(plan, limits=Limits(max_error_percent=0))

        assert set(world.names()) == {f"n{n}" for n in range(30, 100)}
        assert {row["extRefID"] for row in world.rejected()} == {f"n{n}" for n in range(30)}
        assert [row["extRefID"] for row in world.rejected("-not-tried")] == [f"n{n}" for n in range(100, 1500)]
        assert not world.rejected("-unknown")
        assert f"The 1,400 rows in {world.folder}/rejected-not-tried.jsonl were not tried: write that" in str(
            caught.value
        )


def test_a_refusal_counts_before_its_batch_has_ended(world):
    """The rows of a batch under way that are refused already are held against the limit."""
    plan = world.plan([world.row(f"n{n}") for n in range(200)])
    with rejects(str(world.folder / "r.jsonl"), PlanRows(plan)) as dead:
        tally = Tally("x", 200, 2.0, plan.header, Progress({}, 1), dead, None, row_in_plan, Counter())
        assert [tally.is_to_stop(refused) for refused in (0, 2, 3)] == [False, False, True]
    seen = []
    hundred = Hundred(
        Creating("TASK", "extRefID"), ((1, world.row("a", priority="high")), (2, world.row("b"))), seen.extend
    )
    world.client.run(hundred)
    assert {(result.index, result.outcome.value) for result in seen} == {(1, "refused"), (2, "written")}


def test_rows_of_unknown_outcome_and_rows_not_tried_are_told_apart(tmp_path):
    """What is said to be written again doubles nothing: the unknown ones are kept in a file of their own."""
    with bench(tmp_path) as world:
        rows = [{"name": f"n{n}", "projectID": world.project} for n in range(1200)]
        rows[150]["priority"] = "high"
        plan = world.plan(rows, None, "insert")
        world.simulator.faults.plan([Fault("reset", method="POST", when="after")])
        with pytest.raises(Unworkable, match="may have been written: look for them"):
            world.apply(plan, limits=Limits(max_error_percent=0))
        names = [task["name"] for task in world.client.search("TASK", {"projectID": world.project}, ["name"])]
        unknown = {row["name"] for row in world.rejected("-unknown")}
        again = [*world.rejected(), *world.rejected("-not-tried")]
        assert len(unknown) == 100
        assert not {row["name"] for row in again} & {*names, *unknown}
        assert {row["name"] for row in again} | {*names} == {row["name"] for row in rows}


def test_a_small_run_is_tried_to_its_end(world):
    """So that each bad row has its reason; then it fails for good, and says where they are."""
    plan = world.plan([world.row("n1", priority="high"), world.row("n2"), world.row("n3", priority="low")])
    with pytest.raises(
        Unworkable, match=r"1 created, 2 rejected\. 2 of 3 rows .* is 0; .*Fix the 2 refused rows in .*rejected.jsonl"
    ):
        world.apply(plan, limits=Limits(max_error_percent=0))
    assert len(world.rejected()) == 2
    assert list(world.undo().counts.items()) == [("delete", 1)]


def test_an_object_that_came_meanwhile_is_not_taken_for_ours(world):
    """Nor changed: the row is rejected."""
    plan = world.plan([world.row("n1"), world.row("n2")])
    theirs = world.client.create("TASK", world.row("n1", name="theirs"))["ID"]
    assert world.apply(plan, limits=ALL) == {"created": 1, "rejected": 1}
    assert theirs in world.rejected()[0]["workfront_error"]
    assert world.undo().counts == {"delete": 1}
    assert world.apply(plan, limits=ALL) == {"created": 1, "rejected": 1}, "nor in a retry"


@pytest.mark.parametrize("profile", PROFILES)
def test_creates_without_a_key_stand_alone_too(tmp_path, profile):
    """Each hundred is written as a whole or not at all, so it is known what was not; no undo knows their IDs."""
    with bench(tmp_path, bulk_failure=profile) as world:
        rows = [{"name": f"n{n}", "projectID": world.project} for n in range(150)]
        rows[20]["priority"] = "high"
        assert world.apply(world.plan(rows, None, "insert"), limits=ALL) == {"created": 149, "rejected": 1}
        assert world.client.count("TASK", {"projectID": world.project}) == 149
        assert world.undo().counts == {}


def test_a_lost_answer_without_a_key_is_never_repeated(world):
    """The rows are told as unknown, and the task fails for good."""
    plan = world.plan([{"name": f"n{n}", "projectID": world.project} for n in range(3)], None, "insert")
    world.simulator.faults.plan([Fault("reset", method="POST", when="after")])
    with pytest.raises(Unworkable, match=r"3 unknown\. Of 3 rows it is unknown whether they were written"):
        world.apply(plan)
    assert world.client.count("TASK", {"projectID": world.project}) == 8
    assert all("look in Workfront" in row["workfront_error"] for row in world.rejected("-unknown"))
    with pytest.raises(Unworkable, match="3 unknown"):
        world.apply(plan)
    assert world.client.count("TASK", {"projectID": world.project}) == 8


def test_a_lost_answer_with_a_key_is_found_again(world):
    """And no row is doubled."""
    world.simulator.faults.plan([Fault("reset", method="POST", when="after")])
    assert world.apply(world.plan([world.row("n1"), world.row("n2")])) == {"created": 2}
    assert len(world.names()) == 7


@pytest.mark.parametrize("fault", ["503", "401"])
def test_what_no_row_is_to_blame_for_is_left_to_a_retry(world, fault):
    """It says how far it came; the retry does the rest, and the counts are those of both."""
    plan = some_of_each(world)
    world.simulator.faults.plan([Fault(fault, method="PUT", times=-1)])
    with pytest.raises(WorkfrontError, match=r"4 created.*the undo file is") as caught:
        world.apply(plan)
    assert caught.value.permanent == (fault == "401")
    world.simulator.faults.plan([])
    assert world.apply(plan) == {"created": 4, "updated": 4, "unchanged": 1}
    assert world.undo("undo-2.jsonl").counts == {"update": 4, "delete": 4}


def test_an_old_plan_is_compared_first(world):
    """What is as it wants is done, what somebody has changed is rejected, the rest is applied."""
    rows = [world.row(f"t{n}", name=f"new{n}") for n in range(1, 5)]
    plan = world.plan([*rows, world.row("n1"), world.row("n2"), world.row("n3")])
    world.client.update("TASK", world.ids[0], {"name": "new1"})
    world.client.update("TASK", world.ids[1], {"name": "theirs"})
    world.client.update("TASK", world.ids[2], {"priority": 4})
    world.client.delete("TASK", world.ids[3])
    world.client.create("TASK", world.row("n1"))
    world.client.create("TASK", world.row("n2", name="theirs"))

    counts = world.apply(plan, limits=ALL, checked=True, on_conflict="skip")

    assert counts == {"created": 1, "updated": 1, "done": 2, "skipped": 3}
    reasons = {row["extRefID"]: row["workfront_error"] for row in world.rejected()}
    assert 'name was "t2" and is "theirs"' in reasons["t2"]
    assert "is gone" in reasons["t4"]
    assert "exists by now" in reasons["n2"]
    assert world.undo().counts == {"update": 1, "delete": 1}


def test_one_conflict_stops_an_undo_before_anything_is_written(tmp_path):
    """All or nothing: the row is named, nothing is taken back, and with `skip` all the others are."""
    with bench(tmp_path, tasks=1200) as world:
        before = world.names()
        plan = world.plan([world.row(f"t{n}", name="new") for n in range(1, 1201)])
        assert world.apply(plan) == {"updated": 1200}
        undo, world.folder = world.undo(), tmp_path / "back"
        world.client.update("TASK", world.ids[1100], {"name": "theirs"})
        after = world.names()

        with pytest.raises(Unworkable, match=r"1 of 1,200 rows were changed .* nothing was written") as caught:
            world.apply(undo, checked=True)
        assert "row 1101" in str(caught.value)
        assert "on_conflict='skip'" in str(caught.value)
        assert world.names() == after
        assert len(world.rejected()) == 1

        counts = world.apply(undo, checked=True, on_conflict="skip", limits=Limits(max_error_percent=0))
        assert counts == {"updated": 1199, "skipped": 1}
        assert world.names() == before | {"t1101": "theirs"}


DATES = {"plannedStartDate": "2027-07-01T09:00:00:000+0000"}


def test_a_value_that_workfront_did_not_keep_is_named_and_its_run_is_taken_back(world, caplog):
    """The task's constraint decides its dates: log, undo file and the undo of the run itself say and bear it."""
    before, sent = world.names(), {"name": ("t1", "x"), "plannedStartDate": (None, DATES["plannedStartDate"])}
    new = {name: (None, value) for name, value in world.row("n1", **DATES).items()}
    steps = [Step(1, Action.UPDATE, world.ids[0], "t1", sent), Step(2, Action.CREATE, "", "n1", new)]
    plan = save_plan(world.client, world.folder / "plan.jsonl", Rules("TASK", "extRefID"), steps)
    tallies = []
    assert world.apply(plan, on_end=tallies.append) == {"created": 1, "updated": 1}
    assert "Workfront kept another value of plannedStartDate in 2 rows: the first is row 1" in caplog.text
    assert tallies[0].unkept_fields == {"plannedStartDate": 2}
    for step in world.undo().steps():
        stands = world.client.get("TASK", step.obj_id, ["plannedStartDate"])["plannedStartDate"]
        assert step.changes["plannedStartDate"][0] == stands
    undo, world.folder = world.undo(), world.folder / "back"
    assert world.apply(undo, checked=True) == {"updated": 1, "deleted": 1}
    assert world.names() == before


def test_a_run_may_fail_when_workfront_keeps_other_values(world):
    """All is written, and the undo file is there."""
    with pytest.raises(Unworkable, match="unkept is 'fail': plannedStartDate in 1 rows; the undo file is"):
        world.apply(world.plan([world.row("n1", **DATES)]), unkept="fail")
    assert "n1" in world.names()
    assert world.undo().counts == {"delete": 1}


def test_what_workfront_makes_of_a_new_object_keeps_no_undo_from_deleting_it(world):
    """Its dates moved and its effort was summed up; a name that somebody gave it is a conflict all the same."""
    world.apply(world.plan([world.row("n1", duration=3, **DATES), world.row("n2", duration=3)]))
    undo, world.folder = world.undo(), world.folder / "back"
    one, two = (step.obj_id for step in undo.steps())
    world.client.update(
        "TASK", one, {"duration": 9, "taskConstraint": "MSO", "constraintDate": "2028-01-03T09:00:00:000+0000"}
    )
    world.client.update("TASK", two, {"name": "theirs"})
    assert world.apply(undo, checked=True, on_conflict="skip") == {"deleted": 1, "skipped": 1}
    assert "n1" not in world.names()


def test_an_old_deletion_is_compared_first(world):
    """One of an object that was changed is refused; what is gone is done."""
    plan = deletion(world, ["t1", "t2", "t3"])
    world.client.delete("TASK", world.ids[0])
    world.client.update("TASK", world.ids[1], {"name": "theirs"})
    counts = world.apply(plan, limits=ALL, checked=True, on_conflict="skip")
    assert counts["done"] == 1
    assert "t3" not in world.names()


def test_a_collection_is_replaced_only_if_that_is_said(world):
    """The row is refused, or written."""
    (user,) = world.client.search("USER", {"name": "Omar Ortiz"}, ["ID"])
    (other,) = world.client.search("USER", {"name": "Paula Planner"}, ["ID"])
    world.client.update("TASK", world.ids[0], {"assignments": [{"assignedToID": user["ID"]}]})
    change = {"assignments": ([{"assignedToID": user["ID"]}], [{"assignedToID": other["ID"]}])}
    step = Step(1, Action.UPDATE, world.ids[0], "t1", change, {"extRefID": "t1"})
    plan = save_plan(world.client, world.folder / "plan.jsonl", Rules("TASK", "extRefID"), [step])
    assert world.apply(plan, limits=ALL, checked=True) == {"rejected": 1}
    assert "replace_collections=True" in world.rejected()[0]["workfront_error"]
    assert world.apply(plan, checked=True, replace_collections=True) == {"updated": 1}


def test_a_plan_that_names_an_object_twice_is_refused(world):
    """Nobody can tell which change comes last."""
    steps = [Step(n, Action.UPDATE, world.ids[0], "t1", {"name": ("t1", f"x{n}")}, {"r": n}) for n in (1, 2)]
    plan = save_plan(world.client, world.folder / "plan.jsonl", Rules("TASK", "extRefID"), steps)
    with pytest.raises(Unworkable, match="have the same ID"):
        world.apply(plan)
    assert world.names()["t1"] == "t1"


def test_an_undo_that_cannot_be_written_stops_the_run(world):
    """Before anything is written in Workfront."""
    before, plan = world.names(), some_of_each(world)
    world.undo_path = "/dev/null/undo.jsonl"
    with pytest.raises(WorkfrontError, match=r"undo.jsonl cannot be written"):
        world.apply(plan)
    assert world.names() == before
