"""Serve slots to tasks: a share comes with the token, and is renewed at `/workfront/slots`.

Whoever has no slot waits there for one, without a thread of its own. The work on the database is `turns`' business.
"""

from __future__ import annotations

import asyncio
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from fastapi import FastAPI, Request  # noqa: TC002 FastAPI reads annotations
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field, ValidationError
from sqlalchemy.exc import SQLAlchemyError

from airflow_provider_workfront.api.errors import BrokerUnavailable
from airflow_provider_workfront.api.logs import get_logger
from airflow_provider_workfront.broker.sharing import Ticket, opened
from airflow_provider_workfront.broker.slots import MOST, Want
from airflow_provider_workfront.broker.wire import LONGEST_BODY, NO_STORE, body_of, error_answer

if TYPE_CHECKING:
    from airflow_provider_workfront.broker.slots import Share
    from airflow_provider_workfront.broker.turns import Desk, Desks

log = get_logger("airflow_provider_workfront.broker")

PATIENCE = 10.0  # seconds that an ask waits for a slot; an api-server that is stopped waits for it
OFFER_WITHIN = 3.0  # seconds; then the token goes out without a share

_TROUBLES = (SQLAlchemyError, BrokerUnavailable, TimeoutError, RuntimeError)  # the last: this process is ending


class SlotsAsk(BaseModel):
    """What a task says about slots when it asks for a token; see `broker.slots.Want`."""

    holder: str = Field(min_length=8, max_length=64)
    most: int = Field(ge=1, le=MOST)
    want: int = Field(ge=0, le=MOST)
    keep: int = Field(ge=0, le=MOST)
    number: int = Field(ge=0)
    refused_in: int | None = None
    learns: bool = False

    def wanted(self, ticket: Ticket) -> Want:
        """Give it as a value, under the name that the ticket says."""
        said = (self.want, ticket.most, self.keep, self.number, self.refused_in)
        return Want(ticket.holder, *said, learns=ticket.learns)


class SlotsRequest(SlotsAsk):
    """What a task says when it renews its share; its ticket came with the token."""

    ticket: str = Field(max_length=2000)
    wait: bool = False


async def offered(desks: Desks | None, said: object, base_url: str) -> dict[str, Any] | None:
    """Give the share that goes with a token; none is better than a token that comes late."""
    host, asked = urlsplit(base_url).netloc, _asked_for(said)
    if not desks or not asked or not host:
        return None
    ticket = Ticket(host, asked.holder, asked.most, asked.learns)
    if not (text := ticket.sealed()):
        return None
    try:
        share = await asyncio.wait_for(desks.of(host).ask(asked.wanted(ticket)), OFFER_WITHIN)
    except _TROUBLES as error:
        log.warning("No slots could be handed out for %s (%s): tasks go on without.", host, type(error).__name__)
        return None
    return asdict(share) | {"ticket": text}


def _asked_for(said: object) -> SlotsAsk | None:
    try:
        return SlotsAsk.model_validate(said)
    except ValidationError:
        return None


def add_slots(app: FastAPI, desks: Desks) -> None:
    """Add the route that renews shares."""

    @app.post("/slots")
    async def slots(request: Request) -> JSONResponse:
        body = await body_of(request)
        if body is None:
            return error_answer(413, "invalid", f"a request has at most {LONGEST_BODY} bytes")
        try:
            asked = SlotsRequest.model_validate_json(body)
        except ValidationError:
            return error_answer(422, "invalid", "not a request of this provider: are both sides of one version?")
        ticket = opened(asked.ticket)
        if ticket is None:
            return error_answer(401, "unauthorized", "not a ticket of this Airflow")
        try:
            share = await _asked(request, desks.of(ticket.host), asked.wanted(ticket), PATIENCE if asked.wait else 0.0)
        except _TROUBLES as error:
            log.warning("No slots could be handed out for %s (%s).", ticket.host, type(error).__name__)
            return error_answer(503, "unavailable", "the api-server cannot hand out slots just now; ask again")
        return JSONResponse(asdict(share), headers=NO_STORE)


async def _asked(request: Request, desk: Desk, want: Want, patience: float) -> Share:
    """Wait for the share; whoever leaves in the meantime leaves the row."""
    asking = asyncio.ensure_future(desk.ask(want, patience))
    # not `request.is_disconnected()`: behind Airflow's middleware it never tells
    leaving = asyncio.ensure_future(_gone(request))
    try:
        await asyncio.wait({asking, leaving}, return_when=asyncio.FIRST_COMPLETED)
        if leaving.done():
            return await desk.ask(replace(want, want=0, keep=0, number=want.number + 1))
        return asking.result()
    finally:
        asking.cancel()
        leaving.cancel()


async def _gone(request: Request) -> None:
    """Wait until the caller has hung up."""
    while (await request.receive())["type"] != "http.disconnect":
        pass
