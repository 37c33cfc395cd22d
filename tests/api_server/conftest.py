"""One real api-server of two processes for this folder, to be killed, stopped and edited under; nothing schedules."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from support.database import postgres
from support.deployment import SHORT, Deployment, deployment

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="package")
def server(tmp_path_factory) -> Iterator[Deployment]:
    """PostgreSQL and an api-server of two processes only."""
    home = tmp_path_factory.mktemp("server")
    dags = home / "dags"
    dags.mkdir()
    with postgres() as database, deployment(home, database, dags, workers=2, scheduler=False, **SHORT) as made:
        yield made
