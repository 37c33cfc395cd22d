"""The simulator: one function from a request to a response, and all it remembers."""

from __future__ import annotations

import re
import secrets
import time
from dataclasses import replace
from gzip import compress
from random import Random
from typing import TYPE_CHECKING, Any

from airflow_provider_workfront.simulator.account import info_data, session_data
from airflow_provider_workfront.simulator.authorize import AUTHORIZE, Authorize
from airflow_provider_workfront.simulator.clock import Clock
from airflow_provider_workfront.simulator.control import ROOT, Control
from airflow_provider_workfront.simulator.documents import DOWNLOAD
from airflow_provider_workfront.simulator.faults import Fault, Faults, mistreat
from airflow_provider_workfront.simulator.grants import Grants
from airflow_provider_workfront.simulator.large import fill
from airflow_provider_workfront.simulator.limits import Gate
from airflow_provider_workfront.simulator.oauth import IMS_TOKEN, JWT_EXCHANGE, TOKEN, App, Apps, OAuth
from airflow_provider_workfront.simulator.options import Options
from airflow_provider_workfront.simulator.rest import Rest
from airflow_provider_workfront.simulator.sessions import API_KEY, Callers, Sessions, session_ids
from airflow_provider_workfront.simulator.stats import API, Stats
from airflow_provider_workfront.simulator.subscriptions import EVENT_ROOT, Subscriptions
from airflow_provider_workfront.simulator.wire import UNSUPPORTED, ApiError, failure, not_found, page, success
from airflow_provider_workfront.simulator.world import World

if TYPE_CHECKING:
    from airflow_provider_workfront.simulator.http import Request, Response

GZIP_FROM = 1024  # rule 9
TOKEN_PATHS = frozenset({TOKEN, JWT_EXCHANGE, IMS_TOKEN})


class Simulator:
    """Play one Workfront customer."""

    def __init__(
        self, options: Options | None = None, world: World | None = None, faults: tuple[Fault, ...] = ()
    ) -> None:
        self.options = options = options or Options()
        self.clock = Clock()
        self.world = world or World(options, self.clock.utc)
        fill(self.world, options.projects, options.tasks)
        self.sessions = Sessions(options, self.clock)
        self.grants = Grants(options, self.clock)
        self.faults = Faults(options, list(faults))
        self.gate = Gate(options.concurrency)
        self.apps = Apps()
        self.oauth = OAuth(options, self.apps, self.grants, self.sessions, self.world)
        self._authorize = Authorize(options, self.apps, self.grants, self.world)
        self._control = Control(self)
        self._rest = Rest(self.world, options)
        self._stats = Stats()
        self._random = Random(options.seed)
        self.credentials = self._enrol()
        self._callers = Callers(options, self.sessions, self.world)
        self.subscriptions = Subscriptions(self.world, self.clock)

    def answer(self, request: Request) -> Response:
        """Answer one request."""
        if request.path.startswith(ROOT) and request.path != IMS_TOKEN:
            return self._control.answer(request)
        response = self._gated(request) if request.path.startswith(API) else self._troubled(request)
        self._stats.note(request, response)
        return response

    def stats(self) -> dict[str, Any]:
        """Give what was counted, and the state of every refresh token by its hash."""
        return self._stats.numbers() | {
            "refreshes": self.grants.refreshes,
            "reuse": self.grants.reuse,
            "refusals": self.oauth.refusals,
            "peak_concurrency": self.gate.peak,
            "refresh_tokens": self.grants.listing(),
        }

    def reset_stats(self) -> None:
        """Begin counting anew."""
        self._stats.reset()
        self.grants.reset_counts()
        self.oauth.refusals = self.gate.peak = 0

    def _enrol(self) -> dict[str, str]:
        """Register the first application and authorize it for the administrator."""
        options = self.options
        app = App(
            options.client_id or secrets.token_hex(16),
            options.client_secret or secrets.token_urlsafe(24),
            options.redirect_uris,
            (options.public_key,) if options.public_key else (),
        )
        self.apps.register(app)
        if options.public_client_id:
            self.apps.register(App(options.public_client_id, "", options.redirect_uris))
        token, _ = self.grants.begin(app.client_id, "", self.world.admin_id, options.refresh_token)
        key = options.api_key or secrets.token_hex(16)
        self.world.update("USER", self.world.admin_id, {API_KEY: key})
        secret = app.client_secret
        return {"client_id": app.client_id, "client_secret": secret, "refresh_token": token, "api_key": key}

    def _gated(self, request: Request) -> Response:
        if not self.gate.enter():
            return mistreat(Fault("429"), request, None, self.options.retry_after)
        delay = 0.0
        try:
            response = self._troubled(request)
            delay = response.delay
        finally:
            self.gate.leave(delay)
        return response

    def _troubled(self, request: Request) -> Response:
        """Carry the request out, unless a fault wants it otherwise."""
        fault = self.faults.pick(request)
        if fault is None:
            return self._carry_out(request)
        if fault.do == "expire":
            self.sessions.expire()
            return self._carry_out(request)
        if fault.when == "after":
            return mistreat(fault, request, self._carry_out(request), self.options.retry_after)
        if fault.do == "slow":
            time.sleep(fault.delay)  # noqa: TID251 - carried out late, maybe after the client gave up
            return self._carry_out(request)
        return mistreat(fault, request, None, self.options.retry_after)

    def _carry_out(self, request: Request) -> Response:
        response = self._packed(request, self._route(request))
        latency = self.options.latency_seconds + self.options.jitter_seconds * self._random.random()
        return replace(response, delay=response.delay + latency)

    def _route(self, request: Request) -> Response:
        allowed = self.options.allowed_addresses
        if len(request.target) > self.options.max_target_bytes:
            return page(414, "Request-URI Too Long")  # rule 14
        if allowed and request.client not in allowed:
            return page(403, "IP blocked")  # rule 44
        if request.path.startswith(f"{EVENT_ROOT}/"):
            return self.subscriptions.answer(request, self._callers.identify)
        if request.path == AUTHORIZE:
            return self._authorize.answer(request)
        if request.path in TOKEN_PATHS:
            return self.oauth.answer(request)
        if request.path.startswith(API) or request.path == DOWNLOAD:
            return self._api(request)
        return page(404, "Not Found")

    def _api(self, request: Request) -> Response:
        try:
            return self._api_route(request)
        except ApiError as error:
            return failure(error)

    def _api_route(self, request: Request) -> Response:
        name = request.path.rstrip("/").rsplit("/", 1)[-1].lower()
        if name == "login":
            raise ApiError(400, UNSUPPORTED, "Login with user name and password is no longer available.")  # rule 41
        if name == "info":
            return success(info_data())
        if request.path == DOWNLOAD:
            return self._download(request)
        user_id = self._callers.identify(request, _verb(request))
        if name == "logout":
            self.sessions.close(session_ids(request))
            return success({"success": True})  # rule 42
        if name == "session":
            return success(session_data(self.world, user_id, next(iter(session_ids(request)), "")))
        return self._rest.answer(request, user_id)

    def _download(self, request: Request) -> Response:
        query, documents = dict(request.query), self._rest.writes.documents
        document_id = query.get("ID", "")
        if not documents.is_passed(document_id, query.get("token", "")):
            user_id = self._callers.identify(request, "GET")
            if not self.world.may_see(user_id, document_id):
                raise not_found("Document", document_id)
        return documents.download(document_id)

    def _packed(self, request: Request, response: Response) -> Response:
        """Compress, unless the client says that it takes no gzip; one that says nothing has to cope (rule 9)."""
        if not takes_gzip(request.headers.get("accept-encoding")) or not self.options.gzip:
            return response
        if len(response.body) <= GZIP_FROM or "content-encoding" in response.headers:
            return response
        headers = {**response.headers, "content-encoding": "gzip"}
        return replace(response, headers=headers, body=compress(response.body, compresslevel=1))


def takes_gzip(accepted: str | None) -> bool:
    """Read `Accept-Encoding`; without one anything goes."""
    if accepted is None:
        return True
    weights = {name.strip().lower(): rest.replace(" ", "") for name, _, rest in _codings(accepted)}
    weight = weights.get("gzip", weights.get("*"))
    return weight is not None and not re.fullmatch(r"q=0(\.0*)?", weight)


def _codings(accepted: str) -> list[tuple[str, str, str]]:
    return [word.partition(";") for word in accepted.split(",")]


def _verb(request: Request) -> str:
    named = (value for name, value in request.query + request.form if name == "method")
    return next(named, request.method).upper()
