"""A world for the broker: connections in a dictionary, grants in a real database, a token endpoint of literals."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from airflow_provider_workfront.api.call import Send, Wait
from airflow_provider_workfront.api.request import Lost, Request, Response
from airflow_provider_workfront.auth.oauth import Application

if TYPE_CHECKING:
    from collections.abc import Callable

ACME = Application("https://acme.my.workfront.com", "cid", "s3cret")


def granted(number: int, **more) -> Response:
    """The answer that gives access token A<number> and refresh token R<number>."""
    body = {
        "token_type": "sessionID",
        "access_token": f"A{number}",
        "refresh_token": f"R{number}",
        "expires_in": 3600,
    }
    return Response(200, {"content-type": "application/json"}, json.dumps(body | more).encode())


def refused(kind: str = "invalid_grant") -> Response:
    """The token endpoint's error dialect."""
    body = {"statusCode": 400, "error": True, "type": kind, "message": "no"}
    return Response(400, {"content-type": "application/json"}, json.dumps(body).encode())


SERVER_ERROR = Response(500, {"content-type": "text/html"}, b"<html>oops</html>")
RESET = Lost("ReadError", sent=True)
NOT_SENT = Lost("connection refused", sent=False)


@dataclass
class Endpoint:
    """Plays a token endpoint: gives its answers in order and notes which refresh token each request carried."""

    answers: list[Response | Lost | Callable[[], Response | Lost]]
    spent: list[str] = field(default_factory=list)
    waited: list[float] = field(default_factory=list)

    def drive(self, steps):
        """Drive the broker's steps to their end."""
        reply = None
        while True:
            try:
                step = steps.send(reply)
            except StopIteration as stop:
                return stop.value
            reply = self._reply(step)

    def _reply(self, step: Send | Wait) -> Response | Lost | None:
        if isinstance(step, Wait):
            if step.seconds:
                self.waited.append(step.seconds)
            return None
        self.spent.append(_refresh_token(step.request))
        answer = self.answers.pop(0)
        return answer() if callable(answer) else answer


def _refresh_token(request: Request) -> str:
    body = request.json if isinstance(request.json, dict) else dict(request.form)
    return body["refresh_token"]


class World:
    """Connections as a dictionary, the store as a database: brokers come and go like api-server processes."""

    def __init__(self, store) -> None:
        from airflow_provider_workfront.broker.adoption import Registration

        self.store = store
        self.connections = {"wf": Registration("wf", ACME, "R0", "first edit")}

    def broker(self, home: str = "here", **adoption):
        """A fresh api-server process: it shares the database and remembers nothing."""
        from airflow_provider_workfront.broker.adoption import Adoption
        from airflow_provider_workfront.broker.service import Broker, Times

        page = "https://airflow/{}".format
        return Broker(Adoption(self.store, self.connections.get, page, home, **adoption), Times())

    def edit(self, conn_id: str = "wf", **changes) -> None:
        """What a person does to a connection."""
        self.connections[conn_id] = replace(self.connections[conn_id], **changes)

    def ask(self, broker, endpoint, conn_id: str = "wf", **ask):
        """One task's ask, driven to its end."""
        from airflow_provider_workfront.broker.ask import Ask

        return endpoint.drive(broker.grant(self.connections[conn_id], Ask(**ask)))

    def record(self, conn_id: str = "wf"):
        """The grant as the database holds it."""
        from airflow_provider_workfront.broker.store import record_key

        return self.store.read(record_key(conn_id)).value
