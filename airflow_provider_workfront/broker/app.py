"""Serve access tokens to tasks: a small FastAPI application that the plugin mounts at `/workfront` in the api-server.

Airflow leaves a plugin's routes unauthenticated, so every route here brings its own check. Nothing here ever
answers with a refresh token. Work on the database happens on threads of its own: the api-server's event loop
and the thread pool that serves task heartbeats are never blocked.
"""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import asdict
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field, ValidationError
from sqlalchemy.exc import SQLAlchemyError

from airflow_provider_workfront.api.errors import (
    BrokerUnavailable,
    ConnectionSettingsError,
    ReauthorizationRequired,
    TokenError,
)
from airflow_provider_workfront.api.logs import get_logger
from airflow_provider_workfront.broker.ask import Ask, Granted, Pending
from airflow_provider_workfront.broker.gate import TooMany, Unauthorized
from airflow_provider_workfront.broker.places import THREADS, Workers
from airflow_provider_workfront.broker.proof import HEADER
from airflow_provider_workfront.broker.slot_app import add_slots, offered
from airflow_provider_workfront.broker.turns import Desks, Record
from airflow_provider_workfront.broker.wire import LONGEST_BODY, NO_STORE, body_of, error_answer

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable
    from concurrent.futures import Executor, Future

    Offer = Callable[[str], Awaitable[dict[str, Any] | None]]

log = get_logger("airflow_provider_workfront.broker")

ANSWER_WITHIN = 3.0  # seconds; then the caller is asked to come again while the work goes on
STOP_WITHIN = 15.0  # seconds for refreshes under way when the process is stopped
REFUSE_AFTER = 0.1  # seconds: no refusal comes earlier, so that its time tells nothing
PROTOCOL = 1  # of the requests that are understood; fields that are not known are passed over


class TokenRequest(BaseModel):
    """What a task asks for; see `broker.state.Ask`."""

    conn_id: str = Field(min_length=1, max_length=250)
    refused: int | None = None
    run_key: str = Field(default="", max_length=1000)
    run_start: float | None = None
    may_refresh: bool = True
    who: str = ""
    protocol: int = 1
    slots: Any = None  # read by itself: whatever it is, the token is given


class TokenServer(Protocol):
    """What the application serves: blocking, called on its own threads."""

    @property
    def sharing(self) -> Record | None:
        """Where tasks share the slots of their Workfront."""

    def token(self, conn_id: str, proof: str, body: bytes, ask: Ask, peer: str) -> Granted | Pending:
        """Check the proof, then give a token or say when to come again."""


def create_app(server: TokenServer, add_pages: Callable[[FastAPI, Executor], None] | None = None) -> FastAPI:
    """Build the application around a token server; `add_pages` adds what people look at."""
    threads = Workers(THREADS, "workfront-broker")
    desks = Desks(server.sharing, threads) if server.sharing else None

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        # a refresh under way is finished and stored before the process ends, unless the token endpoint hangs
        if not await asyncio.get_running_loop().run_in_executor(None, threads.drain, STOP_WITHIN):
            log.warning("A token endpoint did not answer within %.0f s of the stop: not waited for.", STOP_WITHIN)

    app = FastAPI(title="Workfront token broker", lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None)

    @app.post("/token")
    async def token(request: Request) -> JSONResponse:
        body = await body_of(request)
        if body is None:
            return error_answer(413, "invalid", f"a request has at most {LONGEST_BODY} bytes")
        try:
            asked = TokenRequest.model_validate_json(body)
        except ValidationError:
            return error_answer(422, "invalid", "not a request of this provider: are both sides of one version?")
        if asked.protocol > PROTOCOL:
            return error_answer(
                400,
                "protocol",
                "the worker's airflow-provider-workfront is newer than the api-server's: upgrade the api-server",
            )
        ask = Ask(asked.refused, asked.run_key, asked.run_start, asked.may_refresh, _one_line(asked.who))
        peer = request.client.host if request.client else ""
        try:
            work = threads.submit(server.token, asked.conn_id, request.headers.get(HEADER, ""), body, ask, peer)
        except RuntimeError:  # this process is ending
            return error_answer(503, "unavailable", "the api-server is being stopped; ask again")
        return await _answered(work, partial(offered, desks, asked.slots))

    if desks:
        add_slots(app, desks)
    if add_pages:
        add_pages(app, threads)
    return app


def _one_line(who: str) -> str:
    return "".join(char if char.isprintable() else " " for char in who[:300])


async def _answered(work: Future[Granted | Pending], offer: Offer) -> JSONResponse:
    """Wait a little for the work; once begun it goes on, though the caller leaves or the time is up."""
    began = asyncio.get_running_loop().time()
    try:
        done = await asyncio.wait_for(asyncio.wrap_future(work), ANSWER_WITHIN)
    except TimeoutError:
        return _pending(0.5)
    except (Unauthorized, TooMany) as error:
        await asyncio.sleep(REFUSE_AFTER - (asyncio.get_running_loop().time() - began))
        return _failed(error)
    except Exception as error:  # noqa: BLE001 the edge: whatever it is, the caller gets an answer
        return _failed(error)
    return _pending(done.seconds) if isinstance(done, Pending) else _granted(done, await offer(done.base_url))


def _failed(error: Exception) -> JSONResponse:
    if isinstance(error, ReauthorizationRequired):
        return error_answer(409, "reauthorize", error.message, url=error.url)
    if isinstance(error, TooMany):
        return error_answer(429, "unauthorized", "too many wrong proofs; wait a minute", headers={"Retry-After": "60"})
    for kind, (status, name) in _ANSWERS.items():
        if isinstance(error, kind):
            return error_answer(status, name, str(error))
    name = type(error).__name__  # and no more: a traceback, or the text, could carry a token
    log.error("The token broker failed: %s", name)
    if isinstance(error, SQLAlchemyError):
        text = f"the api-server's database cannot be used ({name}): it is away or read-only; ask again"
        return error_answer(503, "unavailable", text)
    return error_answer(500, "failed", f"the token broker failed ({name}); see the api-server's log")


_ANSWERS: dict[type[Exception], tuple[int, str]] = {
    Unauthorized: (401, "unauthorized"),
    TokenError: (409, "token"),
    ConnectionSettingsError: (409, "token"),
    BrokerUnavailable: (503, "unavailable"),
}


def _granted(granted: Granted, slots: dict[str, Any] | None) -> JSONResponse:
    return JSONResponse(asdict(granted) | ({"slots": slots} if slots else {}), headers=NO_STORE)


def _pending(seconds: float) -> JSONResponse:
    return JSONResponse({"retry_after": seconds}, status_code=202, headers=NO_STORE)
