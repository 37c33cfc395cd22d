"""Sessions: what an access token really is, and who a request comes from (rules 36 to 42)."""

from __future__ import annotations

import secrets
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

from airflow_provider_workfront.simulator.wire import ApiError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from airflow_provider_workfront.simulator.clock import Clock
    from airflow_provider_workfront.simulator.http import Request
    from airflow_provider_workfront.simulator.options import Options
    from airflow_provider_workfront.simulator.world import World

NOT_LOGGED_IN = "You are not currently logged in."
API_KEY = "apiKey"  # in the row of its user, but no field of the type: reads never show it
COOKIES = ("attask", "wf-auth")


@dataclass(slots=True)
class Session:
    """Remember one session."""

    user_id: str
    family: str
    opened: float
    used: float
    is_ims: bool = False


class Sessions:
    """Open, find and end sessions."""

    def __init__(self, options: Options, clock: Clock) -> None:
        self._options = options
        self._clock = clock
        self._sessions: dict[str, Session] = {}
        self._lock = threading.Lock()

    def open(self, user_id: str, family: str = "", *, is_ims: bool = False) -> str:
        """Begin a session and give its ID, which is the access token."""
        session_id = secrets.token_hex(16)
        now = self._clock.now()
        with self._lock:
            self._sessions[session_id] = Session(user_id, family, now, now, is_ims)
        return session_id

    def use(self, session_id: str, *, is_ims: bool = False) -> str | None:
        """Give the user of a session that is alive, and keep it alive."""
        with self._lock:
            session = self._sessions.get(session_id)
            if session is None or session.is_ims != is_ims or self._is_over(session):
                return None
            session.used = self._clock.now()
            return session.user_id

    def close(self, session_ids: Iterable[str]) -> None:
        """End these sessions (rule 42)."""
        with self._lock:
            for session_id in session_ids:
                self._sessions.pop(session_id, None)

    def close_family(self, family: str) -> None:
        """End the sessions that came from one authorization."""
        with self._lock:
            ended = [key for key, session in self._sessions.items() if session.family == family]
        self.close(ended)

    def expire(self) -> int:
        """End every session at once, as a restart of Workfront would, and say how many there were."""
        with self._lock:
            count = len(self._sessions)
            self._sessions.clear()
        return count

    def _is_over(self, session: Session) -> bool:
        now, options = self._clock.now(), self._options
        too_old = options.session_seconds is not None and now - session.opened >= options.session_seconds
        idle = options.session_idle_seconds is not None and now - session.used >= options.session_idle_seconds
        return too_old or idle


def not_logged_in() -> ApiError:
    """Give the answer to a dead session (reference 2.10)."""
    return ApiError(401, "com.attask.common.AuthenticationException", NOT_LOGGED_IN)


def session_ids(request: Request) -> list[str]:
    """Give the session IDs a request carries: header, query, form, cookie."""
    named = [value for name, value in request.query + request.form if name.lower() == "sessionid"]
    cookies = [request.cookies[name] for name in COOKIES if name in request.cookies]
    return [value for value in (request.headers.get("sessionid", ""), *named, *cookies) if value]


class Callers:
    """Say on whose behalf a request comes."""

    def __init__(self, options: Options, sessions: Sessions, world: World) -> None:
        self._options = options
        self._sessions = sessions
        self._world = world

    def identify(self, request: Request, verb: str) -> str:
        """Give the user ID, or raise the 401 that Workfront answers."""
        query = dict(request.query)
        if token := request.headers.get("sessionid") or query.get("sessionID") or dict(request.form).get("sessionID"):
            return self._user(self._sessions.use(token))  # rule 36
        if key := request.headers.get("apikey") or query.get("apiKey"):
            return self._user(self._key_owner(key))  # rule 39
        if "apiKey" in dict(request.form):
            raise ApiError(401, "com.attask.common.AuthenticationException", "{0}")  # rule 39
        if request.headers.get("authorization", "").lower().startswith("bearer "):
            return self._user(self._ims_user(request))
        return self._user(self._cookie_user(request, verb))

    def _key_owner(self, key: str) -> str | None:
        owners = self._world.find("USER", **{API_KEY: key}) if self._options.api_keys else []
        return owners[0]["ID"] if owners else None

    def _ims_user(self, request: Request) -> str | None:
        if not self._options.ims or not request.headers.get("x-gw-ims-org-id"):
            return None  # rule 37
        return self._sessions.use(request.headers["authorization"][7:].strip(), is_ims=True)

    def _cookie_user(self, request: Request, verb: str) -> str | None:
        tokens = [request.cookies[name] for name in COOKIES if name in request.cookies]
        if not tokens or verb != "GET" or request.method != "GET":
            return None  # rule 40: a page elsewhere could make the browser write
        return self._sessions.use(tokens[0])

    def _user(self, user_id: str | None) -> str:
        if user_id is None:
            raise not_logged_in()
        return user_id
