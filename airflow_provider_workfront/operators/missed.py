"""Events that never came: found by what Workfront says has changed, and told then."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING, Any

from airflow.sdk.configuration import conf

from airflow_provider_workfront.api.event_filters import event_code
from airflow_provider_workfront.events.event import updated
from airflow_provider_workfront.operators.subscriptions import SubscriptionOperator

if TYPE_CHECKING:
    from collections.abc import Mapping

    from airflow_provider_workfront.hooks import WorkfrontHook

ON_THE_WAY = timedelta(minutes=10)  # Workfront's first two repetitions come within it (reference 9.7)
MOST_HOURS = 72  # what was told is remembered for four days


class WorkfrontMissedEventsOperator(SubscriptionOperator):
    """Tell the DAGs that are scheduled on objects of changes whose events never came; return how many came to what.

    It reads what has changed lately by `lastUpdateDate`, and the api-server leaves out what an event told of. What was
    deleted cannot be found so, nor can one of two changes whose second was told of. Run it as often as you like.

    :param obj_code: type of the objects, e.g. ``TASK``; it must have a `lastUpdateDate`
    :param hours: how far to look back, 1 to 72; the last ten minutes are left to Workfront itself
    :param filters: which objects, as for a search, if the subscriptions do not tell of all
    :param workfront_conn_id: the Airflow connection
    """

    template_fields = ("obj_code", "hours", "filters", "workfront_conn_id")

    def __init__(
        self, *, obj_code: str, hours: float = 24, filters: Mapping[str, Any] | None = None, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.obj_code = obj_code
        self.hours = hours
        self.filters = filters

    def _done(self, hook: WorkfrontHook) -> dict[str, int]:
        from airflow_provider_workfront.events.telling import MOST_MISSED, TellMissed, missed_url

        obj_code = event_code(self.obj_code)
        url, token = missed_url(conf, self.workfront_conn_id), hook.events_token()
        filters = dict(self.filters or {}) | {"lastUpdateDate": {"between": list(self._window())}}
        outcomes = Counter(stored=0, duplicate=0, no_asset=0)
        with hook.get_conn() as workfront:
            rows = workfront.search(obj_code, filters, ["lastUpdateDate"])
            pairs = ((row["ID"], updated(row["lastUpdateDate"])) for row in rows)
            while some := list(islice(pairs, MOST_MISSED)):
                outcomes.update(workfront.run(TellMissed(url, token, obj_code, some)))
        self.log.info("Workfront events of %s looked for: %s", obj_code, dict(outcomes))
        if outcomes["no_asset"]:
            self.log.warning("No DAG is scheduled on the asset of %s: those changes were let go", obj_code)
        return dict(outcomes)

    def _window(self) -> tuple[datetime, datetime]:
        if "lastUpdateDate" in (self.filters or {}):
            raise ValueError("filters name lastUpdateDate, which hours is for")
        hours = float(self.hours)
        if not 1 <= hours <= MOST_HOURS:
            raise ValueError(f"hours must be from 1 to {MOST_HOURS}, not {self.hours!r}")
        now = datetime.now(UTC)
        return now - timedelta(hours=hours), now - ON_THE_WAY
