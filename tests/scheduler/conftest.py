"""One real Airflow for all scenarios of this folder, started once: the tests bring a Workfront and a connection each.

PostgreSQL, an api-server of two processes, scheduler, DAG processor, triggerer, tasks on the LocalExecutor; times made
short. DAGs are paused until a test triggers them. Tests that stop or reconfigure an Airflow have one of their own, in
`tests/deployments` and `tests/api_server`.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from support.database import postgres
from support.deployment import CONN_ID, SHORT, TOKEN_DAGS, Deployment, connection, deployment
from support.grants import REVOKING, STRICT, Tenant, tenant
from support.listening import Listening

from airflow_provider_workfront.simulator import running

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from airflow_provider_workfront.simulator import Request, Response

    Serve = Callable[..., AbstractContextManager[Listening]]

EXAMPLES = Path(__file__).parents[2] / "dags_examples"
SCENARIOS = TOKEN_DAGS.parent / "scenarios"
SETTINGS = SHORT | {
    "CORE__DAGS_ARE_PAUSED_AT_CREATION": "True",
    "TRIGGERER__TRIGGERER_HEALTH_CHECK_THRESHOLD": "5",  # a new triggerer takes over soon what a dead one left
    "TRIGGERER__JOB_HEARTBEAT_SEC": "1",
    "DAG_PROCESSOR__MIN_FILE_PROCESS_INTERVAL": "600",
    "SECRETS__BACKEND": "airflow.secrets.local_filesystem.LocalFilesystemBackend",
}


@dataclass
class Door:
    """Stand at the one address of `workfront_default`; behind it is the simulator of the test file that runs."""

    simulator: Listening | None = None
    url: str = ""

    def answer(self, request: Request) -> Response:
        """Let the simulator answer."""
        assert self.simulator is not None, "nobody is there"
        return self.simulator.answer(request)


@dataclass
class Elsewhere:
    """Connections that are not in the database, each to a simulator of its own; folders outside of Airflow's home."""

    folder: Path
    simulators: dict[str, Listening] = field(default_factory=dict)


@pytest.fixture(scope="package")
def door() -> Iterator[Door]:
    """Serve whatever `workfront_default` leads to."""
    made = Door()
    with running(made) as server:
        made.url = server.url
        yield made


@pytest.fixture(scope="package")
def written(tmp_path_factory) -> Path:
    """Where the examples write to; a warehouse lies there."""
    made = tmp_path_factory.mktemp("written")
    with closing(sqlite3.connect(made / "warehouse.db")) as database:
        database.execute("create table orders (order_no, title, state, due, manager, notes, open)")
        rows = [(f"order {n}", f"Order {n}", "Current", "2027-03-01", "omar@acme.example", "", 1) for n in range(5)]
        database.executemany("insert into orders values (?, ?, ?, ?, ?, ?, ?)", rows)
        database.commit()
    return made


@pytest.fixture(scope="package")
def elsewhere(tmp_path_factory) -> Iterator[Elsewhere]:
    """`from_env` comes from the environment, `from_file` from a secrets backend."""
    made = Elsewhere(tmp_path_factory.mktemp("elsewhere"), {"from_env": Listening(), "from_file": Listening()})
    with running(made.simulators["from_env"]) as env_server, running(made.simulators["from_file"]) as file_server:
        for name, server in (("from_env", env_server), ("from_file", file_server)):
            conn = connection(made.simulators[name], server.url)
            conn["extra"] = json.loads(str(conn["extra"]))
            del conn["connection_id"]
            (made.folder / f"{name}.json").write_text(json.dumps({name: conn}))
        yield made


@pytest.fixture(scope="package")
def airflow(tmp_path_factory, door, written, elsewhere) -> Iterator[Deployment]:
    """Start Airflow; its DAGs are the examples, those about tokens, and some scenarios."""
    home = tmp_path_factory.mktemp("airflow")
    made_of = elsewhere.folder
    also = {
        "WORKFRONT_HOST": urlsplit(door.url).netloc,
        "AIRFLOW_VAR_WORKFRONT_REPORTS": (written / "reports").as_uri(),
        "AIRFLOW_CONN_WAREHOUSE": json.dumps({"conn_type": "sqlite", "host": str(written / "warehouse.db")}),
        "AIRFLOW_CONN_FROM_ENV": json.dumps(json.loads((made_of / "from_env.json").read_text())["from_env"]),
        "WINDOWS_OUT": str(tmp_path_factory.mktemp("windows")),
        "WINDOWS_NOW": datetime.now(UTC).isoformat(),
    }
    backend = {"SECRETS__BACKEND_KWARGS": json.dumps({"connections_file_path": str(made_of / "from_file.json")})}
    dags = copied(home / "dags", written)
    with postgres() as database, deployment(home, database, dags, workers=2, also=also, **SETTINGS, **backend) as made:
        made.start("triggerer", "triggerer")
        yield made
        for simulator in elsewhere.simulators.values():
            made.secrets |= simulator.given


def copied(dags: Path, written: Path) -> Path:
    """Gather the DAGs; examples that wait look more often, their files lie elsewhere."""
    shutil.copytree(TOKEN_DAGS, dags, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(SCENARIOS, dags, ignore=shutil.ignore_patterns("__pycache__"), dirs_exist_ok=True)
    for example in EXAMPLES.glob("*.py"):
        text = example.read_text().replace("file:///tmp/workfront", written.as_uri())
        for seldom in ("poke_interval=60", "poke_interval=30"):
            text = text.replace(seldom, "poke_interval=1")
        (dags / example.name).write_text(text)
    return dags


@pytest.fixture(scope="package")
def served(airflow, door) -> Serve:
    """Put a simulator behind `workfront_default` for a while, with other fields of its extra if wanted."""

    @contextmanager
    def serve(simulator: Listening, **extra: object) -> Iterator[Listening]:
        door.simulator, simulator.url = simulator, door.url
        airflow.connect(simulator, door.url, CONN_ID, **extra)
        airflow.secrets |= simulator.given
        try:
            yield simulator
        finally:
            airflow.secrets |= simulator.given
            airflow.http.delete(f"/api/v2/connections/{CONN_ID}")

    return serve


@pytest.fixture(params=[STRICT, REVOKING], ids=["strict", "revoking"])
def workfront(airflow, request) -> Iterator[Tenant]:
    """A Workfront that takes each refresh token once, with and without revoking the family of a reused one."""
    with tenant(airflow, request.param) as made:
        yield made


@pytest.fixture
def strict(airflow) -> Iterator[Tenant]:
    """A Workfront that takes each refresh token once."""
    with tenant(airflow) as made:
        yield made
