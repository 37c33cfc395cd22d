"""One throw-away Airflow for the whole test run: its home is chosen before anything imports Airflow."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    from collections.abc import Iterator

# a slow machine is no failure; CI tries the same examples each time, a developer new ones
settings.register_profile(
    "steady", deadline=None, derandomize="CI" in os.environ, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("steady")

HOME = Path(tempfile.mkdtemp(prefix="workfront-tests-"))
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


@pytest.fixture(scope="session")
def airflow_db() -> Path:
    """Airflow's own database, migrated once."""
    import asyncio

    from airflow.utils.db import initdb

    asyncio.set_event_loop(None)  # else Airflow runs an `async` task on a loop that Python makes and nobody closes
    initdb()
    return HOME


@pytest.fixture(scope="session", autouse=True)
def _clean_home() -> Iterator[None]:
    """Remove the throw-away home at the end."""
    import shutil

    yield
    shutil.rmtree(HOME, ignore_errors=True)
