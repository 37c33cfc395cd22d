"""The load: the table is made to fit, rows are staged batch by batch, and at the end carried over at once.

A run that fails, or is killed, leaves the table's rows as they were.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import func, select
from sqlalchemy.schema import CreateTable

from airflow_provider_workfront.failures import Unworkable
from airflow_provider_workfront.load.faults import Fault, blamed, first_fault, is_of_values, row_error
from airflow_provider_workfront.load.tables import ID, ROW

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from airflow_provider_workfront.load.structure import Place
    from airflow_provider_workfront.load.tables import Target

    Row = Mapping[str, Any]


class Merged(NamedTuple):
    """What became of the rows: written, deleted since they are no more, left alone since a later run wrote them."""

    rows: int
    deleted: int
    newer: int


class Loading:
    """One load of one table, over one connection."""

    def __init__(self, place: Place, target: Target) -> None:
        self.place = place
        self.connection = place.connection
        self.target = target
        self._rows = 0
        self._begin()

    def stage(self, rows: Sequence[Row]) -> None:
        """Take a batch of rows in; nobody else sees them yet."""
        batch = {row[ID]: row for row in rows}  # psycopg2 makes one statement of them, which takes an ID only once
        numbered = self.target.staged(batch.values(), self._rows + 1)
        if not numbered:
            return
        try:
            with self.connection.begin():
                self.connection.execute(self.target.stage(), numbered)
        except Fault as error:
            if not is_of_values(error):
                raise
            raise self._staging_error(numbered, error) from None  # the cause may show a whole row
        self._rows += len(numbered)

    def merge(self, *, replace: bool, max_delete_ratio: float = 0.1) -> Merged:
        """Carry all rows over in one transaction; `replace` deletes those that were not among them.

        :param replace: whether rows of the table that were not staged are deleted
        :param max_delete_ratio: share of the table's rows, 0 to 1, that may be deleted; nothing is written if more
            would be
        :raises Unworkable: too many rows would be deleted, or the database refused a row
        """
        with self.connection.begin():
            self.place.take_turn()
            count = self.connection.scalar(select(func.count()).select_from(self.target.staging)) or 0
            if replace and not count:
                self._refuse_to_empty()
            there = self._there() if replace else 0
            written = self._carry_over()
            deleted = self._run(self.target.delete_unseen(self.synced)) if replace else 0
            if deleted > max_delete_ratio * there:
                raise self._too_many(deleted, there, max_delete_ratio)
            return Merged(written, deleted, count - written)

    def _begin(self) -> None:
        """Make the staging table, and rehearse the end with no rows: a missing permission shows before the work."""
        with self.connection.begin():
            self.synced = self._now()
            self.connection.execute(CreateTable(self.target.staging))
            self._run(self.target.merge(self.synced, 1, 0))

    def _carry_over(self) -> int:
        try:
            with self.connection.begin_nested():
                return self._run(self.target.merge(self.synced, 1, self._rows))
        except Fault as error:
            if not is_of_values(error):
                raise
            raise self._merging_error(error) from None  # the cause may show a whole row

    def _staging_error(self, numbered: list[dict[str, Any]], error: Exception) -> Unworkable:
        """Find the row, then the column, by trying."""
        with self.connection.begin() as trial:
            at = first_fault(0, len(numbered), lambda start, stop: self._tried(numbered[start:stop]))
            row = numbered[at]
            error = self._tried([row]) or error
            column = next((name for name in self.target.names if self._is_refused(row, name)), "")
            trial.rollback()
        return row_error(str(self.place), row[ID], column, row.get(column), error)

    def _merging_error(self, error: Exception) -> Unworkable:
        at = first_fault(1, self._rows + 1, self._carried)
        error = self._carried(at, at + 1) or error
        columns = self.target.staging.columns
        row: Mapping[Any, Any] = self.connection.execute(select(*columns).where(columns[ROW] == at)).mappings().one()
        column = blamed(error)
        return row_error(str(self.place), row.get(ID), column if column in row else "", row.get(column), error)

    def _refuse_to_empty(self) -> None:
        if there := self._there():
            raise Unworkable(
                f"Workfront gave no row, and {self.place} has {there:,}: they are kept, since mode='replace' would "
                "delete them all. Has the connection's user lost a permission, or is a filter's value misspelt?"
            )

    def _there(self) -> int:
        return self.connection.scalar(select(func.count()).select_from(self.target.table)) or 0

    def _too_many(self, deleted: int, there: int, allowed: float) -> Unworkable:
        return Unworkable(
            f"{self.place}: {deleted:,} of {there:,} rows were not found in Workfront any more ({deleted / there:.1%}, "
            f"allowed are {allowed:.1%}); nothing was written. Rows that the connection's user may no longer see, or "
            "that another search wrote, look deleted too: check what it may see; if so many are to be deleted indeed, "
            "raise max_delete_ratio for one run"
        )

    def _now(self) -> datetime:
        """Ask the database for the time, which is one clock for all workers; SQLite's is this machine's."""
        if self.target.dialect == "sqlite":
            return datetime.now(UTC)
        moment: datetime = self.connection.execute(select(func.clock_timestamp())).scalar_one()
        return moment

    def _run(self, statement: Any) -> int:
        return self.connection.execute(statement, execution_options={"preserve_rowcount": True}).rowcount

    def _tried(self, rows: list[dict[str, Any]]) -> Exception | None:
        try:
            with self.connection.begin_nested():
                self.connection.execute(self.target.stage(), rows)
        except Fault as error:
            return error
        return None

    def _is_refused(self, row: Mapping[str, Any], name: str) -> bool:
        """Try one value of a row by itself, and leave nothing of it."""
        alone = {ROW: row[ROW], ID: row[ID], name: row[name]}
        trial = self.connection.begin_nested()
        try:
            self.connection.execute(self.target.staging.insert(), alone)
        except Fault:
            return True
        else:
            return False
        finally:
            trial.rollback()

    def _carried(self, start: int, stop: int) -> Exception | None:
        try:
            with self.connection.begin_nested():
                self._run(self.target.merge(self.synced, start, stop - 1))
        except Fault as error:
            return error
        return None
