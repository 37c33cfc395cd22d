"""What became of each row of a write, one line a row: a file that is asked for by `results_path`."""

from __future__ import annotations

import csv
import io
import json
import shutil
import tempfile
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, Any

from airflow_provider_workfront.api.errors import WorkfrontError
from airflow_provider_workfront.extract.store import located, named_in_errors, whole
from airflow_provider_workfront.failures import Unworkable
from airflow_provider_workfront.transfers.judging import DONE, REJECTED, UNCHANGED, UNKNOWN, UNSURE, WRITTEN
from airflow_provider_workfront.transfers.tally import NOT_TRIED
from airflow_provider_workfront.writing.files import format_of, packing_of
from airflow_provider_workfront.writing.plan import Action
from airflow_provider_workfront.writing.progress import Numbers
from airflow_provider_workfront.writing.rejects import check_writable
from airflow_provider_workfront.writing.undo import shortened

if TYPE_CHECKING:
    from collections.abc import Iterator

    from airflow_provider_workfront.transfers.judging import Verdict
    from airflow_provider_workfront.writing.inputs import Broken
    from airflow_provider_workfront.writing.plan import Step
    from airflow_provider_workfront.writing.planfile import Plan
    from airflow_provider_workfront.writing.progress import Progress
    from airflow_provider_workfront.writing.row import InputRow

COLUMNS = ("row", "key", "action", "outcome", "ID", "message")
EARLIER = "written by an earlier try of the task"


@contextmanager
def row_results(path: str | None) -> Iterator[RowResults]:
    """Take in what becomes of rows; at the end, and after an error too, a file of this path has a line for each.

    That it can be written is tried first. Without a path nothing is kept. A process that is killed leaves no file; the
    one of its retry has all rows.

    Raises `Unworkable` for a path that is not CSV or JSON Lines by its ending, and for one that cannot be written.
    """
    if path is None:
        yield RowResults()
        return
    if format_of(path) not in {"csv", "jsonl"}:
        raise Unworkable(
            f"results_path {path}: results are written as CSV or JSON Lines; end the name in .csv or .jsonl"
        )
    check_writable(path, what="results")
    with tempfile.TemporaryFile() as spool:
        results = RowResults(path, spool)
        try:
            yield results
        except BaseException as error:
            try:
                results.finish()
            except Exception as other:  # noqa: BLE001 a store has errors of its own, and the first error counts
                error.add_note(str(other))
            raise
        results.finish()


class RowResults:
    """Lines of results, kept in a file of this machine until the run ends: memory holds one bit for each row."""

    def __init__(self, path: str | None = None, spool: IO[bytes] | None = None) -> None:
        self.path = path
        self._spool = spool
        self._text = io.TextIOWrapper(spool, "utf-8", "backslashreplace", newline="") if spool else None
        self._csv = csv.writer(self._text) if self._text and format_of(path or "") == "csv" else None
        self._told = Numbers()
        self._planned: tuple[Plan, Progress] | None = None
        if self._csv:
            self._csv.writerow(COLUMNS)

    def know(self, plan: Plan, progress: Progress) -> None:
        """Learn which rows there are, and what earlier tries have written of them."""
        self._planned = plan, progress

    def reject(self, row: InputRow | Broken, reason: str, key: Any) -> None:
        """Take in a row that is in no plan."""
        self._add(row.number, "" if key is None else str(key), "", REJECTED, "", reason)

    def take(self, verdict: Verdict) -> None:
        """Take in what a step came to."""
        step, kept = verdict.step, ", ".join(f"{name} {shortened(value)}" for name, value in verdict.unkept.items())
        message = verdict.reason or (f"Workfront kept another value: {kept}" if kept else step.note)
        self._add(step.number, step.key, step.action.value, verdict.comes_to, verdict.obj_id or step.obj_id, message)

    def finish(self) -> None:
        """Add the rows that this try did not come to, and write the file, if any row is known."""
        if self._text is None or self.path is None or self._spool is None:
            return
        if self._planned:
            plan, progress = self._planned
            for step in plan.steps():
                if step.number not in self._told:
                    outcome, message = _left(step, progress)
                    self._add(step.number, step.key, step.action.value, outcome, step.obj_id, message)
        elif not len(self._told):
            return
        place = located(self.path)
        with _on_this_machine(self.path):
            self._text.flush()
            self._spool.seek(0)
        with named_in_errors(place), whole(place, packing_of(self.path)) as file:
            shutil.copyfileobj(self._spool, file)

    def _add(self, number: int, *others: str) -> None:
        if self._text is None or number in self._told:
            return
        with _on_this_machine(self.path):
            if self._csv:
                self._csv.writerow((number, *others))
            else:
                line = dict(zip(COLUMNS, (number, *others), strict=True))
                self._text.write(json.dumps(line, ensure_ascii=False) + "\n")
        self._told.add([number])


def _left(step: Step, progress: Progress) -> tuple[str, str]:
    """Say what a step comes to that this try has not dealt with."""
    if step.number in progress.settled:
        return WRITTEN.get(step.action, DONE), EARLIER
    if progress.is_open(step.number):
        return UNKNOWN, UNSURE
    return (UNCHANGED, step.note) if step.action is Action.NONE else (NOT_TRIED, "")


@contextmanager
def _on_this_machine(path: str | None) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        where = f"the temporary folder {tempfile.gettempdir()}"
        raise WorkfrontError(f"results {path}: could not be kept in {where}: {error.strerror or error}") from error
