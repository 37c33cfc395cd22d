"""The operators that write rows to Workfront: those of a query, and those of files."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from airflow.sdk.exceptions import AirflowException

from airflow_provider_workfront.failures import failing_for_good
from airflow_provider_workfront.spelling import check_spelling
from airflow_provider_workfront.transfers.transfer import Endable, named
from airflow_provider_workfront.transfers.turn import with_turns

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from airflow.providers.common.compat.openlineage.facet import Dataset
    from airflow.providers.openlineage.extractors import OperatorLineage
    from airflow.sdk import Context

    from airflow_provider_workfront.writing.inputs import Input

COMMON = (
    "obj_code",
    "key",
    "mode",
    "columns",
    "diff",
    "plan_only",
    "plan_path",
    "undo_path",
    "rejected_path",
    "results_path",
    "report_path",
    "max_changes",
    "max_error_percent",
    "unkept",
    "replace_collections",
    "workfront_conn_id",
)


class ToWorkfront(Endable):
    """Write rows to Workfront: create, change or delete an object for each.

    Objects are found by `key`. What is the same already is not sent, rows that cannot be written are kept in a file
    that can be written again, and an undo file takes the run back. A retry repeats no row.

    :param obj_code: what to write, e.g. ``PROJ``, ``TASK`` or ``OPTASK``
    :param key: field by which objects are found: ``ID``, ``extRefID``, or a custom field such as ``DE:Order number``
    :param mode: ``upsert``, ``insert``, ``update`` or ``delete``
    :param columns: which column is which field, e.g. ``{"order_no": "extRefID"}``; without it they are named as fields
    :param diff: whether what is the same already is left out
    :param plan_only: write a plan, and change nothing
    :param report_path: a folder for the files below, on any store that Airflow reaches
    :param plan_path: where the plan is written, if it is to be kept elsewhere
    :param undo_path: where the undo file is written, if it is to be kept elsewhere
    :param rejected_path: where rows that cannot be written are kept, if they are to be kept elsewhere
    :param results_path: where to write what became of each row, one line a row: CSV or JSON Lines by its ending, such
        as ``s3://aws_default@bucket/results.csv``; without it no such file is written
    :param max_changes: more changes than that are refused, and nothing is written
    :param max_error_percent: how many of the rows may be rejected, in percent; above, nothing more is written
    :param unkept: whether the task fails if Workfront keeps another value than was sent: ``warn`` (default) or ``fail``
    :param replace_collections: whether an update may take objects out of a collection
    :param workfront_conn_id: the Airflow connection of Workfront
    """

    template_fields_renderers = {"columns": "json", "parameters": "json", "sql": "sql"}  # noqa: RUF012 Airflow's own

    def __init__(  # noqa: PLR0913 a name each, since .partial() and editors read the signature
        self,
        *,
        obj_code: str,
        key: str | None = None,
        mode: str = "upsert",
        columns: Mapping[str, Any] | None = None,
        diff: bool | str = True,
        plan_only: bool | str = False,
        report_path: str | None = None,
        plan_path: str | None = None,
        undo_path: str | None = None,
        rejected_path: str | None = None,
        results_path: str | None = None,
        max_changes: int | str = 10_000,
        max_error_percent: float | str = 0,
        unkept: str = "warn",
        replace_collections: bool | str = False,
        workfront_conn_id: str = "workfront_default",
        **kwargs: Any,
    ) -> None:
        check_spelling(type(self), kwargs, self.template_fields)
        kwargs["inlets"] = with_turns(kwargs.get("inlets"))
        super().__init__(**{"multiple_outputs": True} | kwargs)  # so that `task.output["undo_path"]` is the path
        self.obj_code = obj_code
        self.key = key
        self.mode = mode
        self.columns = columns
        self.diff = diff
        self.plan_only = plan_only
        self.report_path = report_path
        self.plan_path = plan_path
        self.undo_path = undo_path
        self.rejected_path = rejected_path
        self.results_path = results_path
        self.max_changes = max_changes
        self.max_error_percent = max_error_percent
        self.unkept = unkept
        self.replace_collections = replace_collections
        self.workfront_conn_id = workfront_conn_id

    def execute(self, context: Context) -> dict[str, Any]:
        """Plan, apply, and give counts and paths."""
        from airflow_provider_workfront.hooks import WorkfrontHook
        from airflow_provider_workfront.transfers.applying import host_of
        from airflow_provider_workfront.transfers.writing import Job, Write

        hook = WorkfrontHook(self.workfront_conn_id)
        with failing_for_good(), self._to_be_ended(), hook.get_conn() as workfront:
            with named(self.task_id):
                job = Job.of({name: getattr(self, name) for name in COMMON})
            result = Write(workfront, self._source(), job, context, partial(self._push, context)).carry_out()
            return self._wrote(context, host_of(workfront), self.obj_code, result)

    def get_openlineage_facets_on_complete(self, task_instance: Any) -> OperatorLineage[Any, Any]:  # noqa: ARG002
        """Tell OpenLineage, where it is installed, what became which objects."""
        from airflow_provider_workfront.transfers import lineage

        return lineage.lineage(self._read_from(), [lineage.of_workfront(self.workfront_conn_id, self.obj_code)])

    def on_kill(self) -> None:
        """End the write between two calls: what was done is noted, and the files are written on the way out."""
        if self.is_under_way:
            raise AirflowException(f"{self.task_id}: the task was told to end while it wrote")

    def _source(self) -> Input:
        raise NotImplementedError

    def _read_from(self) -> list[Dataset]:
        raise NotImplementedError


class SqlToWorkfrontOperator(ToWorkfront):
    """Write the rows of a query to Workfront; all else is as in `ToWorkfront`.

    :param sql: a query, whose rows come in the same order each time: give it an ``ORDER BY``
    :param sql_conn_id: the Airflow connection of the database
    :param parameters: parameters of the query, as the database's driver has them
    """

    template_fields: Sequence[str] = ("sql", "parameters", "sql_conn_id", *COMMON)
    template_ext: Sequence[str] = (".sql",)

    def __init__(
        self,
        *,
        sql: str,
        sql_conn_id: str,
        parameters: Iterable[Any] | Mapping[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.sql = sql
        self.sql_conn_id = sql_conn_id
        self.parameters = parameters

    def _source(self) -> Input:
        from airflow_provider_workfront.writing.sql_input import sql_input

        return sql_input(self.sql_conn_id, self.sql, self.parameters)

    def _read_from(self) -> list[Dataset]:
        from airflow_provider_workfront.transfers.lineage import of_query

        return of_query(self.sql_conn_id, self.sql)


class ObjectStorageToWorkfrontOperator(ToWorkfront):
    """Write the rows of files to Workfront; all else is as in `ToWorkfront`.

    :param path: a file, a folder, a pattern such as ``s3://aws_default@bucket/orders/*.csv``, or a manifest
    :param file_format: ``jsonl``, ``csv`` or ``parquet``; without it told by the names
    :param delimiter: what separates the columns of CSV; without it the header tells: ``,``, ``;`` or a tab
    :param quotechar: what stands around cells of CSV that hold a delimiter
    :param encoding: of CSV, e.g. ``cp1252``; without it UTF-8, or UTF-16 if the file begins with its mark
    """

    template_fields: Sequence[str] = ("path", "file_format", "delimiter", "quotechar", "encoding", *COMMON)

    def __init__(
        self,
        *,
        path: str,
        file_format: str | None = None,
        delimiter: str | None = None,
        quotechar: str = '"',
        encoding: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.delimiter = delimiter
        self.quotechar = quotechar
        self.encoding = encoding
        self.path = path
        self.file_format = file_format

    def _source(self) -> Input:
        from airflow_provider_workfront.transfers.writing import columns_of
        from airflow_provider_workfront.writing.inputs import file_input
        from airflow_provider_workfront.writing.reading import Dialect

        dialect = Dialect(self.delimiter or "", self.quotechar, self.encoding or "")
        columns = columns_of(self.columns)
        mapped = None if columns is None else [name for name, said in columns.items() if said is not None]
        return file_input(self.path, self.file_format, dialect, mapped)

    def _read_from(self) -> list[Dataset]:
        from airflow_provider_workfront.transfers.lineage import of_path

        return [of_path(self.path)]
