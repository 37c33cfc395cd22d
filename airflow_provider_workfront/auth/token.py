"""What the token endpoint answered: a token, a refusal, or nothing one may rely on.

Strict where a wrong value would be stored or sent (a token must be usable as a header value), loose where
Workfront documents nothing firm: `expires_in` may be 0, missing or text; `refresh_token` may be missing.
"""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass, field
from typing import Any

from airflow_provider_workfront.api.errors import printable
from airflow_provider_workfront.api.request import Lost, Response, loads

LONGEST_LIFETIME = 366 * 24 * 3600  # beyond a year `expires_in` is no number of seconds one can believe
_HEADER_SAFE = re.compile(r"[\x21-\x7e]{1,16384}")
_REASON_LIMIT = 300
_UNSHOWN = "an answer that is not shown, since its host is not Workfront's (see [workfront] allowed_hosts)"


@dataclass(frozen=True, slots=True)
class Token:
    """Tokens as granted. `lifetime` is in seconds, None when unknown; `refresh_token` is empty when none came."""

    access_token: str = field(repr=False)
    refresh_token: str = field(default="", repr=False)
    lifetime: int | None = None
    user_id: str = ""
    token_type: str = ""


@dataclass(frozen=True, slots=True)
class Refused:
    """The server says that this refresh token, code or assertion is not good."""

    reason: str


@dataclass(frozen=True, slots=True)
class Misconfigured:
    """The request itself cannot work (client, address, blocked caller); the token was surely not spent."""

    reason: str


@dataclass(frozen=True, slots=True)
class NotSent:
    """The request surely never reached the server."""

    reason: str


@dataclass(frozen=True, slots=True)
class Ambiguous:
    """Nobody can know whether the server carried it out: the token may have been spent."""

    reason: str
    retry_after: float = 0.0


Outcome = Token | Refused | Misconfigured | NotSent | Ambiguous


def outcome(answer: Response | Lost, *, is_workfront: bool = True) -> Outcome:
    """Classify an answer of the token endpoint (or of the JWT exchange).

    The words of a host that is not Workfront's are not shown: whoever edits a connection could read with them what
    answers at addresses that only the api-server reaches.
    """
    if isinstance(answer, Lost):
        return Ambiguous(answer.reason) if answer.sent else NotSent(answer.reason)
    body = _object(answer)
    reason = _reason(answer, body) if is_workfront else f"HTTP {answer.status}: {_UNSHOWN}"
    if answer.status == 200:
        return _granted(body) if "access_token" in body else _unlike_a_token(answer, body, reason)
    if answer.status == 429 or answer.status >= 500:
        return Ambiguous(reason, _seconds(answer.headers.get("retry-after")))
    if answer.status in {400, 401} and body and not _blames_the_client(body):
        return Refused(reason)
    return Misconfigured(reason)


def _granted(body: dict[str, Any]) -> Outcome:
    access, refresh = body["access_token"], body.get("refresh_token") or ""
    if not _is_token(access) or (refresh and not _is_token(refresh)):
        return Ambiguous("the token endpoint answered 200 with something that is no token")
    user_id = body.get("wid")
    return Token(
        access,
        refresh,
        lifetime(body.get("expires_in")),
        user_id if isinstance(user_id, str) else "",
        str(body.get("token_type") or ""),
    )


def lifetime(expires_in: object) -> int | None:
    """Read `expires_in` in seconds; 0, missing, negative, absurd or no number at all means unknown (None).

    Workfront's own sample shows 0, so 0 must not mean "expired already".
    """
    if isinstance(expires_in, bool) or not isinstance(expires_in, int | float | str):
        return None
    try:
        seconds = float(expires_in)
    except ValueError:
        return None
    return int(seconds) if math.isfinite(seconds) and 1 <= seconds <= LONGEST_LIFETIME else None


def _is_token(value: object) -> bool:
    return isinstance(value, str) and _HEADER_SAFE.fullmatch(value) is not None


def _object(answer: Response) -> dict[str, Any]:
    try:
        body = loads(answer.body)
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def _unlike_a_token(answer: Response, body: dict[str, Any], reason: str) -> Outcome:
    if body.get("error") is True or isinstance(body.get("error"), dict | str):
        if _blames_the_client(body):
            return Misconfigured(reason)
        # any error may come under 200: only one that speaks of the grant says that the grant is dead
        return Refused(reason) if "grant" in json.dumps(body).lower() else Ambiguous(reason)
    kind = _UNSHOWN if reason.endswith(_UNSHOWN) else _kind(answer)
    return Ambiguous(f"the token endpoint answered 200 with {kind} instead of a token")


def _blames_the_client(body: dict[str, Any]) -> bool:
    """Tell a wrong client ID or secret from a dead token: the exact `type` values are undocumented."""
    said = " ".join(str(body.get(key, "")) for key in ("type", "error", "message", "error_description")).lower()
    return "client" in said or "redirect" in said or "unsupported_grant" in said or "invalid_request" in said


def _reason(answer: Response, body: dict[str, Any]) -> str:
    """Say what came back: the server's own short words, never the whole body (it may echo a secret)."""
    said = body.get("message") or body.get("error_description") or body.get("type") or ""
    nested = body.get("error")
    if not said and isinstance(nested, dict):
        said = nested.get("message", "")
    if not said and isinstance(nested, str):
        said = nested
    kind = body.get("type")
    text = f"{kind}: {said}" if isinstance(kind, str) and kind != said and said else said
    return printable(f"HTTP {answer.status}: {text or _kind(answer)}"[:_REASON_LIMIT])


def _kind(answer: Response) -> str:
    content_type = answer.headers.get("content-type", "").split(";")[0].strip()
    return f"{printable(content_type) or 'an answer without a type'} ({len(answer.body)} bytes)"


def _seconds(retry_after: str | None) -> float:
    try:
        return min(max(float(retry_after or 0), 0.0), 60.0)
    except ValueError:
        return 0.0
