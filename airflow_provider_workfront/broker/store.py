"""Keep grants in Airflow's database: one encrypted Variable a connection, changed only by compare-and-set.

Runs where the database is: the api-server and the command line. ORM statements on the `variable` table, never
`Variable.get`, so that no environment variable or secrets backend can stand before the record. Each call is
one short transaction of its own, and no row stays locked while a request is under way.
"""

from __future__ import annotations

import hashlib
import json
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from airflow.models.connection import Connection
from airflow.models.variable import Variable
from airflow.utils.session import create_session
from cryptography.fernet import InvalidToken
from sqlalchemy import Float, delete, func, insert, literal_column, select, update
from sqlalchemy.exc import IntegrityError

from airflow_provider_workfront.api.logs import get_logger
from airflow_provider_workfront.broker.seal import NO_KEY, is_encrypting, sealed, unsealed
from airflow_provider_workfront.broker.state import Damaged, Grant, Unreadable, decoded, home_mark

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy.orm import Session

log = get_logger("airflow_provider_workfront.broker")

PREFIX = "workfront_token__"  # "token" in the key makes Airflow mask the value everywhere
LONGEST_KEY = 250
MIRROR_TRIES = 3
DESCRIPTION = "The live Workfront token of this connection, kept by airflow-provider-workfront. Leave it alone."

CONNECTIONS = threading.BoundedSemaphore(4)
"""As many of the process's connections to the database as the broker may hold at once: its pool has 15, and the
broker 32 threads. On a slow database the heartbeats of tasks must not wait for us."""

_VARIABLE: Any = Variable.__table__
_CONNECTION: Any = Connection.__table__

_CLOCKS = {
    "postgresql": "extract(epoch from clock_timestamp())",
    "mysql": "unix_timestamp(now(6))",
    "sqlite": "(julianday('now') - 2440587.5) * 86400.0",
}


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What one read found: the stored text, the grant in it, and the database's time (epoch seconds).

    Each swap makes a row of another number; whatever else writes keeps the number of the last swap.
    """

    cipher: str | None = field(repr=False)
    value: Grant | Damaged | Unreadable | None
    now: float
    number: int | None = None


@dataclass(frozen=True, slots=True)
class Record:
    """One record as it is kept."""

    key: str
    cipher: str = field(repr=False)
    value: Grant | Damaged | Unreadable


class Store:
    """Read and swap the records. Two stores on one database see each other's writes at once."""

    def read(self, key: str) -> Snapshot:
        """Read one record afresh, with the database's time."""
        with transaction() as session:
            now = float(session.execute(select(clock(session))).scalar_one())
            row = session.execute(
                select(_VARIABLE.c.id, _VARIABLE.c.val, _VARIABLE.c.is_encrypted).where(_VARIABLE.c.key == key)
            ).first()
        if row is None:
            return Snapshot(None, None, now)
        return Snapshot(row.val, _opened(row.val, encrypted=row.is_encrypted), now, row.id)

    def swap(self, key: str, cipher: str | None, grant: Grant) -> bool:
        """Write the grant if the record still holds `cipher` (None: if there is none); tell whether it did.

        A row is not updated but replaced by one of another `id`. `airflow rotate-fernet-key` and Airflow's forms write
        back by `id` what they read, however long ago: they find no row to write an older token into.
        """
        values = {
            "key": key,
            "val": sealed(replace(grant, rev=grant.rev + 1).encoded()),
            "is_encrypted": is_encrypting(),
        }
        with transaction() as session:
            if cipher is None:
                return _inserted(session, values | {"description": DESCRIPTION})
            is_held = (_VARIABLE.c.key == key, _VARIABLE.c.val == cipher)
            row = session.execute(select(_VARIABLE).where(*is_held)).mappings().first()
            if row is None:
                return False
            kept = {name: value for name, value in row.items() if name != "id"} | _fresh_id(session)
            return _changed(session, delete(_VARIABLE).where(*is_held)) and _inserted(session, kept | values)

    def delete(self, key: str, cipher: str) -> bool:
        """Remove a record if it still holds `cipher`."""
        statement = delete(_VARIABLE).where(_VARIABLE.c.key == key, _VARIABLE.c.val == cipher)
        with transaction() as session:
            return _changed(session, statement)

    def rename(self, old: str, new: str, cipher: str) -> bool:
        """Move a record to another key if it still holds `cipher` and that key is free."""
        statement = update(_VARIABLE).where(_VARIABLE.c.key == old, _VARIABLE.c.val == cipher)
        with transaction() as session:
            try:
                return _changed(session, statement.values(key=new))
            except IntegrityError:
                session.rollback()
                return False

    def records(self) -> list[Record]:
        """Give every record, the unreadable ones too."""
        statement = select(_VARIABLE.c.key, _VARIABLE.c.val, _VARIABLE.c.is_encrypted)
        with transaction() as session:
            rows = session.execute(statement.where(_VARIABLE.c.key.startswith(PREFIX, autoescape=True))).all()
        return [Record(row.key, row.val, _opened(row.val, encrypted=row.is_encrypted)) for row in rows]

    def unreadable(self, key: str) -> list[str]:
        """Give the keys of the other records that no key of this process opens."""
        return [record.key for record in self.records() if record.key != key and isinstance(record.value, Unreadable)]

    def others(self, key: str) -> Iterator[tuple[str, str, Grant]]:
        """Give key, stored text and grant of every other readable record."""
        for record in self.records():
            if record.key != key and isinstance(record.value, Grant):
                yield record.key, record.cipher, record.value

    def mirror(self, conn_id: str, has_seen: Callable[[str], bool], token: str, home: str) -> bool:
        """Bring the connection's `refresh_token` up to date, if it is a row and holds a token seen before.

        A mark beside it says in which Airflow (`home`) it is kept: an exported connection must not be used up
        elsewhere. All other keys of `extra` stay as they are; a concurrent edit of the connection wins: what it left is
        looked at again, since it may be the same under another Fernet key. A connection without a token is asked about
        as `""`.
        """
        tries = (self._mirrored(conn_id, has_seen, token, home) for _ in range(MIRROR_TRIES))
        return next((done for done in tries if done is not None), False)

    def _mirrored(self, conn_id: str, has_seen: Callable[[str], bool], token: str, home: str) -> bool | None:
        """Try once; None if somebody else wrote the connection at the same moment."""
        with transaction() as session:
            try:
                row = _row(session, conn_id)
                if row is None:
                    return False
                cipher, extra = row._extra, json.loads(row.extra or "{}")  # noqa: SLF001 compared below
            except InvalidToken:
                log.warning("Connection %r: its refresh_token field was not updated: %s", conn_id, NO_KEY)
                return False
            found = extra.get("refresh_token") or ""
            if not isinstance(found, str) or found == token or not has_seen(found):
                return False
            changed = extra | {"refresh_token": token, "refresh_token_home": home_mark(home, token)}
            values = {"extra": sealed(json.dumps(changed)), "is_extra_encrypted": is_encrypting()}
            session.expunge(row)
            statement = update(_CONNECTION).where(_CONNECTION.c.conn_id == conn_id, _CONNECTION.c.extra == cipher)
            return True if _changed(session, statement.values(**values)) else None

    def require_writable(self) -> None:
        """Raise SQLAlchemyError if the database takes no writes: what is about to be received could not be stored."""
        statement = update(_VARIABLE).where(_VARIABLE.c.key == PREFIX).values(description=DESCRIPTION)  # no such row
        with transaction() as session:
            session.execute(statement)

    def copied(self, conn_id: str) -> str:
        """Give the refresh token in the connection's row; nothing if it is no row, or no key of this process opens it.

        What a connection says may come from elsewhere though there is a row: then the row's token is another one.
        """
        with transaction() as session:
            try:
                row = _row(session, conn_id)
                found = json.loads(row.extra or "{}").get("refresh_token") if row else ""
            except InvalidToken:
                return ""
        return found if isinstance(found, str) else ""

    def is_row(self, conn_id: str) -> bool:
        """Tell whether the connection is a row of the database (and not of a secrets backend)."""
        with transaction() as session:
            found = session.execute(select(_CONNECTION.c.id).where(_CONNECTION.c.conn_id == conn_id)).first()
        return found is not None


def record_key(conn_id: str) -> str:
    """Give the Variable's key of a connection's record; a long ID is cut and told apart by a hash."""
    key = PREFIX + conn_id
    if len(key) <= LONGEST_KEY - 40:  # room for the suffix of a record set aside
        return key
    return f"{key[: LONGEST_KEY - 60]}__{hashlib.sha256(conn_id.encode()).hexdigest()[:16]}"


def aside_key(conn_id: str, base_url: str, client_id: str) -> str:
    """Give the key under which a record rests while its connection points to another host or application."""
    where = hashlib.sha256(f"{base_url}\n{client_id}".encode()).hexdigest()[:16]
    return f"{record_key(conn_id)}__aside__{where}"


def kept_key(conn_id: str, cipher: str) -> str:
    """Give the key under which a record is kept that no key opens, once a person has replaced it."""
    return f"{record_key(conn_id)}__aside__{hashlib.sha256(cipher.encode()).hexdigest()[:16]}"


def clock(session: Session) -> Any:
    """Give the expression that reads the database's time, in epoch seconds."""
    dialect = session.get_bind().dialect.name
    return literal_column(_CLOCKS[dialect], Float)


@contextmanager
def transaction() -> Iterator[Session]:
    """Open a short transaction of its own."""
    with CONNECTIONS, create_session(scoped=False) as session:
        yield session


def _row(session: Session, conn_id: str) -> Connection | None:
    """Load a connection; raises InvalidToken if no key of this process opens its password, which Airflow looks at."""
    return session.scalars(select(Connection).where(Connection.conn_id == conn_id)).first()


def _opened(cipher: str, *, encrypted: bool) -> Grant | Damaged | Unreadable:
    try:
        return decoded(unsealed(cipher, encrypted=encrypted))
    except (Damaged, Unreadable) as unreadable:
        return unreadable


def _fresh_id(session: Session) -> dict[str, int]:
    """Name an `id` that no row had lately, where the database would give out the highest one again."""
    if session.get_bind().dialect.name != "sqlite":
        return {}
    return {"id": session.execute(select(func.max(_VARIABLE.c.id))).scalar_one() + 1}


def _inserted(session: Session, values: dict[str, Any]) -> bool:
    try:
        session.execute(insert(_VARIABLE).values(**values))
        session.flush()
    except IntegrityError:
        session.rollback()
        return False
    return True


def _changed(session: Session, statement: Any) -> bool:
    result: Any = session.execute(statement)
    return bool(result.rowcount == 1)
