"""All that this Workfront customer owns, in memory."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import blake2b
from random import Random
from typing import TYPE_CHECKING, Any, TypeAlias
from zoneinfo import ZoneInfo

from airflow_provider_workfront.simulator.options import Options
from airflow_provider_workfront.simulator.schema import UNIONS, object_type
from airflow_provider_workfront.simulator.seed import plant
from airflow_provider_workfront.simulator.table import Row, Table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

CUSTOM = "DE:"

Written: TypeAlias = "tuple[str, str, Row | None]"
"""Code and ID of a row that was written, and what it was before."""


def _utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Binned:
    """Remember a deleted row for as long as it may be restored (rule 98)."""

    code: str
    row: Row
    at: datetime


class World:
    """Hold the rows of every type, the recycle bin and who may not see what.

    Dates and times are aware datetimes in UTC, pure dates are `date`; a custom value stands under `DE:<name>`.
    A key that is absent is null. Change rows only through `add`, `update`, `remove` and `restore`.
    """

    def __init__(self, options: Options | None = None, clock: Callable[[], datetime] = _utc_now) -> None:
        self.options = options or Options()
        self.lock = threading.RLock()
        self.now = clock
        self.bin: dict[str, Binned] = {}
        self.hidden: dict[str, set[str]] = {}
        """IDs that a user, named by ID, may not see (rule 47)."""
        self._tables: dict[str, Table] = {}
        self._unions: dict[str, tuple[tuple[int, ...], dict[str, Row]]] = {}
        self._random = Random(self.options.seed)
        self._numbers: dict[tuple[str, str], int] = {}
        self._undo: list[Written] | None = None
        self.on_commit: Callable[[list[Written], str], None] | None = None
        """Called with the writes of each outermost transaction and its user: event subscriptions listen."""
        self.customer_id = self.id_of("CUST", "Acme")
        self.admin_id = self.id_of("USER", "admin@acme.example")
        plant(self)

    def table(self, code: str) -> Table:
        """Give the table of a type."""
        return self._tables.setdefault(code, Table())

    def objects(self, code: str) -> dict[str, Row]:
        """Give the rows of a type by ID; look, do not write."""
        return self._union(code) if code in UNIONS else self.table(code).rows

    def get(self, code: str, obj_id: str | None) -> Row | None:
        """Give one row, unless there is none or it lies in the bin."""
        return self.objects(code).get(obj_id) if obj_id else None

    def find(self, code: str, **values: Any) -> list[Row]:
        """Give the rows whose fields hold these values; the first one named is looked up in an index."""
        (field, value), *others = values.items()
        return [row for row in self.table(code).find(field, value) if all(row.get(k) == v for k, v in others)]

    @property
    def writes(self) -> int:
        """Count the writes so far."""
        return sum(table.version for table in self._tables.values())

    def add(self, code: str, row: Mapping[str, Any]) -> Row:
        """Add a row; without an ID it gets a new one."""
        full = {"ID": self.new_id(), "customerID": self.customer_id, **_without_nulls(row)}
        self._remember(code, full["ID"])
        self.table(code).put(full)
        return full

    def update(self, code: str, obj_id: str, changes: Mapping[str, Any]) -> Row:
        """Change a row; None clears a field."""
        self._remember(code, obj_id)
        row = _without_nulls({**self.table(code).rows[obj_id], **changes})
        self.table(code).put(row)
        return row

    def remove(self, code: str, obj_id: str, *, to_bin: bool = True) -> None:
        """Delete a row, into the recycle bin if its type has one (rule 98)."""
        self._remember(code, obj_id)
        row = self.table(code).pop(obj_id)
        if row is not None and to_bin and object_type(code).is_restorable:
            self.bin[obj_id] = Binned(code, row, self.now())

    def restore(self, obj_id: str) -> Row:
        """Bring a row back from the bin, under its old ID."""
        binned = self.bin.pop(obj_id)
        self._remember(binned.code, obj_id)
        self.table(binned.code).put(binned.row)
        return binned.row

    @contextmanager
    def transaction(self, user_id: str = "") -> Iterator[None]:
        """Take back every write of the block if it raises (rule 95); `user_id` is who writes."""
        outer, self._undo = self._undo, []
        is_whole = False
        try:
            yield
            is_whole = True
        finally:
            done, self._undo = self._undo, outer
            if not is_whole:
                for code, obj_id, row in reversed(done):
                    self._reset(code, obj_id, row)
            elif outer is not None:
                outer.extend(done)
            elif done and self.on_commit:
                self.on_commit(done, user_id)

    def new_id(self) -> str:
        """Make an ID: 32 hex digits that do not tell the type (reference 4.1)."""
        return f"{self._random.getrandbits(128):032x}"

    def id_of(self, code: str, key: str) -> str:
        """Make the ID of a named row, the same in every world of the same seed."""
        text = f"{self.options.seed}/{code}/{key}"
        return blake2b(text.encode(), digest_size=16).hexdigest()

    def next_number(self, code: str, field: str = "referenceNumber") -> int:
        """Give a number above all those in use; it is given once."""
        if (code, field) not in self._numbers:
            rows = self.table(code).rows.values()
            self._numbers[code, field] = max((row.get(field, 0) for row in rows), default=0)
        self._numbers[code, field] += 1
        return self._numbers[code, field]

    def zone(self, user_id: str) -> ZoneInfo:
        """Give the time zone in which a user reads and writes (reference 7.3)."""
        user = self.get("USER", user_id) or {}
        return ZoneInfo(user.get("timeZone") or "UTC")

    def may_see(self, user_id: str, obj_id: str) -> bool:
        """Tell whether a user may see an object (rule 47)."""
        return obj_id not in self.hidden.get(user_id, ())

    def parameter(self, name: str) -> Row | None:
        """Find a custom field by its name, which is not its label (reference 5.10)."""
        return next(iter(self.table("PARAM").find("name", name)), None)

    def has_values(self, field: str) -> bool:
        """Tell whether any row of any type holds something in a field."""
        return any(field in row for table in self._tables.values() for row in table.rows.values())

    def equates_with(self, kind: str, status: str | None) -> str | None:
        """Reduce a status to the base code: `CPL:A` and custom codes too (reference 6.4)."""
        if status is None:
            return None
        value = status.partition(":")[0]
        rows = self.find("CSTEM", value=value, enumClass=f"STATUS_{kind}")
        return rows[0].get("equatesWith", value) if rows else value

    def _union(self, code: str) -> dict[str, Row]:
        version = tuple(self.table(member).version for member in UNIONS[code])
        if self._unions.get(code, ((), {}))[0] != version:
            rows = {i: {**row, "objCode": c} for c in UNIONS[code] for i, row in self.objects(c).items()}
            self._unions[code] = (version, rows)
        return self._unions[code][1]

    def _remember(self, code: str, obj_id: str) -> None:
        if self._undo is not None:
            self._undo.append((code, obj_id, self.table(code).rows.get(obj_id)))

    def _reset(self, code: str, obj_id: str, row: Row | None) -> None:
        if row is None:
            self.table(code).pop(obj_id)
            return
        self.bin.pop(obj_id, None)
        self.table(code).put(row)


def _without_nulls(row: Mapping[str, Any]) -> Row:
    return {key: value for key, value in row.items() if value is not None}
