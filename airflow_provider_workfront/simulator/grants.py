"""Authorization codes and refresh tokens: the part of OAuth that has a memory (rules 20 to 33)."""

from __future__ import annotations

import hashlib
import secrets
import threading
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from typing import TYPE_CHECKING

from airflow_provider_workfront.simulator.http import Response, json_response

if TYPE_CHECKING:
    from airflow_provider_workfront.simulator.clock import Clock
    from airflow_provider_workfront.simulator.options import Options


class TokenError(Exception):
    """Refuse at the token endpoint; its dialect is not the API's (rule 28)."""

    def __init__(self, status: int, kind: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.kind = kind
        self.message = message

    def response(self) -> Response:
        """Give the four fields that Blackbird's client reads (reference 2.10)."""
        body = {"statusCode": self.status, "error": True, "type": self.kind, "message": self.message}
        return json_response(self.status, body)


@dataclass(frozen=True, slots=True)
class Code:
    """Remember what an authorization code was given for."""

    client_id: str
    redirect_uri: str
    user_id: str
    challenge: str
    issued: float


@dataclass(slots=True)
class Family:
    """Remember one authorization; all refresh tokens that descend from it share its fate."""

    name: str
    client_id: str
    redirect_uri: str
    user_id: str
    began: float
    active: float
    generation: int = 0


@dataclass(slots=True)
class RefreshToken:
    """Remember one refresh token."""

    family: Family
    generation: int
    state: str = "live"
    used: float = 0.0


class Grants:
    """Issue, exchange and rotate."""

    def __init__(self, options: Options, clock: Clock) -> None:
        self._options = options
        self._clock = clock
        self._codes: dict[str, Code] = {}
        self._tokens: dict[str, RefreshToken] = {}
        self._lock = threading.RLock()
        self.reuse = 0
        self.refreshes = 0

    def code(self, client_id: str, redirect_uri: str, user_id: str, challenge: str = "") -> str:
        """Issue an authorization code."""
        code = secrets.token_urlsafe(24)
        with self._lock:
            self._codes[code] = Code(client_id, redirect_uri, user_id, challenge, self._clock.now())
        return code

    def redeem(self, code: str, client_id: str, redirect_uri: str, verifier: str) -> tuple[str, Family]:
        """Exchange a code, once, for the first refresh token of a new family."""
        with self._lock:
            known = self._codes.pop(code, None)  # rule 23: gone, whatever becomes of this try
        if known is None or known.client_id != client_id:
            raise TokenError(400, "invalid_grant", "The authorization code is invalid or was used before.")
        if self._clock.now() - known.issued >= self._options.code_seconds:  # rule 22
            raise TokenError(400, "invalid_grant", "The authorization code has expired.")
        if known.redirect_uri != redirect_uri:
            raise TokenError(400, "invalid_grant", "redirect_uri does not match the authorization request.")
        if known.challenge and known.challenge != _s256(verifier):  # rule 27
            raise TokenError(400, "invalid_grant", "code_verifier does not match the code_challenge.")
        return self.begin(client_id, known.redirect_uri, known.user_id)

    def begin(self, client_id: str, redirect_uri: str, user_id: str, token: str = "") -> tuple[str, Family]:
        """Start a family, with this very refresh token if one is given."""
        now = self._clock.now()
        family = Family(secrets.token_hex(8), client_id, redirect_uri, user_id, now, now)
        return self._issue(family, token or secrets.token_urlsafe(32)), family

    def refresh(self, token: str, client_id: str) -> tuple[str | None, Family]:
        """Use a refresh token and give the one to answer with; None leaves the field out (rule 30)."""
        with self._lock:  # rule 32: of two at once the second finds the token used
            found = self._tokens.get(token)
            if found is None or found.family.client_id != client_id:
                raise _refused("The refresh token is invalid.")
            self._check(found)
            family = found.family
            family.active = self._clock.now()
            self.refreshes += 1
            return self._next(token, found), family

    def listing(self) -> list[dict[str, str | int]]:
        """List every token ever issued, by hash: never the token itself."""
        with self._lock:
            return [
                {
                    "hash": hashlib.sha256(token.encode()).hexdigest()[:12],
                    "state": known.state,
                    "generation": known.generation,
                }
                for token, known in self._tokens.items()
            ]

    def revoke(self) -> int:
        """Revoke every refresh token, as an administrator who regenerates the secret would."""
        with self._lock:
            for token in self._tokens.values():
                token.state = "revoked"
            return len(self._tokens)

    def reset_counts(self) -> None:
        """Begin counting anew."""
        self.reuse = self.refreshes = 0

    def _issue(self, family: Family, token: str) -> str:
        with self._lock:
            family.generation += 1
            self._tokens[token] = RefreshToken(family, family.generation)
        return token

    def _next(self, token: str, found: RefreshToken) -> str | None:
        if self._options.rotation == "on":
            if found.state == "live":
                found.state, found.used = "used", self._clock.now()
            return self._issue(found.family, secrets.token_urlsafe(32))
        return {"same": token, "omit": None, "empty": ""}[self._options.rotation]

    def _check(self, found: RefreshToken) -> None:
        now, options, family = self._clock.now(), self._options, found.family
        if found.state == "revoked":
            raise _refused("The refresh token was revoked.")
        if found.state == "used":
            self.reuse += 1
            if now - found.used >= options.grace_seconds:
                self._punish(family)
                raise _refused("The refresh token was used before.")
        if options.absolute_seconds is not None and now - family.began >= options.absolute_seconds:
            raise _refused("The refresh token has expired.")
        if options.inactivity_seconds is not None and now - family.active >= options.inactivity_seconds:
            raise _refused("The refresh token has expired for want of activity.")

    def _punish(self, family: Family) -> None:
        if self._options.reuse_revokes_family:  # rule 33
            for token in self._tokens.values():
                if token.family is family:
                    token.state = "revoked"


def _refused(message: str) -> TokenError:
    return TokenError(400, "invalid_grant", message)


def _s256(verifier: str) -> str:
    return urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
