"""Applying a plan: what has to hold before anything is written, and what the run comes to in the end."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from airflow_provider_workfront.api.errors import ConnectionSettingsError, OutcomeUnknownError, WorkfrontError
from airflow_provider_workfront.api.logs import get_logger
from airflow_provider_workfront.extract.telling import Telling
from airflow_provider_workfront.failures import Unworkable
from airflow_provider_workfront.transfers.judging import REJECTED, SKIPPED, UNKNOWN
from airflow_provider_workfront.transfers.sending import Sending
from airflow_provider_workfront.transfers.tally import NOT_TRIED, Tally
from airflow_provider_workfront.transfers.undoing import write_undo
from airflow_provider_workfront.writing.plan import Action
from airflow_provider_workfront.writing.planfile import UNDO
from airflow_provider_workfront.writing.row import InputRow
from airflow_provider_workfront.writing.summary import summary
from airflow_provider_workfront.writing.undo import shortened

if TYPE_CHECKING:
    from collections.abc import Callable

    from airflow_provider_workfront.client import Client
    from airflow_provider_workfront.transfers.judging import Verdict
    from airflow_provider_workfront.writing.plan import Step
    from airflow_provider_workfront.writing.planfile import Plan
    from airflow_provider_workfront.writing.progress import Progress
    from airflow_provider_workfront.writing.rejects import Rejects

log = get_logger(__name__)

CHANGES = (Action.CREATE, Action.UPDATE, Action.DELETE)


@dataclass(frozen=True, slots=True)
class Limits:
    """What stops a run: more changes than `max_changes`, before any is made; more rejected rows than that many percent.

    The percentage is of all rows. While a run goes on it is looked at once a hundred rows are done.
    """

    max_changes: int = 10_000
    max_error_percent: float = 10.0

    def check(self, plan: Plan, rejects: Rejects) -> None:
        """Refuse a plan of too many changes, and one beside which too many rows were rejected."""
        self._check_changes(plan)
        if rejects.count > self.allowed(rows := rows_of(plan) + rejects.count):
            told = self.told(rejects.count, rows)
            raise Unworkable(f"{plan.header.obj_code}: {told}: nothing was written - {where_rejected(rejects)}")

    def _check_changes(self, plan: Plan) -> None:
        changes = sum(plan.counts.get(action.value, 0) for action in CHANGES)
        if changes > self.max_changes:
            raise Unworkable(
                f"{plan.header.obj_code}: {changes:,} changes ({summary(plan.counts)}), and max_changes is "
                f"{self.max_changes:,}: nothing was written - if all of them are meant, raise max_changes"
            )

    def allowed(self, rows: int) -> float:
        """Say how many of so many rows may be rejected."""
        return rows * self.max_error_percent / 100

    def told(self, rejected: int, rows: int) -> str:
        """Say how many rows were rejected, and how many may be."""
        return f"{rejected:,} of {rows:,} rows were rejected, and max_error_percent is {self.max_error_percent:g}"


def row_in_plan(step: Step) -> InputRow:
    """Give the row of a step as its plan has it."""
    return InputRow(step.number, step.row)


def applied(  # noqa: PLR0913 each by its name
    client: Client,
    plan: Plan,
    *,
    progress: Progress,
    rejects: Rejects,
    undo_path: str,
    limits: Limits = Limits(),
    checked: bool = False,
    on_conflict: str = "fail",
    unkept: str = "warn",
    hold: Callable[[], None] = lambda: None,
    on_end: Callable[[Tally], None] = lambda tally: None,  # noqa: ARG005 nobody wants to know
    tell: Callable[[Verdict], None] = lambda verdict: None,  # noqa: ARG005 the same
    replace_collections: bool = False,
    row_of: Callable[[Step], InputRow] = row_in_plan,
) -> Counter[str]:
    """Carry out a plan, and say how many rows came to what.

    That is ``created``, ``updated``, ``deleted``, ``unchanged``, ``done`` (it was so already), ``rejected``, and
    ``skipped`` (it was changed in Workfront since the plan was made). What
    earlier tries have written is in the counts, and is not written again. A `checked` run compares each step with
    Workfront before it is sent, as a plan of earlier needs; another one only what an earlier try may have written.
    Rows that `rejects` has already are in no plan; they count as those do that are rejected here, of which `row_of`
    gives the row.

    With `on_conflict` ``fail`` a checked run looks for all conflicts before it writes anything, and fails if there is
    one; with ``skip`` it leaves those rows out. With `unkept` ``fail`` a run fails in the end if Workfront kept other
    values than were sent. `hold` is called before each batch, and may raise `WorkfrontError`. `on_end` is called with
    the tally of a run in the end, before it fails; also of one that is refused before it writes. `tell` is called with
    what each row came to.

    `undo_path` must be the path of no other file, see `free_path`. The undo file is there before the first row is sent,
    with what the plan knows; in the end, and after an error, with what was done.

    Raises `Unworkable` if the run may not begin, if too many rows are rejected, or if nothing can show what became of
    a row: then no retry helps. Raises `WorkfrontError` if a retry may carry it on.
    """
    if client.read_only:
        raise ConnectionSettingsError(client.conn_id, "read_only", "nothing was written: this connection only reads")
    tally = _tally(client, plan, progress, rejects, limits, row_of, tell)
    sending = Sending(client, plan, tally, checked=checked, replace_collections=replace_collections, hold=hold)
    try:
        limits.check(plan, rejects)
        if checked and on_conflict == "fail":
            _refuse_conflicts(sending, tally)
    except Unworkable:
        on_end(tally)
        raise
    write_undo(undo_path, plan)
    log.info("%s: %s; undo file: %s", tally.what, summary(plan.counts), undo_path)
    if not progress.is_first:
        log.info(
            "%s: try %d goes on where earlier ones ended: %s", tally.what, progress.tries, summary(progress.counts)
        )
    try:
        sending.carry_out()
    except BaseException as error:
        _end(plan, tally, undo_path, error)
        on_end(tally)
        raise
    _end(plan, tally, undo_path)
    if tally.is_spoiled or sending.error:
        tally.keep_untried(plan.steps())
    on_end(tally)
    _conclude(tally, sending.error, undo_path, limits)
    _warn_of_unkept(tally, unkept, undo_path)
    return tally.total


def _refuse_conflicts(sending: Sending, tally: Tally) -> None:
    """Fail before anything is written if Workfront is not as the plan saw it."""
    rows = 0
    for verdict in sending.conflicts():
        tally.rejects.add(tally.row_of(verdict.step), verdict.reason)
        tally.tell(verdict)
        rows += 1
    tally.counts[SKIPPED] += rows
    if rows:
        so_far = "nothing was written" if tally.progress.is_first else "nothing more was written"
        raise Unworkable(
            f"{tally.what}: {rows:,} of {tally.rows:,} rows were changed in Workfront since the plan was made: "
            f"{so_far} - {where_rejected(tally.rejects)}. Make the plan again, or apply the other rows with "
            "on_conflict='skip'"
        )


def _warn_of_unkept(tally: Tally, unkept: str, undo_path: str) -> None:
    """Name the fields that Workfront did not keep as they were sent."""
    for name, rows in tally.unkept_fields.items():
        number = min(row for row, values in tally.unkept.items() if name in values)
        log.warning(
            "Workfront kept another value of %s in %d rows: the first is row %d, where it is %s "
            "(see docs/writing-tables.md, Write dates to tasks)",
            name, rows, number, shortened(tally.unkept[number][name]),
        )  # fmt: skip
    if unkept == "fail" and tally.unkept:
        told = ", ".join(f"{name} in {rows:,} rows" for name, rows in tally.unkept_fields.items())
        raise Unworkable(
            f"{tally.what}: {summary(tally.total)}. Workfront kept other values than were sent, and unkept is 'fail': "
            f"{told}; the undo file is {undo_path}"
        )


def host_of(client: Client) -> str:
    """Name the host that a client writes to, as plans do."""
    return urlsplit(client.api_root).netloc


def where_rejected(rejects: Rejects) -> str:
    """Say in which file the rejected rows are, and why the first one is there."""
    return f"the rows are in {rejects.path}, each with its reason; the first is {rejects.first}"


def rows_of(plan: Plan) -> int:
    """Count the rows of a plan, those that it changes nothing with included."""
    return sum(plan.counts.get(action.value, 0) for action in Action)


def _tally(  # noqa: PLR0913, PLR0917 what a run is made of
    client: Client,
    plan: Plan,
    progress: Progress,
    rejects: Rejects,
    limits: Limits,
    row_of: Callable[[Step], InputRow],
    tell: Callable[[Verdict], None],
) -> Tally:
    rows, before = rows_of(plan) + rejects.count, len(progress.settled)
    what = f"{plan.header.obj_code} on {host_of(client)}"
    telling = Telling(what, lambda: rows, before, before)
    counts = Counter({REJECTED: rejects.count} if rejects.count else {})
    return Tally(what, rows, limits.allowed(rows), plan.header, progress, rejects, telling, row_of, counts, tell)


def _end(plan: Plan, tally: Tally, undo_path: str, error: BaseException | None = None) -> None:
    """Write the undo file of what was done, and of what may have been; after an error that one is told."""
    counts = tally.total
    counts["left"] = tally.rows - counts.total()
    log.info("%s: %s", tally.what, summary(counts))
    try:
        write_undo(undo_path, plan, tally.progress.begun.__contains__, tally.created, tally.unkept)
    except WorkfrontError as other:
        if error is None:
            raise
        error.add_note(str(other))


def _conclude(tally: Tally, error: WorkfrontError | None, undo_path: str, limits: Limits) -> None:
    """Fail, if not all is well: for good, unless a retry may help."""
    counts = tally.total
    counts[NOT_TRIED] = tally.rows - counts.total()
    told, undo = f"{tally.what}: {summary(counts)}", f"the undo file is {undo_path}"
    if tally.is_spoiled:
        spoiled = limits.told(tally.counts[REJECTED], tally.rows)
        raise Unworkable(f"{told}. {spoiled}; the first is {tally.rejects.first}. {_advice(tally)}; {undo}")
    if error:
        is_final = error.permanent and not isinstance(error, OutcomeUnknownError)
        advice = f"{_advice(tally)}; " if is_final else ""
        raise (Unworkable if is_final else WorkfrontError)(
            f"{told}. It was ended by {error}; {advice}{undo}"
        ) from error
    if counts[UNKNOWN]:
        unknown = f"Of {counts[UNKNOWN]:,} rows it is unknown whether they were written"
        if not tally.has_lost:
            raise WorkfrontError(f"{told}. {unknown}: a retry of the task finds out; {undo}")
        raise Unworkable(f"{told}. {unknown}. {_advice(tally)}; {undo}")


def _advice(tally: Tally) -> str:
    """Say of each file of rows what to do with it: nothing that is said may write a row twice."""
    rejects, told = tally.rejects, []
    if tally.header.mode == UNDO:
        return _advice_after_undo(rejects)
    if rejects.count:
        told.append(f"Fix the {rejects.count:,} refused rows in {rejects.path}, and write that file")
    if rejects.not_tried.count:
        told.append(f"The {rejects.not_tried.count:,} rows in {rejects.not_tried.path} were not tried: write that file")
    if rejects.unknown.count:
        told.append(
            f"The {rejects.unknown.count:,} rows in {rejects.unknown.path} may have been written: look for them in "
            "Workfront, and write only those that are not there"
        )
    return ". ".join(told) or "No row is left over"


def _advice_after_undo(rejects: Rejects) -> str:
    """Say what to do with rows that were not taken back: there is no input to fix."""
    kept = (("refused", rejects), ("not tried", rejects.not_tried), ("of unknown outcome", rejects.unknown))
    told = [f"{each.count:,} rows that are {what} are in {each.path}" for what, each in kept if each.count]
    if not told:
        return "No row is left over"
    return (
        f"Not taken back: {', '.join(told)}. Look at them in Workfront; to take them back later, apply a copy of the "
        "undo file with the lines of these rows alone (see docs/writing-plan.md, Applying a plan)"
    )
