"""The routes of the pages. Each asks first who is looking; work that waits is done on the broker's own threads."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from airflow.api_fastapi.app import API_ROOT_PATH
from airflow.configuration import conf
from airflow.sdk.log import mask_secret
from fastapi import FastAPI, Request  # noqa: TC002 FastAPI reads the annotations of routes
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.exc import SQLAlchemyError

from airflow_provider_workfront.api.errors import ConnectionSettingsError, WorkfrontError
from airflow_provider_workfront.api.logs import get_logger
from airflow_provider_workfront.broker import authorization
from airflow_provider_workfront.broker.overview import found, overview
from airflow_provider_workfront.broker.server import settings_of
from airflow_provider_workfront.pages.flow import Flow, Refusal, Seals, answer_in, check_tenant, code_of
from airflow_provider_workfront.pages.view import HEADERS, page
from airflow_provider_workfront.pages.visitor import NotLoggedIn, Visitor, missing, visitor_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Executor

    from airflow_provider_workfront.connection import Settings

T = TypeVar("T")
log = get_logger("airflow_provider_workfront.broker")

FLOW, NOTE = "workfront_flow", "workfront_note"  # cookies
HERE = f"{API_ROOT_PATH}workfront/"
LONGEST_FORM = 16_384
SETTLED = {"jwt", "ims", "api_key", "cannot be used", "connection deleted", "newer"}
"""States in which there is nothing to authorize."""


def add_pages(app: FastAPI, threads: Executor) -> None:
    """Add the pages to the broker's application."""
    pages = Pages(threads, Seals(conf.get("api", "secret_key")))
    app.add_api_route("/", pages.listing, include_in_schema=False)
    app.add_api_route("/connections/{conn_id:path}", pages.connection, include_in_schema=False)
    app.add_api_route("/authorize", pages.authorize, methods=["POST"], include_in_schema=False)
    app.add_api_route("/callback", pages.callback, include_in_schema=False)
    app.add_api_route("/code", pages.pasted, methods=["POST"], include_in_schema=False)
    app.add_exception_handler(Refusal, _refused)
    app.add_exception_handler(NotLoggedIn, _to_login)
    app.add_exception_handler(WorkfrontError, _failed)
    app.add_exception_handler(SQLAlchemyError, _away)


@dataclass(frozen=True, slots=True)
class Pages:
    """What the routes share."""

    threads: Executor
    seals: Seals

    async def listing(self, request: Request) -> Response:
        """Show every Workfront connection that this user may see, and how it stands."""
        visitor = await self._visitor(request)
        rows = await self._run(partial(_rows, visitor))
        may_add = not rows and await self._run(visitor.may_add)
        return self._page("list.html", visitor, rows, may_add=may_add)

    async def connection(self, request: Request, conn_id: str) -> Response:
        """Show one connection: its state, what to register in Workfront, the button, and the form for a code."""
        visitor = await self._visitor(request)
        await self._run(partial(visitor.require_sight, conn_id))
        row = await self._run(partial(_row, visitor, conn_id))
        if row is None:
            raise missing(conn_id)
        note = self.seals.noted(request.cookies.get(NOTE, ""))
        shown = {
            "row": row,
            "redirect_uri": await self._run(partial(_goal, row, redirect_uri(request))),
            "note": note if note.get("to") == conn_id else {},
        }
        response = self._page("connection.html", visitor, [row], **shown)
        response.delete_cookie(NOTE, path=HERE)
        return response

    async def authorize(self, request: Request) -> Response:
        """Send the browser to Workfront, which asks for consent."""
        visitor, form = await self._posted(request)
        settings = await self._run(partial(_editable, visitor, form.get("conn_id", "")))
        flow, address = _begun(settings, visitor, redirect_uri(request))
        response = RedirectResponse(address, 303, HEADERS)
        self._set_cookie(request, response, FLOW, self.seals.sealed(flow))
        return response

    async def callback(self, request: Request) -> Response:
        """Take what Workfront sends back."""
        query = dict(request.query_params)
        request.scope["query_string"] = b""  # Airflow logs it, and a code is a secret while it lasts
        visitor = await self._visitor(request)
        flow = self.seals.opened(request.cookies.get(FLOW, ""))
        code = code_of(query, flow, visitor.id)
        assert flow is not None  # noqa: S101 code_of refuses that
        return await self._exchanged(request, visitor, flow, query, code)

    async def pasted(self, request: Request) -> Response:
        """Take a code, or the whole address it stands in, that a person pasted."""
        visitor, form = await self._posted(request)
        conn_id, query = form.get("conn_id", ""), answer_in(form.get("code", ""))
        flow = self.seals.opened(request.cookies.get(FLOW, ""))
        if flow is None or flow.conn_id != conn_id or flow.user_id != visitor.id:
            raise Refusal(
                "Press Authorize first",
                "A code can be used only in the browser in which Authorize was pressed for this connection, within ten "
                "minutes, and while the api-server keeps its `[api] secret_key`.",
                conn_id=conn_id,
            )
        code = code_of(query | {"state": query.get("state") or flow.state}, flow, visitor.id)
        return await self._exchanged(request, visitor, flow, query, code)

    async def _exchanged(
        self, request: Request, visitor: Visitor, flow: Flow, query: dict[str, str], code: str
    ) -> Response:
        settings = await self._run(partial(_editable, visitor, flow.conn_id))
        check_tenant(query, settings.host, flow.conn_id)
        mask_secret(code)
        work = partial(authorization.authorized, settings, code, flow.redirect_uri, flow.pkce, visitor.who)
        try:
            done = await self._run(work)
        except WorkfrontError as error:
            raise Refusal("Workfront gave no tokens", str(error), status=502, conn_id=flow.conn_id) from None
        response = RedirectResponse(f"{HERE}connections/{quote(flow.conn_id, safe='')}", 303, HEADERS)
        note = self.seals.note(to=flow.conn_id, user=done.user, before=done.before)
        self._set_cookie(request, response, NOTE, note)
        response.delete_cookie(FLOW, path=HERE)
        return response

    async def _visitor(self, request: Request) -> Visitor:
        visitor = await visitor_of(request)
        await self._run(visitor.require_entry)
        return visitor

    async def _posted(self, request: Request) -> tuple[Visitor, dict[str, str]]:
        visitor = await self._visitor(request)
        body = b""
        async for part in request.stream():
            body += part
            if len(body) > LONGEST_FORM:
                raise Refusal("Too long", f"A form has at most {LONGEST_FORM} bytes.", status=413)
        form = dict(parse_qsl(body.decode("utf-8", "replace")))
        if not self.seals.is_own_form(form.get("form_token", ""), visitor.id):
            raise Refusal(
                "This form is not from here",
                "It was made by another site, for another user, or too long ago; or the api-server was restarted with "
                "another `[api] secret_key` meanwhile.",
                status=403,
            )
        return visitor, form

    def _page(self, template: str, visitor: Visitor, rows: list[dict[str, Any]], **shown: Any) -> Response:
        token = self.seals.form_token(visitor.id)
        targets = [row["workfront"] for row in rows if row["may_authorize"]]
        return page(template, targets=targets, here=HERE, airflow=API_ROOT_PATH, form_token=token, rows=rows, **shown)

    def _set_cookie(self, request: Request, response: Response, name: str, value: str) -> None:
        is_secure = urlsplit(redirect_uri(request)).scheme == "https"
        # Lax: it has to come along when Workfront sends the browser back
        response.set_cookie(name, value, 600, path=HERE, secure=is_secure, httponly=True, samesite="lax")

    async def _run(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self.threads, work)


def redirect_uri(request: Request) -> str:
    """Give the address that Workfront shall send the browser back to; to be registered there, letter for letter."""
    base = conf.get("api", "base_url", fallback="") or str(request.base_url).removesuffix("workfront/")
    return f"{base.rstrip('/')}/workfront/callback"


def _begun(settings: Settings, visitor: Visitor, back_to: str) -> tuple[Flow, str]:
    goal = settings.redirect_uri or back_to
    flow = Flow.begun(settings.conn_id, visitor.id, goal, pkce=settings.pkce)
    return flow, authorization.consent_url(settings, goal, flow.state, flow.pkce)


def _rows(visitor: Visitor) -> list[dict[str, Any]]:
    """Return a row for each connection that this visitor may see in Airflow, and whether they may authorize it."""
    rows = [row for row in overview() if row["state"] != "set aside"]
    visible = visitor.visible(row["conn_id"] for row in rows)
    return [_seen(visitor, row) for row in rows if row["conn_id"] in visible]


def _row(visitor: Visitor, conn_id: str) -> dict[str, Any] | None:
    """Return the row of one connection, found as a task finds it: in the database, environment or a secrets backend."""
    row = found(conn_id)
    return _seen(visitor, row) if row else None


def _seen(visitor: Visitor, row: dict[str, Any]) -> dict[str, Any]:
    return row | {"may_authorize": row["state"] not in SETTLED and visitor.may("PUT", row["conn_id"])}


def _editable(visitor: Visitor, conn_id: str) -> Settings:
    visitor.require_edit(conn_id)
    try:
        settings = settings_of(conn_id)
    except ConnectionSettingsError as error:
        raise Refusal("The connection cannot be used", str(error), "Correct it in Airflow.", conn_id=conn_id) from None
    if settings is None:
        raise missing(conn_id)
    return settings


def _goal(row: dict[str, Any], back_to: str) -> str:
    """Give the redirect URL that this connection asks consent with; of use only to who may authorize it."""
    settings = settings_of(row["conn_id"]) if row["may_authorize"] else None
    return (settings.redirect_uri if settings else "") or back_to


async def _failed(request: Request, error: Exception) -> Response:
    return await _refused(request, Refusal("It cannot be done", str(error), status=409))


async def _away(request: Request, error: Exception) -> Response:
    log.error("A page failed: %s", type(error).__name__)  # and no more: the text shows the statement
    text = f"The database did not answer, or takes no writes ({type(error).__name__})."
    advice = "Nothing was stored. Ask whoever runs this Airflow's database, then try again."
    return await _refused(request, Refusal("Airflow's database cannot be used", text, advice, status=503))


async def _refused(request: Request, refusal: Exception) -> Response:
    assert isinstance(refusal, Refusal)  # noqa: S101 it is registered for nothing else
    response = page("refused.html", status=refusal.status, here=HERE, airflow=API_ROOT_PATH, refusal=refusal)
    if request.url.path.endswith("/callback"):
        response.delete_cookie(FLOW, path=HERE)
    return response


async def _to_login(request: Request, _: Exception) -> Response:
    if request.url.path.endswith("/callback"):
        text = "Your login to Airflow has ended meanwhile, so the answer was not used."
        return await _refused(request, Refusal("You are logged out of Airflow", text, status=401))
    back = redirect_uri(request).removesuffix("callback")
    return RedirectResponse(f"{API_ROOT_PATH}api/v2/auth/login?{urlencode({'next': back})}", 303, HEADERS)
