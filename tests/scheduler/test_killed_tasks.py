"""Tasks whose broker is killed, and tasks that are killed themselves: what can be saved is saved, nothing hangs."""

from __future__ import annotations

import psutil
import pytest
from support.deployment import kill
from support.grants import eventually, tenant
from support.killing import PROFILES, assert_lost, assert_one_call, broken_off, is_whole

pytestmark = pytest.mark.timeout(300)

TASKS = 6


@pytest.fixture(autouse=True)
def _whole(airflow):
    """Begin with two processes that serve: the test before may have killed one."""
    eventually(lambda: is_whole(airflow), 120, "the api-server to have two processes")


def logs(airflow, run_id):
    """Give the log of each `count` task of a run."""
    folder = airflow.home / "logs" / "dag_id=at_once" / f"run_id={run_id}" / "task_id=count"
    return [path.read_text() for path in folder.rglob("*.log")]


@PROFILES
@pytest.mark.slow
def test_tasks_do_not_notice_a_holder_that_died_early(airflow, options):
    """T2 with real tasks: all end well, with the one token."""
    with tenant(airflow, options) as workfront:
        workfront.door.requests.clear()
        run_id = airflow.trigger("at_once", tasks=TASKS, conn_id=workfront.conn_id)
        assert workfront.door.arrived.wait(60)

        with broken_off(workfront, within=90):
            assert airflow.ended("at_once", run_id) == "success"
        assert len(logs(airflow, run_id)) == TASKS
        assert_one_call(workfront)


@PROFILES
@pytest.mark.slow
def test_each_task_says_where_to_go_when_the_token_is_lost(airflow, options):
    """T3 with real tasks: every log ends with the error and the page's address; none hangs, none spends more."""
    with tenant(airflow, options) as workfront:
        workfront.door.answers.clear()
        run_id = airflow.trigger("at_once", tasks=TASKS, conn_id=workfront.conn_id)
        assert workfront.door.answered.wait(60)

        with broken_off(workfront, within=90):
            assert airflow.ended("at_once", run_id) == "failed"
        said = logs(airflow, run_id)
        assert len(said) == TASKS
        for text in said:
            assert "ReauthorizationRequired" in text
            assert f"/workfront/connections/{workfront.conn_id}" in text
        assert_lost(workfront, workfront.outcome())


@PROFILES
@pytest.mark.parametrize("asking", [True, False], ids=["while it waits for a token", "while it uses one"])
def test_a_killed_task_takes_nothing_with_it(airflow, options, asking):
    """T5: the refresh does not belong to the task: it goes on, is stored, and serves the next one."""
    with tenant(airflow, options) as workfront:
        if asking:
            workfront.door.answers.clear()
        run_id = airflow.trigger("at_once", tasks=1, calls=500, pause=0.1, conn_id=workfront.conn_id)
        if asking:
            assert workfront.door.answered.wait(60)
        else:
            eventually(lambda: workfront.stats["calls"] > 3, 60, "the task to read")
        kill(task_process(airflow, run_id))
        workfront.door.answers.set()

        eventually(lambda: workfront.grant.generation == 1, 20, "the refresh to be stored")
        assert_one_call(workfront)
        assert airflow.ended("at_once", run_id) == "failed"
        airflow.run("few", conn_id=workfront.conn_id)
        assert (workfront.stats["token_calls"], workfront.stats["reuse"]) == (2, 0)  # a run of its own: one more


def task_process(airflow, run_id):
    """Find the process of the run's one `count` task below the scheduler."""
    path = f"/api/v2/dags/at_once/dagRuns/{run_id}/taskInstances"
    rows = airflow.http.get(path, params={"limit": 100}).json()["task_instances"]
    title = next(f"airflow worker -- {row['id']}" for row in rows if row["task_id"] == "count")
    below = psutil.Process(airflow.processes["scheduler"].pid).children(recursive=True)
    return next(child.pid for child in below if title in titled(child))


def titled(process):
    """Give what a process calls itself; one that ends at this moment calls itself nothing."""
    try:
        return " ".join(process.cmdline())
    except psutil.Error:
        return ""
