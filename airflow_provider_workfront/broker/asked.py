"""Remember which connections tasks asked for that neither Airflow's tables nor a token record name.

Such a connection lives in a secrets backend, which cannot list what it holds, and nobody has authorized it yet. Noted
only after the proof held, in one Variable that names at most `MOST` connections; the oldest give way.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from airflow.models.variable import Variable
from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from airflow_provider_workfront.broker.store import transaction

if TYPE_CHECKING:
    from airflow_provider_workfront.broker.store import Store

KEY = "workfront_asked"
MOST = 100
TRIES = 3
DESCRIPTION = "IDs of Workfront connections that tasks asked for, kept by airflow-provider-workfront. Holds no secret."

_VARIABLE: Any = Variable.__table__


class Asked:
    """The IDs, as the database and this process remember them."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._noted: set[str] = set()

    def note(self, conn_id: str) -> None:
        """Remember an ID that is no row of Airflow's. Raises nothing: it only helps people to find the connection."""
        if conn_id in self._noted:
            return
        try:
            done = not self._store.is_row(conn_id) and any(_noted(conn_id) for _ in range(TRIES))
        except SQLAlchemyError:
            return
        if done:
            self._noted = {conn_id} if len(self._noted) >= MOST else self._noted | {conn_id}

    def ids(self) -> set[str]:
        """Return all that are remembered."""
        with transaction() as session:
            return set(_ids(session.execute(select(_VARIABLE.c.val).where(_VARIABLE.c.key == KEY)).scalar()))


def _noted(conn_id: str) -> bool:
    """Try once; False if another process wrote at the same moment."""
    with transaction() as session:
        row = session.execute(select(_VARIABLE.c.val).where(_VARIABLE.c.key == KEY)).first()
        known = _ids(row.val if row else None)
        if conn_id in known:
            return True
        text = json.dumps([*known, conn_id][-MOST:])
        if row is not None:
            statement = update(_VARIABLE).where(_VARIABLE.c.key == KEY, _VARIABLE.c.val == row.val)
            result: Any = session.execute(statement.values(val=text, is_encrypted=False))
            return bool(result.rowcount == 1)
        try:
            session.execute(insert(_VARIABLE).values(key=KEY, val=text, is_encrypted=False, description=DESCRIPTION))
            session.flush()
        except IntegrityError:
            session.rollback()
            return False
        return True


def _ids(text: str | None) -> list[str]:
    """Read the list; what is no list of ours counts as none."""
    try:
        found = json.loads(text or "[]")
    except ValueError:
        return []
    return [each for each in found if isinstance(each, str)] if isinstance(found, list) else []
