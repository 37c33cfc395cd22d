"""The operator that reads a search into files on object storage."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from airflow.sdk.exceptions import AirflowException

from airflow_provider_workfront.failures import failing_for_good
from airflow_provider_workfront.spelling import check_spelling, flag, number
from airflow_provider_workfront.transfers.arguments import (
    chosen,
    filters_of,
    share,
)
from airflow_provider_workfront.transfers.plan import COMPRESSIONS, FORMATS, FilePlan
from airflow_provider_workfront.transfers.transfer import Transfer, named, run_of
from airflow_provider_workfront.transfers.watermark import WATERMARKS, store_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from airflow.providers.openlineage.extractors import OperatorLineage
    from airflow.sdk import Context

    from airflow_provider_workfront.api.filters import Fields, Filters


class WorkfrontToObjectStorageOperator(Transfer):
    """Read objects of any type into files on object storage, all of them or what has changed.

    The files stand in the folder `output_path`; a manifest that names them is written last, and its path and the
    counts are what the task returns. A retry goes on behind the last finished file.

    Of objects that changed, neighbouring runs repeat some: merge by ID.

    :param obj_code: what to read, e.g. ``PROJ``, ``TASK`` or ``HOUR``
    :param output_path: the folder, e.g. ``s3://aws_default@bucket/tasks/{{ ds }}``
    :param filters: which objects, e.g. ``{"status": "CUR"}``
    :param fields: fields to read, e.g. ``["*", "DE:*"]``; without them Workfront's short default
    :param file_format: ``jsonl``, ``csv`` or ``parquet``
    :param typed: whether JSON Lines have typed columns too, not the rows as Workfront sends them
    :param compression: ``gzip`` or ``zstd``; Parquet packs its columns itself
    :param rows_per_file: how many rows a file has at most
    :param schema_contract: what happens when fields change: ``evolve``, ``freeze`` or ``discard``
    :param incremental_field: field that says what has changed, e.g. ``lastUpdateDate``; without it all is read
    :param since: read what changed from then on, instead of the run's own window
    :param until: read what changed up to then
    :param overlap: how much earlier than the window a run begins to read
    :param end_lag: how old a change must be to be read: younger ones may not be visible yet
    :param full_refresh: whether this run reads everything
    :param full_refresh_every: how often a run of the schedule reads everything, e.g. ``timedelta(days=7)``
    :param deletions: whether to find out what was deleted, by a look at all IDs
    :param max_delete_ratio: share of rows that may be deleted at once; more is taken for a loss of rights
    :param state_path: folder for what one run leaves for the next, if not `output_path`; needed if that changes
    :param workfront_conn_id: the Airflow connection
    """

    template_fields: Sequence[str] = (
        "obj_code",
        "output_path",
        "filters",
        "fields",
        "file_format",
        "compression",
        "rows_per_file",
        "schema_contract",
        "incremental_field",
        "since",
        "until",
        "full_refresh",
        "deletions",
        "max_delete_ratio",
        "state_path",
        "workfront_conn_id",
    )
    template_fields_renderers = dict.fromkeys(("filters", "fields"), "json")

    def __init__(  # noqa: PLR0913 a name each, since .partial() and editors read the signature
        self,
        *,
        obj_code: str,
        output_path: str,
        filters: Filters = None,
        fields: Fields = None,
        file_format: str = "jsonl",
        typed: bool = False,
        compression: str | None = None,
        rows_per_file: int = 50_000,
        schema_contract: str = "evolve",
        incremental_field: str | None = None,
        since: datetime | str | None = None,
        until: datetime | str | None = None,
        overlap: timedelta = timedelta(minutes=10),
        end_lag: timedelta = timedelta(minutes=2),
        full_refresh: bool | str = False,
        full_refresh_every: timedelta | None = None,
        deletions: bool | str = False,
        max_delete_ratio: float | str = 0.1,
        state_path: str | None = None,
        workfront_conn_id: str = "workfront_default",
        inlets: Any = [WATERMARKS],  # noqa: B006 `.partial()` takes it from here, and nobody changes it
        **kwargs: Any,
    ) -> None:
        check_spelling(type(self), kwargs)
        super().__init__(inlets=inlets, **kwargs)
        self.obj_code = obj_code
        self.output_path = output_path
        self.filters = filters
        self.fields = fields
        self.file_format = file_format
        self.typed = typed
        self.compression = compression
        self.rows_per_file = rows_per_file
        self.schema_contract = schema_contract
        self.incremental_field = incremental_field
        self.since = since
        self.until = until
        self.overlap = overlap
        self.end_lag = end_lag
        self.full_refresh = full_refresh
        self.full_refresh_every = full_refresh_every
        self.deletions = deletions
        self.max_delete_ratio = max_delete_ratio
        self.state_path = state_path
        self.workfront_conn_id = workfront_conn_id
        self.watermark_target = output_path
        self._declare_watermarks()

    def execute(self, context: Context) -> dict[str, Any]:
        """Read, write, and give the manifest's path and the counts."""
        from airflow_provider_workfront.extract.parts import Folder, run_key
        from airflow_provider_workfront.hooks import WorkfrontHook
        from airflow_provider_workfront.transfers.extraction import Extraction, FileQuestion

        run, ti = run_of(context), context["ti"]
        with failing_for_good(), self._to_be_ended(), WorkfrontHook(self.workfront_conn_id).get_conn() as workfront:
            with named(f"{self.obj_code} to storage"):
                plan = self._plan()
                key = run_key(ti.dag_id, ti.task_id, run.run_id, ti.map_index or 0)
                folder = Folder(plan.output_path, key, plan.file_format, plan.compression)
                question = FileQuestion(workfront, plan, run, lambda: store_of(context))
                extraction = Extraction(question, folder)
                extraction.prepare()
            result = extraction.carry_out()
        self._announce(context, result)
        return result

    def get_openlineage_facets_on_complete(self, task_instance: Any) -> OperatorLineage[Any, Any]:  # noqa: ARG002
        """Tell OpenLineage, where it is installed, which objects went into which folder."""
        from airflow_provider_workfront.transfers import lineage

        return lineage.lineage(
            [lineage.of_workfront(self.workfront_conn_id, self.obj_code)], [lineage.of_path(self.output_path)]
        )

    def on_kill(self) -> None:
        """End the reading where it is: connections are closed and the unfinished file is removed on the way out."""
        if self.is_under_way:
            raise AirflowException(f"Workfront {self.obj_code}: the task was told to end while it read")

    def _plan(self) -> FilePlan:
        """Make a plan of the rendered arguments."""
        if not self.output_path:
            raise ValueError("output_path is empty; it is the folder for the files")
        file_format = chosen("file_format", self.file_format, FORMATS)
        compression = chosen("compression", self.compression, COMPRESSIONS) if self.compression else None
        if file_format == "parquet" and compression:
            raise ValueError("compression: Parquet packs its columns itself, leave it out")
        return FilePlan(
            obj_code=self.obj_code,
            filters=filters_of(self.filters),
            fields=self.fields,
            output_path=self.output_path,
            target=str(self.watermark_target),
            state_path=self.state_path or self.output_path,
            file_format=file_format,
            is_typed=self.typed or file_format != "jsonl",
            compression=compression,
            rows_per_file=number("rows_per_file", self.rows_per_file),
            schema_contract=self.schema_contract,
            incremental_field=self.incremental_field,
            asked=self._asked(),
            deletions=flag("deletions", self.deletions),
            max_delete_ratio=share("max_delete_ratio", self.max_delete_ratio),
        )
