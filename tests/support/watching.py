"""What Airflow's triggerer does for the trigger of an asset watcher, in one process: stream, database, asset store."""

from __future__ import annotations

import json
from asyncio import Event, create_task, gather
from contextlib import asynccontextmanager
from itertools import count
from typing import TYPE_CHECKING, Any

from airflow.serialization.serialized_objects import BaseSerialization
from airflow.triggers.shared_stream import SharedStreamManager

from airflow_provider_workfront.simulator import Request

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from airflow_provider_workfront.triggers import WorkfrontChangeTrigger

NUMBERS = count(1)


class AssetStore:
    """The store of one asset: JSON by key."""

    def __init__(self) -> None:
        self.kept: dict[str, str] = {}

    async def aget(self, key: str) -> Any:
        """Give a value, or None."""
        return json.loads(self.kept.get(key, "null"))

    async def aset(self, key: str, value: Any) -> None:
        """Keep a value."""
        self.kept[key] = json.dumps(value)


class Stores:
    """The stores of the assets that a trigger is watched for, as Airflow gives them to it."""

    def __init__(self, *names: str) -> None:
        self._by_name = {name: AssetStore() for name in names}
        self._by_uri: dict[str, AssetStore] = {}

    @property
    def kept(self) -> list[dict[str, str]]:
        """Give what each asset keeps."""
        return [store.kept for store in self._by_name.values()]


def stored(trigger: WorkfrontChangeTrigger) -> WorkfrontChangeTrigger:
    """Make a trigger as the triggerer does: of what the database has of it."""
    path, kwargs = trigger.serialize()
    assert path == f"{type(trigger).__module__.rpartition('.')[0]}.{type(trigger).__name__}"
    text = json.dumps(BaseSerialization.serialize(kwargs))
    return type(trigger)(**BaseSerialization.deserialize(json.loads(text)))


@asynccontextmanager
async def watching(
    trigger: WorkfrontChangeTrigger,
    stores: Stores,
    manager: SharedStreamManager | None = None,
    *,
    confirms: bool = True,
    notes: bool = True,
) -> AsyncIterator[list[dict[str, Any]]]:
    """Let a triggerer run a trigger for the block; give the events in its database, which grow.

    Without `confirms` it dies with the block, before it learns that an event is in the database; without `notes`
    the trigger is cancelled while Airflow writes into its log that there is an event, which it does first.
    """
    manager, trigger_id, made, events = manager or SharedStreamManager(), next(NUMBERS), stored(trigger), []
    made.asset_state_store = stores
    key = made.shared_stream_key()

    async def run() -> None:
        async for event in made.filter_shared_stream(manager.subscribe(trigger_id=trigger_id, trigger=made, key=key)):
            if not notes:
                events.append(event.payload)
                await Event().wait()
            seq = manager.bind_pending_event(trigger_id=trigger_id, key=key)
            events.append(json.loads(json.dumps(event.payload)))
            if confirms and seq is not None:
                manager.confirm_persisted([seq])

    task = create_task(run())
    try:
        yield events
    finally:
        task.cancel()
        await gather(task, return_exceptions=True)
        await manager.unsubscribe(trigger_id, key)


def edit(simulator: Any, user_id: str, obj_code: str, obj_id: str, **values: Any) -> None:
    """Let a user change an object by the API: with date, user and history."""
    headers = {"sessionid": simulator.sessions.open(user_id), "content-type": "application/json"}
    target, body = f"/attask/api/v21.0/{obj_code}/{obj_id}", json.dumps(values).encode()
    answer = super(type(simulator), simulator).answer(Request("PUT", target, headers, body))
    assert answer.status == 200, answer.body
