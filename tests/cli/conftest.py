"""A connection for the commands to look at."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from support.deployment import free_ports
from support.site import Site, served, site_with

from airflow_provider_workfront.simulator import Options

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def site(airflow_db, monkeypatch) -> Iterator[Site]:
    """A simulator and the connection `wf` to it; this process is Airflow's command line."""
    monkeypatch.setenv("_AIRFLOW_PROCESS_CONTEXT", "server")
    monkeypatch.setenv("AIRFLOW__WORKFRONT__BROKER_URL", f"http://127.0.0.1:{free_ports(1)[0]}/workfront/")
    with site_with(Options()) as made:
        yield made


@pytest.fixture
def broker(site, monkeypatch) -> Iterator[str]:
    """A broker where tasks look for it."""
    with served() as url:
        monkeypatch.setenv("AIRFLOW__WORKFRONT__BROKER_URL", f"{url}/")
        yield url


@pytest.fixture
def used(site, broker) -> Site:
    """A site whose connection a task has used once."""
    site.token(broker)
    return site
