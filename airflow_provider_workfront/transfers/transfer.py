"""What the transfers have in common: the window of a run, what its end means to others, a clear end when killed."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from airflow.sdk import Asset, BaseOperator

from airflow_provider_workfront.assets import tell_outlets
from airflow_provider_workfront.extract.window import Asked, Run
from airflow_provider_workfront.extract.xcom import push_result
from airflow_provider_workfront.failures import Unworkable
from airflow_provider_workfront.spelling import flag
from airflow_provider_workfront.transfers.arguments import moment, span
from airflow_provider_workfront.transfers.watermark import WATERMARKS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from airflow.sdk import Context


class Endable(BaseOperator):
    """A task that Airflow may tell to end in the middle of its work."""

    ui_color = "#fbe3cf"
    is_under_way = False
    """Whether there is something to end when the task is killed."""

    @contextmanager
    def _to_be_ended(self) -> Iterator[None]:
        self.is_under_way = True
        try:
            yield
        finally:
            self.is_under_way = False

    def _push(self, context: Context, result: Mapping[str, Any]) -> None:
        push_result(context, result, multiple_outputs=self.multiple_outputs)

    def _wrote(self, context: Context, host: str, obj_code: str, result: dict[str, Any]) -> dict[str, Any]:
        """Give the result, and tell it to the task's outlets if this try or an earlier one has changed anything."""
        if any(result.get(count) for count in ("created", "updated", "deleted", "done")):
            tell_outlets(context, self.outlets, host, obj_code, result)
        return result


class Transfer(Endable):
    """Read objects of a type, all of them or what has changed."""

    since: datetime | str | None
    until: datetime | str | None
    overlap: timedelta
    end_lag: timedelta
    full_refresh: bool | str
    full_refresh_every: timedelta | None

    def _declare_watermarks(self) -> None:
        """Have Airflow offer the store of the watermarks to the task, whatever inlets it has of its own."""
        if WATERMARKS not in self.inlets:
            self.inlets = [*self.inlets, WATERMARKS]

    def _asked(self) -> Asked:
        return Asked(
            since=moment("since", self.since),
            until=moment("until", self.until),
            full=flag("full_refresh", self.full_refresh),
            full_every=span("full_refresh_every", self.full_refresh_every),
            overlap=span("overlap", self.overlap) or timedelta(),
            end_lag=span("end_lag", self.end_lag) or timedelta(),
        )

    def _announce(self, context: Context, result: dict[str, Any]) -> None:
        """Give whoever is scheduled on the task's outlets what the task returns."""
        for outlet in self.outlets:
            if isinstance(outlet, Asset):
                context["outlet_events"][outlet].extra.update(result)


def is_mapped(context: Context) -> bool:
    """Tell whether the task is one of several instances, each of which sees a part of the rows."""
    map_index = getattr(context["ti"], "map_index", None)
    return map_index is not None and map_index >= 0


def run_of(context: Context) -> Run:
    """Take from Airflow's context what a window depends on; nothing of it changes from try to try."""
    dag_run = context["dag_run"]
    start, end = dag_run.data_interval_start, dag_run.data_interval_end
    return Run(
        run_id=dag_run.run_id,
        kind=dag_run.run_type.value,
        began=dag_run.start_date or dag_run.run_after,
        interval=(start, end) if start and end else None,
        cleared=dag_run.clear_number or 0,
    )


@contextmanager
def named(what: str) -> Iterator[None]:
    """Say of a wrong argument whose it is; no retry mends it."""
    try:
        yield
    except (TypeError, ValueError) as error:
        raise Unworkable(f"{what}: {error}") from error
