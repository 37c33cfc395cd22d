"""The watermark: only the schedule moves it, only forward, not over a gap, and what is remarkable is said."""

from __future__ import annotations

from dataclasses import replace

import pytest
from support.transfers import HOUR, NOW, Kept

from airflow_provider_workfront.extract.window import Mark, Run, Source, Window
from airflow_provider_workfront.failures import Unworkable
from airflow_provider_workfront.transfers import WATERMARKS
from airflow_provider_workfront.transfers.watermark import Subject, Watermark, store_of

SUBJECT = Subject("acme.my.workfront.com", "TASK", "s3://bucket/tasks/{{ ds }}", "filters", "fields", "lastUpdateDate")
RUN = Run("r1", "scheduled", NOW)
ALL = Window(Source.EVERYTHING, reached=NOW)


@pytest.fixture
def watermark() -> Watermark:
    """A watermark that nobody has set."""
    return Watermark(Kept(), SUBJECT)


def behind(mark: Mark) -> Window:
    return Window(Source.WATERMARK, mark.until, mark.until + HOUR, mark.until + HOUR)


def test_a_run_leaves_how_far_it_came(watermark):
    """And when everything was read."""
    assert watermark.read() == (None, "")

    assert watermark.move(ALL, RUN, None) == ()

    assert watermark.read() == (Mark(NOW, "r1", NOW), "")


def test_the_next_run_moves_it_on(watermark):
    """The date of the full read stays."""
    watermark.move(ALL, RUN, None)
    mark, _ = watermark.read()

    watermark.move(behind(mark), replace(RUN, run_id="r2"), mark)

    assert watermark.read()[0] == Mark(NOW + HOUR, "r2", NOW)


@pytest.mark.parametrize("kind", ["manual", "backfill", "operator_triggered", "asset_materialization"])
def test_other_runs_leave_it(watermark, kind):
    """A person or a backfill reads what it likes."""
    watermark.move(ALL, replace(RUN, kind=kind), None)

    assert watermark.read() == (None, "")


def test_assets_are_a_schedule_too(watermark):
    """The runs of a DAG that is scheduled on assets have nothing else to go on from."""
    watermark.move(ALL, replace(RUN, kind="asset_triggered"), None)

    assert watermark.read()[0].until == NOW


def test_it_never_moves_back(watermark):
    """A run of the past, cleared, came less far."""
    watermark.move(ALL, RUN, None)
    mark, _ = watermark.read()

    (said,) = watermark.move(replace(ALL, reached=NOW - HOUR), RUN, mark)

    assert "stays at 2026-03-18 15:30:00 UTC" in said
    assert watermark.read()[0] == mark


def test_it_does_not_move_over_a_gap(watermark):
    """What nobody has read must not be taken for read."""
    watermark.move(ALL, RUN, None)
    mark, _ = watermark.read()

    (said,) = watermark.move(Window(Source.INTERVAL, NOW + HOUR, NOW + 2 * HOUR, NOW + 2 * HOUR), RUN, mark)

    assert "what changed between 2026-03-18 15:30:00 and 2026-03-18 16:30:00 UTC was not read" in said
    assert "backfill it" in said
    assert watermark.read()[0] == mark


def test_overlapping_runs_are_detected(watermark):
    """The later one finds that the watermark is not what it began with; the farther of both stands."""
    watermark.move(ALL, RUN, None)
    mark, _ = watermark.read()
    slow, fast = behind(mark), replace(behind(mark), until=NOW + 2 * HOUR, reached=NOW + 2 * HOUR)
    watermark.move(fast, replace(RUN, run_id="fast"), mark)

    said = watermark.move(slow, replace(RUN, run_id="slow"), mark)

    assert said[0] == "run fast moved the watermark while this one read: set max_active_runs=1 on the DAG"
    assert watermark.read()[0].until == NOW + 2 * HOUR


@pytest.mark.parametrize("part", ["filters", "fields", "incremental_field"])
def test_a_change_is_named(watermark, part):
    """The watermark of other filters or fields says nothing; that of the old ones is kept."""
    watermark.move(ALL, RUN, None)

    changed = Watermark(watermark.store, replace(SUBJECT, **{part: "other"}))

    assert changed.read() == (None, part)
    assert watermark.read()[0].until == NOW


@pytest.mark.parametrize("part", ["host", "obj_code", "target"])
def test_another_subject_knows_nothing_of_it(watermark, part):
    """It begins anew, and nothing has changed."""
    watermark.move(ALL, RUN, None)

    other = Watermark(watermark.store, replace(SUBJECT, **{part: "other"}))

    assert other.read() == (None, "")


def test_keys_fit_into_the_store():
    """512 characters; a path may be longer."""
    assert len(replace(SUBJECT, target="x" * 2000, filters="y" * 9000).key) < 200


def test_a_task_that_is_offered_no_store_says_what_to_do():
    """A mapped task with inlets of its own: Airflow takes those from `.partial()`."""
    with pytest.raises(Unworkable, match="WATERMARKS"):
        store_of({})
    assert store_of({"asset_state_store": {WATERMARKS: 1}}) == 1
