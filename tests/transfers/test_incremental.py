"""What has changed, and nothing of it missed: windows, the watermark, and the types that have no date of change."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta

import pytest
from airflow.sdk.exceptions import AirflowFailException
from support.transfers import HOUR, Kept, context, manifest, rows, run

from airflow_provider_workfront.transfers import WorkfrontToObjectStorageOperator


def read(path, ctx, **arguments):
    given = {"obj_code": "TASK", "incremental_field": "lastUpdateDate", "fields": ["name"]} | arguments
    result = run(WorkfrontToObjectStorageOperator(task_id="t", output_path=f"{path}", **given), **ctx)
    return {row["ID"] for row in rows(result)}, manifest(result)["window"]


def change(simulator, number: int, moment: datetime) -> set[str]:
    """Let some tasks be changed at a moment, and say which."""
    changed = list(simulator.world.objects("TASK"))[number : number + 3]
    for obj_id in changed:
        simulator.world.objects("TASK")[obj_id]["lastUpdateDate"] = moment
    return set(changed)


@pytest.fixture
def quiet(simulator):
    """A world in which nothing has changed for long."""
    for row in simulator.world.objects("TASK").values():
        row["lastUpdateDate"] = NOON - timedelta(days=30)
    return simulator


NOON = datetime(2026, 3, 18, 12, tzinfo=UTC)


def test_hour_after_hour_only_what_has_changed_is_read(quiet, tmp_path):
    """First all, then what is new: a cron schedule of Airflow 3, whose runs have intervals of no length."""
    store = Kept()
    every = set(quiet.world.objects("TASK"))
    for hour in range(4):
        began = NOON + hour * HOUR
        changed = change(quiet, hour * 3, began - 20 * timedelta(minutes=1))
        ctx = context(run_id=f"scheduled__{hour}", began=began, interval=(began, began), store=store)

        found, window = read(tmp_path, ctx)

        assert window["source"] == ("watermark" if hour else "everything")
        assert found == (changed if hour else every)


def test_a_change_at_the_edge_is_in_one_of_two_runs(quiet, tmp_path):
    """Too young for the first, it is in the second; a few rows come in both."""
    store = Kept()
    read(tmp_path, context(run_id="0", began=NOON - HOUR, store=store))
    young = change(quiet, 0, NOON - timedelta(minutes=1))
    older = change(quiet, 3, NOON - timedelta(minutes=5))

    first, _ = read(tmp_path, context(run_id="1", began=NOON, store=store))
    second, _ = read(tmp_path, context(run_id="2", began=NOON + HOUR, store=store))

    assert first == older
    assert second == young | older


def test_data_intervals_are_read_whatever_the_watermark(quiet, tmp_path):
    """A backfill reads the past and leaves the watermark."""
    store = Kept()
    read(tmp_path, context(run_id="0", began=NOON, store=store))
    kept = dict(store)
    old = change(quiet, 0, NOON - 48 * HOUR)

    interval = (NOON - 49 * HOUR, NOON - 47 * HOUR)
    found, window = read(tmp_path, context(run_id="b", kind="backfill", began=NOON, interval=interval, store=store))

    assert (found, window["source"]) == (old, "data interval")
    assert store == kept


def test_a_manual_run_goes_on_from_the_watermark_and_leaves_it(quiet, tmp_path):
    """Twice the same is read then, not nothing."""
    store = Kept()
    read(tmp_path, context(run_id="0", began=NOON, store=store))
    kept = dict(store)
    changed = change(quiet, 0, NOON + HOUR)

    for number in range(2):
        ctx = context(run_id=f"m{number}", kind="manual", began=NOON + 2 * HOUR, store=store)
        assert read(tmp_path, ctx)[0] == changed

    assert store == kept


@pytest.mark.parametrize(
    ("arguments", "named"), [({"fields": ["status"]}, "fields"), ({"filters": {"name": {"notblank": True}}}, "filters")]
)
def test_other_fields_or_filters_force_a_reload(quiet, tmp_path, caplog, arguments, named):
    """And it is said which; then it goes on by increments."""
    store = Kept()
    read(tmp_path, context(run_id="0", began=NOON, store=store))

    with caplog.at_level(logging.WARNING):
        found, window = read(tmp_path, context(run_id="1", began=NOON + HOUR, store=store), **arguments)
    after, _ = read(tmp_path, context(run_id="2", began=NOON + 2 * HOUR, store=store), **arguments)

    assert (len(found), window["source"]) == (len(quiet.world.objects("TASK")), "everything")
    assert f"{named} changed since the last run" in caplog.text
    assert after == set()


def test_the_watermark_belongs_to_the_path_before_it_is_rendered(quiet, tmp_path):
    """A folder for each run does not make each run the first."""
    store = Kept()
    path = f"{tmp_path}/{{{{ day }}}}"
    read(path, context(run_id="0", began=NOON, store=store) | {"day": "1"})

    found, _ = read(path, context(run_id="1", began=NOON + HOUR, store=store) | {"day": "2"})

    assert found == set()


@pytest.mark.parametrize("full", [True, "True", "{{ 'true' }}"])
def test_a_full_refresh_reads_everything(quiet, tmp_path, full):
    """Since a date of change does not move for children, calculated fields, or what is newly shared."""
    store = Kept()
    read(tmp_path, context(run_id="0", began=NOON, store=store))

    found, _ = read(tmp_path, context(run_id="1", began=NOON + HOUR, store=store), full_refresh=full)

    assert found == set(quiet.world.objects("TASK"))


def test_a_full_refresh_comes_by_itself(quiet, tmp_path):
    """Every so often, counted from the last one."""
    store, sizes = Kept(), []
    for hour in range(5):
        ctx = context(run_id=str(hour), began=NOON + hour * HOUR, store=store)
        sizes.append(len(read(tmp_path, ctx, full_refresh_every=2 * HOUR)[0]))

    every = len(quiet.world.objects("TASK"))
    assert sizes == [every, 0, every, 0, every]


def test_explicit_bounds_leave_the_watermark(quiet, tmp_path):
    """They may be those of one slice of many."""
    store = Kept()
    changed = change(quiet, 0, NOON)

    found, window = read(tmp_path, context(store=store), since=NOON - HOUR, until="2026-03-18T13:00:00+00:00")

    assert (found, window["source"], store) == (changed, "since/until", {})


@pytest.mark.parametrize("missing", [None, "", "None", "{{ none }}"])
def test_bounds_that_a_template_left_empty_are_none(quiet, tmp_path, missing):
    """The run's own window is read then."""
    _, window = read(tmp_path, context(), since=missing, until=missing)

    assert window["source"] == "everything"


def test_conditions_of_the_user_hold_in_the_window_too(quiet, tmp_path):
    """Also alternatives, which inherit nothing in Workfront."""
    change(quiet, 0, NOON)
    filters = {"OR:1:status": "NEW", "OR:2:status": "INP"}

    found, _ = read(tmp_path, context(), filters=filters, since=NOON - HOUR, until=NOON + HOUR)

    tasks = quiet.world.objects("TASK")
    assert all(tasks[obj_id]["lastUpdateDate"] == NOON for obj_id in found)


def test_notes_are_read_by_their_date_of_entry(simulator, tmp_path, caplog):
    """They have no other; it is said that edits are missed."""
    with caplog.at_level(logging.WARNING):
        found, window = read(tmp_path, context(), obj_code="NOTE", since="2020-01-01", fields=["noteText"])

    assert found == set(simulator.world.objects("NOTE"))
    assert window["source"] == "since/until"
    assert "NOTE has no lastUpdateDate: read by entryDate, so later edits of a row are not seen" in caplog.text


def test_types_without_any_date_are_read_whole_each_time(simulator, tmp_path, caplog):
    """And it is said; a window of them would be a lie."""
    store = Kept()
    with caplog.at_level(logging.WARNING):
        for number in range(2):
            found, window = read(tmp_path, context(run_id=str(number), store=store), obj_code="RISK", fields=["ID"])
            assert (found, window["source"]) == (set(simulator.world.objects("RISK")), "everything")

    assert "RISK has neither lastUpdateDate nor entryDate: every run reads everything" in caplog.text
    assert store == {}
    with pytest.raises(AirflowFailException, match="since and until are about a field: RISK has neither"):
        read(tmp_path, context(), obj_code="RISK", since="2026-01-01")


def test_overlapping_runs_are_told(quiet, tmp_path, caplog):
    """The one that ends later finds the watermark moved under its feet."""
    store = Kept()
    read(tmp_path, context(run_id="0", began=NOON - HOUR, store=store))

    class Meanwhile(Kept):
        """Another run ends between the first and the second look."""

        def get(self, key, default=None):
            value = super().get(key, default)
            if value and "until" in value:
                self[key] = value | {"run_id": "other", "until": (NOON - timedelta(minutes=30)).isoformat()}
            return value

    with caplog.at_level(logging.WARNING):
        read(tmp_path, context(run_id="1", began=NOON, store=Meanwhile(store)))

    assert "run other moved the watermark while this one read: set max_active_runs=1" in caplog.text
