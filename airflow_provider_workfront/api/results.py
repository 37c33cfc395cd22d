"""What became of each row of a bulk write."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from airflow_provider_workfront.api.errors import WorkfrontError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

MOST_SHOWN = 5


class Outcome(StrEnum):
    """What became of a row."""

    WRITTEN = "written"
    FOUND = "found"
    """An object with its key was there already, so that none was made."""
    REFUSED = "refused"
    UNKNOWN = "unknown"
    """It may have been written: no clear answer came, and reading back could not tell."""
    NOT_TRIED = "not tried"


@dataclass(frozen=True, slots=True)
class RowResult:
    """What became of one row: its place among the rows given, from 0; the object's ID, as far as it is known.

    `record` is what Workfront gave back of the object, `error` why a row was not written.
    """

    index: int
    outcome: Outcome
    obj_id: str = ""
    error: str = ""
    record: Mapping[str, Any] | None = None

    @property
    def ok(self) -> bool:
        """Tell whether the object is there as the row wants it."""
        return self.outcome in {Outcome.WRITTEN, Outcome.FOUND}


@dataclass(frozen=True, slots=True)
class Carried:
    """What became of a hundred rows, in their order; with `error`, further rows would fare no better."""

    results: tuple[RowResult, ...]
    error: WorkfrontError | None = None


class BulkError(WorkfrontError):
    """Report a bulk write of which not every row was written: `results` says what became of each, in order.

    The error that ended it, if one did, is its cause. `repeatable` says that rows may be written twice.
    """

    def __init__(
        self, what: str, results: Sequence[RowResult], cause: WorkfrontError | None = None, *, repeatable: bool = True
    ) -> None:
        super().__init__(what, results)
        self.what = what
        self.results = results
        self.repeatable = repeatable
        self.__cause__ = cause

    @property
    def permanent(self) -> bool:  # type: ignore[override] # it depends on what ended it
        """Tell whether writing the same rows again cannot help, or could do harm."""
        cause = self.__cause__
        if not isinstance(cause, WorkfrontError) or cause.permanent:
            return True
        return not self.repeatable and any(result.outcome is not Outcome.NOT_TRIED for result in self.results)

    def __str__(self) -> str:
        failed = [result for result in self.results if not result.ok]
        shown = "; ".join(_told(result) for result in failed[:MOST_SHOWN])
        more = f"; and {len(failed) - MOST_SHOWN} more" if len(failed) > MOST_SHOWN else ""
        ended = f" - ended by {self.__cause__}" if self.__cause__ else ""
        counts = summed_up(Counter(result.outcome for result in self.results))
        return f"{self.what}: {counts}: {shown}{more}{ended}"


def summed_up(counts: Mapping[Outcome, int]) -> str:
    """Say how many rows came to what."""
    return ", ".join(f"{counts[outcome]} {outcome.value}" for outcome in Outcome if counts.get(outcome)) or "no rows"


def _told(result: RowResult) -> str:
    name = f" (ID {result.obj_id})" if result.obj_id else ""
    return f"row {result.index}{name} {result.outcome.value}" + (f", {result.error}" if result.error else "")
