"""Who may bring events: whoever knows the connection's token of events. Looking it up may take long: on threads."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import threading
import time
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from airflow_provider_workfront.api.errors import ConnectionSettingsError
from airflow_provider_workfront.api.logs import get_logger
from airflow_provider_workfront.broker.gate import Failures
from airflow_provider_workfront.broker.server import settings_of
from airflow_provider_workfront.broker.store import Store

if TYPE_CHECKING:
    from collections.abc import Callable

log = get_logger("airflow_provider_workfront.events")

TRUSTED = 10.0  # seconds for which a connection is not looked up again, since events come in bursts
REMEMBERED = 100
_ADVICE = "If it came from Workfront, run the task that keeps the subscription: it takes the token there."
_NOBODY = hashlib.sha256(secrets.token_bytes(32)).digest()  # fits nothing


class Unauthorized(Exception):
    """The bearer is not the token of this connection, or there is no such connection: nobody is told which."""


@dataclass(frozen=True, slots=True)
class Known:
    """A connection: the digest of its token, its host, and until when that is believed."""

    digest: bytes = field(repr=False)
    host: str
    until: float


@dataclass(slots=True)
class Entrance:
    """Let in who brings the token; a new token counts within ten seconds."""

    clock: Callable[[], float] = time.monotonic
    failures: Failures = field(default_factory=Failures)
    _known: OrderedDict[str, Known] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def host(self, conn_id: str, bearer: str, peer: str = "") -> str:
        """Give the host of the connection whose token this is.

        Raises Unauthorized, TooMany after many failures of this peer, or SQLAlchemyError if nobody can tell.
        """
        known = self._remembered(conn_id)
        if not hmac.compare_digest(hashlib.sha256(bearer.encode()).digest(), known.digest):
            self.failures.count(peer, conn_id, self.clock())
            if known.digest != _NOBODY:
                log.warning("An event for connection %s came with another token than its own. %s", conn_id, _ADVICE)
            raise Unauthorized
        return known.host

    def _remembered(self, conn_id: str) -> Known:
        with self._lock:
            known = self._known.get(conn_id)
        if known is None or known.until <= self.clock():
            known = self._looked_up(conn_id)
            with self._lock:
                self._known[conn_id] = known
                self._known.move_to_end(conn_id)
                if len(self._known) > REMEMBERED:
                    self._known.popitem(last=False)
        return known

    def _looked_up(self, conn_id: str) -> Known:
        until = self.clock() + TRUSTED
        try:
            settings = settings_of(conn_id)
        except ConnectionSettingsError as error:
            log.error("Events for connection %s are refused: %s", conn_id, error)  # noqa: TRY400 shows no secret
            return Known(_NOBODY, "", until)
        if settings is None:
            Store().is_row(conn_id)  # raises if the database is away: then nobody knows what there is
            log.warning("Events for connection %s are refused: there is no such connection.", conn_id)
            return Known(_NOBODY, "", until)
        if not settings.events_token:
            log.warning("Events for connection %s are refused: its field events_token is empty.", conn_id)
            return Known(_NOBODY, "", until)
        digest = hashlib.sha256(settings.events_token.encode()).digest()
        return Known(digest, urlsplit(settings.base_url).netloc, until)
