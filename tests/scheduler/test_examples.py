"""Every example DAG in one real Airflow at the same time: scheduler, triggerer, workers, and one rotating token."""

from __future__ import annotations

import json
import re
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pyarrow.parquet as pq
import pytest
from demo import wait
from support.database import postgres
from support.deployment import Deployment, deployment
from support.listening import Listening

from airflow_provider_workfront.api.everyday.approving import Approve
from airflow_provider_workfront.auth.session import ApiKeySession
from airflow_provider_workfront.client import Client, open_client
from airflow_provider_workfront.simulator import running
from airflow_provider_workfront.simulator.large import fill

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = [pytest.mark.timeout(600), pytest.mark.slow]

EXAMPLES = Path(__file__).parents[2] / "dags_examples"
WAITING = {"workfront_wait", "workfront_approve_then_publish"}
SOONER = ("poke_interval=60", "poke_interval=30")


@pytest.fixture(scope="module")
def workfront() -> Iterator[Listening]:
    """A Workfront whose refresh tokens work once."""
    simulator = Listening()
    fill(simulator.world, projects=5, tasks=2200)
    with running(simulator) as server:
        simulator.url = server.url
        yield simulator


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """Where the examples write to; a warehouse lies there."""
    made = tmp_path_factory.mktemp("written")
    with closing(sqlite3.connect(made / "warehouse.db")) as database:
        database.execute("create table orders (order_no, title, state, due, manager, notes, open)")
        rows = [(f"order {n}", f"Order {n}", "Current", "2027-03-01", "omar@acme.example", "", 1) for n in range(5)]
        database.executemany("insert into orders values (?, ?, ?, ?, ?, ?, ?)", rows)
        database.commit()
    return made


@pytest.fixture(scope="module")
def airflow(tmp_path_factory, workfront, folder) -> Iterator[Deployment]:
    """An Airflow on PostgreSQL whose DAGs are the examples; those that wait look more often, files lie elsewhere."""
    home = tmp_path_factory.mktemp("examples")
    (home / "dags").mkdir()
    for example in EXAMPLES.glob("*.py"):
        text = example.read_text().replace("file:///tmp/workfront", folder.as_uri())
        for seldom in SOONER:
            text = text.replace(seldom, "poke_interval=1")
        (home / "dags" / example.name).write_text(text)
    also = {
        "WORKFRONT_HOST": urlsplit(workfront.url).netloc,
        "AIRFLOW_VAR_WORKFRONT_REPORTS": (folder / "reports").as_uri(),
        "AIRFLOW_CONN_WAREHOUSE": json.dumps({"conn_type": "sqlite", "host": str(folder / "warehouse.db")}),
    }
    with postgres() as database, deployment(home, database, home / "dags", workers=1, also=also) as made:
        made.connect(workfront, workfront.url, events_token="tell-nobody-of-this-token")
        made.start("triggerer", "triggerer")
        yield made


@pytest.fixture(scope="module")
def runs(airflow) -> dict[str, str]:
    """One run of each example that needs nobody else, begun at once."""
    return {dag_id: airflow.trigger(dag_id) for dag_id in sorted(of_examples(airflow) - WAITING)}


def of_examples(airflow: Deployment) -> set[str]:
    """Give the DAGs of the folder, once all of them are parsed."""
    written = "".join(path.read_text() for path in EXAMPLES.glob("*.py"))
    dag_ids = set(re.findall(r"^def (workfront_\w+)", written, re.MULTILINE))

    def parsed() -> set[str]:
        rows = airflow.http.get("/api/v2/dags", params={"limit": 100}).json()["dags"]
        return {row["dag_id"] for row in rows}

    wait(lambda: parsed() >= dag_ids, 120, "the examples to be parsed")
    assert airflow.http.get("/api/v2/importErrors").json()["total_entries"] == 0
    return dag_ids


def succeeded(airflow: Deployment, runs: dict[str, str], dag_id: str) -> str:
    """Wait for a run to end well; give its ID."""
    assert airflow.ended(dag_id, runs[dag_id], 400) == "success", airflow.log(dag_id, runs[dag_id])[-10_000:]
    return runs[dag_id]


def xcom(airflow: Deployment, dag_id: str, run_id: str, task_id: str) -> Any:
    """Give what a task returned."""
    path = f"/api/v2/dags/{dag_id}/dagRuns/{run_id}/taskInstances/{task_id}/xcomEntries/return_value"
    return airflow.http.get(path).json()["value"]


def person(workfront: Listening) -> Client:
    """Open a client of somebody who works in Workfront."""
    session = ApiKeySession(workfront.credentials["api_key"])
    return open_client(session, api_root=f"{workfront.url}/attask/api/v21.0")


# -- those that end by themselves


def test_extract_hourly(airflow, workfront, folder, runs):
    """All tasks lie in files: of the run that the schedule made, and of the one by hand that went on from there."""
    run_id = succeeded(airflow, runs, "workfront_extract_hourly")

    written = xcom(airflow, "workfront_extract_hourly", run_id, "changed_task")
    assert Path(written["manifest"].removeprefix("file://")).exists()
    files = (folder / "task").rglob("*.parquet")
    ids = {task_id for file in files for task_id in pq.read_table(file)["id"].to_pylist()}
    assert ids >= {row["ID"] for row in workfront.world.objects("TASK").values() if row["name"].startswith("Task 00")}


def test_from_warehouse(airflow, workfront, runs):
    """Each order is a project, once."""
    succeeded(airflow, runs, "workfront_from_warehouse")

    orders = [workfront.world.find("PROJ", extRefID=f"order {number}") for number in range(5)]
    assert [[row["name"] for row in rows] for rows in orders] == [[f"Order {number}"] for number in range(5)]


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.py")), ids=lambda path: path.stem)
def test_every_example_succeeds(airflow, runs, path):
    """All at once, beside each other; the two that wait for a person are below."""
    for dag_id in re.findall(r"^def (workfront_\w+)", path.read_text(), re.MULTILINE):
        if dag_id in runs:
            succeeded(airflow, runs, dag_id)


# -- those that wait for a person


def a_project(workfront: Listening, **values: Any) -> str:
    """Make a project whose completion has to be approved; give its ID."""
    process = workfront.world.id_of("ARVPRC", "Project Completion")
    with person(workfront) as client:
        made = client.create("PROJ", {"name": "Spring", "status": "CUR", "approvalProcessID": process} | values)
    return str(made["ID"])


def deferred(airflow: Deployment, dag_id: str, run_id: str) -> bool:
    """Tell whether a task waits in the triggerer."""
    return "deferred" in airflow.states(dag_id, run_id)


@pytest.mark.parametrize(("decision", "published"), [("approve", ["Poster.txt"]), ("reject", [])])
def test_approve_then_publish(airflow, workfront, folder, decision, published):
    """What is approved is published, and the project says where; of what is rejected nothing is."""
    dag_id, project = "workfront_approve_then_publish", a_project(workfront)
    with person(workfront) as client:
        client.upload("PROJ", project, "Poster.txt", b"Come to the fair!")
    run_id = airflow.trigger(dag_id, project=project, folder=(folder / "site").as_uri())
    wait(lambda: deferred(airflow, dag_id, run_id), 120, "the task to wait")

    with person(workfront) as client:
        client.run(Approve("PROJ", project, decision))

    assert airflow.ended(dag_id, run_id) == "success", airflow.log(dag_id, run_id)[-10_000:]
    files = sorted((folder / "site" / project).glob("*"))
    assert [file.name for file in files] == published
    assert [file.read_text() for file in files] == ["Come to the fair!"] * len(published)
    said = [note["noteText"] for note in workfront.world.find("NOTE", projectID=project)]
    assert [text.partition(": ")[0] for text in said if text.startswith("Published")] == ["Published"] * len(published)


def test_wait(airflow, workfront):
    """Two tasks wait until a person has approved; the last one says so."""
    project = a_project(workfront)
    run_id = airflow.trigger("workfront_wait", project=project)
    wait(lambda: deferred(airflow, "workfront_wait", run_id), 120, "the task to wait")

    with person(workfront) as client:
        client.update("PROJ", project, {"status": "CPL"})
        client.run(Approve("PROJ", project, "approve"))

    assert airflow.ended("workfront_wait", run_id) == "success", airflow.log("workfront_wait", run_id)[-10_000:]
    assert xcom(airflow, "workfront_wait", run_id, "say") == "Spring is CPL"


# -- what all of them left


def test_no_token_was_lost_and_none_leaked(airflow, workfront):
    """Some thirty tasks, the triggerer and the api-server took their tokens from one broker."""
    airflow.secrets |= workfront.given | {"tell-nobody-of-this-token"}

    assert workfront.stats()["reuse"] == 0
    assert airflow.leaks() == []
