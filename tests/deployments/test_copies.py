"""Copied environments: a restored database and an exported connection spend nothing until a person says whose it is."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from support.database import Sqlite
from support.deployment import TOKEN_DAGS, Deployment, deployment
from support.grants import tenant

from airflow_provider_workfront.api.errors import ReauthorizationRequired

if TYPE_CHECKING:
    from collections.abc import Iterator

    from support.grants import Tenant

pytestmark = pytest.mark.timeout(300)


@pytest.fixture(scope="module")
def production(tmp_path_factory) -> Iterator[Deployment]:
    """An api-server on SQLite, with everything in it."""
    home = tmp_path_factory.mktemp("production")
    with deployment(home, Sqlite(home / "airflow.db"), TOKEN_DAGS, workers=1, scheduler=False) as made:
        yield made


@pytest.fixture(scope="module")
def workfront(production) -> Iterator[Tenant]:
    """A tenant whose token production has used once, before its database was copied."""
    with tenant(production) as made:
        made.asked()
        yield made


@pytest.fixture(scope="module")
def staging(tmp_path_factory, production, workfront) -> Iterator[Deployment]:
    """Another Airflow, restored from a copy of production's database, with the same Fernet key."""
    home = tmp_path_factory.mktemp("staging")
    copy = Sqlite(home / "airflow.db")
    with production.database.connect() as source, sqlite3.connect(copy.file) as target:
        source.backup(target)
    target.close()
    key = {"CORE__FERNET_KEY": production.environment["AIRFLOW__CORE__FERNET_KEY"]}
    with deployment(home, copy, TOKEN_DAGS, workers=1, scheduler=False, **key) as made:
        yield made
        made.secrets |= production.secrets


def test_a_restored_database_spends_nothing_until_adopted(production, staging, workfront):
    """The copy says what to do and production goes on; adopted, the copy has the grant."""
    copied = replace(workfront, airflow=staging)
    error = copied.outcome()
    assert "made in another Airflow" in str(error)
    assert f"airflow workfront adopt {workfront.conn_id}" in str(error)
    workfront.asked(run=workfront.runs_over())
    assert (workfront.stats["token_calls"], workfront.stats["reuse"]) == (2, 0)

    done = staging.command("workfront", "adopt", workfront.conn_id)
    assert done.returncode == 0, done.stderr[-500:]
    # what it adopts is a backup by now: production went on, so only a person can help, and nothing else is asked
    assert isinstance(copied.outcome(run=copied.runs_over()), ReauthorizationRequired)
    workfront.asked(run=workfront.runs_over())
    assert workfront.stored in workfront.live


def test_an_exported_connection_spends_nothing_until_adopted(production, staging, tmp_path):
    """`airflow connections export` and `import`: the token's home travels along; production's use goes on."""
    with tenant(production) as workfront:
        workfront.asked()
        file = tmp_path / "connections.json"
        for where, what in ((production, "export"), (staging, "import")):
            done = where.command("connections", what, str(file))
            assert done.returncode == 0, done.stderr[-500:]
        copied = replace(workfront, airflow=staging)
        assert "copied from another Airflow" in str(copied.outcome())
        workfront.asked(run=workfront.runs_over())
        assert (workfront.stats["token_calls"], workfront.stats["reuse"]) == (2, 0)


def test_an_exported_connection_may_be_moved(production, staging, tmp_path):
    """Adopted at its new home it works there, and is mirrored with its new home."""
    with tenant(production) as workfront:
        workfront.asked()
        file = tmp_path / "connections.json"
        for where, what in ((production, "export"), (staging, "import")):
            assert where.command("connections", what, str(file)).returncode == 0
        done = staging.command("workfront", "adopt", workfront.conn_id)
        assert done.returncode == 0, done.stderr[-500:]

        moved = replace(workfront, airflow=staging)
        for generation in (1, 2):
            assert moved.asked(run=moved.runs_over()).generation == generation
        assert moved.stored in moved.live
        assert moved.stats["reuse"] == 0
