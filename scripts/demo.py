"""See the provider work: a simulator of Workfront, a real Airflow, the example DAGs, and a token that rotates.

`make demo` runs this. Everything lives in a throw-away home on free ports and is ended at the end; with
--keep the Airflow UI stays up until Ctrl-C. Exit code 0 means that everything said was checked and true.
"""

from __future__ import annotations

import argparse
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import httpx

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).resolve().parent.parent
DAGS = ("workfront_search_and_write", "workfront_copy_and_tidy_up")
ONLY_TRIGGERED = {"AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION": "True"}
"""So that the examples with a schedule do not run, and refresh tokens, as soon as they are parsed."""
CONN_ID = "workfront_default"
STARTED = time.monotonic()


class Failed(Exception):
    """Something the demo promises did not happen."""


def main() -> int:
    """Run the demo; give the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--keep", action="store_true", help="leave the Airflow UI up until Ctrl-C")
    keep = parser.parse_args().keep
    home = Path(tempfile.mkdtemp(prefix="workfront-demo-"))
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that what was started is ended
    try:
        environment = configure(home, ROOT / "dags_examples") | ONLY_TRIGGERED
        with simulator(home, environment) as workfront:
            environment["WORKFRONT_HOST"] = urlsplit(workfront.url).netloc  # the example on events names its asset so
            with airflow(home, environment) as api:
                show(api, workfront, home)
                say("all of it is true")
                if keep:
                    stay(api)
    except Failed as failure:
        say(f"FAILED: {failure}")
        return 1
    except KeyboardInterrupt:
        say("stopped")
        return 130
    finally:
        shutil.rmtree(home, ignore_errors=True)
    return 0


def show(api: Airflow, workfront: Workfront, home: Path) -> None:
    """Do what a newcomer does, and check each step."""
    api.add_connection(workfront)
    before = workfront.token_state()
    say(f"connection {CONN_ID!r} added: client ID, client secret, refresh token {fingerprint(workfront.refresh_token)}")
    runs = {dag_id: api.trigger(dag_id) for dag_id in DAGS}
    say(f"triggered through the scheduler: {', '.join(DAGS)}")
    for dag_id, run_id in runs.items():
        api.wait_for(dag_id, run_id, home)
    report_work(api, runs[DAGS[0]], workfront)
    report_tokens(before, workfront, api.provider("workfront", "status", CONN_ID, "--json"))
    report_event(api, workfront, home)


def report_work(api: Airflow, run_id: str, workfront: Workfront) -> None:
    """Print what the DAG found and wrote, the latter as Workfront has it now."""
    found = api.xcom(DAGS[0], run_id, "find_current_projects")
    check(len(found) > 0, "the search found no project")
    say(f"projects found ({len(found)}): {', '.join(project['name'] for project in found[:3])}, ...")
    created = api.xcom(DAGS[0], run_id, "create_project")
    project = workfront.get("proj", [created["ID"]], "name,status,description")[0]
    say(f"project created: {project['name']!r}")
    check(project["status"] == "CUR", f"the created project's status is {project['status']}, not CUR")
    say(f"project updated: status {project['status']}, {project['description']!r} (read back from Workfront)")
    ids = [row["ID"] for row in api.xcom(DAGS[0], run_id, "find_open_tasks")]
    tasks = workfront.get("task", ids, "name,status")
    check(len(tasks) == 8, f"{len(tasks)} tasks were found to be updated, not 8")
    check({task["status"] for task in tasks} == {"INP"}, "not every task is in progress")
    say(f"tasks updated by 8 mapped task instances: {len(tasks)}, all in progress (read back from Workfront)")


def report_tokens(before: dict[str, Any], workfront: Workfront, grant: dict[str, Any]) -> None:
    """Print the rotation, and check that the stored connection holds the token that is alive now."""
    after = workfront.token_state()
    live = [token for token in after["refresh_tokens"] if token["state"] == "live"]
    refreshes = after["refreshes"] - before["refreshes"]
    say(
        f"refresh token: generation 0 {fingerprint(workfront.refresh_token)} -> "
        f"generation {grant['generation']} {grant['record']}  ({refreshes} refreshes, {len(DAGS)} DAG runs)"
    )
    check(
        grant["generation"] >= 1 and grant["record"] != fingerprint(workfront.refresh_token),
        "nothing was rotated",
    )
    check(refreshes <= len(DAGS), f"{refreshes} refreshes for {len(DAGS)} DAG runs")
    check(after["reuse"] == 0, f"a used refresh token was sent {after['reuse']} times")
    check(
        [token["hash"][:8] for token in live] == [grant["record"]],
        "the stored token is not the one that is alive",
    )
    check(grant["connection"] == grant["record"], "the connection does not hold the new refresh token")
    say(f"connection {CONN_ID!r} now holds refresh token {grant['connection']}: the one that is alive in Workfront")


def report_event(api: Airflow, workfront: Workfront, home: Path) -> None:
    """Subscribe to events, change a project as a person would, and see the run that it starts."""
    api.unpause("workfront_on_event")
    api.wait_for("workfront_subscribe", api.trigger("workfront_subscribe"), home)
    project, told = workfront.get_first("proj", status="CUR"), {key: [] for key in api.runs("workfront_on_event")}
    workfront.put("proj", project["ID"], status="PLN")
    changed = time.monotonic()

    def is_told() -> bool:  # what the DAGs above have changed may have started runs too
        for run_id in api.runs("workfront_on_event"):
            if run_id not in told:
                seconds = time.monotonic() - changed
                api.wait_for("workfront_on_event", run_id, home)
                told[run_id] = api.xcom("workfront_on_event", run_id, "changed")
                if project["ID"] in told[run_id]:
                    say(f"{project['name']!r} was changed in Workfront: {seconds:.1f} s later a DAG run was there")
                    return True
        return False

    wait(is_told, 60, f"an event of {project['name']!r} to start a run")


def stay(api: Airflow) -> None:
    """Keep everything up until the user has seen enough."""
    print(f"\n  Airflow: {api.url}   user: admin   password: {api.password}")
    print("  Admin > Workfront shows the connection; its Authorize button leads to the simulated Workfront.")
    print("  The examples are paused but for those shown; each says in its documentation what it does.")
    print("  Ctrl-C ends it.\n", flush=True)
    try:
        signal.pause()
    except KeyboardInterrupt:
        print()


# -- Workfront, simulated


class Workfront:
    """The simulator, asked with its API key."""

    def __init__(self, started: dict[str, str]) -> None:
        self.url, self.started = started["url"], started
        self.refresh_token = started["refresh_token"]
        headers = {"apiKey": started["api_key"]}
        self.http = httpx.Client(base_url=f"{self.url}/attask/api/v21.0/", headers=headers, trust_env=False)

    def get(self, kind: str, ids: list[str], fields: str) -> list[dict[str, Any]]:
        """Read objects by their IDs."""
        answer = self.http.get(kind, params={"id": ",".join(ids), "fields": fields})
        answer.raise_for_status()
        data = answer.json()["data"]
        return data if isinstance(data, list) else [data]

    def get_first(self, kind: str, **filters: str) -> dict[str, Any]:
        """Find an object."""
        answer = self.http.get(f"{kind}/search", params={**filters, "$$LIMIT": "1"})
        answer.raise_for_status()
        return dict(answer.json()["data"][0])

    def put(self, kind: str, obj_id: str, **values: str) -> None:
        """Change an object."""
        self.http.put(f"{kind}/{obj_id}", json=values).raise_for_status()

    def token_state(self) -> dict[str, Any]:
        """Read what the simulator counted."""
        return dict(httpx.get(f"{self.url}/__simulator__/stats", trust_env=False).json())


@contextmanager
def simulator(home: Path, environment: dict[str, str]) -> Iterator[Workfront]:
    """Start the simulator on a free port; it asks for consent, and leads back to this Airflow."""
    back = f"{environment['AIRFLOW__API__BASE_URL']}/workfront/callback"
    command = [sys.executable, "-m", "airflow_provider_workfront.simulator", "--port", "0"]
    command += ["--interactive", "--redirect-uri", back]
    with running(command, home / "simulator.log", stdout=subprocess.PIPE) as process:
        assert process.stdout is not None  # noqa: S101 it was asked for
        line = process.stdout.readline()
        check(bool(line), f"the simulator did not start:\n{(home / 'simulator.log').read_text()[-2000:]}")
        workfront = Workfront(json.loads(line))
        say(f"simulated Workfront at {workfront.url}")
        with process.stdout, workfront.http:
            yield workfront


# -- Airflow, real


class Airflow:
    """A running Airflow, asked through its public REST API as its admin."""

    def __init__(self, url: str, password: str, environment: dict[str, str]) -> None:
        self.url, self.password, self.environment = url, password, environment
        self.http = httpx.Client(base_url=url, trust_env=False, timeout=30)

    def is_up(self) -> bool:
        """Tell whether every component reports health."""
        try:
            health = self.http.get("/api/v2/monitor/health").json()
        except (httpx.HTTPError, ValueError):
            return False
        parts = ("metadatabase", "scheduler", "dag_processor", "triggerer")
        return all((health.get(part) or {}).get("status") == "healthy" for part in parts)

    def log_in(self) -> None:
        """Get a token for the admin."""
        answer = self.http.post("/auth/token", json={"username": "admin", "password": self.password})
        answer.raise_for_status()
        self.http.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"

    def add_connection(self, workfront: Workfront) -> None:
        """Add the connection, as the form in the UI does."""
        body = {
            "connection_id": CONN_ID,
            "conn_type": "workfront",
            "host": workfront.url,
            "login": workfront.started["client_id"],
            "password": workfront.started["client_secret"],
            "extra": json.dumps({"refresh_token": workfront.refresh_token, "events_token": secrets.token_urlsafe(32)}),
        }

        def is_added() -> bool:  # SQLite is locked for a moment while the DAGs of a first start are stored
            answer = self.http.post("/api/v2/connections", json=body)
            return answer.status_code in {201, 409} or (not answer.is_server_error and bool(answer.raise_for_status()))

        wait(is_added, 60, "Airflow to take the connection")

    def trigger(self, dag_id: str) -> str:
        """Start a run, once the DAG has been parsed."""
        wait(
            lambda: self.http.get(f"/api/v2/dags/{dag_id}").status_code == 200,
            60,
            f"DAG {dag_id} to be parsed",
        )
        self.unpause(dag_id)
        answer = self.http.post(f"/api/v2/dags/{dag_id}/dagRuns", json={"logical_date": None})
        answer.raise_for_status()
        return str(answer.json()["dag_run_id"])

    def unpause(self, dag_id: str) -> None:
        """Let a DAG run."""
        self.http.patch(f"/api/v2/dags/{dag_id}", json={"is_paused": False}).raise_for_status()

    def runs(self, dag_id: str) -> list[str]:
        """Give the IDs of a DAG's runs."""
        rows = self.http.get(f"/api/v2/dags/{dag_id}/dagRuns").json()["dag_runs"]
        return [row["dag_run_id"] for row in rows]

    def wait_for(self, dag_id: str, run_id: str, home: Path) -> None:
        """Wait for a run to end, telling what its tasks do."""
        told: dict[str, str] = {}
        state = ""

        def over() -> bool:
            nonlocal state
            self._tell(dag_id, run_id, told)
            state = self.http.get(f"/api/v2/dags/{dag_id}/dagRuns/{run_id}").json()["state"]
            return state in {"success", "failed"}

        wait(over, 180, f"{dag_id} to end")
        self._tell(dag_id, run_id, told)
        if state != "success":
            print_logs(home / "logs", dag_id, told)
            raise Failed(f"{dag_id} ended as {state}")

    def xcom(self, dag_id: str, run_id: str, task_id: str) -> Any:
        """Read what a task returned."""
        path = f"/api/v2/dags/{dag_id}/dagRuns/{run_id}/taskInstances/{task_id}/xcomEntries/return_value"
        answer = self.http.get(path, params={"deserialize": "false", "stringify": "false"})
        answer.raise_for_status()
        return answer.json()["value"]

    def provider(self, *arguments: str) -> dict[str, Any]:
        """Run a command of the provider's own in Airflow's command line; give the JSON it prints."""
        command = [sys.executable, "-m", "airflow", *arguments]
        done = subprocess.run(command, env=self.environment, capture_output=True, text=True, check=False)
        lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
        check(done.returncode == 0 and bool(lines), f"{' '.join(arguments)!r} failed:\n{done.stderr[-2000:]}")
        return dict(json.loads(lines[-1]))

    def _tell(self, dag_id: str, run_id: str, told: dict[str, str]) -> None:
        path = f"/api/v2/dags/{dag_id}/dagRuns/{run_id}/taskInstances"
        for task in self.http.get(path).json()["task_instances"]:
            name = task["task_id"] + (f"[{task['map_index']}]" if task["map_index"] >= 0 else "")
            if task["state"] in {"success", "failed", "upstream_failed"} and told.get(name) != task["state"]:
                told[name] = task["state"]
                say(f"  {dag_id}.{name}: {task['state']}")


@contextmanager
def airflow(home: Path, environment: dict[str, str]) -> Iterator[Airflow]:
    """Start `airflow standalone` in the throw-away home and wait until all of it is healthy."""
    password = secrets.token_urlsafe(12)
    (home / "passwords.json").write_text(json.dumps({"admin": password}))
    api = Airflow(environment["AIRFLOW__API__BASE_URL"], password, environment)
    say("starting Airflow (api-server, scheduler, dag-processor, triggerer) ...")
    command = [sys.executable, "-m", "airflow", "standalone"]
    with running(command, home / "airflow.log", env=environment) as process, api.http:
        try:
            wait(lambda: api.is_up() or process.poll() is not None, 180, "Airflow to be healthy")
            check(process.poll() is None, "airflow standalone ended")
        except Failed:
            print((home / "airflow.log").read_text()[-4000:])
            raise
        api.log_in()
        say(f"Airflow is healthy at {api.url}")
        yield api


def configure(home: Path, dags: Path) -> dict[str, str]:
    """Give the environment of a small, closed Airflow."""
    api, worker_logs, trigger_logs = free_ports(3)
    settings = {
        "CORE__DAGS_FOLDER": str(dags),
        "CORE__TEST_CONNECTION": "Enabled",
        "CORE__LOAD_EXAMPLES": "False",
        "CORE__FERNET_KEY": fernet_key(),
        "CORE__PARALLELISM": "8",
        "CORE__DAGS_ARE_PAUSED_AT_CREATION": "False",
        "CORE__SIMPLE_AUTH_MANAGER_USERS": "admin:admin",
        "CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(home / "passwords.json"),
        "DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{home}/airflow.db",
        "API__HOST": "127.0.0.1",
        "API__PORT": str(api),
        "API__BASE_URL": f"http://127.0.0.1:{api}",
        "API__WORKERS": "1",
        "API__SECRET_KEY": secrets.token_hex(16),
        "API_AUTH__JWT_SECRET": secrets.token_hex(32),
        "DAG_PROCESSOR__REFRESH_INTERVAL": "5",
        "LOGGING__BASE_LOG_FOLDER": str(home / "logs"),
        "LOGGING__WORKER_LOG_SERVER_PORT": str(worker_logs),
        "LOGGING__TRIGGER_LOG_SERVER_PORT": str(trigger_logs),
    }
    environment = {key: value for key, value in os.environ.items() if not key.startswith("AIRFLOW")}
    path = f"{Path(sys.executable).parent}{os.pathsep}{environment.get('PATH', '')}"
    return (
        environment
        | {f"AIRFLOW__{key}": value for key, value in settings.items()}
        | {
            "AIRFLOW_HOME": str(home),
            "PATH": path,
            "NO_PROXY": "127.0.0.1,localhost",
            "PYTHONUNBUFFERED": "1",
        }
    )


# -- the rest


@contextmanager
def running(
    command: list[str], log: Path, *, env: dict[str, str] | None = None, stdout: int | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a process group; end all of it afterwards."""
    with log.open("wb") as out:
        process = subprocess.Popen(command, env=env, stdout=stdout or out, stderr=out, start_new_session=True)
    try:
        yield process
    finally:
        end(process)


def end(process: subprocess.Popen[bytes]) -> None:
    """Ask a process group to end; insist after a while."""
    for number, patience in ((signal.SIGTERM, 15), (signal.SIGKILL, 5)):
        try:
            os.killpg(process.pid, number)
            process.wait(patience)
        except (ProcessLookupError, subprocess.TimeoutExpired):
            continue


def wait(condition: Callable[[], bool], seconds: float, what: str) -> None:
    """Wait for something, saying every ten seconds that we still do."""
    began = told = time.monotonic()
    while not condition():
        now = time.monotonic()
        if now - began > seconds:
            raise Failed(f"waited {seconds:.0f} s for {what}")
        if now - told > 10:
            told = now
            say(f"  still waiting for {what} ({now - began:.0f} s)")
        time.sleep(0.3)  # noqa: TID251 it watches other processes


def print_logs(logs: Path, dag_id: str, states: dict[str, str]) -> None:
    """Print the log of each failed task, without the platform's own lines."""
    for name in (name for name, state in states.items() if state == "failed"):
        task = name.partition("[")[0]
        for path in sorted(logs.glob(f"dag_id={dag_id}/*/task_id={task}/**/*.log")):
            print(f"\n--- {path.relative_to(logs)}")
            for line in path.read_text().splitlines():
                print_line(line)


def print_line(line: str) -> None:
    """Print one line of a task's log, which Airflow writes as JSON."""
    try:
        said = json.loads(line)
    except ValueError:
        print(f"  {line[:300]}")
        return
    print(f"  {said.get('level', ''):7} {said.get('event', '')}")
    for error in said.get("error_detail") or ():
        print(f"          {error.get('exc_type')}: {error.get('exc_value')}")


def free_ports(count: int) -> list[int]:
    """Find ports that nobody listens on."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [opened.getsockname()[1] for opened in sockets]
    for opened in sockets:
        opened.close()
    return ports


def fernet_key() -> str:
    """Make a key for Airflow to encrypt its secrets with."""
    from cryptography.fernet import Fernet

    return Fernet.generate_key().decode()


def fingerprint(token: str) -> str:
    """Give a short hash to speak about a token by."""
    import hashlib

    return hashlib.sha256(token.encode()).hexdigest()[:8]


def check(holds: bool, otherwise: str) -> None:
    """Fail unless it holds."""
    if not holds:
        raise Failed(otherwise)


def say(text: str) -> None:
    """Print one step with the seconds since the start."""
    print(f"[{time.monotonic() - STARTED:5.1f} s] {text}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
