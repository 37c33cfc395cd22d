"""The tasks' side of the broker: ask for an access token, wait while somebody refreshes, say what is wrong.

A task never refreshes by itself. Asking again is always safe: the broker answers from its record.
"""

from __future__ import annotations

import random
import secrets
import time
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from math import inf
from typing import TYPE_CHECKING, Any, Protocol

from airflow_provider_workfront.api.call import Send, Wait
from airflow_provider_workfront.api.errors import BrokerUnavailable, ReauthorizationRequired, TokenError
from airflow_provider_workfront.api.request import Lost, Repeat, Request, Response, dumps, loads
from airflow_provider_workfront.auth.session import Credential, Steps
from airflow_provider_workfront.broker.proof import HEADER, sign

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

PATIENCE = 330.0  # seconds of waiting in all: longer than lease, settle time and one more refresh
OUTAGE = 40.0  # seconds to ride out an api-server that is being restarted
SLOWEST_POLL = 3.0
CLOCKS_AGREE = 30.0  # seconds; beyond that a refused proof is signed again, by the broker's clock
PROTOCOL = 1


@dataclass(frozen=True, slots=True)
class Run:
    """The DAG run a task belongs to: its key (DAG, run, clear number), its start in epoch seconds, the task's name."""

    key: str = ""
    start: float | None = None
    who: str = ""


class Share(Protocol):
    """This process's share of the calls to one Workfront."""

    def asking(self) -> dict[str, Any]:
        """Say what to ask for."""

    def told(self, asked: Mapping[str, Any], sent_at: float, said: object, url: str) -> None:
        """Take in what the broker said to that, and where to ask for more."""


@dataclass(frozen=True, slots=True)
class BrokerSession:
    """Get access tokens from the broker at `url` (ending in `/workfront/`)."""

    url: str
    conn_id: str
    client_secret: str = field(repr=False)
    run: Run = Run()
    may_refresh: bool = True
    clock: Callable[[], float] = time.time
    share: Share | None = None
    """Which calls this process may have open; the broker says it with the token."""

    def acquire(self, refused: Credential | None) -> Steps:
        """Ask until the broker has a token; raises BrokerUnavailable, TokenError, ReauthorizationRequired."""
        waited, troubled, poll, ahead = 0.0, 0.0, 0.2, 0.0
        while True:
            asked, sent_at = self.share.asking() if self.share else None, time.monotonic()
            answer = yield Send(self._request(refused, ahead, asked))
            if not ahead and (ahead := self._ahead(answer)):
                continue
            trouble = _trouble(answer, self.url)
            if trouble is None and isinstance(answer, Response) and answer.status == 200:
                credential = _credential(answer, sent_at)
                if self.share and asked:
                    self.share.told(asked, sent_at, _said(answer, "").get("slots"), f"{self.url}slots")
                return credential
            pause = random.uniform(poll / 2, poll)  # noqa: S311 it only spreads callers
            poll = min(poll * 1.6, SLOWEST_POLL)
            waited += pause
            troubled = troubled + pause if trouble else 0.0
            if trouble and troubled > OUTAGE:
                raise BrokerUnavailable(trouble)
            if waited > PATIENCE:
                raise BrokerUnavailable(
                    f"the token of connection {self.conn_id!r} has been refreshing for {PATIENCE:.0f} s; "
                    "look into the api-server's log"
                )
            yield Wait(pause)

    def _ahead(self, answer: Response | Lost | None) -> float:
        """Give by how many seconds our clock is ahead, if that may be why the broker does not believe us."""
        if not isinstance(answer, Response) or answer.status != 401:
            return 0.0
        try:
            ahead = self.clock() - parsedate_to_datetime(answer.headers.get("date", "")).timestamp()
        except ValueError:
            return 0.0
        return ahead if abs(ahead) > CLOCKS_AGREE else 0.0

    def _request(self, refused: Credential | None, ahead: float, slots: dict[str, Any] | None) -> Request:
        body = {
            "protocol": PROTOCOL,
            "conn_id": self.conn_id,
            "refused": refused.generation if refused else None,
            "run_key": self.run.key,
            "run_start": self.run.start,
            "may_refresh": self.may_refresh,
            "who": self.run.who,
        } | ({"slots": slots} if slots else {})
        content = dumps(body).encode()  # the very bytes that `encode` puts on the wire
        nonce = secrets.token_hex(8)
        proof = sign(self.client_secret, self.conn_id, content, at=int(self.clock() - ahead), nonce=nonce)
        return Request(
            "POST",
            f"{self.url}token",
            json=body,
            headers=((HEADER, proof),),
            anonymous=True,
            repeat=Repeat.ALWAYS,
        )


def _trouble(answer: Response | Lost | None, url: str) -> str | None:
    """Say what may pass by itself (None: nothing does); raise what will not."""
    if not isinstance(answer, Response):
        return f"no answer from the token broker at {url} ({answer.reason if answer else 'nothing sent'}). {_SETTING}"
    if answer.status in {200, 202}:
        return None
    said = _said(answer)
    kind, message = said.get("kind"), str(said.get("message", ""))
    if kind == "reauthorize":
        raise ReauthorizationRequired(message, url=str(said.get("url", "")))
    if kind == "token":
        raise TokenError(message)
    if kind in {"unauthorized", "protocol"}:
        raise BrokerUnavailable(message)
    if answer.status >= 500 or answer.status == 429:
        return f"the token broker at {url} answered {answer.status}: {message or 'no message'}"
    raise BrokerUnavailable(f"no token broker at {url}: it answered {answer.status}. {_SETTING}")


_SETTING = (
    "The provider's plugin serves it in the api-server; if yours runs elsewhere (or as `--apps execution`), set "
    "[workfront] broker_url to the address of a full api-server, ending in /workfront/"
)


def _credential(answer: Response, sent_at: float) -> Credential:
    said = _said(answer, "")
    token, generation = said.get("access_token"), said.get("generation")
    if not isinstance(token, str) or not isinstance(generation, int):
        raise BrokerUnavailable(f"the token broker answered 200 with something that is no token. {_SETTING}")
    expires_at = said.get("expires_at")
    return Credential(
        (("sessionID", token),),
        generation,
        float(expires_at) if expires_at is not None else None,
        str(said.get("user_id") or ""),
        float(said.get("began_at") or 0.0),
        sent_at + _left(answer, expires_at),
    )


def _left(answer: Response, expires_at: float | None) -> float:
    """Give how long a token lasts by the broker's own clock, so that ours does not matter; it tells whole seconds."""
    try:
        left = float(expires_at or inf) - parsedate_to_datetime(answer.headers.get("date", "")).timestamp() - 1.0
    except ValueError:
        return inf
    return left if left > 0 else inf  # its clocks do not agree: Workfront will say


def _said(answer: Response, inside: str = "error") -> dict[str, Any]:
    try:
        said = loads(answer.body)
    except ValueError:
        return {}
    if inside and isinstance(said, dict):
        said = said.get(inside)
    return said if isinstance(said, dict) else {}
