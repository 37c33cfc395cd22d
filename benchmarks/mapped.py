"""Bench `airflow`: a hundred mapped tasks on the LocalExecutor of a real Airflow; what a task costs beside its call."""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from measure import HERE, Plan, Samples
from reader import KEY
from table import Result, Table, say, target

if TYPE_CHECKING:
    from support.deployment import Deployment

KINDS = {
    "WorkfrontSearchOperator, API key": "ours_by_key",
    "WorkfrontSearchOperator, rotating grant": "ours_by_grant",
    "HttpOperator": "http",
    "PythonOperator + httpx": "python",
}
BESIDE = "PythonOperator + httpx"
AT_ONCE = 4


def run(plan: Plan) -> Result:
    """Run each DAG in turn, as often as planned."""
    sys.path += [str(HERE.parent / name) for name in ("tests", "scripts")]  # a real Airflow is theirs to start
    tasks = 4 if plan.quick else 100
    measured = {kind: Samples() for kind in KINDS}
    from airflow_provider_workfront.simulator import Options, Simulator, running

    simulator = Simulator(Options(api_key=KEY))
    with running(simulator) as server, tempfile.TemporaryDirectory(prefix="workfront-bench-") as home:
        _measure(measured, simulator, server.url, plan, tasks, Path(home))
    lines = [_row(kind, samples) for kind, samples in measured.items()]
    notes = [
        f"LocalExecutor, {AT_ONCE} at once, PostgreSQL; each task reads ten rows of a simulator that answers at once.",
        "Seconds are those of the run by its number of tasks; a task is what Airflow reports as its duration.",
    ]
    notes += [_judged(kind, samples, measured[BESIDE]) for kind, samples in measured.items() if "Workfront" in kind]
    plot = {kind: samples.median("per_task") for kind, samples in measured.items() if samples.runs}
    return Result([Table(f"{tasks} mapped tasks", lines, notes)], {"airflow": plot})


def _measure(measured: dict[str, Samples], simulator: Any, url: str, plan: Plan, tasks: int, home: Path) -> None:
    from support.database import postgres
    from support.deployment import deployment

    settings = {
        "CORE__PARALLELISM": str(AT_ONCE),
        "CORE__MAX_ACTIVE_TASKS_PER_DAG": "64",
        "LOGGING__LOGGING_LEVEL": "INFO",
        "WORKERS__EXECUTION_API_TIMEOUT": "60",  # a busy machine is slow, and that is no failure
    }
    also = {"BENCH_TASKS": str(tasks), "BENCH_URL": url, "BENCH_KEY": KEY, "AIRFLOW_CONN_HTTP_DEFAULT": url}
    by_key = {"conn_type": "workfront", "host": url, "extra": {"auth": "api_key", "api_key": KEY}}
    also["AIRFLOW_CONN_BENCH_BY_KEY"] = json.dumps(by_key)
    with postgres() as database, deployment(home, database, HERE / "dags", also=also, **settings) as airflow:
        airflow.connect(simulator, url, "bench_by_grant")
        for dag_id in KINDS.values():
            airflow.run(f"{dag_id}_warm_up")
        for number in range(plan.runs):
            for kind, dag_id in KINDS.items():
                measured[kind].runs.append(_timed(airflow, dag_id, tasks))
                say(f"  run {number + 1}/{plan.runs}  {kind}: {measured[kind].runs[-1]['per_task']:.2f} s a task")


def _timed(airflow: Deployment, dag_id: str, tasks: int) -> dict[str, float]:
    """Run a DAG; give seconds by the number of tasks, and what one took as Airflow saw it."""
    run_id = airflow.run(dag_id)
    path = f"/api/v2/dags/{dag_id}/dagRuns/{run_id}"
    told = airflow.http.get(path).json()
    instances = airflow.http.get(f"{path}/taskInstances?limit=200").json()["task_instances"]
    began, ended = (datetime.fromisoformat(told[name]) for name in ("start_date", "end_date"))
    return {
        "per_task": (ended - began).total_seconds() / tasks,
        "task": statistics.median(row["duration"] for row in instances),
    }


def _judged(kind: str, samples: Samples, other: Samples) -> str:
    ours, theirs = samples.median("per_task"), other.median("per_task")
    return target(
        f"{kind} no worse than {BESIDE} ({ours:.3f} and {theirs:.3f} s a task; their spread is "
        f"{min(other.of('per_task')):.3f}-{max(other.of('per_task')):.3f} s)",
        holds=ours <= max(other.of("per_task")),
    )


def _row(kind: str, samples: Samples) -> dict[str, str]:
    return {
        "operator": kind,
        "seconds of the run per task": samples.told("per_task", 3),
        "seconds of a task": samples.told("task"),
    }
