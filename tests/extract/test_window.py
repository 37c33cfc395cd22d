"""Which window a run reads: values in, a window out."""

from __future__ import annotations

import itertools
import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from airflow_provider_workfront.extract.window import Asked, Mark, Run, Source, Window, basis, choose

NOW = datetime(2026, 3, 18, 15, 30, tzinfo=UTC)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
LAGGED = NOW - 2 * MINUTE
MARK = Mark(NOW - HOUR, "before")


def scheduled(*interval: datetime, kind: str = "scheduled") -> Run:
    return Run("r", kind, NOW, interval or None)


def test_explicit_bounds_are_taken_as_they_are():
    """Before data interval and watermark, and with neither overlap nor lag."""
    asked = Asked(since=NOW - 5 * HOUR, until=NOW)

    window = choose(asked, scheduled(NOW - HOUR, NOW), MARK)

    assert (window.source, window.since, window.until) == (Source.GIVEN, NOW - 5 * HOUR, NOW)


@pytest.mark.parametrize("bound", ["since", "until"])
def test_one_bound_is_enough(bound):
    """The other side stays open."""
    window = choose(Asked(**{bound: NOW - HOUR}), scheduled())

    assert window.source is Source.GIVEN
    assert window.condition("lastUpdateDate")["lastUpdateDate"].keys() == {{"since": "gte", "until": "lte"}[bound]}


def test_bounds_that_hold_nothing_are_refused():
    """A run that read nothing in silence would look like one that found nothing."""
    with pytest.raises(ValueError, match="is not before until"):
        choose(Asked(since=NOW, until=NOW), scheduled())


def test_a_data_interval_is_read_with_overlap():
    """Of an older interval all is read: nothing in it is too young."""
    start, end = NOW - 3 * HOUR, NOW - 2 * HOUR

    window = choose(Asked(), scheduled(start, end), MARK)

    assert (window.source, window.since, window.until) == (Source.INTERVAL, start - 10 * MINUTE, end)


def test_what_is_too_young_is_left_to_the_next_interval():
    """Whose overlap reaches back to it."""
    window = choose(Asked(), scheduled(NOW - HOUR, NOW))
    following = choose(Asked(), Run("r", "scheduled", NOW + HOUR, (NOW, NOW + HOUR)))

    assert window.until == LAGGED
    assert following.since <= window.until


def test_an_overlap_that_leaves_a_gap_is_refused():
    """Between neighbouring intervals."""
    with pytest.raises(ValueError, match="rows between would be lost"):
        choose(Asked(overlap=MINUTE), scheduled(NOW - HOUR, NOW))


def test_an_interval_in_the_future_is_refused():
    """It holds nothing yet."""
    with pytest.raises(ValueError, match="lies in the future"):
        choose(Asked(), scheduled(NOW + HOUR, NOW + 2 * HOUR))


@pytest.mark.parametrize("interval", [(), (NOW, NOW)], ids=["none", "no length"])
@pytest.mark.parametrize("kind", ["scheduled", "manual", "asset_triggered", "backfill"])
def test_without_an_interval_the_watermark_decides(interval, kind):
    """An interval of no length, as Airflow 3 gives to runs of a cron schedule, is none."""
    window = choose(Asked(), scheduled(*interval, kind=kind), MARK)

    assert (window.source, window.since, window.until) == (Source.WATERMARK, MARK.until - 10 * MINUTE, LAGGED)
    assert ("leaves the watermark" in window.why) == (kind in {"manual", "backfill"})


@pytest.mark.parametrize("interval", [(), (NOW, NOW)])
def test_without_a_watermark_everything_is_read(interval):
    """And it is said why."""
    window = choose(Asked(), scheduled(*interval))

    assert (window.source, window.since, window.until, window.reached) == (Source.EVERYTHING, None, None, LAGGED)
    assert str(window) == "everything: no data interval, and no earlier run left a watermark"


def test_a_full_refresh_wins():
    """Over everything else."""
    window = choose(Asked(since=NOW - HOUR, full=True), scheduled(NOW - HOUR, NOW), MARK)

    assert (window.source, window.condition("lastUpdateDate")) == (Source.EVERYTHING, {})


@pytest.mark.parametrize(("full", "is_due"), [(None, True), (NOW - 7 * 24 * HOUR, True), (NOW - HOUR, False)])
def test_a_full_refresh_is_due_after_a_while(full, is_due):
    """Counted from the last run that read everything; an earlier one nobody knows of does not count."""
    window = choose(Asked(full_every=timedelta(days=7)), scheduled(), Mark(NOW - HOUR, "before", full))

    assert (window.source is Source.EVERYTHING) == is_due


@pytest.mark.parametrize("kind", ["manual", "backfill"])
def test_only_the_schedule_refreshes_by_itself(kind):
    """A run by hand says itself what it reads."""
    window = choose(Asked(full_every=HOUR), scheduled(NOW - HOUR, NOW, kind=kind), Mark(NOW - HOUR))

    assert window.source is Source.INTERVAL


@pytest.mark.parametrize("interval", [(), (NOW - HOUR, NOW)])
def test_other_fields_or_filters_force_a_reload(interval):
    """Rows of earlier runs lack what is new."""
    window = choose(Asked(), scheduled(*interval), None, "fields")

    assert window.source is Source.EVERYTHING
    assert window.why == "fields changed since the last run"


def test_a_backfill_reads_its_interval_after_a_change_too():
    """It is the schedule's business to reload."""
    window = choose(Asked(), scheduled(NOW - HOUR, NOW, kind="backfill"), None, "fields")

    assert window.source is Source.INTERVAL


@pytest.mark.parametrize("source", [Source.WATERMARK, Source.EVERYTHING])
def test_a_cleared_run_reads_what_it_read_before(source):
    """The watermark was moved by itself: behind it there is next to nothing."""
    before = Window(source, None if source is Source.EVERYTHING else NOW - 9 * HOUR, NOW - 8 * HOUR, NOW - 8 * HOUR)

    window = choose(Asked(), scheduled(), MARK, earlier=before)

    assert (window.source, window.since) == (source, before.since)


def test_the_watermark_is_never_ahead_of_the_window():
    """Not even when the run began before the one that moved it."""
    window = choose(Asked(), scheduled(), Mark(NOW + HOUR, "a later one"))

    assert window.since < window.until == NOW + HOUR


@given(
    edges=st.lists(st.integers(0, 10**9), min_size=2, max_size=9, unique=True),
    lags=st.lists(st.floats(0, 7200), min_size=9, max_size=9),
    overlap=st.integers(120, 4000),
)
def test_neighbouring_intervals_leave_no_gap(edges, lags, overlap):
    """Whenever each run begins: what lies before its end is read by it or by the next."""
    edges = [NOW + timedelta(milliseconds=edge) for edge in sorted(edges)]
    windows = []
    for start, end, lag in zip(edges, edges[1:], lags, strict=False):
        run = Run("r", "scheduled", end + timedelta(seconds=lag), (start, end))
        windows.append(choose(Asked(overlap=timedelta(seconds=overlap)), run))

    assert all(one.until >= other.since for one, other in itertools.pairwise(windows))


@given(steps=st.lists(st.floats(0, 10_000), max_size=9))
def test_runs_by_watermark_leave_no_gap(steps):
    """However close they follow: each begins before the end of the one before."""
    began, mark, reached = NOW, None, None
    for step in steps:
        window = choose(Asked(), Run("r", "scheduled", began), mark)
        assert reached is None or window.since <= reached <= window.until
        reached = window.reached
        mark = Mark(reached)
        began += timedelta(seconds=step)


def test_a_window_becomes_a_filter():
    """As Workfront writes dates."""
    window = Window(Source.GIVEN, NOW - HOUR, NOW)

    assert window.condition("entryDate") == {
        "entryDate": {"between": ["2026-03-18T14:30:00:000+0000", "2026-03-18T15:30:00:000+0000"]}
    }


@pytest.mark.parametrize("window", [Window(Source.EVERYTHING, why="w"), Window(Source.GIVEN, NOW, NOW + HOUR, NOW)])
def test_a_window_survives_json(window):
    """A retry reads it from a file."""
    assert Window.of_json(json.loads(json.dumps(window.as_json()))) == window


def test_the_field_is_found_in_the_metadata():
    """Paths to other objects and custom fields are not looked up."""
    assert basis("lastUpdateDate", {"lastUpdateDate"}, "TASK").field == "lastUpdateDate"
    assert basis("DE:Synced", {"name"}, "TASK").field == "DE:Synced"
    assert basis(None, {"name"}, "TASK").field is None


def test_without_last_update_the_date_of_entry_serves():
    """Later edits are missed then: the user is told."""
    found = basis("lastUpdateDate", {"entryDate"}, "NOTE")

    assert found.field == "entryDate"
    assert "later edits of a row are not seen" in found.warning


def test_without_either_everything_is_read():
    """Each time, and the user is told."""
    found = basis("lastUpdateDate", {"name"}, "TEAMMB")

    assert found.field is None
    assert "every run reads everything" in found.warning


def test_a_misspelt_field_is_named():
    """With the nearest that there is."""
    with pytest.raises(ValueError, match="TASK has no field lastUpdatDate, did you mean lastUpdateDate"):
        basis("lastUpdatDate", {"lastUpdateDate", "name"}, "TASK")
