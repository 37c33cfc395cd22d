"""Bench `fleet`: many processes, one rotating grant whose access tokens live a moment, a cap on concurrent calls.

Each contender gets a Workfront of its own (the simulator, in its own process). Ours also gets a real api-server of two
processes on SQLite. Every process calls as fast as it is let: `python benchmarks/fleet.py` prints the table.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "scripts"))

from demo import CONN_ID, configure, running, wait  # noqa: E402 lies beside

if TYPE_CHECKING:
    from collections.abc import Iterator

CAP, LATENCY, LIFETIME = 10, 0.3, 20
START_AFTER = 2.0  # seconds from the moment at which all processes are up
AIRBYTE, CDK = ROOT / "build" / "bench" / "airbyte", "airbyte-cdk==7.39.1"
WORKER = Path(__file__).with_name("fleet_worker.py")
LONGEST_GRACE = 60.0  # seconds after the end for the last answers


@dataclass(frozen=True)
class Contender:
    """Who takes part: its name, the worker's kind, the Python it runs in, whether it needs our broker."""

    name: str
    kind: str
    python: str = sys.executable
    broker: bool = False
    configuration: tuple[tuple[str, str], ...] = ()
    alone: bool = False  # as many processes as the cap allows, which share nothing: what this machine could do


def contenders() -> list[Contender]:
    """Give all who take part."""
    alone = (("WORKFRONT__SLOT_SECONDS", "0"),)
    known = [
        Contender(f"ceiling: {CAP} processes with an API key", "key", alone=True),
        Contender("ours", "ours", broker=True),
        Contender("ours, slots not shared", "ours", broker=True, configuration=alone),
        Contender("httpx, token in a shared file", "httpx"),
    ]
    return [*known, Contender("Airbyte CDK, single-use authenticator", "airbyte", airbyte_python())]


def airbyte_python() -> str:
    """Give a Python of its own with Airbyte's CDK, which does not go together with Airflow; made when first needed.

    No text if it cannot be had.
    """
    python = AIRBYTE / "bin" / "python"
    if not python.exists():
        done = [subprocess.run([sys.executable, "-m", "venv", str(AIRBYTE)], check=False).returncode]
        done += [subprocess.run([str(python), "-m", "pip", "install", "-q", CDK], check=False).returncode]
        if any(done):
            shutil.rmtree(AIRBYTE, ignore_errors=True)
    return str(python) if python.exists() else ""


def run(seconds: float = 180, processes: int = 50, only: str = "") -> list[dict[str, Any]]:
    """Measure each contender once; give a row for each."""
    return [measured(one, seconds, processes) for one in contenders() if only in one.kind + one.name]


def measured(contender: Contender, seconds: float, processes: int) -> dict[str, Any]:
    """Let the processes of one contender call for so long."""
    if not contender.python:
        return {"contender": contender.name, "why": "it cannot be installed here"}
    with ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="workfront-fleet-")))
        workfront = stack.enter_context(simulator(home, lifetime=3600 if contender.alone else LIFETIME))
        environment = stack.enter_context(api_server(home, workfront, contender)) if contender.broker else {}
        broker = f"{environment['AIRFLOW__API__BASE_URL']}/workfront/" if environment else ""
        told = called(contender, home, workfront, broker, seconds, CAP if contender.alone else processes)
        stats = httpx.get(f"{workfront['url']}/__simulator__/stats").json()
        stored = kept_by(environment) if environment else kept_in(home / "token", workfront)
    return row(contender, told, stats, seconds) | {"lost tokens": int(is_lost(stats, stored))}


def row(contender: Contender, told: list[dict[str, Any]], stats: dict[str, Any], seconds: float) -> dict[str, Any]:
    """Sum up what the processes told and what the simulator counted."""
    calls, limit = sum(one["calls"] for one in told), CAP / LATENCY
    return {
        "contender": contender.name,
        "processes": len(told),
        "gave up": sum(1 for one in told if one["failed"]),
        "why": next((one["failed"] for one in told if one["failed"]), ""),
        "lost tokens": 0,
        "used tokens sent": stats["reuse"],
        "refreshes": stats["refreshes"],
        "lifetimes": f"{seconds / (LIFETIME * 0.8):.1f}" if contender.kind == "ours" else f"{seconds / LIFETIME:.1f}",
        "calls/s": round(calls / seconds, 1),
        "limit/calls": round(limit * seconds / calls, 3) if calls else None,
        "429": stats["rate_limited"],
        "401": stats["unauthorized"],
        "fewest calls of one": min(one["calls"] for one in told),
        "most": max(one["calls"] for one in told),
        "longest wait": round(max(one["gap"] for one in told), 1),
    }


def is_lost(stats: dict[str, Any], stored: str) -> bool:
    """Tell whether what is stored at the end is a token that Workfront does not take."""
    return stored not in {token["hash"][:8] for token in stats["refresh_tokens"] if token["state"] == "live"}


def kept_in(file: Path, workfront: dict[str, str]) -> str:
    """Give the short hash of the token that the rivals share at the end."""
    kept = json.loads(file.read_text()) if file.exists() else workfront
    token = kept.get("credentials", kept)["refresh_token"]
    return hashlib.sha256(token.encode()).hexdigest()[:8]


def kept_by(environment: dict[str, str]) -> str:
    """Give the short hash of the token in our record."""
    command = [sys.executable, "-m", "airflow", "workfront", "status", CONN_ID, "--json"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    return str(json.loads(next(line for line in done.stdout.splitlines() if line.startswith("{")))["record"])


def called(
    contender: Contender, home: Path, workfront: dict[str, str], broker: str, seconds: float, processes: int
) -> list[dict[str, Any]]:
    """Start the processes, let them begin at one moment, and collect what they tell."""
    task = workfront | {"kind": contender.kind, "broker": broker, "conn_id": CONN_ID, "shared": str(home / "token")}
    command = [contender.python, str(WORKER), json.dumps(task | {"most": CAP})]
    environment = {
        key: value for key, value in os.environ.items() if key != "PYTHONPATH" or contender.kind != "airbyte"
    }
    pipe = subprocess.PIPE
    begun = [subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, env=environment) for _ in range(processes)]
    for process in begun:
        assert process.stdout is not None  # noqa: S101 it was asked for
        process.stdout.readline()
    begin = time.time() + START_AFTER
    httpx.post(f"{workfront['url']}/__simulator__/reset-stats")
    for process in begun:
        assert process.stdin is not None  # noqa: S101 likewise
        process.stdin.write(json.dumps([begin, begin + seconds]).encode() + b"\n")
        process.stdin.flush()
    until = begin + seconds + LONGEST_GRACE
    return [_told(process, until) for process in begun]


def _told(process: subprocess.Popen[bytes], until: float) -> dict[str, Any]:
    try:
        out, err = process.communicate(timeout=max(1.0, until - time.time()))
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        return {"calls": 0, "gap": 0.0, "failed": "it did not end"}
    try:
        return dict(json.loads(out.splitlines()[-1]))
    except (ValueError, IndexError):
        return {"calls": 0, "gap": 0.0, "failed": err.decode()[-300:]}


@contextmanager
def simulator(home: Path, lifetime: int) -> Iterator[dict[str, str]]:
    """Start a Workfront whose access tokens live for so many seconds; a used refresh token is refused."""
    command = [sys.executable, "-m", "airflow_provider_workfront.simulator", "--concurrency", str(CAP)]
    command += ["--latency-ms", str(LATENCY * 1000), "--expires-in", str(lifetime), "--session-seconds", str(lifetime)]
    with running(command, home / "simulator.log", stdout=subprocess.PIPE) as process:
        assert process.stdout is not None  # noqa: S101 it was asked for
        with process.stdout:
            yield json.loads(process.stdout.readline())


@contextmanager
def api_server(home: Path, workfront: dict[str, str], contender: Contender) -> Iterator[dict[str, str]]:
    """Start a real api-server of two processes with the connection; give its environment."""
    environment = configure(home, home) | {
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": os.environ.get("FLEET_DATABASE", f"sqlite:///{home}/airflow.db"),
        **{f"AIRFLOW__{key}": value for key, value in contender.configuration},
    }
    for command in (["db", "migrate"], ["connections", "add", CONN_ID, "--conn-json", _connection(workfront)]):
        done = subprocess.run(
            [sys.executable, "-m", "airflow", *command], env=environment, capture_output=True, check=False
        )
        if done.returncode:
            raise RuntimeError(done.stderr.decode()[-2000:])
    url, port = environment["AIRFLOW__API__BASE_URL"], environment["AIRFLOW__API__PORT"]
    command = ["-m", "airflow", "api-server", "--host", "127.0.0.1", "--port", port, "--workers", "2"]
    with running([sys.executable, *command], home / "api-server.log", env=environment):
        wait(lambda: _serves(url), 120, "the api-server to serve")
        yield environment


def _connection(workfront: dict[str, str]) -> str:
    extra = {"refresh_token": workfront["refresh_token"], "max_concurrency": CAP}
    fields = {"host": workfront["url"], "login": workfront["client_id"], "password": workfront["client_secret"]}
    return json.dumps({"conn_type": "workfront", "extra": json.dumps(extra)} | fields)


def _serves(url: str) -> bool:
    try:
        return httpx.post(f"{url}/workfront/token", json={"conn_id": CONN_ID}).status_code == 401
    except httpx.HTTPError:
        return False


def main() -> None:
    """Print the rows."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=180)
    parser.add_argument("--processes", type=int, default=50)
    parser.add_argument("--only", default="")
    args = parser.parse_args()
    for line in run(args.seconds, args.processes, args.only):
        print("\n".join(f"{name:>20}  {value}" for name, value in line.items()), "\n", flush=True)


if __name__ == "__main__":
    main()
