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
class Gate:
    """Let genuine callers in. Times are epoch seconds of this machine."""

    _seen: OrderedDict[str, float] = field(default_factory=OrderedDict)
    _failures: OrderedDict[tuple[str, str], deque[float]] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def admit(self, proof: str, secret: str, conn_id: str, body: bytes, *, peer: str, now: float) -> None:
        """Return if the caller may pass; raises Unauthorized or TooMany. `secret` is empty for no connection."""
        genuine = is_genuine(proof, secret or _NOBODY, conn_id, body) and bool(secret)
        with self._lock:
            if genuine and abs(skew(proof, now)) <= TOLERANCE and self._is_new(nonce_of(proof), now):
                return
            self._count(peer, conn_id, now)
        raise Unauthorized(conn_id)

    def _is_new(self, nonce: str, now: float) -> bool:
        while self._seen and (len(self._seen) > REMEMBERED or next(iter(self._seen.values())) < now - 2 * TOLERANCE):
            self._seen.popitem(last=False)
        if nonce in self._seen:
            return False
        self._seen[nonce] = now
        return True

    def _count(self, peer: str, conn_id: str, now: float) -> None:
        times = self._failures.setdefault((peer, conn_id), deque(maxlen=FAILURES))
        self._failures.move_to_end((peer, conn_id))
        if len(self._failures) > REMEMBERED:
            self._failures.popitem(last=False)
        is_full = len(times) == FAILURES and times[0] > now - MINUTE
        times.append(now)
        if is_full:
            raise TooMany
