"""Wait until so many objects match."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from airflow_provider_workfront.api.condition import EnoughFound
from airflow_provider_workfront.api.emptiness import needs_metadata, reasons_for_nothing
from airflow_provider_workfront.api.errors import WorkfrontError
from airflow_provider_workfront.api.filters import as_plain
from airflow_provider_workfront.operators.arguments import build
from airflow_provider_workfront.sensors.sensor import WorkfrontSensor

if TYPE_CHECKING:
    from airflow_provider_workfront.api.condition import Verdict
    from airflow_provider_workfront.api.filters import Filters
    from airflow_provider_workfront.api.reads import Count
    from airflow_provider_workfront.client import Client


class WorkfrontSearchSensor(WorkfrontSensor):
    """Wait until at least, or at most, so many objects match, and return how many do.

    :param obj_code: what to count, e.g. ``TASK``
    :param filters: which objects, e.g. ``{"projectID": "...", "status": {"notin": ["CPL"]}}``
    :param at_least: how many have to match; without `at_least` and `at_most` one
    :param at_most: how many may match, e.g. ``0``
    :param workfront_conn_id: the Airflow connection
    :param deferrable: whether to wait in the triggerer; without it as ``[operators] default_deferrable`` says
    """

    template_fields = ("obj_code", "filters", "at_least", "at_most", "workfront_conn_id")

    def __init__(
        self,
        *,
        obj_code: str,
        filters: Filters = None,
        at_least: int | str | None = None,
        at_most: int | str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.obj_code = obj_code
        self.filters = filters
        self.at_least = at_least
        self.at_most = at_most

    def _condition(self) -> EnoughFound:
        count = cast("Count", build("count", {"obj_code": self.obj_code, "filters": self.filters or {}}))
        bounds = _bound("at_least", self.at_least), _bound("at_most", self.at_most)
        low, high = (1, None) if bounds == (None, None) else bounds
        return EnoughFound(count.obj_code, as_plain(count.filters), low, high)

    def _asked(self, workfront: Client, condition: EnoughFound) -> tuple[Verdict, int]:
        count = workfront.count(condition.obj_code, condition.filters)
        verdict = condition.verdict(count)
        if not count and (verdict.holds or not (self._was_answered or self.reschedule)):
            self._tell_why_none(workfront, condition)
        return verdict, count

    def _tell_why_none(self, workfront: Client, condition: EnoughFound) -> None:
        """Log what may be wrong when none match: Workfront counts 0 for a wrong value too."""
        try:
            metadata = workfront.metadata(condition.obj_code) if needs_metadata(condition.filters) else None
        except WorkfrontError:
            metadata = None
        reasons = reasons_for_nothing(condition.filters, metadata)
        say = self.log.warning if len(reasons) > 1 else self.log.info
        say("No %s matches. If that is wrong, it may be that: %s", condition.obj_code, " | ".join(reasons))


def _bound(name: str, value: int | str | None) -> int | None:
    """Read a number, also of the text that a template rendered to."""
    if value is None or (isinstance(value, int) and not isinstance(value, bool)):
        return value
    if isinstance(value, str) and value.strip().isdecimal():
        return int(value)
    raise ValueError(f"{name} must be a whole number, not {value!r}")
