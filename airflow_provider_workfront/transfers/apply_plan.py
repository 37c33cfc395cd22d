"""The operator that applies a plan, or an undo file, which is one too."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflow.sdk.exceptions import AirflowException

from airflow_provider_workfront.failures import failing_for_good
from airflow_provider_workfront.spelling import check_spelling, flag, number
from airflow_provider_workfront.transfers.arguments import chosen, percent
from airflow_provider_workfront.transfers.transfer import Endable, named, run_of
from airflow_provider_workfront.transfers.turn import with_turns

if TYPE_CHECKING:
    from collections.abc import Sequence

    from airflow.sdk import Context

    from airflow_provider_workfront.client import Client
    from airflow_provider_workfront.writing.planfile import Plan
    from airflow_provider_workfront.writing.progress import Progress


class WorkfrontApplyPlanOperator(Endable):
    """Apply a plan that an earlier task has written, or take a run back by its undo file.

    Each step is compared with Workfront before anything is sent: what is as the step wants it is done already, and if
    anything has changed since the plan was made, nothing is written. Returns counts and the paths of its files.

    :param plan_path: the plan or undo file
    :param report_path: a folder for the files below, on any store that Airflow reaches
    :param undo_path: where the undo file is written, if it is to be kept elsewhere
    :param rejected_path: where rejected rows are kept, as JSON Lines, if they are to be kept elsewhere
    :param results_path: where to write what became of each row, one line a row: CSV or JSON Lines by its ending, such
        as ``s3://aws_default@bucket/results.csv``; without it no such file is written
    :param max_changes: more changes than that are refused, and nothing is written
    :param max_error_percent: how many of the rows may be rejected, in percent; above, nothing more is written
    :param on_conflict: ``fail`` (default): if an object was changed since the plan was made, nothing is written;
        ``skip``: such rows are left out, counted as ``skipped`` and kept with the rejected ones
    :param unkept: whether the task fails if Workfront keeps another value than was sent: ``warn`` (default) or ``fail``
    :param replace_collections: whether an update may take objects out of a collection
    :param workfront_conn_id: the Airflow connection
    """

    template_fields: Sequence[str] = (
        "plan_path",
        "report_path",
        "undo_path",
        "rejected_path",
        "results_path",
        "max_changes",
        "max_error_percent",
        "on_conflict",
        "unkept",
        "replace_collections",
        "workfront_conn_id",
    )

    def __init__(  # noqa: PLR0913 a name each, since .partial() and editors read the signature
        self,
        *,
        plan_path: str,
        report_path: str | None = None,
        undo_path: str | None = None,
        rejected_path: str | None = None,
        results_path: str | None = None,
        max_changes: int | str = 10_000,
        max_error_percent: float | str = 0,
        on_conflict: str = "fail",
        unkept: str = "warn",
        replace_collections: bool | str = False,
        workfront_conn_id: str = "workfront_default",
        **kwargs: Any,
    ) -> None:
        check_spelling(type(self), kwargs)
        kwargs["inlets"] = with_turns(kwargs.get("inlets"))
        super().__init__(**{"multiple_outputs": True} | kwargs)  # so that `task.output["undo_path"]` is the path
        self.plan_path = plan_path
        self.report_path = report_path
        self.undo_path = undo_path
        self.rejected_path = rejected_path
        self.results_path = results_path
        self.max_changes = max_changes
        self.max_error_percent = max_error_percent
        self.on_conflict = on_conflict
        self.unkept = unkept
        self.replace_collections = replace_collections
        self.workfront_conn_id = workfront_conn_id

    def execute(self, context: Context) -> dict[str, Any]:
        """Apply the plan, and give counts and paths."""
        from airflow_provider_workfront.hooks import WorkfrontHook
        from airflow_provider_workfront.transfers.applying import host_of
        from airflow_provider_workfront.writing.planfile import read_plan

        with failing_for_good(), self._to_be_ended(), WorkfrontHook(self.workfront_conn_id).get_conn() as workfront:
            plan = read_plan(self.plan_path, host_of(workfront))
            result = self._applied(workfront, plan, self._progress(plan, context), context)
            return self._wrote(context, plan.header.host, plan.header.obj_code, result)

    def on_kill(self) -> None:
        """End between two calls: what was done is noted, and the files are written on the way out."""
        if self.is_under_way:
            raise AirflowException(f"plan {self.plan_path}: the task was told to end while it was applied")

    def _applied(self, workfront: Client, plan: Plan, progress: Progress, context: Context) -> dict[str, Any]:
        from airflow_provider_workfront.transfers.applying import Limits, applied
        from airflow_provider_workfront.transfers.plan_rows import PlanRows
        from airflow_provider_workfront.transfers.reports import reports, telling
        from airflow_provider_workfront.transfers.row_results import row_results
        from airflow_provider_workfront.transfers.turn import taking_turns
        from airflow_provider_workfront.writing.rejects import rejects

        with named(f"plan {self.plan_path}"):
            changes = number("max_changes", self.max_changes)
            limits = Limits(changes, percent("max_error_percent", self.max_error_percent))
            on_conflict = chosen("on_conflict", self.on_conflict, ("fail", "skip"))
            unkept = chosen("unkept", self.unkept, ("warn", "fail"))
            replaces = flag("replace_collections", self.replace_collections)
        files = reports(
            self.report_path,
            undo_path=self.undo_path,
            rejected_path=self.rejected_path,
            plan_path=self.plan_path,
            results_path=self.results_path,
        )
        with (
            taking_turns(context, plan.header.host, plan.header.obj_code, plan.header.finds_by) as turn,
            telling(files, lambda result: self._push(context, result)) as told,
            rejects(files.rejected, PlanRows(plan)) as dead,
            row_results(files.results) as results,
        ):
            results.know(plan, progress)
            applied(
                workfront,
                plan,
                progress=progress,
                rejects=dead,
                undo_path=files.undo,
                limits=limits,
                checked=True,
                on_conflict=on_conflict,
                unkept=unkept,
                hold=turn.hold,
                on_end=told.take,
                tell=results.take,
                replace_collections=replaces,
            )
        return told.result

    def _progress(self, plan: Plan, context: Context) -> Progress:
        """Give what earlier tries have done of this plan in this run."""
        from airflow_provider_workfront.writing.progress import Progress

        header = plan.header
        parts = (plan.fingerprint, header.host, header.obj_code, header.mode, run_of(context).cleared)
        return Progress(context["task_state_store"], *parts)
