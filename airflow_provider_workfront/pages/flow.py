"""One authorization under way: what the browser keeps in a signed cookie, and what to make of Workfront's answer.

Between the button and the return nothing is stored on our side. The cookie binds the answer to the browser and the
Airflow user that began, and to one connection; the random `state` that travels through Workfront binds it to this try.
"""

from __future__ import annotations

import hmac
import re
import secrets
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

from itsdangerous import BadData, URLSafeTimedSerializer

from airflow_provider_workfront.auth.oauth import Pkce

if TYPE_CHECKING:
    from collections.abc import Mapping

WITHIN = 600  # seconds for a person to log in and to consent
LANES = {"my", "preview", "sb01", "sb02", "testdrive"}
_HOST = re.compile(r"(?:origin[.-])?(?P<domain>[^.]+)\.(?P<lane>[^.]+)\.workfront(?:\.adobe)?\.com")
_AGAIN = "Nothing was stored. Go back and press Authorize again."


@dataclass(frozen=True, slots=True)
class Flow:
    """An authorization that was begun: by whom, for which connection, and the secrets that prove the answer ours."""

    conn_id: str
    user_id: str
    redirect_uri: str
    state: str = field(repr=False)
    verifier: str = field(default="", repr=False)

    @classmethod
    def begun(cls, conn_id: str, user_id: str, redirect_uri: str, *, pkce: bool) -> Flow:
        """Begin: 256 random bits of state, and of PKCE verifier if wanted."""
        verifier = Pkce.of(secrets.token_bytes(32)).verifier if pkce else ""
        return cls(conn_id, user_id, redirect_uri, secrets.token_urlsafe(32), verifier)

    @property
    def pkce(self) -> Pkce | None:
        """Give the PKCE pair, if there is one."""
        return Pkce.again(self.verifier) if self.verifier else None


class Refusal(Exception):
    """An authorization, or a visit, that ends here: what happened, what to do, and the HTTP status."""

    def __init__(
        self, title: str, happened: str, advice: str = _AGAIN, *, status: int = 400, conn_id: str = ""
    ) -> None:
        super().__init__(title)
        self.title, self.happened, self.advice, self.status, self.conn_id = title, happened, advice, status, conn_id


@dataclass(frozen=True, slots=True)
class Seals:
    """Signs what a browser keeps for us, with `[api] secret_key`, which all api-servers share."""

    secret_key: str = field(repr=False)

    def sealed(self, flow: Flow) -> str:
        """Give the cookie's value."""
        return str(self._signer("flow").dumps(asdict(flow)))

    def opened(self, cookie: str) -> Flow | None:
        """Read a cookie back; None if it is missing, forged or older than ten minutes."""
        try:
            return Flow(**self._signer("flow").loads(cookie, max_age=WITHIN))
        except (BadData, TypeError):
            return None

    def form_token(self, user_id: str) -> str:
        """Give what a form of ours carries, so that no other site can post in this user's name."""
        return str(self._signer("form").dumps(user_id))

    def is_own_form(self, token: str, user_id: str) -> bool:
        """Tell whether a posted form is ours, made for this user within the last 12 hours."""
        try:
            made_for = self._signer("form").loads(token, max_age=12 * 3600)
        except BadData:
            return False
        return hmac.compare_digest(str(made_for).encode(), user_id.encode())

    def note(self, **said: str) -> str:
        """Seal what the next page is to say."""
        return str(self._signer("note").dumps(said))

    def noted(self, cookie: str) -> dict[str, str]:
        """Read what this page is to say; nothing if there is nothing, or nothing of ours."""
        try:
            found: dict[str, str] = self._signer("note").loads(cookie, max_age=60)
        except BadData:
            return {}
        return found

    def _signer(self, purpose: str) -> URLSafeTimedSerializer:
        return URLSafeTimedSerializer(self.secret_key, salt=f"airflow-provider-workfront {purpose}")


def answer_in(text: str) -> dict[str, str]:
    """Read what a person pasted: the whole address that Workfront led to, or the code alone."""
    text = text.strip()
    return dict(parse_qsl(urlsplit(text).query)) if "code=" in text or "error=" in text else {"code": text}


def code_of(query: Mapping[str, str], flow: Flow | None, user_id: str) -> str:
    """Give the code that Workfront sent back; raises Refusal if it is not the answer to what this user began here."""
    if flow is None:
        raise Refusal(
            "No authorization is under way in this browser",
            "It was begun more than ten minutes ago, in another browser, or has been answered already; or this address "
            "was not made by Workfront. Or the api-server was restarted with another `[api] secret_key` meanwhile; all "
            "api-servers need the same one.",
            "Nothing was stored. Press Authorize again. If you came from `airflow workfront authorize`, copy the "
            "address of this page into the terminal.",
        )
    if not hmac.compare_digest(flow.user_id.encode(), user_id.encode()):  # first: nothing else names the connection
        raise Refusal("Another user began this", "You are logged in to Airflow as somebody else now.", status=403)
    if query.get("error"):
        raise _denied(query, flow)
    if not query.get("state"):
        raise Refusal(
            "Workfront did not return the state",
            "Without it nobody can know that this answer belongs to what you began here, so it was not used.",
            "Nothing was stored. Press Authorize again, and paste the address that Workfront leads you to into the "
            "form under the button.",
            conn_id=flow.conn_id,
        )
    if not hmac.compare_digest(query["state"].encode(), flow.state.encode()):
        raise Refusal(
            "This answer belongs to another try",
            "The state in it is not the one that was sent: perhaps Authorize was pressed twice.",
            conn_id=flow.conn_id,
        )
    return _code(query, flow)


def _code(query: Mapping[str, str], flow: Flow) -> str:
    if code := query.get("code", ""):
        return code
    raise Refusal("Workfront sent no code", "Its answer holds neither a code nor an error.", conn_id=flow.conn_id)


def _denied(query: Mapping[str, str], flow: Flow) -> Refusal:
    if query["error"] == "access_denied":
        return Refusal("Consent was denied", "In Workfront somebody chose not to allow access.", conn_id=flow.conn_id)
    said = f"{query['error']} {query.get('error_description', '')}".strip()[:200]
    return Refusal("Workfront refused", f"It said: {said}.", conn_id=flow.conn_id)


def check_tenant(query: Mapping[str, str], host: str, conn_id: str) -> None:
    """Refuse an answer that comes from another Workfront than the connection's.

    Workfront returns `domain` and `lane` beside the code. Its documents show one lane only (`preview`), so a lane that
    is none of the known parts of a host proves nothing; nor does either where the host is a gateway of your own.
    """
    ours = _HOST.fullmatch(host.partition(":")[0].lower())
    if ours is None:
        return
    domain, lane = query.get("domain", "").lower(), query.get("lane", "").lower()
    if (domain and domain != ours["domain"]) or (lane in LANES and lane != ours["lane"]):
        raise Refusal(
            "This answer comes from another Workfront",
            f"The connection leads to {host}; the answer is from domain {domain or '(none)'}, lane {lane or '(none)'}.",
            "Nothing was stored. Check the connection's host, and in which Workfront you are logged in.",
            conn_id=conn_id,
        )
