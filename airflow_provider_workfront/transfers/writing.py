"""One write of rows to Workfront, from the input to the counts."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from airflow_provider_workfront.api.logs import get_logger
from airflow_provider_workfront.failures import Unworkable
from airflow_provider_workfront.spelling import flag, number
from airflow_provider_workfront.transfers.applying import Limits, applied, host_of, where_rejected
from airflow_provider_workfront.transfers.arguments import MISSING, chosen, percent
from airflow_provider_workfront.transfers.planning import Planning
from airflow_provider_workfront.transfers.reports import PLANNED, Reports, Told, reports, telling
from airflow_provider_workfront.transfers.row_results import row_results
from airflow_provider_workfront.transfers.transfer import run_of
from airflow_provider_workfront.transfers.turn import Turn, taking_turns
from airflow_provider_workfront.writing.lookups import looking_up
from airflow_provider_workfront.writing.mapping import CREATING, read_mapping
from airflow_provider_workfront.writing.plan import MODES, Rules
from airflow_provider_workfront.writing.planfile import Header, Plan, PlanWriter, read_plan
from airflow_provider_workfront.writing.progress import Progress
from airflow_provider_workfront.writing.rejects import rejects
from airflow_provider_workfront.writing.row import InputRow
from airflow_provider_workfront.writing.summary import outlook

if TYPE_CHECKING:
    from collections.abc import Callable

    from airflow.sdk import Context

    from airflow_provider_workfront.client import Client
    from airflow_provider_workfront.transfers.planning import Wishes
    from airflow_provider_workfront.transfers.row_results import RowResults
    from airflow_provider_workfront.writing.inputs import Broken, Input
    from airflow_provider_workfront.writing.mapping import ColumnMapping
    from airflow_provider_workfront.writing.rejects import Rejects

log = get_logger(__name__)

EARLIER = (
    "an earlier try has written already, and %s takes back only what this one writes: to take back all, apply the "
    "undo file of each try, the latest first"
)


@dataclass(frozen=True)
class Job:
    """What is asked for: the rendered arguments of an operator."""

    obj_code: str
    key: str | None
    mode: str
    columns: Mapping[str, Any] | None
    diff: bool
    plan_only: bool
    plan_path: str | None
    undo_path: str | None
    rejected_path: str | None
    results_path: str | None
    report_path: str | None
    limits: Limits
    replace_collections: bool
    unkept: str

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> Job:
        """Read the arguments; raises `TypeError` or `ValueError` for one that cannot be."""
        return cls(
            obj_code=needed("obj_code", given["obj_code"]),
            key=text(given["key"]),
            mode=chosen("mode", given["mode"], MODES),
            columns=columns_of(given["columns"]),
            diff=flag("diff", given["diff"]),
            plan_only=flag("plan_only", given["plan_only"]),
            plan_path=text(given["plan_path"]),
            undo_path=text(given["undo_path"]),
            rejected_path=text(given["rejected_path"]),
            results_path=text(given["results_path"]),
            report_path=text(given["report_path"]),
            unkept=chosen("unkept", given["unkept"], ("warn", "fail")),
            replace_collections=flag("replace_collections", given["replace_collections"]),
            limits=Limits(
                number("max_changes", given["max_changes"]), percent("max_error_percent", given["max_error_percent"])
            ),
        )

    def reports(self, source: Input) -> Reports:
        """Say where the files go; those of a mere plan lie beside it, unless it is said otherwise."""
        beside = self.plan_path.rpartition("/")[0] if self.plan_only and self.plan_path else None
        files = reports(
            self.report_path or beside,
            undo_path=self.undo_path,
            rejected_path=self.rejected_path,
            plan_path=self.plan_path,
            results_path=self.results_path,
            ending=".jsonl" if source.file_format == "sql" else f".{source.file_format}",
        )
        files = files if self.plan_only or self.plan_path else replace(files, plan=None)
        for name, path in (("plan_path", files.plan), ("undo_path", files.undo), ("results_path", files.results)):
            if path and source.includes(path):
                raise Unworkable(f"{name} {path}: that is part of the input; keep it elsewhere")
        return files


@dataclass
class Write:
    """Carries a job out, for the task of a context."""

    client: Client
    source: Input
    job: Job
    context: Context
    push: Callable[[dict[str, Any]], None]
    """Pushes the result of a run that fails."""

    def carry_out(self) -> dict[str, Any]:
        """Plan, and apply unless a plan is all that is asked for; give counts and paths."""
        files = self.job.reports(self.source)
        job = self.job
        key = job.key if job.mode in {"upsert", "insert"} and not job.plan_only else None
        with (
            taking_turns(self.context, host_of(self.client), job.obj_code, key) as turn,
            tempfile.TemporaryDirectory() as folder,
            telling(files, self.push) as told,
            rejects(files.rejected, self.source) as rejected,
            row_results(files.results) as results,
        ):
            planning = self._planning(rejected, results)
            with planning.read() as wishes:
                turn.hold(at_once=True)
                plan, progress = self._planned(files.plan or f"file://{folder}/plan.jsonl", planning, wishes)
                results.know(plan, progress)
                if job.plan_only:
                    self._judge(plan, rejected)
                else:
                    self._apply(plan, progress, rejected, files.undo, wishes, told, turn, results)
        return files.result(plan.counts, PLANNED) if job.plan_only else told.result

    def _planning(self, rejected: Rejects, results: RowResults) -> Planning:
        """Hold the columns against Workfront, before any row is read."""
        job = self.job
        mapping = read_mapping(self.client, job.obj_code, job.columns, self.source.header, job.key, job.mode)
        if mapping.missing:
            log.warning("%s: a new one needs %s, which no column gives", job.obj_code, ", ".join(mapping.missing))
        rules = Rules(job.obj_code, job.key, job.mode, job.diff, mapping.kinds, job.replace_collections)
        column = next((way.column for way in mapping.ways if job.key and way.field == job.key), None)

        def on_rejected(row: InputRow | Broken, reason: str) -> None:
            results.reject(row, reason, row.values.get(column) if column and isinstance(row, InputRow) else None)

        return Planning(self.client, self.source, rules, self._convert(mapping), rejected, on_rejected)

    def _planned(self, plan_path: str, planning: Planning, wishes: Wishes) -> tuple[Plan, Progress]:
        """Write the plan, and read it as whoever applies it does."""
        job, progress, host = self.job, self._progress(), host_of(self.client)
        kinds, fingerprint = planning.rules.kinds, self.source.fingerprint()[:16]
        header = Header(host, job.obj_code, job.key, job.mode, kinds, fingerprint)
        with PlanWriter.to(plan_path, header) as writer:
            planning.plan(wishes, writer, progress.begun.__contains__)
        log.info("Workfront %s at %s: %s", job.obj_code, host, outlook(writer.counts, writer.first))
        return read_plan(plan_path, host), progress

    def _convert(self, mapping: ColumnMapping) -> Callable[[Any], Any]:
        job = self.job
        own = job.key if job.mode in CREATING and job.key not in (None, "ID") else ""
        look = looking_up(self.client, job.obj_code, own or "")
        return lambda rows: mapping.convert(rows, look)

    def _apply(  # noqa: PLR0913, PLR0917 what a run is made of
        self,
        plan: Plan,
        progress: Progress,
        rejected: Rejects,
        undo_path: str,
        wishes: Wishes,
        told: Told,
        turn: Turn,
        results: RowResults,
    ) -> None:
        turn.hold(at_once=True)
        if not progress.is_first:
            log.warning(EARLIER, undo_path)
        applied(
            self.client,
            plan,
            progress=progress,
            rejects=rejected,
            undo_path=undo_path,
            limits=self.job.limits,
            unkept=self.job.unkept,
            hold=turn.hold,
            on_end=told.take,
            tell=results.take,
            replace_collections=self.job.replace_collections,
            row_of=lambda step: wishes.row(step.number),
        )

    def _judge(self, plan: Plan, rejected: Rejects) -> None:
        """Fail a mere plan where a run would: whoever applies it does not see the rejected rows."""
        rows, limits = sum(plan.counts.values()), self.job.limits
        if rejected.count > limits.allowed(rows):
            told = limits.told(rejected.count, rows)
            raise Unworkable(f"{told}: nothing was written but the plan {plan.path} - {where_rejected(rejected)}")

    def _progress(self) -> Progress:
        """Find what an earlier try did of the same: other rows, another mapping or a cleared run are not the same."""
        job, run = self.job, run_of(self.context)
        same = (self.source.fingerprint(), host_of(self.client), job.obj_code, job.key, job.mode, repr(job.columns))
        return Progress(self.context["task_state_store"], *same, run.cleared)


def text(value: Any) -> str | None:
    """Read a text; a missing one is none."""
    return None if value is None or str(value).strip() in MISSING else str(value)


def needed(name: str, value: Any) -> str:
    """Read a text that cannot be left out."""
    found = text(value)
    if found is None:
        raise ValueError(f"{name} is missing; say what to write, such as PROJ or TASK")
    return found


def columns_of(value: Any) -> Mapping[str, Any] | None:
    """Read the columns; a text is their JSON."""
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError:
            raise TypeError("columns are a text, and not the JSON of a dict; the template needs `| tojson`") from None
    if value is not None and not isinstance(value, Mapping):
        raise TypeError(f"columns must be a dict of columns and fields, not {type(value).__name__}")
    return value
