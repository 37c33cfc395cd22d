"""DAGs that run when something has changed in Workfront: a real scheduler, and a triggerer that is killed meanwhile."""

from __future__ import annotations

import itertools
import json
import logging
import time
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest
from demo import wait
from support.listening import Listening
from support.watching import edit

from airflow_provider_workfront.simulator.large import fill

if TYPE_CHECKING:
    from collections.abc import Iterator

    from support.deployment import Deployment

log = logging.getLogger(__name__)

pytestmark = [pytest.mark.timeout(600), pytest.mark.slow]


@pytest.fixture(scope="module")
def workfront(airflow, served) -> Iterator[Listening]:
    """A Workfront whose tasks are watched: by the example, and by a DAG that polls every second."""
    simulator = Listening()
    fill(simulator.world, projects=2, tasks=200)
    with served(simulator):
        watch(airflow, is_paused=False)
        for number in (1, 2):
            wait(lambda number=number: logged(airflow).count("from now on they are told") >= number, 120, "cursors")
        yield simulator
        watch(airflow, is_paused=True)
        wait(lambda: watched(airflow) == 0, 120, "the triggers to be taken away")


def watch(airflow: Deployment, *dag_ids: str, is_paused: bool) -> None:
    """Pause DAGs or let them run; their watchers follow when the DAG processor has read the files again."""
    for dag_id in dag_ids or ("workfront_on_change", "on_change"):
        airflow.pause(dag_id, is_paused=is_paused)
        airflow.parse(dag_id)


def logged(airflow: Deployment) -> str:
    """Give what all triggerers wrote."""
    return "\n".join(path.read_text() for path in airflow.home.glob("triggerer.*.log"))


def watched(airflow: Deployment) -> int:
    """Count the watchers whose triggers run."""
    return int(airflow.query("select count(*) from asset_watcher")[0][0])


def rename(workfront: Listening, number: int) -> str:
    """Let somebody change a task; give its ID."""
    world = workfront.world
    obj_id = [key for key, row in world.objects("TASK").items() if row.get("projectID") in current(world)][number]
    user_id = next(user for user in world.objects("USER") if user != world.admin_id)
    edit(workfront, user_id, "task", obj_id, name=f"renamed {time.time_ns()}")
    return obj_id


def current(world: Any) -> set[str]:
    """Give the projects that the example watches."""
    return {obj_id for obj_id, row in world.objects("PROJ").items() if row["status"] == "CUR"}


def runs(airflow: Deployment, dag_id: str) -> list[dict[str, Any]]:
    """List the runs of a DAG."""
    return list(airflow.http.get(f"/api/v2/dags/{dag_id}/dagRuns", params={"limit": 500}).json()["dag_runs"])


def events(airflow: Deployment, name: str) -> list[dict[str, Any]]:
    """List the events of an asset, oldest first; the API (3.3.2) answers 500 while a run that they made is queued."""
    found = "select cast(e.extra as text) from asset_event e join asset a on a.id = e.asset_id"
    rows = airflow.query(f"{found} where a.name = ? order by e.id", name)
    return [json.loads(extra)["payload"] for (extra,) in rows]


def worked_on(airflow: Deployment) -> list[str]:
    """List the objects that all runs of the DAG were given."""
    query = "select cast(value as text) from xcom where dag_id = 'on_change' and task_id = ? and key = 'return_value'"
    return [obj_id for (value,) in airflow.query(query, "work") for obj_id in json.loads(value)]


def test_the_example_runs_when_a_task_was_changed(airflow, workfront):
    """It says how the task stands now; a run is there within seconds, and only one."""
    obj_id = rename(workfront, 0)
    wait(lambda: runs(airflow, "workfront_on_change"), 120, "a run")
    (run,) = runs(airflow, "workfront_on_change")

    assert run["run_type"] == "asset_triggered"
    assert airflow.ended("workfront_on_change", run["dag_run_id"]) == "success"
    (event,) = events(airflow, "workfront_current_tasks")
    assert event["ids"] == [obj_id]
    assert event["changed"] == {}  # a name is not among the fields that it asks for


def test_no_change_is_missed_or_doubled_over_killed_triggerers(airflow, workfront):
    """Sixty changes, five triggerers killed: each is told once by ID, and reaches one run of the DAG, once."""
    before, numbers, changed = len(events(airflow, "tasks")), itertools.count(20), []

    def told() -> list[dict[str, Any]]:
        return events(airflow, "tasks")[before:]

    def change(times: int) -> str:
        changed.extend(rename(workfront, next(numbers)) for _ in range(times))
        return changed[-1]

    for number in range(5):
        last = change(5)
        wait(lambda last=last: any(last in event["ids"] for event in told()), 120, "a change to be told")
        change(2)
        time.sleep(0.4 * number)  # noqa: TID251 it is killed sooner or later after a change: over an event too
        airflow.kill_triggerer()
        change(5)
        airflow.start("triggerer", "triggerer")
    wait(lambda: set(changed) <= {obj_id for event in told() for obj_id in event["ids"]}, 120, "the rest")

    unique = {event["id"]: event for event in told()}
    assert sorted(obj_id for event in unique.values() for obj_id in event["ids"]) == sorted(changed)
    wait(lambda: set(changed) <= set(worked_on(airflow)), 120, "the runs")
    assert sorted(obj_id for obj_id in worked_on(airflow) if obj_id in changed) == sorted(changed)
    again = [event for event in told() if event["again"]]
    twice = len(told()) - len(unique)
    log.info("%d changes in %d events; %d handed over again, %d twice", len(changed), len(unique), len(again), twice)


def test_changes_reach_a_run_with_nothing_after_them(airflow, workfront):
    """Told in quick succession, more than one before the scheduler looks, and one run of the DAG at a time."""
    before, changed = Counter(worked_on(airflow)), []
    for number in range(60, 72):
        changed.append(rename(workfront, number))
        time.sleep(0.4)  # noqa: TID251 so that they are told by several polls

    wait(lambda: not Counter(changed) - (Counter(worked_on(airflow)) - before), 90, "each change to reach a run")
    assert Counter(worked_on(airflow)) - before == Counter(changed)


def test_what_is_changed_while_the_dag_is_paused_is_told_afterwards(airflow, workfront):
    """Airflow ends the trigger meanwhile; the cursor stays."""
    everything, polls = watched(airflow), workfront.stats
    watch(airflow, "on_change", is_paused=True)
    wait(lambda: watched(airflow) < everything, 120, "the trigger to be taken away")
    wait(lambda: is_quiet(polls), 60, "the triggerer to end it")
    obj_id = rename(workfront, 85)
    watch(airflow, "on_change", is_paused=False)
    wait(lambda: any(obj_id in event["ids"] for event in events(airflow, "tasks")), 120, "the change to be told")

    assert [obj_id for event in events(airflow, "tasks") for each in event["ids"] if each == obj_id] == [obj_id]


def is_quiet(stats: Any) -> bool:
    """Tell whether nobody has polled for longer than the trigger that polls every second would let pass."""
    before = stats()["by_kind"].get("search", 0)
    time.sleep(2.5)  # noqa: TID251 that nothing happens can only be waited for
    return stats()["by_kind"].get("search", 0) == before


def test_how_long_it_takes_from_a_change_to_a_run(airflow, workfront):
    """Polled every second; the figures are in the log. The first run may be of an earlier change."""
    waits = []
    for number in range(90, 94):
        seen, began = len(runs(airflow, "on_change")), time.time()
        rename(workfront, number)
        wait(lambda seen=seen: len(runs(airflow, "on_change")) > seen, 60, "a run")
        waits.append(time.time() - began)
    log.info("seconds from a change to a run: %s", ", ".join(f"{each:.1f}" for each in sorted(waits[1:])))
    assert len(waits) == 4
