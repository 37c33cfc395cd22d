"""Two runs of one task at the same time: they would create each object twice."""

from datetime import timedelta

import pytest
from airflow.sdk.exceptions import AirflowRuntimeError, ErrorType
from airflow.sdk.execution_time.comms import ErrorResponse
from support.transfers import Kept, context
from support.transfers import run as run_task

from airflow_provider_workfront.api.errors import WorkfrontError
from airflow_provider_workfront.transfers import ObjectStorageToWorkfrontOperator
from airflow_provider_workfront.transfers.turn import WRITES, Turn, taking_turns, with_turns


def write(folder, store, run_id, **given):
    """Write four hundred tasks, as a run of a DAG does."""
    (folder / "in.csv").write_text(
        "extRefID,name,projectID\n" + "".join(f"k{n},n{n},{given['project']}\n" for n in range(400))
    )
    task = ObjectStorageToWorkfrontOperator(
        task_id="t", path=f"file://{folder}/in.csv", obj_code="TASK", key=given.get("key", "extRefID"),
        mode=given.get("mode", "upsert"), report_path=f"file://{folder}/r",
    )  # fmt: skip
    return run_task(task, **context(run_id=run_id, store=store), task_state_store=Kept())


def made(simulator):
    return [t["extRefID"] for t in simulator.world.objects("TASK").values() if str(t.get("extRefID")).startswith("k")]


class Meeting(Kept):
    """A store at which another run has its turn while the first one writes."""

    def __init__(self, at, then):
        super().__init__()
        self.at, self.then, self.seen = at, then, 0

    def set(self, key, value):
        super().set(key, value)
        self.seen += 1
        if self.seen == self.at:
            self.then()


def test_a_second_run_fails_at_once_and_its_retry_has_its_turn(simulator, tmp_path):
    """It says which run is writing, and what to set; nothing is doubled."""
    project = next(iter(simulator.world.objects("PROJ")))
    refused = []

    def second():
        with pytest.raises(WorkfrontError) as caught:
            write(tmp_path, store, "run2", project=project)
        refused.append(caught.value)

    store = Meeting(2, second)
    assert write(tmp_path, store, "run1", project=project)["created"] == 400
    assert "run run1 of this task is writing at the same time: nothing was written" in str(refused[0])
    assert "max_active_runs=1" in str(refused[0])
    assert not refused[0].permanent
    assert len(made(simulator)) == len(set(made(simulator))) == 400
    assert write(tmp_path, store, "run2", project=project)["unchanged"] == 400


def test_of_two_claims_at_the_same_moment_one_notices(simulator, tmp_path):
    """The store has no compare-and-set: whose claim was written over ends before it sends anything."""
    project = next(iter(simulator.world.objects("PROJ")))
    store = Meeting(1, lambda: Turn(store, "x", next(iter(store)), "run2")._keep(timedelta(minutes=1)))
    with pytest.raises(WorkfrontError, match="run run2 of this task is writing at the same time: this run ends here"):
        write(tmp_path, store, "run1", project=project)
    assert not made(simulator)


def test_a_claim_runs_out_and_a_retry_of_the_same_run_goes_on():
    """A killed run releases nothing."""
    store = Kept()
    Turn(store, "x", "k", "run1", term=timedelta(hours=1)).claim()
    Turn(store, "x", "k", "run1").claim()
    with pytest.raises(WorkfrontError, match="if it was killed, after 20"):
        Turn(store, "x", "k", "run2").claim()
    Turn(store, "x", "k", "run1", term=timedelta(seconds=-1)).claim()
    Turn(store, "x", "k", "run2").claim()


def test_tasks_that_look_for_nothing_and_mapped_tasks_write_at_once():
    """Each instance of a mapped task has a turn of its own; without a key nothing can be doubled by looking."""
    store = Kept()
    one, two = (context(run_id=run, store=store, map_index=at) for run, at in (("run1", 0), ("run2", 1)))
    with taking_turns(one, "host", "TASK", "extRefID"), taking_turns(two, "host", "TASK", "extRefID"):
        assert len(store) == 2
    with taking_turns(one, "host", "TASK", None), taking_turns(two | {"ti": one["ti"]}, "host", "TASK", None):
        assert len(store) == 2


def test_without_a_store_the_log_says_what_to_set(caplog):
    """As for a mapped task with inlets of its own."""
    about = context() | {"asset_state_store": {}}
    with taking_turns(about, "host", "TASK", "extRefID") as turn:
        turn.hold(at_once=True)
    assert "set max_active_runs=1" in caplog.text


@pytest.mark.parametrize(("given", "count"), [(None, 1), ([WRITES], 1), (["x"], 2)])
def test_the_store_is_declared_beside_other_inlets(given, count):
    """Once."""
    assert len(with_turns(given)) == count


def test_a_claim_that_cannot_be_given_up_fails_nothing(simulator, tmp_path, caplog):
    """Airflow's API may be away by then; what was written is written, and the claim ends by itself."""

    def away():
        raise AirflowRuntimeError(ErrorResponse(error=ErrorType.API_SERVER_ERROR, detail={"message": "away"}))

    store = Meeting(4, away)
    project = next(iter(simulator.world.objects("PROJ")))
    assert write(tmp_path, store, "run1", project=project)["created"] == 400
    assert store.seen == 4
    assert "could not be given up, and ends by itself" in caplog.text
