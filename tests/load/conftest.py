"""Databases to load into, and a load in one call."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from support.database import postgres
from support.warehouse import KINDS, Warehouse, new_warehouse

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session")
def server() -> Iterator:
    """Start PostgreSQL once."""
    with postgres() as server:
        yield server


@pytest.fixture(params=KINDS)
def warehouse(request, tmp_path, monkeypatch) -> Iterator[Warehouse]:
    """Give an empty database of each kind, which the connection `warehouse` leads to."""
    server = request.getfixturevalue("server") if request.param == "postgresql" else None
    with new_warehouse(request.param, tmp_path, server) as made:
        monkeypatch.setenv("AIRFLOW_CONN_WAREHOUSE", made.connection)
        yield made
