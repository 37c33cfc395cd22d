"""A simulated Workfront at a fixed moment, asked directly: no socket, no session."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlencode

from airflow_provider_workfront.simulator.http import Request, Response
from airflow_provider_workfront.simulator.options import Options
from airflow_provider_workfront.simulator.rest import Rest
from airflow_provider_workfront.simulator.world import World

NOW = datetime(2026, 3, 18, 15, 30, tzinfo=UTC)  # a Wednesday; in New York 11:30, after the change of clocks
FORM = "application/x-www-form-urlencoded"


class Tenant:
    """Ask the REST part of the simulator as one of its users."""

    def __init__(self, options: Options | None = None, **switches: Any) -> None:
        self.options = replace(options or Options(), **switches)
        self.world = World(self.options, lambda: NOW)
        self.rest = Rest(self.world, self.options)
        self.user_id = self.world.admin_id

    def id(self, code: str, key: str) -> str:
        """Give the ID of a named row."""
        return self.world.id_of(code, key)

    def send(
        self, method: str, path: str, params: Any = (), *, root: str = "/attask/api/v21.0", **rest: Any
    ) -> Response:
        """Send one request; `params` go into the query string, as they are."""
        pairs = params.items() if isinstance(params, dict) else params
        query = "&".join(f"{quote(name, safe=':$_.')}={quote(str(value))}" for name, value in pairs)
        target = quote(root + path, safe="/$:") + (f"?{query}" if query else "")
        return self.rest.answer(Request(method, target, rest.get("headers", {}), rest.get("body", b"")), self.user_id)

    def form(self, method: str, path: str, fields: Any, params: Any = ()) -> Response:
        """Send a form body."""
        return self.send(method, path, params, headers={"content-type": FORM}, body=urlencode(fields).encode())

    def json(self, method: str, path: str, value: Any, params: Any = ()) -> Response:
        """Send a JSON body."""
        headers = {"content-type": "application/json"}
        return self.send(method, path, params, headers=headers, body=json.dumps(value).encode())

    def get(self, path: str, params: Any = (), **rest: Any) -> Any:
        """Give the data of a GET that succeeds."""
        response = self.send("GET", path, params, **rest)
        answer = json.loads(response.body)
        assert response.status == 200, answer
        return answer["data"]

    def names(self, path: str, params: Any = ()) -> list[str]:
        """Search and give the sorted names."""
        return sorted(row["name"] for row in self.get(path, params))

    def refusal(self, path: str, params: Any = (), **rest: Any) -> tuple[int, str]:
        """Give status and message of a GET that fails."""
        return refused(self.send("GET", path, params, **rest))


def refused(response: Response) -> tuple[int, str]:
    """Give status and message of an error."""
    return response.status, json.loads(response.body)["error"]["message"]


def data(response: Response) -> Any:
    """Give the data of an answer."""
    return json.loads(response.body)["data"]
