"""What every kind of test needs: a throw-away home of Airflow, the order of a parallel run, and shared fixtures.

`README.md` beside this file says which kinds of tests there are.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    from collections.abc import Iterator

# a slow machine is no failure; CI tries the same examples each time, a developer new ones
settings.register_profile(
    "steady", deadline=None, derandomize="CI" in os.environ, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("steady")

HOME = Path(tempfile.mkdtemp(prefix="workfront-tests-"))  # chosen before anything imports Airflow
os.environ.setdefault("WORKFRONT_TESTS_SHARED", str(HOME))  # the processes of a parallel run share that of the first
os.environ |= {
    "AIRFLOW_HOME": str(HOME),
    "AIRFLOW__WORKFRONT__ALLOWED_HOSTS": "127.0.0.1,localhost",  # the simulator's words are shown
    "AIRFLOW__CORE__DAGS_FOLDER": str(HOME / "dags"),
    "AIRFLOW__CORE__FERNET_KEY": "cZ3qZKQ9bM2pX0b8cCq0yT8mU2mQ3m5n1h7v9s4w6yE=",
    "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
    "AIRFLOW__CORE__UNIT_TEST_MODE": "False",
    "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{HOME}/airflow.db",
    "AIRFLOW__LOGGING__BASE_LOG_FOLDER": str(HOME / "logs"),
    "AIRFLOW__API_AUTH__JWT_SECRET": "not-a-secret-but-long-enough-for-all-the-tests-of-this-provider-64",
}
(HOME / "dags").mkdir(exist_ok=True)

from support.fixtures import connect, large, large_simulator, server, simulator, warehouse  # noqa: E402 after the home

__all__ = ["connect", "large", "large_simulator", "server", "simulator", "warehouse"]


ORDER = {"scheduler": -1, "api_server": 1, "deployments": 2, "browser": 3}
"""Folders whose tests start real processes. One goes beside the computing ones, the others come behind them: two at a
time at most, else they wait for each other's processor and for nothing else."""
SHARED = {"scheduler", "api_server", "browser"}
"""Folders whose tests share one Airflow, and so one process of a parallel run."""
AIRFLOW = {*ORDER, "airflow", "broker", "cli", "events", "transfers"}
AIRFLOWS_OWN = {"airflow_db", "server"}
"""Folders and fixtures that need an Airflow, a database server or a process."""


def _folder(path: str) -> str:
    """Name the folder below `tests/` in which a test stands."""
    parts = Path(path).parts
    return parts[parts.index("tests") + 1] if "tests" in parts else ""


@pytest.hookimpl(tryfirst=True)  # before `-m` chooses
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Order the folders; within them the order stays. Mark what `make test-fast` leaves out."""
    items.sort(key=lambda item: ORDER.get(_folder(str(item.path)), 0))
    for item in items:
        if _folder(str(item.path)) in AIRFLOW or AIRFLOWS_OWN & set(getattr(item, "fixturenames", ())):
            item.add_marker("airflow")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Give each file to one process, and each folder that shares an Airflow as well."""
    from xdist.scheduler import LoadScopeScheduling

    class ByFileOrFolder(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            path = nodeid.partition("::")[0]
            folder = _folder(path)
            return folder if folder in SHARED else path

    config.option.loadscopereorder = False  # keep the order from above, not that of the number of tests
    return ByFileOrFolder(config, log)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Iterator[None]:
    """Escape half characters in captured logs: a parallel worker cannot send them to the process that reports."""
    report = yield
    report.sections = [(name, text.encode("utf-8", "backslashreplace").decode()) for name, text in report.sections]
    return report


@pytest.fixture(autouse=True)
def _no_server_by_accident() -> Iterator[None]:
    """A command of ours that runs in this process makes it a server of Airflow: only until the test ends."""
    before = os.environ.get("_AIRFLOW_PROCESS_CONTEXT")
    yield
    if before is None:
        os.environ.pop("_AIRFLOW_PROCESS_CONTEXT", None)
    else:
        os.environ["_AIRFLOW_PROCESS_CONTEXT"] = before


@pytest.fixture(scope="session")
def airflow_db() -> Path:
    """Airflow's own database, migrated once."""
    import asyncio

    from airflow.utils.db import initdb
    from support.database import Sqlite

    asyncio.set_event_loop(None)  # else Airflow runs an `async` task on a loop that Python makes and nobody closes
    Sqlite(HOME / "airflow.db").make_tables(initdb)
    return HOME


def pytest_unconfigure() -> None:
    """Remove the throw-away home at the end, in each process of a parallel run."""
    shutil.rmtree(HOME, ignore_errors=True)
