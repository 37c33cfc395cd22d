"""An Airflow on SQLite, whose writers exclude one another."""

from __future__ import annotations

import pytest
from support.database import Sqlite
from support.deployment import TOKEN_DAGS, deployment
from support.grants import REVOKING, tenant
from support.together import together

pytestmark = pytest.mark.timeout(300)


def test_eight_tasks_on_sqlite_make_one_token_call(tmp_path):
    """T1: two processes of the api-server, eight tasks, one refresh."""
    database = Sqlite(tmp_path / "airflow.db")
    with (
        deployment(tmp_path, database, TOKEN_DAGS, CORE__PARALLELISM="8") as small,
        tenant(small, REVOKING) as workfront,
    ):
        assert together(workfront, 8, tmp_path / "start")
        assert (workfront.stats["token_calls"], workfront.stats["reuse"]) == (1, 0)
        assert workfront.stored in workfront.live
