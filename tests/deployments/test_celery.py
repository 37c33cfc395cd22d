"""Celery workers that hold no secret of Airflow's: their tasks get tokens through the broker all the same."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import psutil
import psycopg2
import pytest
from demo import wait
from support.database import postgres
from support.deployment import TOKEN_DAGS, Deployment, deployment
from support.grants import STRICT, tenant

if TYPE_CHECKING:
    from collections.abc import Iterator

    from support.database import Postgres

pytestmark = pytest.mark.timeout(300)

WORKERS = ("one", "two")
UNUSABLE = "sqlite:////nonexistent/airflow.db"
SECRET_SETTINGS = (
    "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN",
    "AIRFLOW__CORE__FERNET_KEY",
    "AIRFLOW__API_AUTH__JWT_SECRET",
    "AIRFLOW__API__SECRET_KEY",
)
PASSED_ON = (
    "PATH",
    "NO_PROXY",
    "PYTHONUNBUFFERED",
    "AIRFLOW__CORE__EXECUTOR",
    "AIRFLOW__CORE__DAGS_FOLDER",
    "AIRFLOW__CORE__LOAD_EXAMPLES",
    "AIRFLOW__CORE__EXECUTION_API_SERVER_URL",
    "AIRFLOW__CELERY__BROKER_URL",
    "AIRFLOW__CELERY__RESULT_BACKEND",
    "AIRFLOW__LOGGING__BASE_LOG_FOLDER",
    "AIRFLOW__LOGGING__LOGGING_LEVEL",
)


def queue(database: Postgres) -> str:
    """Make a database for Celery whose owner may not open Airflow's; give its address."""
    with database.connect() as opened, opened.cursor() as cursor:
        cursor.execute("create role celery login")
        cursor.execute("create database celery owner celery")
        cursor.execute("revoke connect on database postgres from public")
    return f"postgresql+psycopg2://celery@/celery?host={database.folder}"


def bare(made: Deployment, worker: str) -> dict[str, str]:
    """Give all of a worker's environment: where things are, and nothing that opens Airflow's database or API."""
    return {name: made.environment[name] for name in PASSED_ON} | {
        "WORKER": worker,
        "AIRFLOW_HOME": str(made.home / f"worker-{worker}"),
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": UNUSABLE,
        "AIRFLOW__CORE__FERNET_KEY": "",
        "AIRFLOW__API_AUTH__JWT_SECRET": "",
        "AIRFLOW__API__SECRET_KEY": "",
    }


def start_worker(made: Deployment, worker: str) -> None:
    """Start a Celery worker with four slots."""
    arguments = ["celery", "worker", "--concurrency", "4", "--skip-serve-logs", "--celery-hostname", worker]
    made.start(f"worker-{worker}", *arguments, env=bare(made, worker))


def is_ready(made: Deployment, worker: str) -> bool:
    """Tell whether a worker takes tasks."""
    log = (made.home / f"worker-{worker}.0.log").read_text()
    assert made.processes[f"worker-{worker}"].poll() is None, log[-10_000:]
    return f"celery@{worker} ready" in log


@pytest.fixture(scope="module")
def airflow(tmp_path_factory) -> Iterator[Deployment]:
    """PostgreSQL, two api-server processes, scheduler; the tasks run on two Celery workers."""
    home = tmp_path_factory.mktemp("celery")
    with postgres() as database:
        address = queue(database)
        settings = {
            "CORE__EXECUTOR": "CeleryExecutor",
            "CELERY__BROKER_URL": f"sqla+{address}",
            "CELERY__RESULT_BACKEND": f"db+{address}",
            "CELERY__SYNC_PARALLELISM": "1",
        }
        with deployment(home, database, TOKEN_DAGS, workers=2, **settings) as made:
            for worker in WORKERS:  # one by one: the first makes Celery's tables, two at once get into each other's way
                start_worker(made, worker)
                wait(lambda worker=worker: is_ready(made, worker), 120, f"worker {worker} to be ready")
            yield made


def test_the_workers_hold_no_secret_of_airflow(airflow):
    """Neither in their environment nor in their files; and the database they know opens no other."""
    secrets = [airflow.environment[name] for name in SECRET_SETTINGS]
    for worker in WORKERS:
        parent = psutil.Process(airflow.processes[f"worker-{worker}"].pid)
        family = [parent, *parent.children(recursive=True)]
        held = [value for process in family for value in process.environ().values()]
        files = [path.read_text() for path in (airflow.home / f"worker-{worker}").rglob("*") if path.is_file()]
        assert len(family) > 4  # the processes that run tasks are among them
        assert not [secret for secret in secrets if any(secret in text for text in held + files)]

    with pytest.raises(psycopg2.OperationalError, match="permission denied for database"):
        psycopg2.connect(host=str(airflow.database.folder), user="celery", dbname="postgres")


def test_sixteen_tasks_on_two_workers_make_one_token_call(airflow):
    """T1 on isolated workers: both run some tasks, all of them get a token, one refresh, nothing is reused."""
    with tenant(airflow, STRICT) as workfront:
        at = time.time() + 15
        run_id = airflow.run("on_workers", tasks=16, at=at, conn_id=workfront.conn_id)
        spread = airflow.api.xcom("on_workers", run_id, "spread")

        assert sum(spread.values()) == 16
        assert set(spread) == set(WORKERS)
        assert workfront.stats["by_kind"]["count"] == 16
        assert (workfront.stats["token_calls"], workfront.stats["reuse"]) == (1, 0)
        assert workfront.stored in workfront.live


def test_no_secret_is_left_behind(airflow):
    """In none of Celery's messages and results; Airflow's own logs and tables are searched at the end."""
    opened = psycopg2.connect(host=str(airflow.database.folder), user="celery", dbname="celery")
    with opened, opened.cursor() as cursor:
        cursor.execute("select m::text from kombu_message m union all select t::text from celery_taskmeta t")
        rows = [text for (text,) in cursor.fetchall()]
    opened.close()
    assert rows
    assert not [secret for secret in airflow.secrets if any(secret in text for text in rows)]
