"""What became of the rows of a write: counted, kept for a retry, and told."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from airflow_provider_workfront.transfers.judging import REJECTED, SKIPPED, UNKNOWN, WRITTEN, is_findable
from airflow_provider_workfront.writing.plan import Action

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from airflow_provider_workfront.extract.telling import Telling
    from airflow_provider_workfront.transfers.judging import Verdict
    from airflow_provider_workfront.writing.plan import Step
    from airflow_provider_workfront.writing.planfile import Header
    from airflow_provider_workfront.writing.progress import Progress
    from airflow_provider_workfront.writing.rejects import Rejects
    from airflow_provider_workfront.writing.row import InputRow

ENOUGH = 100
"""Rows of a run that is small: all of them are tried, however many are refused."""
NOT_TRIED = "not tried"


@dataclass(slots=True)
class Tally:
    """Takes in what became of rows; of all `rows` more than `allowed` rejected ones are too many."""

    what: str
    rows: int
    allowed: float
    header: Header
    progress: Progress
    rejects: Rejects
    telling: Telling
    row_of: Callable[[Step], InputRow]
    """Gives the row of a step as the input has it."""
    counts: Counter[str]
    """Of this try; what earlier tries and this one have written is counted by the progress."""
    tell: Callable[[Verdict], None] = lambda verdict: None  # noqa: ARG005 nobody wants to know
    """Is told of each row that came to something."""
    created: dict[int, str] = field(default_factory=dict)
    """IDs of new objects, by row."""
    unkept: dict[int, Mapping[str, Any]] = field(default_factory=dict)
    """By row the fields that Workfront did not keep as they were sent, with the values that stand."""
    left_out: set[int] = field(default_factory=set)
    """Rows that were tried in this run, and are not written or not known to be."""
    has_lost: bool = False
    """Whether nothing will ever show what became of some row."""

    @property
    def total(self) -> Counter[str]:
        """Count the rows of all tries."""
        return self.progress.counts + self.counts

    @property
    def unkept_fields(self) -> Counter[str]:
        """Count by field the rows in which Workfront kept another value."""
        return Counter(name for values in self.unkept.values() for name in values)

    @property
    def is_spoiled(self) -> bool:
        """Tell whether more rows were rejected than are allowed."""
        return self.counts[REJECTED] > self.allowed

    def is_to_stop(self, refused: int = 0) -> bool:
        """Tell whether to send no more: of a small run all rows are tried, so that each has its reason.

        :param refused: rows that were refused in batches that have not ended
        """
        return self.rows > ENOUGH and self.counts[REJECTED] + refused > self.allowed

    def take(self, verdicts: Iterable[Verdict], not_tried: Iterable[Step] = ()) -> None:
        """Take in rows that came to something, and rows that were begun and surely not sent."""
        written, others = _parted(verdicts)
        self.created |= {each.step.number: each.obj_id for each in written if each.step.action is Action.CREATE}
        self.unkept |= {each.step.number: each.unkept for each in written if each.unkept}
        unwritten = [each.step.number for each in others if not _may_be_ours(each)]
        unwritten += [step.number for step in not_tried]
        if written or any(number in self.progress.begun for number in unwritten):
            counts = Counter(each.comes_to for each in written)
            at_once = not all(is_findable(self.header, each.step) for each in written)
            try:
                self.progress.settle([each.step.number for each in written], counts, unwritten, at_once=at_once)
            finally:
                self._tell(written)
        self.counts.update(each.comes_to for each in others)
        lost = (each for each in others if each.comes_to == UNKNOWN and not is_findable(self.header, each.step))
        self.has_lost |= any(lost)
        self._tell(others)
        self.telling.add(len(written) + len(others))
        for each in others:
            if each.comes_to in {REJECTED, SKIPPED, UNKNOWN}:
                self.left_out.add(each.step.number)
                kept = self.rejects.unknown if each.comes_to == UNKNOWN else self.rejects
                kept.add(self.row_of(each.step), each.reason)

    def _tell(self, verdicts: Iterable[Verdict]) -> None:
        for each in verdicts:
            self.tell(each)

    def keep_untried(self, steps: Iterable[Step]) -> None:
        """Keep the rows of steps that change something and were not tried."""
        tried = (self.left_out, self.progress.begun, self.progress.settled)
        for step in steps:
            if step.action is not Action.NONE and not any(step.number in each for each in tried):
                self.rejects.not_tried.add(self.row_of(step), NOT_TRIED)


def _may_be_ours(verdict: Verdict) -> bool:
    """Tell whether a row may have been written by this task; one that was made the same before stays so for a retry."""
    return verdict.comes_to == UNKNOWN or verdict.step.action is Action.NONE


def _parted(verdicts: Iterable[Verdict]) -> tuple[list[Verdict], list[Verdict]]:
    """Part what is written from all else."""
    taken = list(verdicts)
    written = [each for each in taken if each.comes_to in WRITTEN.values()]
    return written, [each for each in taken if each.comes_to not in WRITTEN.values()]
