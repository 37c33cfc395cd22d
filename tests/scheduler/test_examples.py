"""Every example DAG in one real Airflow at the same time: scheduler, triggerer, workers, and one rotating token."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq
import pytest
from demo import wait
from support.deployment import EVENTS_TOKEN
from support.listening import Listening

from airflow_provider_workfront.api.everyday.approving import Approve
from airflow_provider_workfront.auth.session import ApiKeySession
from airflow_provider_workfront.client import Client, open_client
from airflow_provider_workfront.simulator.large import fill

if TYPE_CHECKING:
    from collections.abc import Iterator

    from support.deployment import Deployment

pytestmark = [pytest.mark.timeout(600), pytest.mark.slow]

EXAMPLES = Path(__file__).parents[2] / "dags_examples"
WAITING = {"workfront_wait", "workfront_approve_then_publish"}


@pytest.fixture(scope="module")
def workfront(served) -> Iterator[Listening]:
    """A Workfront whose refresh tokens work once; some thirty tasks and a triggerer live on them."""
    simulator = Listening()
    fill(simulator.world, projects=5, tasks=2200)
    with served(simulator, events_token=EVENTS_TOKEN):
        yield simulator
        assert simulator.stats()["reuse"] == 0


@pytest.fixture(scope="module")
def runs(airflow, workfront) -> dict[str, str]:
    """One run of each example that needs nobody else, begun at once."""
    return {dag_id: airflow.trigger(dag_id) for dag_id in sorted(of_examples(airflow) - WAITING)}


def of_examples(airflow: Deployment) -> set[str]:
    """Give the DAGs of the examples, once all of them are parsed."""
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


def test_extract_hourly(airflow, workfront, written, runs):
    """All tasks lie in files: of the run that the schedule made, and of the one by hand that went on from there."""
    run_id = succeeded(airflow, runs, "workfront_extract_hourly")

    result = xcom(airflow, "workfront_extract_hourly", run_id, "changed_task")
    assert Path(result["manifest"].removeprefix("file://")).exists()
    files = (written / "task").rglob("*.parquet")
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
def test_approve_then_publish(airflow, workfront, written, decision, published):
    """What is approved is published, and the project says where; of what is rejected nothing is."""
    dag_id, project = "workfront_approve_then_publish", a_project(workfront)
    with person(workfront) as client:
        client.upload("PROJ", project, "Poster.txt", b"Come to the fair!")
    run_id = airflow.trigger(dag_id, project=project, folder=(written / "site").as_uri())
    wait(lambda: deferred(airflow, dag_id, run_id), 120, "the task to wait")

    with person(workfront) as client:
        client.run(Approve("PROJ", project, decision))

    assert airflow.ended(dag_id, run_id) == "success", airflow.log(dag_id, run_id)[-10_000:]
    files = sorted((written / "site" / project).glob("*"))
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
