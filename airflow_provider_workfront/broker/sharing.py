"""Keep the slots of each Workfront in Airflow's database, where all api-server processes see them.

One Variable a host, in clear JSON since it holds nothing secret, changed only by compare-and-set. Whoever shows a
ticket may ask; the broker gives it together with the token, so that nobody has to prove the same thing twice.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import astuple, dataclass, replace
from typing import TYPE_CHECKING, Any

from airflow.models.variable import Variable
from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError

from airflow_provider_workfront.api.errors import BrokerUnavailable
from airflow_provider_workfront.broker.seal import is_encrypting, sealed, unsealed
from airflow_provider_workfront.broker.slots import Slots, decoded
from airflow_provider_workfront.broker.state import Damaged
from airflow_provider_workfront.broker.store import clock, transaction

if TYPE_CHECKING:
    from collections.abc import Sequence

    from airflow_provider_workfront.broker.slots import Terms, Want

PREFIX = "workfront_slots__"
LONGEST_KEY = 250
DESCRIPTION = "Which tasks may call this Workfront just now, kept by airflow-provider-workfront. Leave it alone."
TRIES = 50  # rounds of read-and-decide: only the other api-server processes come in between

_VARIABLE: Any = Variable.__table__


@dataclass(frozen=True, slots=True)
class Ticket:
    """Says that this process may share in the slots of this host; for `most` and `learns` see `broker.slots.Want`."""

    host: str
    holder: str
    most: int
    learns: bool = False

    def sealed(self) -> str:
        """Give what travels; no text where there is nothing to seal it with: then nothing is shared."""
        return sealed(json.dumps(astuple(self))) if is_encrypting() else ""


def opened(text: str) -> Ticket | None:
    """Read a ticket of this Airflow; None for any other text."""
    try:
        return Ticket(*json.loads(unsealed(text, encrypted=True))) if is_encrypting() else None
    except (Damaged, ValueError, TypeError):
        return None


@dataclass(frozen=True, slots=True)
class Sharing:
    """The slots of all hosts, as the database holds them."""

    terms: Terms

    def step(self, host: str, wants: Sequence[Want]) -> tuple[Slots, float]:
        """Take in what is asked for, and give the slots and the database's time; blocking, one or two transactions."""
        key = slots_key(host)
        for _ in range(TRIES):
            text, now = _read(key)
            found = decoded(text) if text is not None else Slots()
            slots = found.settled(now, self.terms).asked(wants, now, self.terms)
            if slots == found or _swapped(key, text, replace(slots, rev=found.rev + 1).encoded()):
                return slots, now
        raise BrokerUnavailable(f"the slots of {host} change all the time; try again")


def slots_key(host: str) -> str:
    """Give the Variable's key of a host's record."""
    key = PREFIX + host
    return key if len(key) <= LONGEST_KEY else PREFIX + hashlib.sha256(host.encode()).hexdigest()


def _read(key: str) -> tuple[str | None, float]:
    with transaction() as session:
        kept = select(_VARIABLE.c.val).where(_VARIABLE.c.key == key).scalar_subquery()
        now, text = session.execute(select(clock(session), kept)).one()
        return text, float(now)


def _swapped(key: str, text: str | None, wanted: str) -> bool:
    """Write if the record still holds `text` (None: if there is none); tell whether that was so."""
    values = {"val": wanted, "is_encrypted": False}
    with transaction() as session:
        if text is not None:
            statement = update(_VARIABLE).where(_VARIABLE.c.key == key, _VARIABLE.c.val == text)
            result: Any = session.execute(statement.values(**values))
            return bool(result.rowcount == 1)
        try:
            session.execute(insert(_VARIABLE).values(key=key, description=DESCRIPTION, **values))
            session.flush()
        except IntegrityError:
            session.rollback()
            return False
        return True
