"""One refresh from its lease to its end: what is told of it, and what it makes of the record it finds then."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from airflow_provider_workfront.auth.token import Ambiguous, Misconfigured, NotSent, Token
from airflow_provider_workfront.broker.audit import Attempted
from airflow_provider_workfront.broker.state import Damaged, Grant, Newer

if TYPE_CHECKING:
    from airflow_provider_workfront.broker.adoption import Registration
    from airflow_provider_workfront.broker.ask import Ask


class Trial:
    """One refresh under way, for the audit line at its end."""

    def __init__(self, leased: Grant, ask: Ask, now: float) -> None:
        self.leased, self.ask, self.tries = leased, ask, 0
        self._began = time.monotonic()
        self._spent = leased.tokens
        self._age = max(0.0, now - leased.tokens.issued_at) if leased.tokens.access else None

    def ended(self, outcome: str) -> Attempted:
        """Give what is told of it."""
        return Attempted(
            self.leased.conn_id,
            self.ask.who,
            outcome,
            self.leased.generation + (outcome == "stored"),
            self.leased.fence,
            self.tries,
            round((time.monotonic() - self._began) * 1000),
            self.leased.mark(self._spent.refresh)[:8],
            self._age,
        )


JOURNAL = {Misconfigured: "misconfigured", NotSent: "not sent", Ambiguous: "ambiguous"}

ADVICE = {
    Misconfigured: "Check host, client ID, client secret and token_encoding of the connection.",
    NotSent: "The token was not sent and is intact; check host, proxy and network of the api-server.",
    Ambiguous: "The stored token is kept; the next try sends it again.",
}

CHANGED = (
    " The connection's client secret is not the one that the stored token was issued under: the token is kept, and "
    "given again once that secret is back, or once Workfront takes the new one."
)


def successor(
    found: Grant | Damaged | Newer | None, leased: Grant, token: Token, sent_at: float, ask: Ask
) -> Grant | None:
    """Give the record after this token, if its parent is in the record; None if it does not belong there."""
    parent = leased.tokens.refresh
    if isinstance(found, Damaged):
        return leased.committed(token, sent_at, ask)
    if found is None or isinstance(found, Newer):
        return None
    if found.tokens.refresh == parent:
        return found.committed(token, sent_at, ask)
    if found.previous is not None and found.previous.tokens.refresh == parent:
        return found.committed_beside(token, sent_at, ask)
    return None


def buried(found: Grant, registration: Registration, reason: str, *, doubtful: bool) -> Grant:
    """Give the record after a refusal: the grant before a pasted token's, if there is one, else a dead one."""
    if found.previous is not None:
        return found.reverted(f"the token put into the connection was refused ({reason}); the one before is back")
    why = "the answer of an earlier refresh was lost, and with it the new token" if doubtful else "refused"
    return found.ended(f"{why} ({reason})", found.mark(registration.mark))
