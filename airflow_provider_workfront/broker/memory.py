"""What a process remembers of its connections' records, to mend one that was damaged or went back in time.

A memory may be out of date: another process may have refreshed since, and the token it spent would be sent once more.
So a memory counts for certain only if the record still has the number that was last read with it, since each swap gives
another. Else the copy in the connection decides, and nobody refreshes until a refresh that may be under way has ended.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from airflow_provider_workfront.api.logs import get_logger
from airflow_provider_workfront.broker.state import Damaged, Grant
from airflow_provider_workfront.broker.store import aside_key

if TYPE_CHECKING:
    from airflow_provider_workfront.broker.adoption import Registration
    from airflow_provider_workfront.broker.store import Snapshot, Store

log = get_logger("airflow_provider_workfront.broker")


@dataclass(frozen=True, slots=True)
class Known:
    """A grant as it was last read or stored, and the number of its record; None just after it was stored."""

    grant: Grant
    number: int | None = None


class Memory:
    """The newest grant that this process saw of each connection, host and application."""

    def __init__(self, store: Store, guard: float) -> None:
        self._store = store
        self._guard = guard  # seconds that a refresh may be under way
        self._known: dict[str, Known] = {}

    def keep(self, conn_id: str, grant: Grant, number: int | None = None) -> None:
        """Remember a grant that is in line with its connection, unless a newer one of its lineage is known."""
        key = aside_key(conn_id, grant.base_url, grant.client_id)
        known = self._known.get(key)
        if known and known.grant.key == grant.key and known.grant.generation > grant.generation:
            return
        self._known[key] = Known(grant, number)

    def healed(self, registration: Registration, snapshot: Snapshot) -> Grant | None:
        """Give what the record should be, if it is damaged or older than what is known; None if that is not known.

        Missing records, and those that this process cannot read, are no damage.
        """
        app, found = registration.app, snapshot.value
        known = self._known.get(aside_key(registration.conn_id, app.base_url, app.client_id))
        if known is None or not isinstance(found, Grant | Damaged):
            return None
        if isinstance(found, Grant) and not _is_older(found, known.grant):
            return None
        is_certain = known.number is not None and known.number == snapshot.number
        if not is_certain and not self._may_be_newest(registration, known.grant, found):
            return None
        what = f"damaged ({found})" if isinstance(found, Damaged) else "older than what was stored last"
        log.error("The token record of connection %r was %s: restored from memory.", registration.conn_id, what)
        rev = max(known.grant.rev, found.rev) if isinstance(found, Grant) else known.grant.rev
        mended = replace(known.grant, rev=rev)
        return mended if is_certain or mended.lease else mended.leased("restored", snapshot.now, self._guard)

    def _may_be_newest(self, registration: Registration, known: Grant, found: Grant | Damaged) -> bool:
        """Ask the copy in the connection: a token in it that is not known tells of a newer grant."""
        if not registration.seed or registration.seed != self._store.copied(registration.conn_id):
            return isinstance(found, Grant)  # no copy: what is known is at least newer than what is there
        return known.has_seen(registration.seed)


def _is_older(found: Grant, known: Grant) -> bool:
    """Tell whether a record is an earlier state of what is known, and not one begun anew."""
    same = (found.key, found.family, found.base_url, found.client_id)
    return same == (known.key, known.family, known.base_url, known.client_id) and found.generation < known.generation
