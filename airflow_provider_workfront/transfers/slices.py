"""Plan the slices of a large search, for `.expand` over a transfer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflow_provider_workfront.extract.planning import CREATED, plan
from airflow_provider_workfront.failures import failing_for_good

if TYPE_CHECKING:
    from airflow_provider_workfront.api.filters import Filters


def plan_slices(
    obj_code: str,
    filters: Filters = None,
    rows_per_slice: int = 50_000,
    *,
    by: str = CREATED,
    workfront_conn_id: str = "workfront_default",
) -> list[dict[str, Any]]:
    """Cut a search into filters that share no row and miss none, each of about `rows_per_slice` rows.

    For a task: ``task(plan_slices)("TASK", {"status": "CUR"})``, or called in a `@task` of your own. `by="ID"` is for
    types without a date of creation; that Workfront compares IDs as texts is documented nowhere.
    """
    from airflow_provider_workfront.hooks import WorkfrontHook

    with failing_for_good(), WorkfrontHook(workfront_conn_id).get_conn() as workfront:
        return plan(workfront, obj_code, filters, rows_per_slice, by)
