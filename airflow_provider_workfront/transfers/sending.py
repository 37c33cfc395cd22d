"""The steps of a plan on their way to Workfront: in hundreds, several at once, in no particular order."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from airflow_provider_workfront.api.bulk import ROWS_AT_ONCE, BulkCreate, BulkDelete, BulkUpdate
from airflow_provider_workfront.api.hundred import Hundred
from airflow_provider_workfront.api.parting import parted
from airflow_provider_workfront.api.results import Outcome
from airflow_provider_workfront.transfers.judging import (
    DONE,
    REJECTED,
    UNCHANGED,
    UNKNOWN,
    UNSURE,
    WRITTEN,
    Judge,
    Verdict,
    is_keyed,
)
from airflow_provider_workfront.transfers.referring import filled, find_missing
from airflow_provider_workfront.transfers.transfer import named
from airflow_provider_workfront.writing.plan import Action

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from airflow_provider_workfront.api.bulk import Bulk
    from airflow_provider_workfront.api.errors import WorkfrontError
    from airflow_provider_workfront.api.results import Carried, RowResult
    from airflow_provider_workfront.client import Client
    from airflow_provider_workfront.transfers.tally import Tally
    from airflow_provider_workfront.writing.plan import Step
    from airflow_provider_workfront.writing.planfile import Plan

CHUNK = 10 * ROWS_AT_ONCE
"""Steps that are looked at together: what one action has of them fills several calls."""


class Sending:
    """Sends what earlier tries have not settled; `error` is what ended it, if it was not about rows."""

    def __init__(self, client: Client, plan: Plan, tally: Tally, *, checked: bool, replace_collections: bool) -> None:
        self.error: WorkfrontError | None = None
        self._client = client
        self._plan = plan
        self._tally = tally
        self._judge = Judge(client, plan.header, checked)
        self._replaces = replace_collections
        self._sent: dict[int, Step] = {}
        self._reopened: set[int] = set()
        """Rows that an earlier try began."""

    def carry_out(self) -> None:
        """Send until all is done, too much is rejected, or no row would fare better."""
        for level in range(self._plan.levels):
            for carried in self._client.carried(self._hundreds(level)) if not self.error else ():
                self._take(carried)

    def _hundreds(self, level: int) -> Iterator[Hundred]:
        """Give what is sent next; it is noted as begun when it is asked for, which is just before it is sent."""
        progress = self._tally.progress
        steps = (each for each in self._plan.steps() if each.level == level and each.number not in progress.settled)
        for chunk in parted(steps, CHUNK):
            self._reopened |= {step.number for step in chunk if progress.is_open(step.number)}
            for part in self._parted(self._to_send(self._filled(chunk))):
                if self._tally.is_to_stop:
                    return
                yield self._begun(part)

    def _filled(self, chunk: Sequence[Step]) -> list[Step]:
        """Put in the IDs of the objects that other rows have created, and take in what refers to none."""
        find_missing(self._client, self._plan.header, chunk, self._tally.created)
        found = list(filled(chunk, self._tally.created))
        self._tally.take(each for each in found if isinstance(each, Verdict))
        return [each for each in found if not isinstance(each, Verdict)]

    def _to_send(self, chunk: Sequence[Step]) -> list[Step]:
        """Judge steps, and take in those that come to something without being sent."""
        changing = [step for step in chunk if step.action is not Action.NONE]
        same = [Verdict(step, self._unchanged(step)) for step in chunk if step.action is Action.NONE]
        verdicts = [*same, *self._judge.judged(changing, self._is_reopened)]
        self._tally.take(verdict for verdict in verdicts if verdict.comes_to)
        return [verdict.step for verdict in verdicts if not verdict.comes_to]

    def _unchanged(self, step: Step) -> str:
        """Tell what was the same already from what an earlier try may have made the same."""
        return DONE if self._is_reopened(step) else UNCHANGED

    def _is_reopened(self, step: Step) -> bool:
        return step.number in self._reopened

    def _parted(self, steps: Sequence[Step]) -> Iterator[list[Step]]:
        """Part steps into hundreds of one kind."""
        for _, group in groupby(sorted(steps, key=self._kind), self._kind):
            yield from parted(group, ROWS_AT_ONCE)

    def _kind(self, step: Step) -> tuple[str, bool]:
        return step.action.value, step.action is Action.CREATE and is_keyed(self._plan.header, step)

    def _begun(self, steps: Sequence[Step]) -> Hundred:
        with named(f"plan {self._plan.path}"):
            bulk = self._bulk(steps)
            rows = list(bulk.checked())
        numbers = [step.number for step in steps]
        self._tally.progress.begin(numbers)
        self._sent |= {step.number: step for step in steps}
        return Hundred(bulk.write, tuple(zip(numbers, rows, strict=True)))

    def _bulk(self, steps: Sequence[Step]) -> Bulk:
        """Make a bulk write; what has no key is created whole or not at all, since nothing shows what was (5.8)."""
        header = self._plan.header
        if steps[0].action is Action.DELETE:
            return BulkDelete(header.obj_code, [step.obj_id for step in steps])
        if steps[0].action is Action.UPDATE:
            rows = [{"ID": step.obj_id, **step.values} for step in steps]
            return BulkUpdate(header.obj_code, rows, replace_collections=self._replaces)
        key = header.finds_by if is_keyed(header, steps[0]) else None
        return BulkCreate(header.obj_code, [step.values for step in steps], key=key, atomic=key is None)

    def _take(self, carried: Carried) -> None:
        """Take in a hundred."""
        self.error = self.error or carried.error
        not_tried = [each.index for each in carried.results if each.outcome is Outcome.NOT_TRIED]
        steps = {result.index: self._sent.pop(result.index) for result in carried.results}
        verdicts = [
            self._verdict(steps[result.index], result)
            for result in carried.results
            if result.outcome is not Outcome.NOT_TRIED
        ]
        self._tally.take(verdicts, [steps[number] for number in not_tried])

    def _verdict(self, step: Step, result: RowResult) -> Verdict:
        if result.outcome is Outcome.REFUSED:
            return Verdict(step, REJECTED, result.error)
        if result.outcome is Outcome.UNKNOWN:
            return Verdict(step, UNKNOWN, f"{UNSURE} ({result.error})")
        if result.outcome is Outcome.FOUND and not self._is_reopened(step):
            return Verdict(step, REJECTED, f"an object with this key exists by now: {result.obj_id}")
        return Verdict(step, WRITTEN[step.action], "", result.obj_id)
