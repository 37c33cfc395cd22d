"""The operator that reads a search into a table of a database."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from airflow.sdk.exceptions import AirflowException

from airflow_provider_workfront.failures import failing_for_good
from airflow_provider_workfront.spelling import check_spelling
from airflow_provider_workfront.transfers.arguments import chosen, filters_of, share
from airflow_provider_workfront.transfers.plan import Plan
from airflow_provider_workfront.transfers.transfer import Transfer, is_mapped, named, run_of
from airflow_provider_workfront.transfers.watermark import WATERMARKS, store_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from airflow.providers.openlineage.extractors import OperatorLineage
    from airflow.sdk import Context

    from airflow_provider_workfront.api.filters import Fields, Filters
    from airflow_provider_workfront.load.structure import Instance
    from airflow_provider_workfront.transfers.table import TableLoad

MODES = ("upsert", "replace")


class WorkfrontToSqlOperator(Transfer):
    """Read objects of any type into a table, all of them or what has changed; each row by its ID.

    The table is made if it is missing, and widened by new columns. Rows go through a temporary table and are carried
    over in one transaction at the end: a task that fails leaves the rows as they were, and one that runs twice
    changes nothing. PostgreSQL and SQLite; for other databases see docs/sql.md.

    :param obj_code: what to read, e.g. ``PROJ``, ``TASK`` or ``HOUR``
    :param sql_conn_id: the Airflow connection of the database
    :param table: the table, without its schema
    :param schema: schema of the table; without it the connection's own
    :param mode: ``upsert``, or ``replace`` to delete the rows that a full read does not find any more, too
    :param max_delete_ratio: share of the table's rows, 0 to 1, that ``replace`` may delete at once; more is taken for a
        loss of rights, and nothing is written
    :param filters: which objects, e.g. ``{"status": "CUR"}``
    :param fields: fields to read, e.g. ``["*", "DE:*"]``; without them all plain ones
    :param schema_contract: what happens when fields change: ``evolve``, ``freeze`` or ``discard``
    :param incremental_field: field that says what has changed, e.g. ``lastUpdateDate``; without it all is read
    :param since: read what changed from then on, instead of the run's own window
    :param until: read what changed up to then
    :param overlap: how much earlier than the window a run begins to read
    :param end_lag: how old a change must be to be read: younger ones may not be visible yet
    :param full_refresh: whether this run reads everything
    :param full_refresh_every: how often a run of the schedule reads everything, e.g. ``timedelta(days=7)``
    :param workfront_conn_id: the Airflow connection of Workfront
    """

    template_fields: Sequence[str] = (
        "obj_code",
        "sql_conn_id",
        "table",
        "schema",
        "mode",
        "max_delete_ratio",
        "filters",
        "fields",
        "schema_contract",
        "incremental_field",
        "since",
        "until",
        "full_refresh",
        "workfront_conn_id",
    )
    template_fields_renderers = dict.fromkeys(("filters", "fields"), "json")

    load: TableLoad | None = None

    def __init__(  # noqa: PLR0913 a name each, since .partial() and editors read the signature
        self,
        *,
        obj_code: str,
        sql_conn_id: str,
        table: str,
        schema: str | None = None,
        mode: str = "upsert",
        max_delete_ratio: float | str = 0.1,
        filters: Filters = None,
        fields: Fields = None,
        schema_contract: str = "evolve",
        incremental_field: str | None = None,
        since: datetime | str | None = None,
        until: datetime | str | None = None,
        overlap: timedelta = timedelta(minutes=10),
        end_lag: timedelta = timedelta(minutes=2),
        full_refresh: bool | str = False,
        full_refresh_every: timedelta | None = None,
        workfront_conn_id: str = "workfront_default",
        inlets: Any = [WATERMARKS],  # noqa: B006 `.partial()` takes it from here, and nobody changes it
        **kwargs: Any,
    ) -> None:
        check_spelling(type(self), kwargs)
        super().__init__(inlets=inlets, **kwargs)
        self.obj_code = obj_code
        self.sql_conn_id = sql_conn_id
        self.table = table
        self.schema = schema
        self.mode = mode
        self.max_delete_ratio = max_delete_ratio
        self.filters = filters
        self.fields = fields
        self.schema_contract = schema_contract
        self.incremental_field = incremental_field
        self.since = since
        self.until = until
        self.overlap = overlap
        self.end_lag = end_lag
        self.full_refresh = full_refresh
        self.full_refresh_every = full_refresh_every
        self.workfront_conn_id = workfront_conn_id
        self.watermark_target = f"{sql_conn_id}:{schema or ''}.{table}"
        self._declare_watermarks()

    def execute(self, context: Context) -> dict[str, Any]:
        """Read, load, and give the counts."""
        from airflow_provider_workfront.hooks import WorkfrontHook
        from airflow_provider_workfront.load.database import connected
        from airflow_provider_workfront.load.structure import Place, check_names
        from airflow_provider_workfront.transfers.table import TableLoad, TableQuestion

        hook = WorkfrontHook(self.workfront_conn_id)
        with (
            failing_for_good(),
            self._to_be_ended(),
            connected(self.sql_conn_id) as sql,
            hook.get_conn() as workfront,
        ):
            with named(f"{self.obj_code} to SQL"):
                check_names(self.table, self.schema or None)
                place = Place(sql, self.table, self.schema or None, self.sql_conn_id)
                question = TableQuestion(workfront, self._plan(), run_of(context), lambda: store_of(context))
                is_replacing = chosen("mode", self.mode, MODES) == "replace"
                ratio = share("max_delete_ratio", self.max_delete_ratio)
                self.load = TableLoad(question, place, is_replacing, ratio, _instance(context))
                self.load.prepare()
            result = self.load.carry_out()
        self._announce(context, result)
        return result

    def get_openlineage_facets_on_complete(self, task_instance: Any) -> OperatorLineage[Any, Any]:  # noqa: ARG002
        """Tell OpenLineage, where it is installed, which objects went into which table."""
        from airflow_provider_workfront.transfers import lineage

        table = lineage.of_table(self.sql_conn_id, self.table, self.schema)
        return lineage.lineage([lineage.of_workfront(self.workfront_conn_id, self.obj_code)], table)

    def on_kill(self) -> None:
        """End the load where it is: what was not committed is undone, and connections are closed on the way out."""
        from airflow_provider_workfront.load.database import end

        if not self.is_under_way:
            return
        if self.load:
            end(self.load.place.connection)
        raise AirflowException(f"Workfront {self.obj_code}: the task was told to end while it loaded")

    def _plan(self) -> Plan:
        """Make a plan of the rendered arguments."""
        return Plan(
            obj_code=self.obj_code,
            filters=filters_of(self.filters),
            fields=self.fields,
            target=self.watermark_target,
            is_typed=True,
            schema_contract=self.schema_contract,
            incremental_field=self.incremental_field,
            asked=self._asked(),
        )


def _instance(context: Context) -> Instance | None:
    """Name this instance of a mapped task; None for a task that is not mapped."""
    from airflow_provider_workfront.load.structure import Instance

    if not is_mapped(context):
        return None
    ti = context["ti"]
    return Instance(f"{ti.dag_id}/{ti.task_id}/{run_of(context).run_id}", ti.map_index or 0)
