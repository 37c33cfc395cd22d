"""One Airflow on PostgreSQL for all tests of the grant: two processes of the api-server, times made short."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from support.database import postgres
from support.deployment import Deployment, deployment
from support.grants import REVOKING, STRICT, Tenant, tenant

if TYPE_CHECKING:
    from collections.abc import Iterator

DAGS = Path(__file__).parent / "dags_grant"
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


@pytest.fixture(scope="session")
def airflow(tmp_path_factory) -> Iterator[Deployment]:
    """PostgreSQL, an api-server of two processes, scheduler, DAG processor, tasks on the LocalExecutor."""
    home = tmp_path_factory.mktemp("grant")
    with postgres() as database, deployment(home, database, DAGS, workers=2, **SHORT) as made:
        yield made


@pytest.fixture(scope="session")
def server(tmp_path_factory) -> Iterator[Deployment]:
    """PostgreSQL and an api-server of two processes only, to be killed and stopped at will."""
    home = tmp_path_factory.mktemp("server")
    with postgres() as database, deployment(home, database, DAGS, workers=2, scheduler=False, **SHORT) as made:
        yield made


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
