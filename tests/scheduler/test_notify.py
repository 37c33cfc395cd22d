"""Notifiers in a real Airflow: called by tasks, by the DAG processor and by the triggerer, with a rotating token."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from demo import wait
from support.listening import Listening

from airflow_provider_workfront.simulator.faults import Fault

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.timeout(600)


@pytest.fixture(scope="module")
def workfront(served) -> Iterator[Listening]:
    """A Workfront whose refresh tokens work once; `workfront_default` leads there."""
    with served(Listening()) as simulator:
        yield simulator
        assert simulator.stats()["reuse"] == 0  # callers in three processes took their tokens from one broker


def issue(workfront: Listening, key: str) -> dict[str, Any]:
    """Wait for the one issue of a key."""
    wait(lambda: workfront.world.find("OPTASK", extRefID=key), 120, f"an issue {key}")
    (found,) = workfront.world.find("OPTASK", extRefID=key)
    return found


def test_the_example_tells_of_success_and_failure(airflow, workfront):
    """A run that succeeds changes the project; two that fail open one issue and comment on it."""
    good = airflow.run("workfront_notify")
    bad, worse = (airflow.trigger("workfront_notify", most_late=0) for _ in range(2))

    assert {airflow.ended("workfront_notify", run) for run in (bad, worse)} == {"failed"}
    world = workfront.world
    help_desk = world.objects("PROJ")[world.id_of("PROJ", "Help Desk")]
    assert help_desk["description"] == f"Late projects: 1, checked by run {good}"
    opened = issue(workfront, "airflow:workfront_notify")
    said = [note["noteText"] for note in world.find("NOTE", opTaskID=opened["ID"])]
    told = [opened["description"], *said]
    assert len(told) == 2
    assert all("task judge" in text and f"{airflow.url}/dags/workfront_notify/" in text for text in told)
    assert {run for run in (bad, worse) for text in told if f"run {run}: failed" in text} == {bad, worse}


def test_the_dag_processor_tells_of_a_run_that_failed(airflow, workfront):
    """There is no task then, but a connection and a broker."""
    run = airflow.trigger("told_of_a_failure")

    assert airflow.ended("told_of_a_failure", run) == "failed"
    assert f"run {run}" in issue(workfront, "airflow:told_of_a_failure")["description"]


def test_the_triggerer_tells_of_a_missed_deadline(airflow, workfront):
    """It has no context but plain data; the run goes on."""
    run = airflow.run("told_of_a_deadline")

    assert f"run {run}: missed its deadline" in issue(workfront, "airflow:late")["description"]


def test_a_workfront_that_hangs_changes_nothing(airflow, workfront):
    """Airflow would kill the task, forget that it failed for good, and try it again: the notifier gives up before."""
    workfront.faults.plan([Fault("slow", path="/optask", delay=30, times=9)])
    run = airflow.trigger("told_in_vain")

    assert airflow.ended("told_in_vain", run) == "failed"
    log = airflow.log("told_in_vain", run)
    workfront.faults.plan([])
    assert "Workfront was not notified (project Help Desk, connection workfront_default): there was no end" in log
    assert "attempt=2" not in log
