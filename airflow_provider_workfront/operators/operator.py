"""One operator for every operation; the named forms share its code."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from airflow.sdk import BaseOperator

from airflow_provider_workfront.api.bulk import Bulk
from airflow_provider_workfront.api.errors import NotFoundError
from airflow_provider_workfront.api.objects import browser_url
from airflow_provider_workfront.api.reads import Count, Search
from airflow_provider_workfront.api.results import BulkError, Outcome, summed_up
from airflow_provider_workfront.api.writes import Delete
from airflow_provider_workfront.assets import tell_outlets
from airflow_provider_workfront.extract.lines import target, write_lines
from airflow_provider_workfront.extract.nothing import tell_why_nothing
from airflow_provider_workfront.extract.xcom import MOST_ROWS, push_result, within_bounds
from airflow_provider_workfront.failures import failing_for_good
from airflow_provider_workfront.links import WorkfrontObjectLink
from airflow_provider_workfront.operators.arguments import (
    OPERATIONS,
    WRITES,
    build,
    check_names,
    taken,
)
from airflow_provider_workfront.operators.remembering import Memory
from airflow_provider_workfront.spelling import check_spelling

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

    from airflow.sdk import BaseOperatorLink, Context

    from airflow_provider_workfront.api.filters import Fields, Filters
    from airflow_provider_workfront.api.operation import Operation, Record
    from airflow_provider_workfront.api.results import RowResult
    from airflow_provider_workfront.client import Client

ARGUMENTS = tuple(dict.fromkeys(name for operation in OPERATIONS for name in taken(operation)))

WRITTEN_BY = {"bulk_create": "created", "bulk_update": "updated", "bulk_delete": "deleted"}
COUNTED = {
    Outcome.FOUND: "done",
    Outcome.REFUSED: "rejected",
    Outcome.UNKNOWN: "unknown",
    Outcome.NOT_TRIED: "not tried",
}
"""What rows that were not written count as."""
ALWAYS_COUNTED = ("created", "updated", "deleted", "unchanged", "done", "rejected", "skipped")
"""The counts that the transfers always give, so that whoever reads them need not know which operator wrote."""


class WorkfrontOperator(BaseOperator):
    """Carry out one operation in Workfront and return its result.

    Each operation takes its own arguments; one that it does not take, or lacks, is an error when the DAG is
    parsed. Values are checked when the task runs, since they may be templates or results of other tasks.

    :param operation: ``search``, ``get``, ``count``, ``report``, ``named_query``, ``create``, ``update``,
        ``delete``, ``copy``, ``action``, ``bulk_create``, ``bulk_update``, ``bulk_delete`` or ``request``
    :param obj_code: type of the object, e.g. ``PROJ``, ``TASK`` or ``OPTASK``
    :param obj_id: ID of the object; for ``get`` also a list of IDs
    :param filters: which objects, e.g. ``{"status": "CUR"}``
    :param fields: fields to return, e.g. ``["name", "DE:Budget"]``; without them Workfront's short default
    :param sort: order of a search, e.g. ``{"name": "asc"}``; without it rows come by ID, and none is lost
    :param limit: number of rows wanted at most
    :param output_path: where to write rows as JSON Lines, e.g. ``s3://aws_default@bucket/projects.jsonl.gz``;
        path and count are returned then
    :param query: name of a named query, e.g. ``myWork``
    :param arguments: arguments of an action or a named query
    :param group_by: field or fields that a report groups by
    :param aggregates: field and function of a report, e.g. ``{"ID": "count"}``
    :param rollup: whether a report has totals on each level
    :param values: fields to write, e.g. ``{"name": "New", "DE:Budget": 100}``
    :param force: whether to delete what depends on the object too
    :param options: what a copy leaves out, e.g. ``["clearAssignments"]``
    :param action: name of an action, e.g. ``markDone``
    :param rows: objects to create, or to change (each with its ``ID``), in hundreds and several calls at once; the task
        returns how many rows came to what and, up to 1,000, the IDs; also to XCom if it fails
    :param ids: IDs of the objects to delete
    :param key: field by which created objects are told apart, e.g. ``extRefID``: what has it already is not made again
    :param atomic: whether each hundred is written as a whole or not at all
    :param replace_collections: whether an update may take objects out of a collection, such as assignments
    :param method: method of a request, e.g. ``GET``
    :param endpoint: path of a request below the API version, e.g. ``proj/search``
    :param query_params: query parameters of a request
    :param data: JSON body of a request
    :param workfront_conn_id: the Airflow connection
    """

    template_fields: Sequence[str] = (*ARGUMENTS, "workfront_conn_id")
    template_fields_renderers = dict.fromkeys(
        ("filters", "fields", "sort", "values", "arguments", "aggregates", "options", "query_params", "data", "rows"),
        "json",
    )
    ui_color = "#fbe3cf"
    operator_extra_links: Collection[BaseOperatorLink] = (WorkfrontObjectLink(),)

    object_url = ""
    """Address of the object that the finished task dealt with, for the extra link."""

    def __init__(  # noqa: PLR0913 a name each, since .partial() and editors read the signature
        self,
        *,
        operation: str,
        obj_code: str | None = None,
        obj_id: str | Sequence[str] | None = None,
        filters: Filters = None,
        fields: Fields = None,
        sort: Mapping[str, str] | None = None,
        limit: int | None = None,
        output_path: str | None = None,
        query: str | None = None,
        arguments: Mapping[str, Any] | None = None,
        group_by: str | Sequence[str] | None = None,
        aggregates: Mapping[str, str] | None = None,
        rollup: bool | None = None,
        values: Mapping[str, Any] | None = None,
        force: bool | None = None,
        options: Sequence[str] | None = None,
        action: str | None = None,
        rows: Sequence[Mapping[str, Any]] | None = None,
        ids: Sequence[str] | None = None,
        key: str | None = None,
        atomic: bool | None = None,
        replace_collections: bool | None = None,
        method: str | None = None,
        endpoint: str | None = None,
        query_params: Mapping[str, Any] | None = None,
        data: Any = None,
        workfront_conn_id: str = "workfront_default",
        **kwargs: Any,
    ) -> None:
        check_spelling(type(self), kwargs, ARGUMENTS)
        super().__init__(**kwargs)
        self.operation = operation
        self.obj_code = obj_code
        self.obj_id = obj_id
        self.filters = filters
        self.fields = fields
        self.sort = sort
        self.limit = limit
        self.output_path = output_path
        self.query = query
        self.arguments = arguments
        self.group_by = group_by
        self.aggregates = aggregates
        self.rollup = rollup
        self.values = values
        self.force = force
        self.options = options
        self.action = action
        self.rows = rows
        self.ids = ids
        self.key = key
        self.atomic = atomic
        self.replace_collections = replace_collections
        self.method = method
        self.endpoint = endpoint
        self.query_params = query_params
        self.data = data
        self.workfront_conn_id = workfront_conn_id
        check_names(operation, self._given())

    def execute(self, context: Context) -> Any:
        """Carry the operation out."""
        from airflow_provider_workfront.hooks import WorkfrontHook

        with failing_for_good():
            operation = build(self.operation, self._given())
            with WorkfrontHook(self.workfront_conn_id).get_conn() as workfront:
                result = self._carried_out(workfront, operation, context)
                host = urlsplit(workfront.api_root).netloc
        if self.operation in WRITES:
            extra = {"obj_id": self._subject(result) or None, "conn_id": self.workfront_conn_id}
            tell_outlets(context, self.outlets, host, self.obj_code or "", extra)
        return result

    def _carried_out(self, workfront: Client, operation: Operation[Any] | Bulk, context: Context) -> Any:
        if isinstance(operation, Search):
            return self._found(workfront, operation)
        if isinstance(operation, Bulk):
            return self._written_in_bulk(workfront, operation, context)
        if isinstance(operation, Delete):
            return self._deleted(workfront, operation, Memory.of(context, self.workfront_conn_id, operation))
        return self._done(workfront, operation)

    def _deleted(self, workfront: Client, operation: Delete, memory: Memory) -> Any:
        """Delete; what an earlier try began to delete, and is gone, is deleted."""
        was_begun = memory.recall() is not None
        memory.keep({"begun": True})
        try:
            return self._done(workfront, operation)
        except NotFoundError:
            if not was_begun:
                raise
        self._log("is gone: an earlier try began to delete it")
        return True

    def _given(self) -> dict[str, Any]:
        values = {name: getattr(self, name) for name in ARGUMENTS}
        return {name: value for name, value in values.items() if value is not None}

    def _found(self, workfront: Client, search: Search) -> Any:
        """Give the rows of a search; for XCom not one more is read than tells that there are too many."""
        if self.output_path is not None:
            written = self._written(workfront.pages(search))
            if not written["count"]:
                tell_why_nothing(workfront, search, self.log)
            return written
        enough = replace(search, limit=min(search.limit or MOST_ROWS + 1, MOST_ROWS + 1))
        total = Count(search.obj_code, search.filters)
        kept = self._kept(workfront.rows(enough), lambda: workfront.run(total))
        if not kept:
            tell_why_nothing(workfront, search, self.log)
        return kept

    def _done(self, workfront: Client, operation: Operation[Any]) -> Any:
        """Give the result of any other operation."""
        result = workfront.run(operation)
        rows = result if isinstance(result, list) else [result]
        if self.output_path is not None:
            return self._written([rows])
        if rows is result:
            return self._kept(rows, lambda: len(rows))
        if operation.request().is_read:  # of a write that was done, a failure now would deny it
            within_bounds(rows, f"{self.operation} {self._what}", lambda: 1)
        obj_id = self._subject(result)
        if obj_id and not isinstance(operation, Delete):
            base_url = workfront.api_root.partition("/attask/")[0]
            self.object_url = browser_url(base_url, self.obj_code or "", obj_id) or ""
        self._log(obj_id or (str(result) if isinstance(operation, Count) else "done"))
        return result

    def _written_in_bulk(self, workfront: Client, bulk: Bulk, context: Context) -> dict[str, Any]:
        """Write many rows; give how many came to what, as the transfers do, also of a run that fails."""
        try:
            results = workfront.write(bulk)
        except BulkError as error:
            push_result(context, self._counted(error.results), multiple_outputs=self.multiple_outputs)
            raise
        self._log(summed_up(Counter(result.outcome for result in results)))
        return self._counted(results)

    def _counted(self, results: Sequence[RowResult]) -> dict[str, Any]:
        """Count rows by the names that the transfers have; the IDs are given if they are not too many for XCom."""
        counts = Counter(COUNTED.get(result.outcome, WRITTEN_BY[self.operation]) for result in results)
        ids = [result.obj_id for result in results] if len(results) <= MOST_ROWS else None
        return {"rows": len(results), **dict.fromkeys(ALWAYS_COUNTED, 0), **counts, "ids": ids}

    def _kept(self, rows: Iterable[Record], total: Callable[[], int]) -> list[Record]:
        kept = within_bounds(rows, f"{self.operation} {self._what}", total)
        self._log(f"{len(kept)} rows")
        return kept

    def _written(self, pages: Iterable[list[Record]]) -> dict[str, Any]:
        count = write_lines(pages, target(self.output_path or ""))
        self._log(f"{count} rows written to {self.output_path}")
        return {"path": self.output_path, "count": count}

    def _subject(self, result: Any) -> str:
        """Give the ID of the one object that this was about; an action's result may be another object."""
        found = result.get("ID") if isinstance(result, dict) and self.operation != "action" else None
        return str(found or (self.obj_id if isinstance(self.obj_id, str) else ""))

    def _log(self, outcome: str) -> None:
        self.log.info("Workfront %s %s: %s", self.operation, self._what, outcome)

    @property
    def _what(self) -> str:
        return self.obj_code or f"{self.method} {str(self.endpoint).partition('?')[0]}"
