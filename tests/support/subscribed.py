"""Ask the simulator's event subscription API in process."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from support.simulated import decoded

from airflow_provider_workfront.simulator import Request, Response
from airflow_provider_workfront.simulator.subscriptions import EVENT_ROOT

if TYPE_CHECKING:
    from support.simulated import Caller

TOKEN = "the-bearer-of-events"


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer of the event subscription API."""

    status: int
    body: Any
    headers: dict[str, str]


def ask(caller: Caller, method: str, path: str, body: Any = None, token: str | None = None) -> Answered:
    """Make one request, as the administrator or with another session."""
    content = b"" if body is None else json.dumps(body).encode()
    request = Request(method, f"{EVENT_ROOT}/{path}", {"sessionid": token or caller.token}, content)
    answer: Response = caller.simulator.answer(request)
    return Answered(answer.status, decoded(answer).body if answer.body else None, dict(answer.headers))


def subscription(**values: Any) -> dict[str, Any]:
    """Give the body of a subscription to changes of projects, with other values as told."""
    usual = {"objCode": "PROJ", "eventType": "UPDATE", "url": "https://airflow.example.com/events", "authToken": TOKEN}
    return usual | values


def subscribe(caller: Caller, **values: Any) -> str:
    """Subscribe and give the subscription's ID."""
    answer = ask(caller, "POST", "subscriptions", subscription(**values))
    assert answer.status == 201, answer.body
    return str(answer.body["id"])
