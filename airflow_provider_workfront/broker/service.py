"""Renew a connection's token in one place, so that no token is lost: the only code that spends a refresh token.

Runs in the api-server (behind `app`), in our command line and in `dag.test()`. Written as generators of
steps: the one driver in `client` sends and waits, here it is only decided. The rules: a refresh needs the
lease; the attempt is journalled before it is sent; what comes back is stored before anybody gets it; and it
is stored wherever its parent is found, lease or not.
"""

from __future__ import annotations

import os
import secrets
import socket
from collections.abc import Callable, Generator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sqlalchemy.exc import SQLAlchemyError

from airflow_provider_workfront.api.call import Send, Wait
from airflow_provider_workfront.api.errors import BrokerUnavailable, ReauthorizationRequired, TokenError
from airflow_provider_workfront.api.logs import get_logger
from airflow_provider_workfront.api.request import Lost, Response
from airflow_provider_workfront.auth.oauth import refresh
from airflow_provider_workfront.auth.token import Ambiguous, Misconfigured, NotSent, Refused, Token, outcome
from airflow_provider_workfront.broker.ask import Ask, Granted, Pending, Verdict
from airflow_provider_workfront.broker.audit import Ended, LogWatch, Standing, Watch, tell
from airflow_provider_workfront.broker.expiry import left_of
from airflow_provider_workfront.broker.memory import Memory
from airflow_provider_workfront.broker.rescue import Rescued, RescueFolder
from airflow_provider_workfront.broker.state import Grant, Unreadable
from airflow_provider_workfront.broker.store import Snapshot, aside_key, record_key
from airflow_provider_workfront.broker.trial import ADVICE, CHANGED, JOURNAL, Trial, buried, successor

if TYPE_CHECKING:
    from airflow_provider_workfront.broker.adoption import Adoption, Registration

log = get_logger("airflow_provider_workfront.broker")

TRIES = 20  # rounds of read-and-decide before an ask is given up: each is one short transaction
REPEATS = (0.5, 2.0, 8.0, 20.0)  # seconds after which the same holder sends the same token again
COOLDOWN = 30.0  # seconds without a token call after a refresh that brought nothing
SLOWEST_COMMIT_RETRY = 5.0

READY = Wait(0.0)

Steps = Generator[Send | Wait, Response | Lost | None, Granted | Pending]
Quiet = Generator[Send | Wait, Response | Lost | None, None]


@dataclass(frozen=True, slots=True)
class Times:
    """Deadlines in seconds, from `[workfront]` in Airflow's configuration."""

    lease: float = 180.0
    settle: float = 30.0
    answer: float = 75.0
    repeats: tuple[float, ...] = REPEATS
    cooldown: float = COOLDOWN


class Broker:
    """Answer asks for access tokens, one connection at a time, from the stored grant."""

    def __init__(
        self,
        adoption: Adoption,
        times: Times,
        watch: Watch | None = None,
        rescue: RescueFolder | None = None,
    ) -> None:
        self._adoption = adoption
        self._watch = watch or LogWatch()
        self._rescue = rescue
        self._store = adoption.store
        self._times = times
        self._name = secrets.token_hex(4)
        self._memory = Memory(adoption.store, times.answer)

    def grant(self, registration: Registration, ask: Ask) -> Steps:
        """Give a usable access token, refreshing at most once; Pending while another process does.

        What was issued under another client secret than the connection has now is not given: a refresh under the
        new one has to succeed first. Raises ReauthorizationRequired (with the page to go to), TokenError (what is
        wrong), BrokerUnavailable.
        """
        conn_id, ask = registration.conn_id, replace(ask, secret=registration.app.client_secret)
        for _ in range(TRIES):
            snapshot, grant = self._settled(registration)
            verdict = grant.verdict(ask, snapshot.now, self._times.settle)
            if verdict is Verdict.USE:
                if left_of(grant, registration, snapshot.now).is_news(grant.warned):
                    self.report(registration)
                return _granted(grant)
            if not ask.may_refresh:
                raise TokenError(f"connection {conn_id!r}: no usable access token is stored, and none was asked for")
            if verdict is Verdict.BUSY:
                return Pending(self._patience(grant, snapshot.now))
            if verdict is Verdict.COOLING:
                raise TokenError(f"connection {conn_id!r}: the last token refresh failed: {grant.notice}")
            if self._recovered(registration.conn_id, snapshot, grant):
                continue
            if verdict is Verdict.DEAD:
                self._revive(registration, snapshot, grant)
            else:
                yield from self._refreshed(registration, snapshot, grant, ask)
        raise BrokerUnavailable(f"connection {conn_id!r}: its token record changes all the time; try again")

    def peek(self, conn_id: str) -> Snapshot:
        """Read the record as it is, without changing or spending anything; no time in it is later than now."""
        found = self._store.read(record_key(conn_id))
        return replace(found, value=found.value.clamped(found.now)) if isinstance(found.value, Grant) else found

    def report(self, registration: Registration) -> None:
        """Give the watch how the authorization stands, and warn 30, 14, 7 and 1 days before its end, once each.

        What was warned of is remembered in the record, so that of several api-servers one warns. Raises nothing.
        """
        conn_id, app = registration.conn_id, registration.app
        try:
            snapshot = self._store.read(registration.key)
            grant = snapshot.value
            if not isinstance(grant, Grant) or (grant.base_url, grant.client_id) != (app.base_url, app.client_id):
                return
            left = left_of(grant, registration, snapshot.now)
            tell(self._watch.stands, Standing(conn_id, grant.dead, grant.failing_since is not None, left.days))
            # a lease is left alone: its holder writes next, and reports then
            if grant.dead or grant.lease or not left.is_news(grant.warned):
                return
            told = self._store.swap(registration.key, snapshot.cipher, replace(grant, warned=left.band or 0))
            if told and left.is_nearer(grant.warned):
                url = self._adoption.page(conn_id)
                tell(self._watch.ending, Ended(conn_id, left.warning, url, max(0, round(left.days or 0))))
        except Exception as error:  # noqa: BLE001 the database is away, for example: the refresh is over, and its outcome stands
            log.warning("The state of connection %r was not reported: %s", conn_id, type(error).__name__)

    # -- reading

    def _settled(self, registration: Registration) -> tuple[Snapshot, Grant]:
        """Read the record, brought in line with the connection and with what this process committed last."""
        for _ in range(TRIES):
            snapshot = self._store.read(registration.key)
            healed = self._memory.healed(registration, snapshot)
            if healed is not None:
                self._store.swap(registration.key, snapshot.cipher, healed)
            elif (grant := self._adoption.settled(registration, snapshot)) is not None:
                clamped = grant.clamped(snapshot.now)
                if clamped is grant:
                    self._memory.keep(registration.conn_id, grant, snapshot.number)
                    return snapshot, grant
                log.warning("Connection %r: the database's clock was set back; its waits begin anew.", grant.conn_id)
                self._store.swap(registration.key, snapshot.cipher, clamped)
        raise BrokerUnavailable(
            f"connection {registration.conn_id!r}: its token record changes all the time; try again"
        )

    def _patience(self, grant: Grant, now: float) -> float:
        left = (grant.lease.until + self._times.settle - now) if grant.lease else 0.0
        return max(0.2, min(1.0, left))

    def _revive(self, registration: Registration, snapshot: Snapshot, grant: Grant) -> None:
        """Allow one more try if a person edited the connection since the grant ended; else say where to go."""
        mark = grant.mark(registration.mark)
        if grant.buried in {mark, ""}:
            raise ReauthorizationRequired(
                f"connection {registration.conn_id!r} has to be authorized again: {grant.notice}",
                url=self._adoption.page(registration.conn_id),
            )
        self._store.swap(record_key(registration.conn_id), snapshot.cipher, grant.revived(mark))

    def _recovered(self, conn_id: str, snapshot: Snapshot, grant: Grant) -> bool:
        """Store a token that a dead process could only write to a file; tell whether there was one."""
        try:
            found = self._rescue.load(conn_id) if self._rescue else None
        except Unreadable as unreadable:  # it may hold what came for the stored token: that one is not to be sent again
            raise BrokerUnavailable(
                f"connection {conn_id!r}: a token waits in the rescue folder, and {unreadable} Nothing was sent. "
                "If the key is lost, authorize the connection again"
            ) from None
        if self._rescue is None or found is None:
            return False
        if found.parent == grant.tokens.refresh:
            stored = grant.committed(found.token, found.sent_at, Ask())
            # asked for by the process that died, and so under the secret that it had, whoever finds it
            wanted = replace(stored, issued_under=found.issued_under)
            if not self._store.swap(record_key(conn_id), snapshot.cipher, wanted):
                return True
            log.warning("Connection %r: its new token was found in the rescue folder, and is stored now.", conn_id)
            self._remember(conn_id, record_key(conn_id), wanted)
        self._rescue.drop(conn_id)
        return True

    def take(self, registration: Registration, token: Token, sent_at: float) -> Grant:
        """Store tokens that a person's consent brought, whatever the record holds; raises TokenError if that cannot be.

        A refresh that is under way on what was there before finds its parent gone, and is thrown away.
        """
        conn_id = registration.conn_id
        for _ in range(TRIES):
            snapshot = self._store.read(registration.key)
            if (found := self._adoption.foundation(registration, snapshot)) is None:
                continue
            wanted = found.authorized(token, sent_at, registration.seed, registration.app.client_secret)
            if self._store.swap(registration.key, snapshot.cipher, wanted):
                self._memory.keep(conn_id, wanted)
                if self._rescue:
                    self._rescue.set_aside(conn_id)
                self._mirror(wanted, lambda _: True)
                self.report(registration)
                return wanted
        raise BrokerUnavailable(f"connection {conn_id!r}: its token record changes all the time; try again")

    # -- refreshing

    def _owner(self) -> str:
        """Name this process, for whoever looks at a record: asked when it leases, since a server forks."""
        return f"{socket.gethostname()}:{os.getpid()}:{self._name}"

    def _refreshed(self, registration: Registration, snapshot: Snapshot, grant: Grant, ask: Ask) -> Quiet:
        """Take the lease and refresh; whoever loses the race for the lease just reads again.

        The first step comes before the lease: what drives this gets ready to send, and nothing is stored if it cannot.
        """
        yield READY
        leased = grant.leased(self._owner(), snapshot.now, self._times.lease)
        if not self._store.swap(record_key(registration.conn_id), snapshot.cipher, leased):
            return
        # a predecessor died with its request under way: one probe, since the token may be spent already; and one for a
        # secret that may be anybody's, so that the right one does not wait long for the lease when it is back
        repeats = () if grant.was_interrupted or grant.is_unproven(ask.secret) else self._times.repeats
        doubtful = grant.is_doubtful
        request = replace(refresh(registration.app, leased.tokens.refresh), within=self._times.answer)
        sent_at = snapshot.now
        trial = Trial(leased, ask, snapshot.now)
        for pause in (*repeats, None):
            trial.tries += 1
            result = outcome(_answer((yield Send(request))), is_workfront=registration.app.is_workfront)
            if isinstance(result, Token):
                yield from self._commit(registration, trial, result, sent_at)
                return
            if isinstance(result, Refused):
                end = self._refused(registration, leased, result.reason, doubtful=doubtful)
                tell(self._watch.attempted, trial.ended(end))
                self.report(registration)
                return
            if isinstance(result, Misconfigured) or pause is None:
                tell(self._watch.attempted, trial.ended(JOURNAL[type(result)]))
                failure = self._given_up(registration.conn_id, leased, result, ask.secret)
                self.report(registration)
                raise failure
            doubtful = doubtful or isinstance(result, Ambiguous)
            log.warning("Token refresh of connection %r: %s; trying again.", registration.conn_id, result.reason)
            # however long the server wants us to wait: the lease must not end meanwhile
            yield Wait(max(pause, min(getattr(result, "retry_after", 0.0), self._times.lease / 3)))
            extended = self._extended(registration.conn_id, leased)
            if extended is None:
                tell(self._watch.attempted, trial.ended("superseded"))
                return
            leased, sent_at = extended
            trial.leased = leased

    def _extended(self, conn_id: str, leased: Grant) -> tuple[Grant, float] | None:
        """Renew the lease before the token is sent again; None when the record has moved on without us."""
        snapshot = self._store.read(record_key(conn_id))
        found = snapshot.value
        if not isinstance(found, Grant) or found.fence != leased.fence:
            return None
        if found.tokens.refresh != leased.tokens.refresh:
            return None
        extended = found.extended(snapshot.now, self._times.lease)
        if not self._store.swap(record_key(conn_id), snapshot.cipher, extended):
            return None
        return extended, snapshot.now

    def _commit(self, registration: Registration, trial: Trial, token: Token, sent_at: float) -> Quiet:
        """Store the new tokens wherever their parent is found; never give up while only the database is away."""
        conn_id, pause, written = registration.conn_id, 0.1, False
        while True:
            try:
                end = self._stored(registration, trial, token, sent_at)
            except SQLAlchemyError as error:
                log.error(  # noqa: TRY400 a traceback shows the statement, and with it the record
                    "Cannot store the new token of connection %r (%s): it is kept in memory and tried again.",
                    conn_id,
                    type(error).__name__,
                )
                end = ""
                if self._rescue and not written:
                    written = True
                    self._rescue.save(conn_id, _rescued(trial, token, sent_at))
                yield Wait(pause)
                pause = min(pause * 2, SLOWEST_COMMIT_RETRY)
            if end:
                break
        if self._rescue and written:
            self._rescue.drop(conn_id)
        tell(self._watch.attempted, trial.ended(end))
        self.report(registration)

    def _stored(self, registration: Registration, trial: Trial, token: Token, sent_at: float) -> str:
        """Try once to store; say how it ended, or nothing if somebody else wrote at the same moment."""
        conn_id, leased = registration.conn_id, trial.leased
        keys = (record_key(conn_id), aside_key(conn_id, leased.base_url, leased.client_id))
        # each is read once, and what follows is decided from that: a record that is gone may be begun anew meanwhile
        snapshots = {key: self._store.read(key) for key in keys}
        for key, snapshot in snapshots.items():
            wanted = successor(snapshot.value, leased, token, sent_at, trial.ask)
            if wanted is None:
                continue
            if not self._store.swap(key, snapshot.cipher, wanted):
                return ""
            self._remember(conn_id, key, wanted)
            return "stored"
        found = snapshots[record_key(conn_id)].value
        if isinstance(found, Unreadable) and self._rescue:  # whoever can read the record shall store it
            self._rescue.save(conn_id, _rescued(trial, token, sent_at))
        if found is not None:
            log.warning("Connection %r got another token during a refresh: this one has no place any more.", conn_id)
            return "superseded"
        if self._adoption.is_gone(conn_id):
            raise TokenError(f"connection {conn_id!r} was deleted while its token was refreshed")
        log.warning("The token record of connection %r was deleted during a refresh: written anew.", conn_id)
        wanted = leased.committed(token, sent_at, trial.ask)
        if not self._store.swap(record_key(conn_id), None, wanted):
            return ""
        self._remember(conn_id, record_key(conn_id), wanted)
        return "stored"

    def _remember(self, conn_id: str, key: str, grant: Grant) -> None:
        """Keep in mind what was stored, and bring the connection up to date; a record set aside concerns neither."""
        if key != record_key(conn_id):
            return
        self._memory.keep(conn_id, grant)
        log.info("Connection %r: token generation %d stored.", conn_id, grant.generation)
        self._mirror(grant, grant.has_seen)

    def _mirror(self, grant: Grant, has_seen: Callable[[str], bool]) -> None:
        try:
            self._store.mirror(grant.conn_id, has_seen, grant.tokens.refresh, grant.home)
        except SQLAlchemyError as error:
            text = "Connection %r: its refresh_token field was not updated (%s)."
            log.warning(text, grant.conn_id, type(error).__name__)

    def _refused(self, registration: Registration, leased: Grant, reason: str, *, doubtful: bool) -> str:
        """Act on a refusal: another one may have moved on; a pasted token gives way to the one before."""
        conn_id = registration.conn_id
        key = record_key(conn_id)
        for _ in range(TRIES):
            snapshot = self._store.read(key)
            found = snapshot.value
            if not isinstance(found, Grant) or found.tokens.refresh != leased.tokens.refresh:
                return "superseded"
            wanted = buried(found, registration, reason, doubtful=doubtful)
            if self._store.swap(key, snapshot.cipher, wanted):
                log.error("Connection %r: Workfront refused the refresh token (%s).", conn_id, reason)
                if wanted.dead:
                    tell(self._watch.ended, Ended(conn_id, wanted.notice, self._adoption.page(conn_id)))
                return "reauthorize" if wanted.dead else "reverted"
        return "refused"

    def _given_up(
        self, conn_id: str, leased: Grant, result: Misconfigured | NotSent | Ambiguous, secret: str
    ) -> TokenError:
        """Release the lease, leave the token as it is, and give what to say."""
        journal = JOURNAL[type(result)]
        snapshot = self._store.read(record_key(conn_id))
        found = snapshot.value
        if isinstance(found, Grant) and found.fence == leased.fence:
            cooldown = min(self._times.cooldown, 5.0) if isinstance(result, NotSent) else self._times.cooldown
            released = found.released(journal, result.reason, snapshot.now, cooldown, secret)
            self._store.swap(record_key(conn_id), snapshot.cipher, released)
        return TokenError(
            f"connection {conn_id!r}: no new token from {leased.base_url}: {result.reason}. {ADVICE[type(result)]}"
            + (CHANGED if leased.is_unproven(secret) else "")
        )


def _granted(grant: Grant) -> Granted:
    tokens = grant.tokens
    return Granted(tokens.access, grant.generation, tokens.expires_at, grant.user_id, grant.began_at, grant.base_url)


def _rescued(trial: Trial, token: Token, sent_at: float) -> Rescued:
    leased = trial.leased
    return Rescued(leased.tokens.refresh, token, sent_at, leased.fingerprint(trial.ask.secret))


def _answer(answer: Response | Lost | None) -> Response | Lost:
    return answer if answer is not None else Lost("no answer", sent=True)
