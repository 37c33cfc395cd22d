"""The example DAGs, run as `dag.test()` runs them: scheduling, templates, XCom and mapping are Airflow's own."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[2] / "dags_examples"


@pytest.fixture
def dags(airflow_db, simulator) -> dict:
    """All examples, from a DAGs folder as Airflow knows it."""
    from airflow.dag_processing.dagbag import DagBag

    folder = airflow_db / "dags"
    shutil.copytree(EXAMPLES, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
    bag = DagBag(folder)
    assert not bag.import_errors
    return bag.dags


def results(dag_run) -> dict:
    """What each task returned; a mapped one returned a list."""
    found: dict = {}
    for ti in sorted(dag_run.get_task_instances(), key=lambda ti: (ti.task_id, ti.map_index)):
        value = ti.xcom_pull(task_ids=ti.task_id, map_indexes=ti.map_index)
        found[ti.task_id] = value if ti.map_index < 0 else [*found.get(ti.task_id, []), value]
    return found


def test_search_and_write(dags, simulator):
    """Rows are found, a project is written and read, eight mapped tasks are updated."""
    dag_run = dags["workfront_search_and_write"].test()

    found = results(dag_run)
    assert dag_run.state == "success"
    assert {row["status"] for row in found["find_current_projects"]} == {"CUR"}
    assert any(row["DE:Budget Cap"] for row in found["find_current_projects"])
    assert found["update_project"]["ID"] == found["create_project"]["ID"]
    assert found["update_project"]["description"] == f"{len(found['find_current_projects'])} projects were current"
    assert [row["ID"] for row in found["start_tasks"]] == [row["ID"] for row in found["find_open_tasks"]]
    assert len(found["start_tasks"]) == 8
    assert found["summarize"].keys() <= {row["name"] for row in found["find_current_projects"]}


def test_copy_and_tidy_up(dags, simulator):
    """What was made is gone at the end; the link to the finished task was kept as XCom."""
    dag_run = dags["workfront_copy_and_tidy_up"].test()

    found = results(dag_run)
    assert dag_run.state == "success"
    assert (found["get_task"]["status"], found["get_task"]["percentComplete"]) == ("CPL", 100)
    assert found["delete_copy"] is True
    (task,) = [ti for ti in dag_run.get_task_instances() if ti.task_id == "finish_task"]
    link = task.xcom_pull(task_ids="finish_task", key="_link_WorkfrontObjectLink")
    assert link.endswith(f"/task/{found['create_task']['ID']}")


@pytest.mark.usefixtures("airflow_db")
def test_every_example_is_run_here():
    """An example that nobody runs rots."""
    tested = Path(__file__).read_text()

    assert EXAMPLES.exists()
    for example in EXAMPLES.glob("*.py"):
        assert f'dags["{example.stem}"].test()' in tested


@pytest.fixture
def rotating(monkeypatch, dags):
    """A connection with a rotating refresh token, unknown to this Airflow so far, and the simulator it leads to."""
    from airflow.models.variable import Variable
    from airflow.utils.session import create_session
    from sqlalchemy import delete

    from airflow_provider_workfront.simulator import Simulator, running

    simulator = Simulator()
    made = simulator.credentials
    with running(simulator) as server:
        extra = {"refresh_token": made["refresh_token"]}
        conn = {"conn_type": "workfront", "host": server.url, "login": made["client_id"], "extra": extra}
        monkeypatch.setenv("AIRFLOW_CONN_WORKFRONT_DEFAULT", json.dumps(conn | {"password": made["client_secret"]}))
        yield simulator
    with create_session() as session:
        session.execute(delete(Variable))


def test_a_laptop_does_not_take_a_token_by_accident(dags, rotating):
    """The first use of a rotating token in `dag.test()` would take it away from production: it is refused."""
    dag_run = dags["workfront_search_and_write"].test()

    assert dag_run.state == "failed"
    assert rotating.stats()["token_calls"] == 0


def test_a_laptop_that_may_takes_the_token_and_keeps_it(dags, rotating, monkeypatch):
    """One refresh for the run, in this very process: there is no broker to ask."""
    monkeypatch.setenv("AIRFLOW__WORKFRONT__ADOPT_IN_DAG_TEST", "True")

    first, second = (dags["workfront_search_and_write"].test() for _ in range(2))

    assert (first.state, second.state) == ("success", "success")
    stats = rotating.stats()
    assert (stats["refreshes"], stats["reuse"]) == (2, 0)


def test_keep_alive(dags, simulator):
    """It asks who the connection acts as, and writes nothing."""
    dag_run = dags["workfront_keep_alive"].test()

    assert dag_run.state == "success"
    assert results(dag_run)["who_am_i"]["username"]
