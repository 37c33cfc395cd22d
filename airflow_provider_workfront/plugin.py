"""Airflow's door to the server side: tokens, pages and events at `/workfront` in the api-server, and a menu entry.

Airflow imports this module in every component, so it imports nothing heavy; the application is made when the
api-server asks for it.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from airflow.configuration import conf
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
    from airflow_provider_workfront.events.app import add_events
    from airflow_provider_workfront.pages.routes import add_pages

    broker = local_broker()
    broker.keep_reporting()
    app = create_app(broker, add_pages)
    add_events(app)
    return app


def _menu_entry() -> dict[str, Any]:
    path = urlsplit(conf.get("api", "base_url", fallback="") or "").path.rstrip("/")
    return {
        "name": "Workfront",
        "href": f"{path}/workfront/",
        "url_route": "workfront",
        "destination": "nav",
        "category": "admin",
    }


class WorkfrontPlugin(AirflowPlugin):
    """Serve access tokens to tasks, pages to people; take in events. The refresh token stays where the database is."""

    name = "workfront"
    fastapi_apps = _WhenServing()
    external_views = [_menu_entry()]  # noqa: RUF012 as Airflow's class has it
