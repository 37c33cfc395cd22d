"""Send one batch (at most 100 rows). If rows of it fail, send smaller parts until each bad row stands alone.

What becomes of the other rows when one of them is refused is documented nowhere, nor is what a lost answer means
(reference 5.8): whatever has no clear answer is read back. What may have been created is looked for during a waiting
time before it is sent again; after a lost answer it is not sent again at all, since the call may still arrive.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from airflow_provider_workfront.api.call import ARRIVES_WITHIN, SHOWN_WITHIN, Retry, Wait, call
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
    from collections.abc import Callable, Iterable, Sequence

    from airflow_provider_workfront.api.operation import Steps
    from airflow_provider_workfront.api.request import Request

TOO_MUCH = 120
"""Trouble, since the last good answer, at which Workfront as a whole seems to be in trouble, and the batch ends."""
OF_ALIVE, OF_SILENT, OF_LOST = 1, 5, 10
"""What a call adds to that which Workfront answers with 5xx: once a part of the batch was written, and before; and what
a lost call adds, which may take minutes."""
UNHURRIED, STEP = 40, 8
"""Trouble from which on it is waited before the next call of a round, twice as long for each step."""
WHOLE_ROUNDS = 1
"""Rounds after which what failed is sent again as it was, since the trouble may have passed."""
LAST_ROUND = 2
"""The first round after which a row that fails alone is given up."""
PARTS = 10
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

    @property
    def wants_gone(self) -> bool:
        """Tell whether a row that is not found may be done already."""

    def request(self, rows: Sequence[Row]) -> Request:
        """Make the call that writes these rows."""

    def results(self, rows: Sequence[Row], data: Any) -> list[RowResult]:
        """Read a good answer; a row of which it says nothing is left out."""

    def begun(self, rows: Sequence[Row], retry: Retry) -> Steps[list[RowResult]]:
        """Say of which rows nothing is left to do, before anything is sent."""

    def standing(self, rows: Sequence[Row], retry: Retry) -> Steps[list[RowResult] | None]:
        """Read which of the rows are written; None if that cannot be seen."""

    def named(self, row: Row) -> str:
        """Say by what a row is looked for, empty if by nothing."""


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


class _Failure(NamedTuple):
    """A part that failed: refused by Workfront (4xx), or without a clear answer."""

    part: Sequence[Row]
    error: WorkfrontError

    @property
    def is_refusal(self) -> bool:
        return not isinstance(self.error, OutcomeUnknownError)

    @property
    def is_lost(self) -> bool:
        """Tell whether the call may still be under way: Workfront itself did not answer."""
        return isinstance(self.error, OutcomeUnknownError) and not self.error.answered


@dataclass(slots=True)
class _Course:
    """State of one running batch: results by row, rounds so far, trouble since the last good answer."""

    write: Write
    retry: Retry
    on_settled: Callable[[Sequence[RowResult]], None] | None = None
    settled: dict[int, RowResult] = field(default_factory=dict)
    rounds: int = 0
    trouble: int = 0
    is_alive: bool = False
    error: WorkfrontError | None = None

    def run(self, rows: Sequence[Row]) -> Steps[Carried]:
        """Send parts in rounds until none is left."""
        try:
            self._settle((yield from self.write.begun(rows, self.retry)))
            parts: list[Sequence[Row]] = [self._unsettled(rows)]
            while parts := [part for part in parts if part]:
                parts = yield from self._round(parts)
                self.rounds += 1
            yield from self._identify(rows)
        except WorkfrontError as error:  # it is not about the rows
            self.error = error
        left = [RowResult(index, Outcome.NOT_TRIED) for index, _ in self._unsettled(rows)]
        self._settle(left)
        return Carried(tuple(self.settled[index] for index, _ in rows), self.error)

    def _round(self, parts: Sequence[Sequence[Row]]) -> Steps[list[Sequence[Row]]]:
        """Send parts, look once what became of all that failed, and give what is to be sent in the next round."""
        failed: list[_Failure] = []
        try:
            for part in parts:
                if failure := (yield from self._sent(part)):
                    failed.append(failure)
                    if self.trouble >= TOO_MUCH:
                        break
            is_seen = yield from self._look(failed)
        except WorkfrontError:
            self._give_up(failed)
            raise
        if self.trouble >= TOO_MUCH:
            self._give_up([*failed, *(_Failure(part, failed[-1].error) for part in parts)])
            self.error = failed[-1].error
            return []
        onward = [self._onward(failure, is_seen=is_seen) for failure in failed]
        if any(each and not failure.is_refusal for each, failure in zip(onward, failed, strict=True)):
            yield Wait(self.retry.pause(0, Lost("", sent=True)))
        return mixed(onward)

    def _sent(self, part: Sequence[Row]) -> Steps[_Failure | None]:
        if self.trouble > UNHURRIED:
            yield Wait(self.retry.pause((self.trouble - UNHURRIED) // STEP, Lost("", sent=True)))
        request = self.write.request(part)
        try:
            results = self.write.results(part, (yield from call(request, self.retry)))
        except (InvalidRequestError, NotFoundError, PermissionDeniedError) as error:
            self.trouble = 0
            return _Failure(part, error)
        except OutcomeUnknownError as error:
            return self._troubled(part, error)
        self._settle(results)
        if results:
            self.trouble, self.is_alive = 0, True
        if untold := self._unsettled(part):
            reason = f"the answer says nothing of {len(untold)} of {len(part)} rows"
            return self._troubled(untold, OutcomeUnknownError(reason, request.label, answered=True))
        return None

    def _troubled(self, part: Sequence[Row], error: OutcomeUnknownError) -> _Failure:
        answered = OF_ALIVE if self.is_alive else OF_SILENT
        self.trouble += answered if error.answered else OF_LOST
        return _Failure(part, error)

    def _look(self, failed: Sequence[_Failure]) -> Steps[bool]:
        """Settle what reads back as written, for as long as it may take to show; tell whether that can be seen."""
        rows = [row for failure in failed if self._needs_look(failure) for row in failure.part]
        for pause in (0.0, *self.retry.looks(self._patience(failed))) if rows else ():
            if pause:
                yield Wait(pause)
            found = yield from self.write.standing(rows, self.retry)
            if found is None:
                return False
            self._settle(found)
            if not (rows := self._unsettled(rows)):
                break
        return True

    def _needs_look(self, failure: _Failure) -> bool:
        """Tell what may be written; a row that is refused alone is not, unless it was to be deleted and is gone."""
        if failure.is_refusal and len(failure.part) == 1:
            return self.write.wants_gone and isinstance(failure.error, NotFoundError)
        return True

    def _patience(self, failed: Iterable[_Failure]) -> float:
        """Give how long to look for what failed, as a multiple of a first pause."""
        if self.write.repeats_safely:
            return 0.0
        if any(failure.is_lost for failure in failed):
            return ARRIVES_WITHIN
        is_sure = all(failure.is_refusal and (self.write.splits_surely or len(failure.part) == 1) for failure in failed)
        return 0.0 if is_sure else SHOWN_WITHIN

    def _onward(self, failure: _Failure, *, is_seen: bool) -> list[Sequence[Row]]:
        """Give in which parts to send again what is not written; what may not be sent again is settled."""
        rest = self._unsettled(failure.part)
        if not rest:
            return []
        if failure.is_refusal:
            if len(failure.part) == 1:
                self._settle(
                    [RowResult(at, Outcome.REFUSED, _id_of((at, row)), str(failure.error)) for at, row in rest]
                )
                return []
            if is_seen or self.write.splits_surely or self.write.repeats_safely:
                return parts_of(rest, str(failure.error))
        is_hopeless = len(failure.part) == 1 and self.rounds >= LAST_ROUND
        if is_hopeless or not (self.write.repeats_safely or (is_seen and not failure.is_lost)):
            self._settle(self._unknown(row, failure.error, is_seen=is_seen) for row in rest)
            return []
        return [rest] if self.rounds < WHOLE_ROUNDS else smaller(rest)

    def _identify(self, rows: Sequence[Row]) -> Steps[None]:
        """Find the IDs of what was written by calls that give none; an object that is there twice shows here too."""
        written = {index for index, result in self.settled.items() if result.ok and not result.obj_id}
        unnamed = [row for row in rows if row[0] in written]
        for pause in (0.0, *self.retry.looks(SHOWN_WITHIN)) if unnamed else ():
            if pause:
                yield Wait(pause)
            found = yield from self.write.standing(unnamed, self.retry)
            if found is None:
                return
            self._settle(found)
            seen = {result.index for result in found}
            if not (unnamed := [row for row in unnamed if row[0] not in seen]):
                return

    def _unknown(self, row: Row, error: WorkfrontError, *, is_seen: bool) -> RowResult:
        advice = "look in Workfront before you write it again; with `key` it could have been found"
        if name := self.write.named(row):
            advice = f"{name} was looked for and not found: look in Workfront before you write it again"
        told = str(error) if is_seen and not name else f"{error} - {advice}"
        return RowResult(row[0], Outcome.UNKNOWN, _id_of(row), told)

    def _give_up(self, failed: Iterable[_Failure]) -> None:
        """Settle as unknown what failed and was not seen."""
        for failure in failed:
            self._settle(
                RowResult(row[0], Outcome.UNKNOWN, _id_of(row), f"{failure.error}{self._by(row)}")
                for row in self._unsettled(failure.part)
            )

    def _by(self, row: Row) -> str:
        name = self.write.named(row)
        return f" ({name})" if name else ""

    def _settle(self, results: Iterable[RowResult]) -> None:
        known = list(results)
        self.settled |= {result.index: result for result in known}
        if self.on_settled:
            self.on_settled(known)

    def _unsettled(self, rows: Sequence[Row]) -> list[Row]:
        return [row for row in rows if row[0] not in self.settled]


def parts_of(rows: Sequence[Row], message: str) -> list[Sequence[Row]]:
    """Part refused rows: those that the message seems to be about and the others, or in smaller parts."""
    quoted = set(_QUOTED.findall(message))
    suspects = [row for row in rows if quoted & _texts(row)]
    if not suspects or len(suspects) > len(rows) // 2:
        return smaller(rows)
    return [*([row] for row in suspects), [row for row in rows if row not in suspects]]


def smaller(rows: Sequence[Row]) -> list[Sequence[Row]]:
    """Part rows in ten, or fewer if they are few; one row stays alone."""
    size = -(-len(rows) // PARTS)
    return [rows[start : start + size] for start in range(0, len(rows), size)]


def mixed(parted: Sequence[list[Sequence[Row]]]) -> list[Sequence[Row]]:
    """Take the parts of several by turns: bad rows often stand together, and a good one shows that Workfront works."""
    turns = max((len(parts) for parts in parted), default=0)
    return [parts[turn] for turn in range(turns) for parts in parted if turn < len(parts)]


def _texts(row: Row) -> set[str]:
    values = row[1].values() if isinstance(row[1], dict) else [row[1]]
    return {str(value) for value in values}


def _id_of(row: Row) -> str:
    return str(row[1].get("ID") or "") if isinstance(row[1], dict) else str(row[1])
