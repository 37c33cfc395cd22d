"""The trigger of DAGs that run when something has changed in Workfront, without a call from outside to Airflow."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from weakref import WeakValueDictionary

from airflow.sdk.exceptions import AirflowException
from airflow.triggers.base import BaseEventTrigger, TriggerEvent

from airflow_provider_workfront.api.changes import UNDATED, ChangedSince
from airflow_provider_workfront.api.filters import as_plain, named_fields
from airflow_provider_workfront.api.objects import segment
from airflow_provider_workfront.api.values import plain
from airflow_provider_workfront.triggers.feed import ChangeFeed
from airflow_provider_workfront.triggers.lookout import Watch, undated

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from airflow.sdk.execution_time.context import AssetStateStoreAccessors
    from airflow.triggers.shared_stream import SharedStreamProducer

    from airflow_provider_workfront.api.filters import Fields, Filters

_WATCHING: WeakValueDictionary[tuple[str, ...], WorkfrontChangeTrigger] = WeakValueDictionary()
"""The running triggers by their streams: Airflow makes a feed of arguments alone, and it needs the trigger's store."""

ASSETS = "assets"


class WorkfrontChangeTrigger(BaseEventTrigger):
    """Let an `AssetWatcher` fire when objects of a type were changed or created.

    An event names the objects, at most 500, and no content. None is lost; one that a triggerer dies over may come
    twice, with the same ``id`` and ``again`` true. Arguments that cannot be are refused when the DAG is parsed, by a
    TypeError.

    :param obj_code: type of the objects, e.g. ``TASK``; one that has a ``lastUpdateDate``
    :param filters: which objects, e.g. ``{"project:status": "CUR"}``
    :param fields: fields that events shall name if they were changed, e.g. ``["status"]``, as far as Workfront keeps
        their history
    :param workfront_conn_id: the Airflow connection
    :param poll_interval: seconds between two polls
    :param ignore_own: whether changes by the connection's own user do not count
    :param max_events_per_minute: events in a minute at most; what is more is told later
    :param overlap: seconds by which a change may become visible late
    :param end_lag: seconds after which a change is looked at once more before it is told; 0 tells it at once
    """

    def __init__(  # noqa: PLR0913 each by its name
        self,
        *,
        obj_code: str,
        filters: Filters = None,
        fields: Fields = None,
        workfront_conn_id: str = "workfront_default",
        poll_interval: float = 60.0,
        ignore_own: bool = True,
        max_events_per_minute: int = 10,
        overlap: float = 600.0,
        end_lag: float = 2.0,
    ) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        try:
            self.watch = Watch(
                workfront_conn_id,
                segment(obj_code).upper(),
                plain(as_plain(filters), "filters"),
                tuple(named_fields(fields)),
                poll_interval,
                ignore_own,
                max_events_per_minute,
                overlap,
                end_lag,
            )
            _check(self.watch)
        except ValueError as error:  # of all errors here, a triggerer outlives a TypeError only
            raise TypeError(f"{type(self).__name__}: {error}") from error

    def serialize(self) -> tuple[str, dict[str, Any]]:
        """Give path and arguments; of one that runs, for its feed, the names of its assets as well."""
        names = ("workfront_conn_id", "obj_code", "poll_interval", "ignore_own", "max_events_per_minute")
        return "airflow_provider_workfront.triggers.WorkfrontChangeTrigger", {
            **{name: getattr(self.watch, name) for name in (*names, "overlap", "end_lag")},
            "filters": dict(self.watch.filters),
            "fields": list(self.watch.fields),
            **({ASSETS: list(_each(self.asset_state_store))} if self.asset_state_store else {}),
        }

    def shared_stream_key(self) -> tuple[str, ...]:
        """Name a stream of its own: a shared one cannot tell what each asset knows. Polls are shared by the pool.

        Of two DAG files that watch the same for different assets, Airflow makes two triggers with equal arguments.
        """
        assets = _each(self.asset_state_store) if self.asset_state_store else ()
        key = (type(self).__name__, repr(self.watch), *assets)
        _WATCHING[key] = self
        return key

    @classmethod
    def create_shared_stream_producer(cls, kwargs: dict[str, Any]) -> SharedStreamProducer:
        """Make the feed; it moves its cursor when Airflow says that an event is in its database."""
        made = cls(**{name: value for name, value in kwargs.items() if name != ASSETS})
        running = _WATCHING.get((cls.__name__, repr(made.watch), *kwargs.get(ASSETS, ())))
        if running is None or running.asset_state_store is None:
            raise AirflowException(f"{cls.__name__} watches for an asset: AssetWatcher(name=..., trigger=...)")
        return ChangeFeed(made.watch, _each(running.asset_state_store))

    async def filter_shared_stream(self, shared_stream: AsyncIterator[Any]) -> AsyncIterator[TriggerEvent]:
        """Pass on the events."""
        async for offer in shared_stream:
            yield TriggerEvent(offer.event)  # type: ignore[no-untyped-call]
            offer.is_noted = True  # who comes back for more has noted it

    async def run(self) -> AsyncIterator[TriggerEvent]:
        """Refuse to run for a task; Airflow runs the stream of a watcher instead."""
        raise AirflowException(f"{type(self).__name__} is for an AssetWatcher; a task waits by a sensor")
        yield  # makes it a generator


def _check(watch: Watch) -> None:
    """Refuse what cannot be watched; raises ValueError or TypeError."""
    if watch.obj_code in UNDATED:
        raise ValueError(undated(watch.obj_code))
    ChangedSince(watch.obj_code, watch.filters, 0).search().request()
    for name in ("poll_interval", "overlap", "end_lag"):
        if not isinstance(seconds := getattr(watch, name), int | float):
            raise TypeError(f"{name} must be a number of seconds, not {seconds!r}")
    if not watch.poll_interval > 0 or watch.max_events_per_minute < 1:
        raise ValueError("poll_interval must be more than 0 seconds, and max_events_per_minute 1 or more")
    if not 0 <= watch.end_lag <= watch.overlap:
        raise ValueError(f"end_lag {watch.end_lag} must be 0 or more, and overlap {watch.overlap} no less than it")


def _each(stores: AssetStateStoreAccessors) -> dict[str, Any]:
    """Give the store of each asset: watchers of several assets that ask the same are one trigger to Airflow."""
    return {**stores._by_name, **stores._by_uri}  # noqa: SLF001 there is no public way to them all
