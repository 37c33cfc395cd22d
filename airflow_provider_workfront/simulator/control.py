"""The simulator's own paths, below `/__simulator__/`: for tests and for people, not part of Workfront."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from airflow_provider_workfront.simulator.deletion import restore
from airflow_provider_workfront.simulator.faults import read_plan
from airflow_provider_workfront.simulator.http import Response, json_response
from airflow_provider_workfront.simulator.wire import ApiError

if TYPE_CHECKING:
    from airflow_provider_workfront.simulator.app import Simulator
    from airflow_provider_workfront.simulator.http import Request

ROOT = "/__simulator__/"


class Control:
    """Answer at the simulator's own paths."""

    def __init__(self, simulator: Simulator) -> None:
        self._simulator = simulator
        self._routes = {
            ("GET", "stats"): self._stats,
            ("POST", "reset-stats"): self._reset_stats,
            ("POST", "faults"): self._faults,
            ("POST", "sessions/expire"): self._expire,
            ("POST", "tokens/revoke"): self._revoke,
            ("POST", "client-secret"): self._client_secret,
            ("POST", "clock"): self._clock,
            ("POST", "bin/restore"): self._restore,
            ("GET", "events"): self._events,
            ("POST", "events/enable"): self._enable,
        }

    def answer(self, request: Request) -> Response:
        """Carry out one order."""
        route = self._routes.get((request.method, request.path.removeprefix(ROOT)))
        if route is None:
            known = [f"{method} {ROOT}{path}" for method, path in self._routes]
            return json_response(404, {"error": "no such order", "orders": known})
        try:
            return json_response(200, route(request.body or b"{}"))
        except (ApiError, ValueError, KeyError, TypeError) as error:
            return json_response(400, {"error": f"{type(error).__name__}: {error}"})

    def _stats(self, _body: bytes) -> dict[str, Any]:
        return self._simulator.stats()

    def _reset_stats(self, _body: bytes) -> dict[str, Any]:
        self._simulator.reset_stats()
        return {"reset": True}

    def _faults(self, body: bytes) -> dict[str, Any]:
        plan = read_plan(body)
        self._simulator.faults.plan(plan)
        return {"faults": len(plan)}

    def _expire(self, _body: bytes) -> dict[str, Any]:
        return {"expired": self._simulator.sessions.expire()}

    def _revoke(self, _body: bytes) -> dict[str, Any]:
        return {"revoked": self._simulator.grants.revoke()}

    def _client_secret(self, body: bytes) -> dict[str, Any]:
        """Change the secret, as an administrator may at any time."""
        client_id = self._simulator.credentials["client_id"]
        self._simulator.apps.change_secret(client_id, str(json.loads(body)["secret"]))
        return {"changed": client_id}

    def _clock(self, body: bytes) -> dict[str, Any]:
        self._simulator.clock.advance(float(json.loads(body)["advance"]))
        return {"now": self._simulator.clock.utc().isoformat()}

    def _restore(self, body: bytes) -> dict[str, Any]:
        order = json.loads(body)
        restore(self._simulator.world, order["objCode"], order["ID"])
        return {"restored": order["ID"]}

    def _events(self, _body: bytes) -> dict[str, Any]:
        return self._simulator.subscriptions.delivery.numbers()

    def _enable(self, body: bytes) -> dict[str, Any]:
        """Switch a URL on again, as an API request may that no document names (reference 9.2)."""
        url = str(json.loads(body)["url"])
        self._simulator.subscriptions.delivery.enable(url)
        return {"enabled": url}
