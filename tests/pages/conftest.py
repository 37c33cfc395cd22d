"""The pages as the plugin mounts them, asked by users of Airflow's simple auth manager, in this very process."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from airflow.api_fastapi.app import create_auth_manager
from airflow.api_fastapi.auth.managers.simple.user import SimpleAuthManagerUser
from airflow.models.team import Team
from airflow.utils.session import create_session
from demo import free_ports
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import delete
from support.site import site_with

from airflow_provider_workfront.broker.app import create_app
from airflow_provider_workfront.broker.server import LocalBroker, local_broker
from airflow_provider_workfront.pages.routes import add_pages
from airflow_provider_workfront.simulator import Options

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from support.site import Site

USERS = {"olga": "op", "ursula": "user", "victor": "viewer", "tina": "op"}
TEAMS = {"tina": ["red"]}


@pytest.fixture
def airflow_url(airflow_db, monkeypatch) -> Iterator[str]:
    """The address of an Airflow with two teams and a fixed key for cookies."""
    url = f"http://127.0.0.1:{free_ports(1)[0]}"
    monkeypatch.setenv("_AIRFLOW_PROCESS_CONTEXT", "server")
    monkeypatch.setenv("AIRFLOW__API__BASE_URL", url)
    monkeypatch.setenv("AIRFLOW__API__SECRET_KEY", "a-key-for-cookies")
    monkeypatch.setenv("AIRFLOW__CORE__MULTI_TEAM", "True")
    local_broker.cache_clear()  # it knows which Airflow it is in
    yield url
    local_broker.cache_clear()


@pytest.fixture
def site(airflow_url) -> Iterator[Site]:
    """A Workfront that asks the person, and the connection `wf` to it without a token."""
    with site_with(Options(redirect_uris=(f"{airflow_url}/workfront/callback",), interactive=True)) as made:
        made.connect(extra={"refresh_token": ""})
        yield made


@pytest.fixture
def teams(site) -> Iterator[None]:
    """The teams `red` and `blue`, with a connection each."""
    with create_session() as session:
        session.add_all([Team(name="red"), Team(name="blue")])
    for team in ("red", "blue"):
        site.connect(f"wf_{team}", team_name=team, extra={"refresh_token": ""})
    yield
    with create_session() as session:
        session.execute(delete(Team))


@pytest.fixture
def account() -> Callable[[str], SimpleAuthManagerUser]:
    """Give the Airflow user of this name."""
    return lambda name: SimpleAuthManagerUser(username=name, role=USERS[name], teams=TEAMS.get(name))


@pytest.fixture
def visiting(site, airflow_url, account) -> Callable[[str], TestClient]:
    """Give the browser of a user: `visiting("victor")`; each call is an api-server that has just started."""

    def visit(name: str) -> TestClient:
        manager = create_auth_manager()
        logged_in = {"Authorization": f"Bearer {manager.generate_jwt(account(name))}"}
        app = FastAPI()
        app.mount("/workfront", create_app(LocalBroker(), add_pages))
        return TestClient(app, base_url=f"{airflow_url}/workfront", headers=logged_in, follow_redirects=False)

    return visit
