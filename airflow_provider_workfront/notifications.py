"""The notifier: tells Workfront what became of a task, a DAG run or a deadline."""

from __future__ import annotations

import time
from contextlib import contextmanager
from copy import copy
from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseNotifier

from airflow_provider_workfront.api.errors import WorkfrontError
from airflow_provider_workfront.api.everyday.errand import Done
from airflow_provider_workfront.api.everyday.reporting import Notice, ReportFailure
from airflow_provider_workfront.api.logs import get_logger
from airflow_provider_workfront.api.writes import Update

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Mapping, Sequence
    from concurrent.futures import Future

    from airflow.sdk import Context

    from airflow_provider_workfront.api.operation import Job

log = get_logger(__name__)

LONGEST = 15.0
"""Seconds. Airflow kills a task 20 s after its work (`[core] task_success_overtime`), and one that had failed for good
would then be tried again; the DAG processor reads no files of DAGs while a callback runs."""


class WorkfrontNotifier(BaseNotifier):
    """Tell Workfront what happened: on an object of yours, or as an issue in a project.

    With `obj_code` and `obj_id` it writes `values` to the object, comments on it with `text`, or does both. With
    `project_id` it opens an issue for the DAG, and comments on that as long as it is open. Whatever goes wrong with
    it is told to the log, and fails nothing; outside the triggerer it is given up after 15 seconds.

    :param obj_code: type of the object, e.g. ``PROJ``, ``TASK`` or ``OPTASK``
    :param obj_id: its ID
    :param project_id: ID or name of the project in which an issue is opened
    :param text: the comment, or the description of the issue; cut at 4,000 characters. Without it: DAG, task, run, log
        and error, or nothing at all if there are `values` for an object
    :param values: fields to write, e.g. ``{"status": "CPL"}``; of an issue those of a new one
    :param mention: users to mention in comments, by ID or e-mail address
    :param issue_name: name of a new issue; without it the DAG is named
    :param issue_key: by what the issue is found again, as its ``extRefID``; without it ``airflow:<dag_id>``
    :param workfront_conn_id: the Airflow connection
    """

    template_fields: Sequence[str] = (
        "obj_code",
        "obj_id",
        "project_id",
        "text",
        "values",
        "mention",
        "issue_name",
        "issue_key",
        "workfront_conn_id",
    )

    longest = LONGEST

    def __init__(  # noqa: PLR0913 a name each, as operators have them
        self,
        *,
        obj_code: str | None = None,
        obj_id: str | None = None,
        project_id: str | None = None,
        text: str | None = None,
        values: Mapping[str, Any] | None = None,
        mention: str | Sequence[str] | None = None,
        issue_name: str | None = None,
        issue_key: str | None = None,
        workfront_conn_id: str = "workfront_default",
        context: Context | None = None,
    ) -> None:
        super().__init__(context)
        self.obj_code = obj_code
        self.obj_id = obj_id
        self.project_id = project_id
        self.text = text
        self.values = values
        self.mention = mention
        self.issue_name = issue_name
        self.issue_key = issue_key
        self.workfront_conn_id = workfront_conn_id
        if (obj_code is None) != (obj_id is None) or (obj_id is None) == (project_id is None):
            raise ValueError("WorkfrontNotifier takes obj_code and obj_id, or project_id")

    def notify(self, context: Context) -> None:
        """Carry it out; raise what goes wrong, and TimeoutError if there is no end."""
        from airflow_provider_workfront.hooks import WorkfrontHook

        jobs, until = self._jobs(context), time.monotonic() + self.longest
        with WorkfrontHook(self.workfront_conn_id).get_conn() as workfront:
            for job in jobs:
                _tell(self._ended(workfront.begin(job), until))

    async def async_notify(self, context: Context) -> None:
        """Carry it out on an event loop; raise what goes wrong."""
        from airflow_provider_workfront.hooks import WorkfrontHook

        jobs = self._jobs(context)
        async with WorkfrontHook(self.workfront_conn_id).aget_conn() as workfront:
            for job in jobs:
                _tell(await workfront.run(job))

    def _ended(self, begun: Future[Any], until: float) -> Any:
        """Give the result of a job on a thread of its own, which nobody waits for any longer when its time is up."""
        try:
            return begun.result(max(0.0, until - time.monotonic()))
        except TimeoutError:
            told = f"there was no end within {self.longest:g} s, and what was begun may have been written"
            raise TimeoutError(told) from None

    def __call__(self, *args: Any) -> None:
        """Notify, as Airflow calls it; nothing is raised."""
        context = args[0]
        with self._telling_the_log():
            self._rendered(context).notify(context)

    def __await__(self) -> Generator[Any, Any, None]:
        """Notify, as the triggerer awaits it; nothing is raised."""
        return self._awaited().__await__()

    async def _awaited(self) -> None:
        with self._telling_the_log():
            await self._rendered(self.context).async_notify(self.context)

    def _rendered(self, context: Context) -> WorkfrontNotifier:
        """Render a copy: Airflow would leave one task's texts in a notifier that another task shares."""
        from jinja2 import TemplateError

        rendered = copy(self)
        try:
            rendered.render_template_fields(context)
        except TemplateError as error:
            raise ValueError(f"a template cannot be rendered: {error}; who calls knows {_known(context)}") from error
        return rendered

    def _jobs(self, context: Context) -> list[Job[Any]]:
        """Give what is to be done, in order."""
        if self.project_id is not None:
            return [self._report(context)]
        target = (self.obj_code or "", self.obj_id or "")
        jobs: list[Job[Any]] = [Update(*target, _masked(self.values))] if self.values else []
        if self.text or not self.values:
            jobs.append(Notice(*target, self._text(context), self.mention))
        return jobs

    def _report(self, context: Context) -> ReportFailure:
        dag_id = _dag_id(context)
        return ReportFailure(
            self.project_id or "",
            self.issue_key or f"airflow:{dag_id}",
            _masked(self.issue_name) or f"Airflow: {dag_id}",
            self._text(context),
            _masked(self.values) or {},
            self.mention,
        )

    def _text(self, context: Context) -> str:
        return str(_masked(self.text or story(context)))

    @contextmanager
    def _telling_the_log(self) -> Iterator[None]:
        try:
            yield
        except Exception as error:  # whatever it is, it must not hide what the note is about
            log.error(  # noqa: TRY400 our own errors say what to mend, and need no traceback
                "Workfront was not notified (%s, connection %s): %s. Nothing else is affected; "
                "`airflow workfront doctor %s` checks the connection",
                f"project {self.project_id}" if self.project_id else f"{self.obj_code} {self.obj_id}",
                self.workfront_conn_id,
                error,
                self.workfront_conn_id,
                exc_info=None if isinstance(error, WorkfrontError | ValueError | TimeoutError) else error,
            )


def _tell(result: Any) -> None:
    """Tell the log of an errand done; an update gives the object itself."""
    if isinstance(result, Done):
        log.info("Workfront was notified, %s %s: %s", result.obj_code, result.obj_id, result.told)
    else:
        log.info("Workfront was notified, %s %s: values were written", result.get("objCode"), result.get("ID"))


def _masked(value: Any) -> Any:
    """Hide what Airflow masks in logs: an error may hold a password, and more people read Workfront.

    Only values are judged: a field may well be named `token`.
    """
    from airflow.sdk.log import redact  # type: ignore[attr-defined] # as Airflow's own providers take it

    if isinstance(value, dict):
        return {name: _masked(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_masked(each) for each in value]
    return redact(value) if isinstance(value, str) else value


def _known(context: Mapping[str, Any]) -> str:
    names = ("dag", "dag_run", "ti", "params", "exception", "reason", "deadline")
    return ", ".join(name for name in names if name in context) or "nothing"


def story(context: Mapping[str, Any]) -> str:
    """Tell what happened: DAG, task and run, the address of the log, the error.

    What a context holds depends on who calls: a task has all, a DAG's callback perhaps a task, a deadline plain data.
    """
    task, outcome = _of(context, "ti", "task_id"), _outcome(context)
    run = context.get("run_id") or _of(context, "dag_run", "dag_run_id")  # as Airflow's API names it
    where = [f"DAG {_dag_id(context)}", f"task {task}" if task else "", f"run {run}" if run else ""]
    lines = [f"{', '.join(filter(None, where))}: {outcome}", str(_of(context, "ti", "log_url") or "")]
    error = context.get("exception") or context.get("reason") or ""
    why = f"{type(error).__name__}: {error}".rstrip(": ") if isinstance(error, BaseException) else str(error)
    return "\n\n".join(filter(None, ["\n".join(filter(None, lines)), "" if why == outcome else why]))


def _outcome(context: Mapping[str, Any]) -> str:
    state = str(_of(context, "ti", "state") or "")
    if context.get("exception"):
        return "failed, and is tried again" if state == "up_for_retry" else "failed"
    if deadline := context.get("deadline"):
        return f"missed its deadline, {deadline['deadline_time']}"
    if not state and "reason" not in context and _of(context, "ti", "task_id") and not _of(context, "ti", "start_date"):
        return "failed without a word: it was killed, or its worker was lost"  # the DAG processor calls for it then
    return str(state or _of(context, "dag_run", "state") or context.get("reason") or "see Airflow")


def _dag_id(context: Mapping[str, Any]) -> str:
    found = _of(context, "dag", "dag_id") or _of(context, "dag_run", "dag_id")
    if not found:
        raise ValueError("the context names no DAG: give text, and issue_name and issue_key for an issue")
    return str(found)


def _of(context: Mapping[str, Any], name: str, attribute: str) -> Any:
    """Give an attribute of an object, or of what it became as plain data."""
    found = context.get(name)
    return found.get(attribute) if isinstance(found, dict) else getattr(found, attribute, None)
