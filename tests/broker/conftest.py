"""The broker's world as a fixture."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from support.broker_world import World

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def world(airflow_db) -> Iterator[World]:
    """An empty `variable` and `connection` table and one connection, `wf`, with seed R0."""
    from airflow.models.connection import Connection
    from airflow.models.variable import Variable
    from airflow.utils.session import create_session
    from sqlalchemy import delete

    from airflow_provider_workfront.broker.store import Store

    yield World(Store())
    with create_session() as session:
        session.execute(delete(Variable))
        session.execute(delete(Connection))
