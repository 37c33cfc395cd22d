"""Who may ask the broker: proofs that are genuine, fresh and new, and not too many that are not.

Proofs are remembered by each process for itself. One that was overheard could be played to another process
within its minute; what that gains is an access token, which the answer to the overheard request held too.
"""

from __future__ import annotations

import secrets
import threading
from collections import OrderedDict, deque
from dataclasses import dataclass, field

from airflow_provider_workfront.broker.proof import TOLERANCE, is_genuine, nonce_of, skew

FAILURES = 20  # a minute, of one address for one connection
FAILURES_OF_PEER = 200  # a minute, of one address for all connections, those included that do not exist
MINUTE = 60.0
REMEMBERED = 10_000
_NOBODY = secrets.token_hex(16)  # compared against when there is no such connection: takes as long, fits never


class Unauthorized(Exception):
    """The caller did not prove that it may read the connection. One text, whatever the reason."""

    def __init__(self, conn_id: str) -> None:
        super().__init__(
            f"the api-server does not know connection {conn_id!r} with the same client secret as this task, or their "
            "clocks differ by more than a minute. The connection must resolve alike in both places: in the database, "
            "or through the same environment variable or secrets backend on the api-server too"
        )


class TooMany(Exception):
    """The caller failed so often that it has to wait."""


@dataclass(slots=True)
class Failures:
    """Count failures by address and connection ID; who proves himself is never asked how often others failed.

    The address is that of the socket: a header such as `X-Forwarded-For` could say anything. Memory is bounded.
    """

    _times: OrderedDict[tuple[str, ...], deque[float]] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def count(self, peer: str, conn_id: str, now: float) -> None:
        """Count a failure; raises TooMany if there were too many in the minute before."""
        with self._lock:
            # first the peer: made-up IDs of one address must not push out what others are counted by
            if self._is_full((peer,), FAILURES_OF_PEER, now) or self._is_full((peer, conn_id), FAILURES, now):
                raise TooMany

    def _is_full(self, key: tuple[str, ...], most: int, now: float) -> bool:
        times = self._times.setdefault(key, deque(maxlen=most))
        self._times.move_to_end(key)
        if len(self._times) > REMEMBERED:
            self._times.popitem(last=False)
        is_full = len(times) == most and abs(now - times[0]) < MINUTE  # the clock may be set back
        times.append(now)
        return is_full


@dataclass(slots=True)
class Gate:
    """Let genuine callers in. Times are epoch seconds of this machine."""

    failures: Failures = field(default_factory=Failures)
    _seen: OrderedDict[str, float] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def admit(self, proof: str, secret: str, conn_id: str, body: bytes, *, peer: str, now: float) -> None:
        """Return if the caller may pass; raises Unauthorized or TooMany. `secret` is empty for no connection."""
        genuine = is_genuine(proof, secret or _NOBODY, conn_id, body) and bool(secret)
        with self._lock:
            if genuine and abs(skew(proof, now)) <= TOLERANCE and self._is_new(nonce_of(proof), now):
                return
        self.failures.count(peer, conn_id, now)
        raise Unauthorized(conn_id)

    def _is_new(self, nonce: str, now: float) -> bool:
        while self._seen and (len(self._seen) > REMEMBERED or next(iter(self._seen.values())) < now - 2 * TOLERANCE):
            self._seen.popitem(last=False)
        if nonce in self._seen:
            return False
        self._seen[nonce] = now
        return True
