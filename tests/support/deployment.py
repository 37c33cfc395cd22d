"""A real Airflow in parts: each api-server, the scheduler, a worker, as processes that a test can kill and start."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import psutil
from cryptography.fernet import Fernet
from demo import CONN_ID, Airflow, configure, end, free_ports, running, wait
from support.database import Sqlite

from airflow_provider_workfront.broker.state import Grant, decoded
from airflow_provider_workfront.broker.store import record_key

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from support.database import Postgres
    from support.listening import Listening

TOKEN_DAGS = Path(__file__).parents[1] / "dags" / "tokens"
SHORT = {
    "CORE__PARALLELISM": "32",
    "WORKFRONT__LEASE_SECONDS": "6",
    "WORKFRONT__SETTLE_SECONDS": "1",
    "WORKFRONT__TOKEN_CONNECT_TIMEOUT": "2",
    "WORKFRONT__TOKEN_READ_TIMEOUT": "3",
    "WORKFRONT__TOKEN_TOTAL_TIMEOUT": "4",
    "WORKFRONT__TOKEN_REPEATS": "0.2,0.4,0.8",
    "WORKFRONT__REFRESH_COOLDOWN": "2",
}
"""Lease and deadlines in seconds: a lost holder is replaced within 6 + 1, a request given up after 4."""
PASSWORD = "the-admins-password"
EVENTS_TOKEN = "tell-nobody-of-this-token"
ANSWERS = ("connections", "variables", "dags/~/dagRuns", "dags/~/dagRuns/~/taskInstances", "eventLogs", "plugins")


@dataclass
class Deployment:
    """One Airflow: its home, its database, its environment, and what runs of it."""

    home: Path
    database: Sqlite | Postgres
    environment: dict[str, str]
    stack: ExitStack
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    secrets: set[str] = field(default_factory=set)  # what no log, file or table may show
    http: httpx.Client = field(init=False)

    def __post_init__(self) -> None:
        self.api = Airflow(self.url, PASSWORD, self.environment)
        self.http = self.api.http

    @property
    def url(self) -> str:
        """The address of the api-server."""
        return self.environment["AIRFLOW__API__BASE_URL"]

    # -- processes

    def kill_triggerer(self) -> None:
        """Kill the triggerer and its children, as a machine that loses power does."""
        parent = self.processes.pop("triggerer")
        for pid in [parent.pid, *(child.pid for child in psutil.Process(parent.pid).children(recursive=True))]:
            kill(pid)
        parent.wait(30)

    def command(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run a command of Airflow's command line to its end."""
        command = [sys.executable, "-m", "airflow", *arguments]
        env = self.environment | environment
        return subprocess.run(command, env=env, capture_output=True, text=True, timeout=180, check=False)

    def start(self, name: str, *arguments: str, env: dict[str, str] | None = None) -> subprocess.Popen[bytes]:
        """Start a part of Airflow; its output goes to `<name>.log` in the home."""
        command = [sys.executable, "-m", "airflow", *arguments]
        log = self.home / f"{name}.{len(list(self.home.glob(f'{name}.*.log')))}.log"
        process = self.stack.enter_context(running(command, log, env=env or self.environment))
        self.processes[name] = process
        return process

    def stop(self, name: str) -> None:
        """End a part with SIGTERM, as a service manager does, and wait for it."""
        end(self.processes.pop(name))

    def start_api_server(self, workers: int) -> None:
        """Start the api-server and wait until it serves."""
        port = self.environment["AIRFLOW__API__PORT"]
        # uvicorn may wait that long for a process that was killed while asked whether it lives; the default is 120,
        # and Airflow 3.3 takes it from the command line only, not from `[api] worker_timeout`
        options = ("--host", "127.0.0.1", "--port", port, "--workers", str(workers), "--worker-timeout", "30")
        self.start("api-server", "api-server", *options)
        wait(self.serves, 120, "the api-server to serve")

    def workers(self) -> list[int]:
        """Give the processes of the api-server that serve requests."""
        found = []
        for child in psutil.Process(self.processes["api-server"].pid).children():
            with suppress(psutil.Error):  # dead, and not yet buried by its parent
                found += [child.pid] if "spawn_main" in " ".join(child.cmdline()) else []
        return found

    def is_whole(self) -> bool:
        """Tell whether as many processes serve as should; uvicorn replaces one that was killed."""
        workers = self.workers()
        return len(workers) >= 2 and self.serves()

    def serves(self) -> bool:
        """Tell whether the api-server answers and reaches its database."""
        try:
            health = self.http.get("/api/v2/monitor/health").json()
        except (httpx.HTTPError, ValueError):
            return False
        return bool((health.get("metadatabase") or {}).get("status") == "healthy")

    def schedules(self) -> bool:
        """Tell whether scheduler and DAG processor are healthy."""
        try:
            health = self.http.get("/api/v2/monitor/health").json()
        except (httpx.HTTPError, ValueError):
            return False
        return all((health.get(part) or {}).get("status") == "healthy" for part in ("scheduler", "dag_processor"))

    # -- connections and the grant

    def connect(self, simulator: Listening, url: str, conn_id: str = CONN_ID, **extra: object) -> None:
        """Add a connection to the simulator (or replace it), as the UI's form does."""
        body = connection(simulator, url, conn_id, **extra)
        self.http.delete(f"/api/v2/connections/{conn_id}")
        self.http.post("/api/v2/connections", json=body).raise_for_status()

    def grant(self, conn_id: str = CONN_ID) -> Grant | None:
        """Read the grant's record as the database holds it."""
        cipher = self.cipher(conn_id)
        if cipher is None:
            return None
        key = self.environment["AIRFLOW__CORE__FERNET_KEY"].split(",")[0]
        return decoded(Fernet(key.encode()).decrypt(cipher.encode()).decode())

    def cipher(self, conn_id: str = CONN_ID) -> str | None:
        """Read the stored text of the record."""
        with self.database.connect() as database:
            cursor = database.cursor()
            cursor.execute(f"select val from variable where key = '{record_key(conn_id)}'")  # noqa: S608 a literal
            row = cursor.fetchone()
        return row[0] if row else None

    def holder(self, conn_id: str = CONN_ID) -> int | None:
        """Give the process that holds the lease, if one does."""
        grant = self.grant(conn_id)
        return int(grant.lease.owner.split(":")[1]) if grant and grant.lease else None

    # -- runs

    def trigger(self, dag_id: str, **conf: Any) -> str:
        """Start a run of a parsed DAG."""
        self.pause(dag_id, is_paused=False)
        body = {"logical_date": None, "conf": conf}
        answer = self.http.post(f"/api/v2/dags/{dag_id}/dagRuns", json=body)
        answer.raise_for_status()
        return str(answer.json()["dag_run_id"])

    def pause(self, *dag_ids: str, is_paused: bool = True) -> None:
        """Pause DAGs, or let them run, once they are parsed."""
        for dag_id in dag_ids:
            path = f"/api/v2/dags/{dag_id}"
            wait(lambda path=path: self.http.get(path).status_code == 200, 90, f"{dag_id} to be parsed")
            self.http.patch(path, json={"is_paused": is_paused}).raise_for_status()

    def parse(self, dag_id: str) -> None:
        """Let the DAG processor read a DAG's file next, and not only when its turn comes."""
        token = self.http.get(f"/api/v2/dags/{dag_id}").json()["file_token"]
        self.http.put(f"/api/v2/parseDagFile/{token}")  # 409: it is about to be read anyway

    def states(self, dag_id: str, run_id: str) -> list[str | None]:
        """Give the state of each task instance of a run."""
        path = f"/api/v2/dags/{dag_id}/dagRuns/{run_id}/taskInstances"
        rows = self.http.get(path, params={"limit": 100}).json()["task_instances"]
        return [row["state"] for row in rows]

    def ended(self, dag_id: str, run_id: str, seconds: float = 180) -> str:
        """Wait for a run's end; give its state."""
        state = ""

        def over() -> bool:
            nonlocal state
            try:
                state = self.http.get(f"/api/v2/dags/{dag_id}/dagRuns/{run_id}").json().get("state", "")
            except (httpx.HTTPError, ValueError):  # the api-server may be what was killed
                return False
            return state in {"success", "failed"}

        wait(over, seconds, f"{dag_id} {run_id} to end")
        return state

    def run(self, dag_id: str, **conf: Any) -> str:
        """Run a DAG through the scheduler; it has to succeed."""
        run_id = self.trigger(dag_id, **conf)
        state = self.ended(dag_id, run_id)
        assert state == "success", self.log(dag_id, run_id)[-10_000:]
        return run_id

    def log(self, dag_id: str, run_id: str) -> str:
        """Give the logs of all tasks of a run."""
        folder = self.home / "logs" / f"dag_id={dag_id}" / f"run_id={run_id}"
        return "\n".join(path.read_text() for path in sorted(folder.rglob("*.log")))

    def log_of_api(self) -> str:
        """Give what the api-server wrote."""
        return "\n".join(path.read_text() for path in sorted(self.home.glob("api-server.*.log")))

    def query(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        """Read rows of the database; each `?` stands for a value."""
        is_postgres = not isinstance(self.database, Sqlite)
        with self.database.connect() as database:
            cursor = database.cursor()
            cursor.execute(statement.replace("?", "%s") if is_postgres else statement, values)
            return list(cursor.fetchall())

    # -- what must never be found

    def leaks(self) -> list[str]:
        """Name each place where a secret stands in clear: files of the home (all logs, at DEBUG), tables, the API."""
        sought = [secret.encode() for secret in self.secrets]
        files = [path for path in self.home.rglob("*") if path.is_file() and path.name != "passwords.json"]
        found = [str(path) for path in files if any(secret in path.read_bytes() for secret in sought)]
        dump = self.database.dump()
        found += ["the database" for secret in sought if secret in dump]
        answers = {path: self.http.get(f"/api/v2/{path}", params={"limit": 1000}) for path in ANSWERS}
        assert all(answer.status_code == 200 for answer in answers.values()), answers
        return found + [path for path, answer in answers.items() for secret in sought if secret in answer.content]


def connection(simulator: Listening, url: str, conn_id: str = CONN_ID, **extra: object) -> dict[str, object]:
    """Give the body that the UI's form sends."""
    made = simulator.credentials
    said = {"refresh_token": made["refresh_token"]} | extra
    return {
        "connection_id": conn_id,
        "conn_type": "workfront",
        "host": url,
        "login": made["client_id"],
        "password": made["client_secret"],
        "extra": json.dumps(said),
    }


@contextmanager
def deployment(  # noqa: PLR0913 each by its name
    home: Path,
    database: Sqlite | Postgres,
    dags: Path,
    *,
    workers: int = 2,
    scheduler: bool = True,
    also: dict[str, str] | None = None,
    prepare: Callable[[Deployment], None] | None = None,
    **settings: str,
) -> Iterator[Deployment]:
    """Start an Airflow with one api-server of some processes; `settings` are like `WORKFRONT__LEASE_SECONDS`.

    `also` are variables of the environment that are no settings, like `AIRFLOW_CONN_...`; `prepare` is done with the
    database before anything starts. In the end no secret may stand in clear in a log at DEBUG, a table or an answer.
    """
    environment = configure(home, dags) | {
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": database.url,
        "AIRFLOW__LOGGING__LOGGING_LEVEL": "DEBUG",
        "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": "",
        "PYTHONPATH": _path(),
    }
    (home / "passwords.json").write_text(json.dumps({"admin": PASSWORD}))
    url = environment["AIRFLOW__API__BASE_URL"]
    environment["AIRFLOW__CORE__EXECUTION_API_SERVER_URL"] = f"{url}/execution/"
    environment |= {f"AIRFLOW__{key}": value for key, value in settings.items()} | (also or {})
    with ExitStack() as stack:
        made = Deployment(home, database, environment, stack)
        stack.enter_context(made.http)
        migrate(made)
        if prepare:
            prepare(made)
        if scheduler:
            made.start("dag-processor", "dag-processor")
            made.start("scheduler", "scheduler")
        made.start_api_server(workers)
        made.api.log_in()
        if scheduler:
            wait(made.schedules, 120, "the scheduler to be healthy")
        yield made
        wait(made.serves, 120, "the api-server to serve")
        assert made.leaks() == [], "a secret stands in clear"


def _path() -> str:
    """Say where triggers lie, which are imported by name; and whatever the test run itself was told."""
    return os.pathsep.join(filter(None, (str(Path(__file__).parents[1]), os.environ.get("PYTHONPATH", ""))))


def migrate(made: Deployment) -> None:
    """Make Airflow's tables."""
    if isinstance(made.database, Sqlite) and not made.database.file.exists():
        made.database.make_tables(lambda: _migrated(made))
    else:
        _migrated(made)


def _migrated(made: Deployment) -> None:
    done = made.command("db", "migrate")
    assert done.returncode == 0, done.stderr[-2000:]


def wait_until(condition: Callable[[], bool], seconds: float, what: str) -> None:
    """Wait for something that lasts a moment only: looked at every few milliseconds."""
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, f"waited {seconds} s for {what}"
        time.sleep(0.01)  # noqa: TID251 it watches other processes


def kill(pid: int) -> None:
    """End a process as the kernel does when memory runs out."""
    os.kill(pid, 9)


__all__ = [
    "CONN_ID",
    "EVENTS_TOKEN",
    "SHORT",
    "TOKEN_DAGS",
    "Deployment",
    "connection",
    "deployment",
    "free_ports",
    "kill",
    "wait_until",
]
