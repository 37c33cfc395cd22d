"""Up to a hundred rows carried out: in one call if all is well, in parts until the bad rows stand alone if not.

What becomes of the other rows when one of them is refused is documented nowhere, nor is what a lost answer means
(reference 5.8): whatever has no clear answer is read back, and only what is not there is sent again.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from airflow_provider_workfront.api.call import Retry, Wait, call
from airflow_provider_workfront.api.errors import (
    InvalidRequestError,
    NotFoundError,
    OutcomeUnknownError,
    PermissionDeniedError,
    WorkfrontError,
)
from airflow_provider_workfront.api.operation import Job
from airflow_provider_workfront.api.request import Lost
from airflow_provider_workfront.api.results import Carried, Outcome, RowResult

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from airflow_provider_workfront.api.operation import Record, Steps
    from airflow_provider_workfront.api.request import Request

MOST_DOUBTS = 24
"""Answers that may get lost while a hundred is carried out: enough to corner one row that Workfront chokes on."""
DOUBTS_BEFORE_SPLITTING = 2
_QUOTED = re.compile(r'"([^"]+)"')

Row = tuple[int, Any]  # the place among all rows given, and the values or the ID


class Write(Protocol):
    """A kind of write: how rows are sent, and how to see what became of them."""

    @property
    def splits_surely(self) -> bool:
        """Tell whether a refused call has surely written none of its rows."""

    @property
    def repeats_safely(self) -> bool:
        """Tell whether a row may be written twice, should nothing show whether it was."""

    def request(self, rows: Sequence[Row]) -> Request:
        """Make the call that writes these rows."""

    def results(self, rows: Sequence[Row], data: Any) -> list[RowResult]:
        """Read a good answer."""

    def begun(self, rows: Sequence[Row], retry: Retry) -> Steps[list[RowResult]]:
        """Say of which rows nothing is left to do, before anything is sent."""

    def standing(self, rows: Sequence[Row], retry: Retry) -> Steps[dict[int, Record] | None]:
        """Read which of the rows are written, by their places; None if that cannot be seen."""


@dataclass(frozen=True, slots=True)
class Hundred(Job[Carried]):
    """Carry out up to a hundred rows of one kind of write."""

    write: Write
    rows: tuple[Row, ...]
    on_settled: Callable[[Sequence[RowResult]], None] | None = None
    """Called with results as soon as they are known, on the thread that carries the batch out."""

    def steps(self, retry: Retry) -> Steps[Carried]:
        """Carry them out; whatever happens, each row has a result."""
        return (yield from _Course(self.write, retry, self.on_settled).run(self.rows))


@dataclass(slots=True)
class _Course:
    """One hundred on its way: what is settled, what is still to be sent, how often there was doubt."""

    write: Write
    retry: Retry
    on_settled: Callable[[Sequence[RowResult]], None] | None = None
    settled: dict[int, RowResult] = field(default_factory=dict)
    due: list[Sequence[Row]] = field(default_factory=list)
    doubts: int = 0
    error: WorkfrontError | None = None

    def run(self, rows: Sequence[Row]) -> Steps[Carried]:
        """Send parts until none is due."""
        try:
            self._settle((yield from self.write.begun(rows, self.retry)))
            self.due.append(self._unsettled(rows))
            while self.due:
                if part := self.due.pop():
                    yield from self._send(part)
        except WorkfrontError as error:  # it is not about the rows
            self.error = error
        left = [RowResult(index, Outcome.NOT_TRIED) for index, _ in self._unsettled(rows)]
        self._settle(left)
        return Carried(tuple(self.settled[index] for index, _ in rows), self.error)

    def _send(self, part: Sequence[Row]) -> Steps[None]:
        request = self.write.request(part)
        try:
            self._settle(self.write.results(part, (yield from call(request, self.retry))))
        except (InvalidRequestError, NotFoundError, PermissionDeniedError) as error:
            yield from self._refused(part, error)
        except OutcomeUnknownError as error:
            yield from self._doubted(part, error)

    def _refused(self, part: Sequence[Row], error: WorkfrontError) -> Steps[None]:
        """Split what was refused, but for the rows that were written all the same."""
        if len(part) == 1:
            self._settle([RowResult(part[0][0], Outcome.REFUSED, _id_of(part[0]), str(error))])
            return
        if not self.write.splits_surely:
            part = yield from self._looked(part, error)
        self.due += reversed(parts_of(part, str(error)))

    def _doubted(self, part: Sequence[Row], error: WorkfrontError) -> Steps[None]:
        """Look what a call without a clear answer did, and send the rest again."""
        self.doubts += 1
        rest = yield from self._looked(part, error, looks=1 if self.write.repeats_safely else 3)
        if self.doubts >= MOST_DOUBTS or (len(rest) == 1 and self.doubts > DOUBTS_BEFORE_SPLITTING):
            self._settle([RowResult(row[0], Outcome.UNKNOWN, _id_of(row), str(error)) for row in rest])
            self.error = error if self.doubts >= MOST_DOUBTS else None
            return
        if rest:
            yield Wait(self.retry.pause(min(self.doubts, 5), Lost("", sent=True)))
        self.due += [rest] if self.doubts <= DOUBTS_BEFORE_SPLITTING else reversed(halves(rest))

    def _looked(self, part: Sequence[Row], error: WorkfrontError, looks: int = 1) -> Steps[Sequence[Row]]:
        """Settle what reads back as written, and give the other rows; an answer may be lost before all is done."""
        for look in range(looks):
            if look:
                yield Wait(self.retry.base * 5 * look)
            try:
                found = yield from self.write.standing(part, self.retry)
            except WorkfrontError:
                self._settle([RowResult(row[0], Outcome.UNKNOWN, _id_of(row), str(error)) for row in part])
                raise
            if found is None:
                return self._unseen(part, error)
            self._settle(
                [RowResult(at, Outcome.WRITTEN, record.get("ID", ""), "", record) for at, record in found.items()]
            )
            if not (part := self._unsettled(part)):
                break
        return part

    def _unseen(self, part: Sequence[Row], error: WorkfrontError) -> Sequence[Row]:
        """Give what may be sent again though nothing shows what was written."""
        if self.write.repeats_safely:
            return part
        advice = "look in Workfront before you write it again; with `key` it could have been found"
        self._settle([RowResult(index, Outcome.UNKNOWN, "", f"{error} - {advice}") for index, _ in part])
        return ()

    def _settle(self, results: Sequence[RowResult]) -> None:
        self.settled |= {result.index: result for result in results}
        if self.on_settled:
            self.on_settled(results)

    def _unsettled(self, rows: Sequence[Row]) -> Sequence[Row]:
        return [row for row in rows if row[0] not in self.settled]


def parts_of(rows: Sequence[Row], message: str) -> list[Sequence[Row]]:
    """Part refused rows: those that the message seems to be about and the others, or in halves."""
    quoted = set(_QUOTED.findall(message))
    suspects = [row for row in rows if quoted & _texts(row)]
    if not suspects or len(suspects) > len(rows) // 2:
        return halves(rows)
    return [*([row] for row in suspects), [row for row in rows if row not in suspects]]


def halves(rows: Sequence[Row]) -> list[Sequence[Row]]:
    """Part rows in two; one row stays alone."""
    middle = (len(rows) + 1) // 2
    return [part for part in (rows[:middle], rows[middle:]) if part]


def _texts(row: Row) -> set[str]:
    values = row[1].values() if isinstance(row[1], dict) else [row[1]]
    return {str(value) for value in values}


def _id_of(row: Row) -> str:
    return str(row[1].get("ID") or "") if isinstance(row[1], dict) else str(row[1])
