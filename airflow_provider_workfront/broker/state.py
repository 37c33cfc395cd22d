"""The grant as a value, and every change it can go through. Pure: times come in as database seconds.

One grant is one lineage of refresh tokens: each renewal spends the parent and stores the child. A *family* is
a lineage begun by a person (a pasted or authorized token); a *generation* counts renewals and never goes
back.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
import zlib
from dataclasses import asdict, dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any

from airflow_provider_workfront.broker.ask import Ask, Verdict

if TYPE_CHECKING:
    from airflow_provider_workfront.auth.token import Token

FORMAT = "v1."
RING = 1000  # hashes of the lineage kept to tell a stale copy of the seed from a new one
RUNS = 256  # run keys kept: a run asks for one refresh only, however late its last task asks
MARGIN = 60.0  # seconds before expiry at which a token counts as spent, at most
JITTER = 1.0  # seconds by which two reads of the database's clock may differ with nothing wrong
MARGIN_SHARE = 0.2  # ... and at most this share of its lifetime, so that short-lived tokens work
FAILURES = {"misconfigured", "not sent", "ambiguous"}  # outcomes after which the token is kept and tasks fail
_LATER = re.compile(r"v(\d+)\.")


class Damaged(ValueError):
    """A stored value that is no grant: masked, cut or unreadable. Never to be taken for a missing one."""


class Newer(ValueError):
    """A grant that a newer version of this provider wrote: not to be read, and never to be written over."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """What the server gave last; times in database seconds, `expires_at` None when unknown."""

    refresh: str = field(repr=False)
    access: str = field(default="", repr=False)
    issued_at: float = 0.0
    expires_at: float | None = None

    def clamped(self, now: float) -> Tokens:
        """Give the same as if they had been issued just now."""
        left = None if self.expires_at is None else self.expires_at - self.issued_at
        return replace(self, issued_at=now, expires_at=None if left is None else now + left)


@dataclass(frozen=True, slots=True)
class Lease:
    """Who may refresh, until when."""

    owner: str
    until: float


@dataclass(frozen=True, slots=True)
class Attempt:
    """The journal: written before a refresh is sent, so that a successor knows what may have happened."""

    sent_at: float
    outcome: str = "sent"
    since: float = 0.0
    """When the first of the refreshes that failed one after another was sent; 0 if the one before was good."""


@dataclass(frozen=True, slots=True)
class Previous:
    """The live grant a newly pasted token replaced; it comes back if the new one is refused."""

    family: int
    tokens: Tokens
    began_at: float = 0.0


@dataclass(frozen=True, slots=True)
class Grant:
    """Everything known about the tokens of one connection."""

    conn_id: str
    base_url: str
    client_id: str
    home: str
    key: str = field(repr=False)
    tokens: Tokens
    rev: int = 0
    family: int = 1
    generation: int = 0
    fence: int = 0
    lease: Lease | None = None
    attempt: Attempt | None = None
    previous: Previous | None = None
    dead: bool = False
    notice: str = ""
    buried: str = ""
    cooldown_until: float = 0.0
    cooled_at: float = 0.0
    cooled_under: str = ""
    """Fingerprint of the client secret whose refresh failed: it is no reason to keep another one waiting."""
    issued_under: str = ""
    """Fingerprint of the client secret of the last token call that brought tokens; only under it are they given.

    Empty in what version 0.1.0 wrote: the tokens are there, but nobody knows for whom. Then no secret fits, and the
    first refresh that succeeds says which one is real; only that refresh is lost by it.
    """
    user_id: str = ""
    user_name: str = ""
    began_at: float = 0.0
    runs: tuple[str, ...] = ()
    seeds: tuple[str, ...] = ()
    ring: tuple[str, ...] = ()
    warned: int = 0
    """Days before the end of which a person was last notified, of `expiry.BANDS`; 0: not yet."""
    unknown: dict[str, Any] = field(default_factory=dict, repr=False)
    """Fields of a later version of this format: kept as they are, so that versions can run side by side."""

    # -- what it knows

    def mark(self, token: str) -> str:
        """Give the keyed hash by which this grant recognises a token (or any other secret text)."""
        return hmac.new(bytes.fromhex(self.key), token.encode(), hashlib.sha256).hexdigest()[:16]

    def fingerprint(self, secret: str) -> str:
        """Give the keyed hash of a client secret; no token has the same."""
        return self.mark(f"client secret\n{secret}")

    def is_issued_under(self, secret: str) -> bool:
        """Tell whether Workfront gave the stored tokens to whoever had this client secret."""
        return bool(self.issued_under) and hmac.compare_digest(self.issued_under, self.fingerprint(secret))

    def has_seen(self, token: str) -> bool:
        """Tell whether this token was ever a seed here, or belongs to the recent lineage."""
        mark = self.mark(token)
        return mark in self.seeds or mark in self.ring

    def is_usable(self, ask: Ask, now: float) -> bool:
        """Tell whether the stored access token answers the ask without a refresh."""
        if not self.is_issued_under(ask.secret):
            return False
        if not self.tokens.access or (ask.refused is not None and self.generation <= ask.refused):
            return False
        return not self._expires_soon(now) and self._is_fresh_for_run(ask, now)

    def _expires_soon(self, now: float) -> bool:
        expires_at, issued_at = self.tokens.expires_at, self.tokens.issued_at
        if expires_at is None:
            return False
        return now >= expires_at - min(MARGIN, MARGIN_SHARE * (expires_at - issued_at))

    def _is_fresh_for_run(self, ask: Ask, now: float) -> bool:
        if not ask.run_key or self.mark(ask.run_key) in self.runs:
            return True
        # clamped: a scheduler whose clock is ahead must not make each of its tasks refresh
        start = now if ask.run_start is None else min(ask.run_start, now)
        return self.tokens.issued_at >= start

    def verdict(self, ask: Ask, now: float, settle: float) -> Verdict:
        """Decide what an ask leads to. `settle` lets a dead holder's request run out before a takeover."""
        if self.is_usable(ask, now):
            return Verdict.USE
        if self.dead:
            return Verdict.DEAD
        if self.lease and now < self.lease.until + settle:
            return Verdict.BUSY
        return Verdict.COOLING if now < self.cooldown_until and self._cools(ask) else Verdict.DUE

    def _cools(self, ask: Ask) -> bool:
        """Tell whether the last failure concerns this ask.

        A wrong secret in the connection must not hold up the right one once it is back. All others wait, whichever it
        was that failed: else each new guess would be one more call to Workfront.
        """
        if not self.cooled_under or not self.is_issued_under(ask.secret):
            return True
        return self.cooled_under == self.issued_under

    def is_unproven(self, secret: str) -> bool:
        """Tell whether the connection's client secret is another one than that of the stored tokens."""
        return bool(self.issued_under) and not self.is_issued_under(secret)

    @property
    def was_interrupted(self) -> bool:
        """Tell whether a refresh was sent whose end nobody recorded: its token may have been spent."""
        return self.attempt is not None and self.attempt.outcome == "sent"

    @property
    def is_untried(self) -> bool:
        """Tell whether the seed has never reached a server that could have taken it."""
        never = self.attempt is None or self.attempt.outcome in {"not sent", "misconfigured"}
        return self.generation == 0 and not self.dead and never

    @property
    def is_doubtful(self) -> bool:
        """Tell whether the stored refresh token may have been spent by an earlier try."""
        return self.attempt is not None and self.attempt.outcome in {"sent", "ambiguous"}

    @property
    def failing_since(self) -> float | None:
        """Return since when refreshes have failed, in database seconds; None if the last one did not fail."""
        tried = self.attempt
        if self.dead or tried is None or not (tried.since or tried.outcome in FAILURES):
            return None
        return tried.since or tried.sent_at

    # -- how it changes

    def clamped(self, now: float) -> Grant:
        """Give the same with no time later than `now`: the database's clock may have been set back.

        Whatever was to last some seconds lasts as long, from now. So an hour's step back costs nobody an hour.
        """
        sent_at = self.attempt.sent_at if self.attempt else 0.0
        late, cool = sent_at - now, max(self.cooled_at, sent_at) - now
        changes: dict[str, Any] = {}
        if self.attempt and late > JITTER:
            changes["attempt"] = replace(self.attempt, sent_at=now, since=min(self.attempt.since, now))
            changes["lease"] = replace(self.lease, until=self.lease.until - late) if self.lease else None
        if self.cooldown_until and cool > JITTER:
            changes |= {"cooldown_until": self.cooldown_until - cool, "cooled_at": now}
        if self.tokens.issued_at - now > JITTER:
            changes["tokens"] = self.tokens.clamped(now)
        if self.began_at - now > JITTER:
            changes["began_at"] = now
        if self.previous and self.previous.tokens.issued_at - now > JITTER:
            began_at = min(self.previous.began_at, now)
            changes["previous"] = replace(self.previous, tokens=self.previous.tokens.clamped(now), began_at=began_at)
        return replace(self, **changes) if changes else self

    def leased(self, owner: str, now: float, seconds: float) -> Grant:
        """Take the lease and write the attempt into the journal, both before anything is sent."""
        return replace(
            self,
            lease=Lease(owner, now + seconds),
            attempt=self._attempt(now),
            fence=self.fence + 1,
            cooldown_until=0.0,
            cooled_under="",
        )

    def extended(self, now: float, seconds: float) -> Grant:
        """Keep the lease for another try with the same token."""
        owner = self.lease.owner if self.lease else ""
        return replace(self, lease=Lease(owner, now + seconds), attempt=self._attempt(now))

    def _attempt(self, now: float) -> Attempt:
        return Attempt(now, since=self.failing_since or 0.0)

    def released(self, outcome: str, notice: str, now: float, cooldown: float = 0.0, secret: str = "") -> Grant:
        """Give the lease back after a refresh under this client secret that brought nothing."""
        began = self.attempt.since or self.attempt.sent_at if self.attempt else 0.0
        return replace(
            self,
            lease=None,
            attempt=replace(self.attempt, outcome=outcome, since=began) if self.attempt else None,
            notice=notice,
            cooldown_until=now + cooldown,
            cooled_at=now,
            cooled_under=self.fingerprint(secret),
        )

    def committed(self, token: Token, sent_at: float, ask: Ask) -> Grant:
        """Store what the server gave. Without a refresh token in the answer the old one stays good.

        Ages count from the moment of sending: the server issued the token no earlier than that. The secret of the ask
        is from now on the one that the tokens are given under.
        """
        tokens = _tokens(token, self.tokens.refresh, sent_at)
        run = (self.mark(ask.run_key),) if ask.run_key else ()
        return replace(
            self,
            tokens=tokens,
            generation=self.generation + 1,
            lease=None,
            attempt=None,
            previous=None,
            dead=False,
            notice="",
            buried="",
            cooldown_until=0.0,
            cooled_under="",
            issued_under=self.fingerprint(ask.secret),
            user_id=token.user_id or self.user_id,
            user_name=self.user_name if token.user_id in {"", self.user_id} else "",
            began_at=self.began_at or sent_at,
            runs=(self.runs + run)[-RUNS:],
            ring=_ring(self.ring, self.mark(tokens.refresh)),
        )

    def committed_beside(self, token: Token, sent_at: float, ask: Ask) -> Grant:
        """Store a token of the lineage that a newly pasted one replaced while its refresh was under way."""
        if self.previous is None:
            return self
        tokens = _tokens(token, self.previous.tokens.refresh, sent_at)
        return replace(
            self,
            previous=replace(self.previous, tokens=tokens),
            issued_under=self.fingerprint(ask.secret),  # of the tokens before; the pasted one has brought none yet
            ring=_ring(self.ring, self.mark(tokens.refresh)),
        )

    def planted(self, seed: str) -> Grant:
        """Begin a new family with a token that a person put into the connection."""
        previous = None if self.dead else (self.previous or Previous(self.family, self.tokens, self.began_at))
        return replace(
            self,
            tokens=Tokens(seed),
            family=self.family + 1,
            generation=self.generation + 1,
            lease=None,
            attempt=None,
            previous=previous,
            began_at=0.0,
            warned=0,
            dead=False,
            notice="",
            buried="",
            cooldown_until=0.0,
            cooled_under="",
            seeds=(*self.seeds, self.mark(seed)),
        )

    def authorized(self, token: Token, sent_at: float, replaced: str, secret: str) -> Grant:
        """Begin a new family with tokens that a person's consent brought; they are proven, so nothing is kept beside.

        `secret` is the client secret that Workfront took together with the consent; `replaced` is what the connection
        held: it is of no account any more, tried or not.
        """
        begun = replace(self.planted(token.refresh_token), user_id="", user_name="")
        known = begun.seeds if not replaced or begun.has_seen(replaced) else (*begun.seeds, self.mark(replaced))
        return replace(begun.committed(token, sent_at, Ask(secret=secret)), generation=self.generation + 1, seeds=known)

    def reverted(self, notice: str) -> Grant:
        """Go back to the family before, because the pasted token was refused."""
        if self.previous is None:
            return self
        return replace(
            self,
            tokens=self.previous.tokens,
            generation=self.generation + 1,
            lease=None,
            attempt=None,
            previous=None,
            began_at=self.previous.began_at,
            notice=notice,
        )

    def ended(self, notice: str, buried: str) -> Grant:
        """Mark the grant dead; `buried` is the mark of the connection's settings, to notice a later edit."""
        return replace(self, lease=None, attempt=None, dead=True, notice=notice, buried=buried)

    def revived(self, buried: str) -> Grant:
        """Allow one more try, because a person edited the connection or asked for it."""
        return replace(self, dead=False, cooldown_until=0.0, cooled_under="", buried=buried)

    # -- how it is kept

    def encoded(self) -> str:
        """Give the stored form: opaque text, no JSON, so that Airflow's API masks it as a whole."""
        known = asdict(self)
        raw = json.dumps(known.pop("unknown") | known, separators=(",", ":")).encode()
        return FORMAT + base64.urlsafe_b64encode(zlib.compress(raw)).decode()


def sown(conn_id: str, seed: str, *, base_url: str, client_id: str, home: str, key: str) -> Grant:
    """Make the first grant of a connection from its seed."""
    empty = Grant(conn_id, base_url, client_id, home, key, Tokens(seed))
    return replace(empty, seeds=(empty.mark(seed),))


def decoded(text: str) -> Grant:
    """Read the stored form; raises Newer for what a later version wrote, Damaged for all else, masked values too.

    Fields that this version does not know are kept where a rewrite keeps them, in the grant itself. A later format, or
    a part (tokens, lease, ...) with a further field, is refused.
    """
    if (later := _LATER.match(text)) and int(later[1]) > 1:
        raise Newer(f"its format is {later[0].rstrip('.')}")
    if not text.startswith(FORMAT):
        raise Damaged("it does not begin with the format's version")
    try:
        raw: dict[str, Any] = json.loads(zlib.decompress(base64.urlsafe_b64decode(text[len(FORMAT) :])))
        return _built(raw)
    except Newer:
        raise
    except (ValueError, TypeError, KeyError, zlib.error) as error:
        raise Damaged(f"it cannot be decoded ({type(error).__name__})") from None


def _built(raw: dict[str, Any]) -> Grant:
    parts = {name: _part(kind, raw[name]) for name, kind in _PARTS.items() if raw.get(name)}
    lists = {name: tuple(raw.get(name, ())) for name in ("runs", "seeds", "ring")}
    known = {name: value for name, value in raw.items() if name in _FIELDS}
    unknown = {name: value for name, value in raw.items() if name not in _FIELDS}
    return Grant(**(known | parts | lists), unknown=unknown)


def _part(kind: type, raw: dict[str, Any]) -> Any:
    """Read a part; raises Newer for one with a field of a later version, which a rewrite would lose."""
    if later := sorted(raw.keys() - {part.name for part in fields(kind)}):
        raise Newer(f"its {kind.__name__.lower()} has the field {later[0]!r}")
    known = {part.name: raw[part.name] for part in fields(kind) if part.name in raw}
    if kind is Previous:
        known["tokens"] = _part(Tokens, raw["tokens"])
    return kind(**known)


def home_mark(home: str, token: str) -> str:
    """Say in which Airflow a copy of a token was written: of use for this very token only."""
    return f"{home}.{hmac.new(home.encode(), token.encode(), hashlib.sha256).hexdigest()[:16]}"


def is_foreign(mark: str, home: str, token: str) -> bool:
    """Tell whether a mark says that another Airflow wrote this token, and so keeps its grant."""
    written_in = mark.partition(".")[0]
    return bool(mark) and written_in != home and hmac.compare_digest(mark, home_mark(written_in, token))


def _tokens(token: Token, parent: str, sent_at: float) -> Tokens:
    expires_at = sent_at + token.lifetime if token.lifetime else None
    return Tokens(token.refresh_token or parent, token.access_token, sent_at, expires_at)


def _ring(ring: tuple[str, ...], mark: str) -> tuple[str, ...]:
    return (*(known for known in ring if known != mark), mark)[-RING:]


_PARTS: dict[str, type] = {"tokens": Tokens, "lease": Lease, "attempt": Attempt, "previous": Previous}
_FIELDS = {part.name for part in fields(Grant)} - {"unknown"}
