"""What `GET /__simulator__/stats` counts."""

from __future__ import annotations

import threading
from collections import Counter
from typing import TYPE_CHECKING

from airflow_provider_workfront.simulator.oauth import IMS_TOKEN, JWT_EXCHANGE, TOKEN

if TYPE_CHECKING:
    from airflow_provider_workfront.simulator.http import Request, Response

API = "/attask/api"
NAMED = frozenset(
    {
        "search",
        "count",
        "report",
        "metadata",
        "batch",
        "upload",
        "session",
        "info",
        "logout",
        "login",
        "download",
    }
)


class Stats:
    """Count the requests that came."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.reset()

    def reset(self) -> None:
        """Begin counting anew."""
        self._by_kind: Counter[str] = Counter()
        self._by_status: Counter[int] = Counter()
        self._token_calls = 0

    def note(self, request: Request, response: Response) -> None:
        """Count one request and how it was answered."""
        with self._lock:
            self._by_kind[kind_of(request)] += 1
            self._by_status[response.status] += 1
            self._token_calls += request.path in {TOKEN, JWT_EXCHANGE, IMS_TOKEN}

    def numbers(self) -> dict[str, object]:
        """Give the counts."""
        with self._lock:
            return {
                "calls": self._by_kind.total(),
                "by_kind": dict(sorted(self._by_kind.items())),
                "token_calls": self._token_calls,
                "unauthorized": self._by_status[401],
                "rate_limited": self._by_status[429],
                "by_status": {str(status): count for status, count in sorted(self._by_status.items())},
            }


def kind_of(request: Request) -> str:
    """Name the kind of a request by the shape of its path."""
    if request.path.startswith("/attask/eventsubscription/"):
        return "subscriptions"
    if not request.path.startswith(API):
        return request.path.rsplit("/", 1)[-1] or "other"
    parts = [
        part for part in request.path.removeprefix(API).split("/") if part and part[:2].rstrip("0123456789") != "v"
    ]
    if parts and parts[-1] in NAMED:
        return parts[-1]
    if len(parts) > 2 or "action" in dict(request.query):
        return "action"
    method = next((value for name, value in request.query + request.form if name == "method"), request.method)
    return {"GET": "get", "POST": "create", "PUT": "update", "DELETE": "delete"}.get(method.upper(), "other")
