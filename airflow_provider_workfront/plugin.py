"""Airflow's door to the server side: mounts the token broker at `/workfront` in the api-server.

Airflow imports this module in every component, so it imports nothing heavy; the application is made when the
api-server asks for it.
"""

from __future__ import annotations

from typing import Any

from airflow.plugins_manager import AirflowPlugin


class _WhenServing:
    """A class attribute that is worked out when it is first read, which only the api-server does."""

    def __init__(self) -> None:
        self._apps: list[dict[str, Any]] = []

    def __get__(self, plugin: object, owner: type | None = None) -> list[dict[str, Any]]:
        if not self._apps:
            self._apps.append({"app": _app(), "url_prefix": "/workfront", "name": "Workfront"})
        return self._apps


def _app() -> Any:
    from airflow_provider_workfront.broker.app import create_app
    from airflow_provider_workfront.broker.server import local_broker

    return create_app(local_broker())


class WorkfrontPlugin(AirflowPlugin):
    """Serve access tokens to tasks; the refresh token stays where the database is."""

    name = "workfront"
    fastapi_apps = _WhenServing()
