"""The steps of a plan on their way to Workfront: in hundreds, several at once, in no particular order."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import groupby, islice
from typing import TYPE_CHECKING

from airflow_provider_workfront.api.bulk import ROWS_AT_ONCE, BulkCreate, BulkDelete, BulkUpdate
from airflow_provider_workfront.api.hundred import Hundred
from airflow_provider_workfront.api.parting import parted
from airflow_provider_workfront.api.results import Outcome
from airflow_provider_workfront.transfers.judging import (
    DONE,
    REJECTED,
    SKIPPED,
    UNCHANGED,
    UNKNOWN,
    UNSURE,
    WRITTEN,
    Judge,
    Verdict,
    is_findable,
    is_keyed,
)
from airflow_provider_workfront.transfers.transfer import named
from airflow_provider_workfront.writing.diff import is_collection
from airflow_provider_workfront.writing.plan import Action
from airflow_provider_workfront.writing.undo import unkept

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Sequence

    from airflow_provider_workfront.api.bulk import Bulk
    from airflow_provider_workfront.api.errors import WorkfrontError
    from airflow_provider_workfront.api.results import Carried, RowResult
    from airflow_provider_workfront.client import Client
    from airflow_provider_workfront.transfers.tally import Tally
    from airflow_provider_workfront.writing.plan import Step
    from airflow_provider_workfront.writing.planfile import Plan

MOST_ASKED = 1500
"""Characters of field names in the address of a write; with more Workfront answers with its usual fields."""
CHUNK = 10 * ROWS_AT_ONCE
"""Steps that are looked at together: what one action has of them fills several calls."""


class Sending:
    """Sends what earlier tries have not settled; `error` is what ended it, if it was not about rows."""

    def __init__(
        self,
        client: Client,
        plan: Plan,
        tally: Tally,
        *,
        checked: bool,
        replace_collections: bool,
        hold: Callable[[], None],
    ) -> None:
        self.error: WorkfrontError | None = None
        self._client = client
        self._plan = plan
        self._tally = tally
        self._judge = Judge(client, plan.header, checked)
        self._replaces = replace_collections
        self._hold = hold
        self._sent: dict[int, Step] = {}
        self._reopened: set[int] = set()
        """Rows that an earlier try began."""
        self._refused: set[int] = set()
        """Rows of batches under way that Workfront has refused."""
        self._noted: set[int] = set()
        """Rows that are noted as begun, and not yet sent."""

    def conflicts(self) -> Iterator[Verdict]:
        """Find what has changed in Workfront since the plan was made, among the rows that no try has begun."""
        begun = self._tally.progress.begun
        steps = (step for step in self._plan.steps() if step.action is not Action.NONE and step.number not in begun)
        for chunk in parted(steps, CHUNK):
            for verdict in self._judge.judged(chunk, lambda _: False):
                if verdict.comes_to == SKIPPED:
                    yield verdict

    def carry_out(self) -> None:
        """Send until all is done, too much is rejected, or no row would fare better.

        Where no row may be rejected the first batch goes alone: what is wrong with all rows shows before others follow.
        """
        hundreds = self._hundreds()
        try:
            if not self._tally.allowed:
                self._carry(islice(hundreds, 1))
            if not self.error:
                self._carry(hundreds)
        finally:
            hundreds.close()
            self._tally.progress.settle((), {}, self._noted)
            self._tally.progress.keep()

    def _carry(self, hundreds: Iterator[Hundred]) -> None:
        for carried in self._client.carried(hundreds):
            self._take(carried)

    def _note(self, steps: Sequence[Step]) -> None:
        """Note many rows as begun, in one write: should they never be sent, a look in Workfront shows it."""
        numbers = {step.number for step in steps}
        self._noted |= numbers - self._reopened
        self._tally.progress.begin(sorted(numbers))

    def _hundreds(self) -> Generator[Hundred]:
        """Give what is sent next, each row noted as begun before it is sent."""
        progress = self._tally.progress
        steps = (step for step in self._plan.steps() if step.number not in progress.settled)
        for chunk in parted(steps, CHUNK):
            self._reopened |= {step.number for step in chunk if progress.is_open(step.number)}
            to_send = self._to_send(chunk)
            self._note([step for step in to_send if is_findable(self._plan.header, step)])
            for part in self._parted(to_send):
                self._hold()
                if self._tally.is_to_stop(len(self._refused)):
                    return
                yield self._begun(part)

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
        self._noted.difference_update(numbers)
        self._sent |= {step.number: step for step in steps}
        return Hundred(bulk.write, tuple(zip(numbers, rows, strict=True)), self._learn)

    def _learn(self, results: Sequence[RowResult]) -> None:
        """Count refused rows as soon as they are known: their batch may be under way for long."""
        self._refused.update(result.index for result in results if result.outcome is Outcome.REFUSED)

    def _bulk(self, steps: Sequence[Step]) -> Bulk:
        """Make a bulk write; what has no key is created whole or not at all, since nothing shows what was (5.8)."""
        header = self._plan.header
        if steps[0].action is Action.DELETE:
            return BulkDelete(header.obj_code, [step.obj_id for step in steps])
        if steps[0].action is Action.UPDATE:
            rows = [{"ID": step.obj_id, **step.values} for step in steps]
            return BulkUpdate(header.obj_code, rows, fields=_compared(steps), replace_collections=self._replaces)
        key = header.finds_by if is_keyed(header, steps[0]) else None
        values, fields = [step.values for step in steps], _compared(steps) if key else None
        return BulkCreate(header.obj_code, values, key=key, fields=fields, atomic=key is None)

    def _take(self, carried: Carried) -> None:
        """Take in a hundred."""
        self.error = self.error or carried.error
        not_tried = [each.index for each in carried.results if each.outcome is Outcome.NOT_TRIED]
        steps = {result.index: self._sent.pop(result.index) for result in carried.results}
        self._refused.difference_update(steps)
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
        differing = unkept(step, result.record, self._plan.header.kinds)
        return Verdict(step, WRITTEN[step.action], "", result.obj_id, differing)


def _compared(steps: Sequence[Step]) -> list[str] | None:
    """List the fields that the answer is to have, to compare them with what was sent; nested ones are not compared."""
    names = {
        name: None
        for step in steps
        for name, value in step.values.items()
        if not isinstance(value, Mapping) and not is_collection(value)
    }
    fields = ["ID", *(name for name in names if name != "ID")]
    return fields if sum(len(name) + 1 for name in fields) <= MOST_ASKED else None
