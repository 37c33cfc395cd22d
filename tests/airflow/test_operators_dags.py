"""The example DAGs, run as `dag.test()` runs them: scheduling, templates, XCom and mapping are Airflow's own."""

from __future__ import annotations

import gzip
import json
import shutil
import sqlite3
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest

from airflow_provider_workfront.hooks import WorkfrontHook

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


def test_everyday(dags, simulator):
    """A request becomes a project with a form, work and hours, which is completed and approved."""
    dag_run = dags["workfront_everyday"].test()

    found = results(dag_run)
    assert dag_run.state == "success"
    world, project = simulator.world, found["create_project"]["ID"]
    tasks = {task["ID"]: task["name"] for task in world.find("TASK", projectID=project)}
    assert (len(tasks), tasks[found["turn_into_task"]]) == (6, "Design the campaign")
    assert world.objects("OPTASK")[found["take_in_request"]["ID"]]["resolveTaskID"] == found["turn_into_task"]
    assert found["fill_in_form"]["DE:Region"] == "EMEA"
    assert found["assign_work"]["user_ids"] == [world.id_of("USER", "dana@acme.example")]
    assert [hour["hours"] for hour in world.find("HOUR", projectID=project)] == [6.5]
    assert found["complete_project"]["status"] == "CPL:A"
    assert found["approve_project"]["status"] == world.objects("PROJ")[project]["status"] == "CPL"


def test_extract_large(dags, large_simulator, tmp_path):
    """Eight mapped slices hold every task once; the summary is that of their manifests."""
    dag_run = dags["workfront_extract_large"].test(run_conf={"output_path": tmp_path.as_uri()})

    found = results(dag_run)
    assert dag_run.state == "success"
    rows = len(large_simulator.world.objects("TASK"))
    assert found["summarize"] == {"slices": 8, "rows": rows}
    assert max(each["rows"] for each in found["read"]) < rows / 4
    manifests = [json.loads(Path(each["manifest"].removeprefix("file://")).read_text()) for each in found["read"]]
    parts = [tmp_path / "tasks" / dag_run.run_id / part["name"] for each in manifests for part in each["files"]]
    lines = [line for part in parts for line in gzip.decompress(part.read_bytes()).splitlines()]
    assert sorted(json.loads(line)["ID"] for line in lines) == sorted(large_simulator.world.objects("TASK"))


def test_extract_hourly(dags, simulator, tmp_path):
    """All tasks and hours as Parquet, and whoever loads them is told where they are; a run by hand reads all again."""
    import pyarrow.parquet as pq

    for _ in range(2):
        dag_run = dags["workfront_extract_hourly"].test(run_conf={"output_path": tmp_path.as_uri()})

        found = results(dag_run)
        assert dag_run.state == "success"
        for obj_code in ("TASK", "HOUR"):
            written = found[f"changed_{obj_code.lower()}"]
            manifest = Path(written["manifest"].removeprefix("file://"))
            (file,) = json.loads(manifest.read_text())["files"]
            ids = pq.read_table(manifest.parent / file["name"])["id"].to_pylist()
            assert sorted(ids) == sorted(simulator.world.objects(obj_code))
            assert str(manifest) in found[f"load_{obj_code.lower()}"]


def test_to_warehouse(dags, simulator, tmp_path, monkeypatch):
    """Two tables are filled, and what is asked of them afterwards is right; a second run changes nothing."""
    conn = {"conn_type": "sqlite", "host": f"{tmp_path}/warehouse.db"}
    monkeypatch.setenv("AIRFLOW_CONN_WAREHOUSE", json.dumps(conn))

    first, second = (dags["workfront_to_warehouse"].test() for _ in range(2))

    assert (first.state, second.state) == ("success", "success")
    projects, tasks = (simulator.world.objects(code) for code in ("PROJ", "TASK"))
    assert results(first)["projects"]["rows"] == len(projects)
    assert results(first)["tasks"]["rows"] == len(tasks)
    of_open = Counter(task["projectID"] for task in tasks.values() if task["status"] in {"NEW", "INP"})
    counted = results(second)["count_open_tasks"]  # tuples, as Airflow's XCom packs them
    assert {row["__data__"][0]: row["__data__"][1] for row in counted} == {
        projects[project]["name"]: count for project, count in of_open.items()
    }


def test_from_warehouse(dags, simulator, tmp_path, monkeypatch):
    """Orders become projects or change them; a second run changes nothing, and a row that cannot be is kept."""
    warehouse = f"{tmp_path}/warehouse.db"
    monkeypatch.setenv("AIRFLOW_CONN_WAREHOUSE", json.dumps({"conn_type": "sqlite", "host": warehouse}))
    monkeypatch.setenv("AIRFLOW_VAR_WORKFRONT_REPORTS", tmp_path.as_uri())
    projects = simulator.world.objects("PROJ")
    manager = next(iter(simulator.world.objects("USER").values()))
    changed = next(iter(projects.values()))
    before = len(projects)
    simulator.world.update("PROJ", changed["ID"], {"extRefID": "order 0"})
    orders = [
        (f"order {number}", f"Order {number}", "Current", "2027-03-01", manager["emailAddr"], "", 1)
        for number in range(30)
    ]
    orders[29] = ("order 29", "Order 29", "Curent", "2027-03-01", "", "", 1)
    with closing(sqlite3.connect(warehouse)) as database:
        database.execute("create table orders (order_no, title, state, due, manager, notes, open)")
        database.executemany("insert into orders values (?, ?, ?, ?, ?, ?, ?)", orders)
        database.commit()

    first, second = (dags["workfront_from_warehouse"].test() for _ in range(2))

    assert (first.state, second.state) == ("success", "success")
    projects = simulator.world.objects("PROJ")
    changed = projects[changed["ID"]]
    assert (changed["name"], changed["status"], changed["ownerID"]) == ("Order 0", "CUR", manager["ID"])
    assert len(projects) == before + 28
    made = results(first)
    assert (made["plan"]["create"], made["plan"]["update"], made["plan"]["rejected"]) == (28, 1, 1)
    assert (made["apply"]["created"], made["apply"]["updated"]) == (28, 1)
    (kept,) = Path(made["plan"]["rejected_path"].removeprefix("file://")).read_text().splitlines()
    assert json.loads(kept)["order_no"] == "order 29"
    assert "did you mean Current?" in json.loads(kept)["workfront_error"]
    assert results(second)["plan"]["none"] == 29
    assert len(projects) == before + 28


def test_documents(dags, simulator, tmp_path):
    """A report is filed, has a second version, and that is what comes back."""
    dag_run = dags["workfront_documents"].test(run_conf={"folder": tmp_path.as_uri()})

    found = results(dag_run)
    assert dag_run.state == "success"
    document = simulator.world.objects("DOCU")[found["upload_report"]["ID"]]
    assert (document["projectID"], document["name"]) == (found["create_project"]["ID"], "Report.csv")
    assert found["download_report"]["versionID"] == found["upload_new_version"]["versionID"]
    copy = Path(found["download_report"]["path"].removeprefix("file://"))
    assert copy.read_text() == "state\nfinal\n"


def test_approve_then_publish(dags, simulator, tmp_path):
    """A project without an approval process is completed at once, and its document published."""
    with WorkfrontHook().get_conn() as person:
        project = person.create("PROJ", {"name": "Spring", "status": "CUR"})["ID"]
        person.upload("PROJ", project, "Poster.txt", b"Come to the fair!")

    run_conf = {"project": project, "folder": tmp_path.as_uri()}
    dag_run = dags["workfront_approve_then_publish"].test(run_conf=run_conf)

    assert dag_run.state == "success"
    assert (tmp_path / project / "Poster.txt").read_text() == "Come to the fair!"
    (comment,) = simulator.world.find("NOTE", projectID=project)
    assert comment["noteText"] == f"Published: {tmp_path.as_uri()}/{project}/Poster.txt"


def test_notify(dags, simulator):
    """Success is written to a project; two failures make one issue and a comment."""
    good = dags["workfront_notify"].test()
    bad, worse = (dags["workfront_notify"].test(run_conf={"most_late": 0}) for _ in range(2))

    assert [run.state for run in (good, bad, worse)] == ["success", "failed", "failed"]
    world, help_desk = simulator.world, results(good)["find_help_desk"]
    told = f"Late projects: {results(good)['judge']}, checked by run {good.run_id}"
    assert world.objects("PROJ")[help_desk]["description"] == told
    (issue,) = world.find("OPTASK", extRefID="airflow:workfront_notify")
    assert (issue["projectID"], issue["priority"]) == (help_desk, 3)
    assert f"task judge, run {bad.run_id}: failed" in issue["description"]
    (comment,) = world.find("NOTE", opTaskID=issue["ID"])
    assert f"task judge, run {worse.run_id}: failed" in comment["noteText"]
    assert "1 projects are late, 0 may be: Mobile App 2.0 (Omar Ortiz)" in comment["noteText"]


def test_on_event(dags, simulator):
    """A run that no event triggered finds nothing to do; tests/scheduler/test_events.py has the others."""
    dag_run = dags["workfront_on_event"].test()

    assert (dag_run.state, results(dag_run)) == ("success", {"changed": [], "say": []})


def test_on_change(dags, simulator):
    """A run by hand finds nothing to do; tests/scheduler/test_changes.py has one that a change triggers."""
    dag_run = dags["workfront_on_change"].test()

    assert (dag_run.state, results(dag_run)) == ("success", {"changed": [], "say": []})


@pytest.mark.usefixtures("airflow_db")
def test_every_example_is_run_here():
    """An example that nobody runs rots."""
    tested = Path(__file__).read_text() + (Path(__file__).parent / "test_sensors.py").read_text()

    assert EXAMPLES.exists()
    for example in EXAMPLES.glob("*.py"):
        assert f'dags["{example.stem}"].test(' in tested


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
