"""What a retry makes of rows that an earlier try began, and may have written."""

from itertools import count

import pytest
from clients import LoggedIn, blocking
from support.applying import bench, save_plan

from airflow_provider_workfront.api.call import ARRIVES_WITHIN, Retry
from airflow_provider_workfront.failures import Unworkable
from airflow_provider_workfront.transfers.applying import Limits
from airflow_provider_workfront.writing.plan import Action, Rules, Step

ALL = Limits(max_error_percent=100)


@pytest.fixture
def world(tmp_path):
    with bench(tmp_path, tasks=6) as opened:
        yield opened


def changes(world):
    return world.plan([*(world.row(f"t{n}", name=f"new{n}") for n in range(1, 7)), world.row("n7"), world.row("n8")])


@pytest.mark.parametrize("checked", [True, False])
def test_what_an_earlier_try_wrote_counts_as_written(world, checked):
    """And is not sent again; what it did not come to write is."""
    plan = changes(world)
    world.client.update("TASK", world.ids[0], {"name": "new1"})
    made = world.client.create("TASK", world.row("n7"))["ID"]
    world.begun(plan, range(1, 9))

    assert world.apply(plan, checked=checked) == {"created": 2, "updated": 6}

    assert world.names() == {f"t{n}": f"new{n}" for n in range(1, 7)} | {"n7": "n7", "n8": "n8"}
    assert world.client.get("TASK", made, ["name"])["name"] == "n7"
    assert made in {step.obj_id for step in world.undo().steps()}


def test_a_retry_that_waits_says_why(world, caplog):
    """A create that was begun, and is not there, may still arrive."""
    world.begun(world.plan([world.row("n1")]), [1])
    with caplog.at_level("INFO"):
        assert world.apply(world.plan([world.row("n1")])) == {"created": 1}
    assert "its calls may still arrive" in caplog.text


def test_what_is_settled_is_not_touched_again(world):
    """Even if somebody has changed it since; the counts are those of all tries, and so is the undo."""
    plan = changes(world)
    world.apply(plan)
    world.client.update("TASK", world.ids[0], {"name": "theirs"})
    assert world.apply(plan) == {"created": 2, "updated": 6}
    assert world.names()["t1"] == "theirs"
    first, second = list(world.undo().steps()), list(world.undo("undo-2.jsonl").steps())
    assert [step.number for step in first] == [step.number for step in second]
    assert [(step.obj_id, step.key) for step in second[-2:]] == [("", "n7"), ("", "n8")]


def test_an_undo_finds_by_its_key_what_an_earlier_try_created(world):
    """Its ID died with that try; what is gone already is done."""
    before, plan = world.names(), changes(world)
    world.apply(plan)
    world.apply(plan)
    undo, world.folder = world.undo("undo-2.jsonl"), world.folder / "back"
    (n8,) = world.client.search("TASK", {"extRefID": "n8"}, ["ID"])
    world.client.delete("TASK", n8["ID"])
    assert world.apply(undo, checked=True) == {"updated": 6, "deleted": 1, "done": 1}
    assert world.names() == before


def test_creates_without_a_key_are_not_repeated(world):
    """Nothing shows whether the earlier try has made them: they are told, and the others are made."""
    rows = [{"name": f"n{n}", "projectID": world.project} for n in range(4)]
    plan = world.plan(rows, None, "insert")
    world.begun(plan, [1, 2])
    with pytest.raises(Unworkable, match="2 created, 2 unknown"):
        world.apply(plan)
    assert [row["name"] for row in world.rejected("-unknown")] == ["n0", "n1"]
    assert not world.rejected()
    assert world.client.count("TASK", {"projectID": world.project}) == 8


def test_an_undo_that_was_killed_creates_nothing_twice(world):
    """What it was to create anew without a key may be there under an ID that nobody knows."""
    plan = world.plan([{"ID": obj_id} for obj_id in world.ids[:3]], "ID", "delete")
    world.apply(plan)
    undo, world.folder = world.undo(), world.folder / "back"
    world.begun(undo, [1, 2])
    with pytest.raises(Unworkable, match="1 created, 2 unknown"):
        world.apply(undo, checked=True)


def test_rejected_rows_are_tried_and_told_again(world):
    """A killed try leaves no file of them, so the last one tells of all; each counts once."""
    plan = world.plan([world.row("n1"), world.row("n2", priority="high")])
    assert world.apply(plan, limits=ALL) == world.apply(plan, limits=ALL) == {"created": 1, "rejected": 1}
    assert len(world.rejected()) == 1


def test_what_was_done_before_is_never_undone(world):
    """A retry of an old plan's application knows that an earlier try found it so."""
    plan = changes(world)
    world.client.update("TASK", world.ids[0], {"name": "new1"})
    for name in ("undo.jsonl", "undo-2.jsonl"):
        assert world.apply(plan, checked=True) == {"created": 2, "updated": 5, "done": 1}
        assert 1 not in {step.number for step in world.undo(name).steps()}


def test_a_day_that_was_begun_is_no_conflict(world):
    """Workfront shows an instant, and nobody can tell whether it is the day that was sent: it is sent again."""
    now = world.client.get("TASK", world.ids[0], ["plannedStartDate"])["plannedStartDate"]
    day = {"plannedStartDate": ("2020-01-01T09:00:00:000+0000", now[:10])}
    step = Step(1, Action.UPDATE, world.ids[0], "t1", day, {"extRefID": "t1"})
    plan = save_plan(world.client, world.folder / "plan.jsonl", Rules("TASK", "extRefID"), [step])
    assert world.apply(plan, checked=True, on_conflict="skip") == {"skipped": 1}
    world.begun(plan, [1])
    assert world.apply(plan, checked=True) == {"updated": 1}


def test_several_objects_with_the_key_of_a_begun_row_are_a_case_for_a_person(world):
    """One may be ours, and one is not."""
    plan = world.plan([world.row("n1")])
    world.client.bulk_create("TASK", [world.row("n1"), world.row("n1")])
    world.begun(plan, [1])
    assert world.apply(plan, limits=ALL) == {"rejected": 1}
    assert "2 TASK have extRefID 'n1', so none can be meant" in world.rejected()[0]["workfront_error"]


def test_a_plan_made_anew_goes_on_where_the_other_ended(world):
    """Rows that are as wanted by now count as done, if an earlier try began them."""
    plan = changes(world)
    world.apply(plan)
    anew = changes(world)
    assert anew.counts == {"none": 8}
    world.begun(anew, [1])
    assert world.apply(anew) == {"done": 1, "unchanged": 7}


def test_a_call_that_is_still_under_way_is_waited_for(world):
    """What an earlier try sent may arrive after it was killed: after a pause it is found, and nothing is doubled."""
    plan = world.plan([world.row("n1"), world.row("n2")])
    world.begun(plan, [1, 2])
    looks = count(1)

    def landing(request):
        if request.url.path.endswith("/search") and next(looks) == 2:
            world.client.bulk_create("TASK", [world.row("n1"), world.row("n2")])
        return world.answer(request)

    with blocking(landing, LoggedIn(world.simulator), retry=Retry(base=0.001)) as client:
        assert world.apply(plan, client=client) == {"created": 2}
        assert client.stats.paused == pytest.approx(ARRIVES_WITHIN * 0.001)
    assert len(world.names()) == 8
