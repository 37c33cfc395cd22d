"""Take in events over HTTP: at `/workfront/events/<connection ID>` from Workfront, at `.../missed/...` from a task.

An event is stored first and answered then, within Workfront's five seconds. Every look into a connection, a message
or the database happens on threads of our own, few of them, so that neither heartbeats nor tokens wait for events.
"""

from __future__ import annotations

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from fastapi import FastAPI, Request  # noqa: TC002 FastAPI reads annotations
from fastapi.responses import JSONResponse
from sqlalchemy.exc import SQLAlchemyError

from airflow_provider_workfront.api.logs import get_logger
from airflow_provider_workfront.broker.gate import TooMany
from airflow_provider_workfront.broker.wire import NO_STORE, error_answer
from airflow_provider_workfront.events.entrance import Entrance, Unauthorized
from airflow_provider_workfront.events.event import Malformed, NoEvent
from airflow_provider_workfront.events.ledger import forget
from airflow_provider_workfront.events.taking import NoSuchObject, taken, taken_missed

if TYPE_CHECKING:
    from collections.abc import Callable

    Take = Callable[[str, str, bytes], dict[str, Any]]

T = TypeVar("T")
log = get_logger("airflow_provider_workfront.events")

MOST_BYTES = 1024 * 1024  # reference 9.7: bigger ones are not delivered
ANSWER_WITHIN = 4.0  # seconds; Workfront waits five
REPAIR_WITHIN = 60.0
THREADS = 3  # so many of the process's connections to the database; its pool has 15
MOST_AT_ONCE = 64  # messages in memory; the others wait with theirs unread
MOST_OPEN = 1000  # requests of a burst that wait: to refuse them would count against the address
TIDY = 3600.0  # seconds between looks for marks that are old
LONGEST_CONN_ID = 250


class TooLong(Exception):
    """The body is longer than a message can be."""


def add_events(app: FastAPI) -> None:
    """Add the routes to the plugin's application."""
    events = Events(ThreadPoolExecutor(THREADS, thread_name_prefix="workfront-events"))
    app.add_api_route("/events/{conn_id:path}", events.event, methods=["POST"], include_in_schema=False)
    app.add_api_route("/missed/{conn_id:path}", events.missed, methods=["POST"], include_in_schema=False)


@dataclass(slots=True)
class Events:
    """What the routes share."""

    threads: ThreadPoolExecutor
    entrance: Entrance = field(default_factory=Entrance)
    _places: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(MOST_AT_ONCE))
    _open: int = 0
    _tidied: float = 0.0

    async def event(self, request: Request, conn_id: str) -> JSONResponse:
        """Take in one event of Workfront."""
        return await self._answered(request, conn_id, taken, ANSWER_WITHIN)

    async def missed(self, request: Request, conn_id: str) -> JSONResponse:
        """Take in what a task has found to be missed."""
        return await self._answered(request, conn_id, taken_missed, REPAIR_WITHIN)

    async def _answered(self, request: Request, conn_id: str, take: Take, seconds: float) -> JSONResponse:
        if self._open >= MOST_OPEN:
            return _again(conn_id, "too many events at once")
        self._open += 1
        try:
            async with asyncio.timeout(seconds):
                return await self._taken(request, conn_id, take)
        except TimeoutError:
            return _again(conn_id, "it took too long")
        except Exception as error:  # noqa: BLE001 the edge: whatever it is, Workfront gets an answer
            return _refused(error, conn_id)
        finally:
            self._open -= 1

    async def _taken(self, request: Request, conn_id: str, take: Take) -> JSONResponse:
        kind, _, bearer = request.headers.get("authorization", "").partition(" ")
        if len(conn_id) > LONGEST_CONN_ID or not conn_id.isprintable():
            raise Unauthorized
        peer = request.client.host if request.client else ""
        if kind.lower() != "bearer":
            self.entrance.failures.count(peer, conn_id, self.entrance.clock())
            log.warning("An event for connection %s came without a bearer token.", conn_id)
            raise Unauthorized
        host = await self._run(partial(self.entrance.host, conn_id, bearer.strip(), peer))
        async with self._places:
            body = await _body(request)
            done = await self._run(partial(take, conn_id, host, body))
        self._tidy()
        return JSONResponse(done, headers=NO_STORE)

    async def _run(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self.threads, work)

    def _tidy(self) -> None:
        """Drop old marks now and then; nobody waits for it."""
        now = time.monotonic()
        if not self._tidied or now - self._tidied > TIDY:
            self._tidied = now
            self.threads.submit(_tidied)


async def _body(request: Request) -> bytes:
    """Read the body, but no more of it than a message can have."""
    length = request.headers.get("content-length", "")
    if length.isdecimal() and int(length) > MOST_BYTES:
        raise TooLong
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > MOST_BYTES:
            raise TooLong
    return bytes(body)


def _tidied() -> None:
    try:
        forget()
    except SQLAlchemyError as error:
        log.warning("Old marks of events stay for now (%s).", type(error).__name__)


def _again(conn_id: str, why: str) -> JSONResponse:
    """Workfront asks again by itself, and what was stored meanwhile is found then."""
    log.warning("An event for connection %r was put off: %s.", conn_id[:LONGEST_CONN_ID], why)
    return error_answer(503, "unavailable", f"{why}; send it again", headers={"Retry-After": "60"})


def _refused(error: Exception, conn_id: str) -> JSONResponse:
    match error:
        case Unauthorized():
            headers = {"WWW-Authenticate": "Bearer"}
            return error_answer(401, "unauthorized", "not the token of this connection", headers=headers)
        case TooMany():
            again = {"Retry-After": "60"}
            return error_answer(429, "unauthorized", "too many wrong tokens; wait a minute", headers=again)
        case NoEvent():
            return JSONResponse({"outcome": "no_event"}, headers=NO_STORE)
        case TooLong():
            status, kind, why = 413, "invalid", f"a message has at most {MOST_BYTES} bytes"
        case Malformed():
            status, kind, why = 400, "invalid", str(error)
        case NoSuchObject():
            status, kind, why = 422, "object", str(error)
        case SQLAlchemyError():
            log.error("An event for connection %s waits for Airflow's database: %s", conn_id, type(error).__name__)
            return error_answer(503, "unavailable", "the database did not answer; send it again")
        case _:  # and no more than the name: a traceback, or the text, could carry content
            log.error("An event for connection %s failed: %s", conn_id, type(error).__name__)
            return error_answer(500, "failed", "the event was not stored; see the api-server's log")
    log.warning("An event for connection %s was refused with %s: %s", conn_id, status, why)
    return error_answer(status, kind, why)
