"""Every page asks who is there, whichever pages there are."""

from __future__ import annotations

import pytest
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient

from airflow_provider_workfront.broker.app import create_app
from airflow_provider_workfront.broker.server import LocalBroker
from airflow_provider_workfront.pages.routes import add_pages


@pytest.fixture
def client(airflow_db) -> TestClient:
    """The application as the plugin mounts it, asked by nobody in particular."""
    return TestClient(create_app(LocalBroker(), add_pages), follow_redirects=False)


def test_every_route_refuses_strangers(client):
    """All that the application has, the broker's own among them: to the login page, or refused."""
    routes = [route for route in client.app.routes if isinstance(route, APIRoute)]
    asked = {
        (method, route.path): client.request(method, route.path.replace("{conn_id:path}", "wf"))
        for route in routes
        for method in route.methods
    }

    assert len(asked) >= 6
    assert {answer.status_code for answer in asked.values()} <= {303, 401, 422}
    assert not [path for path, answer in asked.items() if "workfront_" in answer.text or "form_token" in answer.text]
