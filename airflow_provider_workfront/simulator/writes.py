"""Carry out writes: one at a time or in bulk, whole or not at all (rules 79 to 109)."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from airflow_provider_workfront.simulator.actions import act
from airflow_provider_workfront.simulator.copying import copy
from airflow_provider_workfront.simulator.creation import create
from airflow_provider_workfront.simulator.deletion import delete
from airflow_provider_workfront.simulator.documents import Documents
from airflow_provider_workfront.simulator.editing import update
from airflow_provider_workfront.simulator.ledger import Ledger
from airflow_provider_workfront.simulator.selection import shower
from airflow_provider_workfront.simulator.view import View
from airflow_provider_workfront.simulator.wire import UNSUPPORTED, ApiError, error_body, illegal

if TYPE_CHECKING:
    from collections.abc import Callable

    from airflow_provider_workfront.simulator.call import Call
    from airflow_provider_workfront.simulator.options import Options
    from airflow_provider_workfront.simulator.table import Row
    from airflow_provider_workfront.simulator.world import World

    Values = dict[str, Any]
    WriteOne = Callable[[Ledger, Values], Row]

MOST_ROWS = 100  # rule 94
DONE = {"success": True}


class Writes:
    """Change the world as calls demand; each method gives what belongs under `data`."""

    def __init__(self, world: World, options: Options) -> None:
        self._world = world
        self._options = options
        self.documents = Documents(world)

    def create(self, call: Call) -> Any:
        """Create objects, or copy one."""
        if call.params.has("copySourceID"):
            return self._one(call, copy, _fields_of(call))
        if isinstance(call.updates, list):
            return self._many(call, _create, call.updates)
        return self._one(call, _create, _fields_of(call))

    def update(self, call: Call) -> Any:
        """Change objects: one by its ID, several alike, or several each in its own way."""
        if isinstance(call.updates, list):
            return self._many(call, _update, call.updates)
        values = _fields_of(call)
        ids = call.ids or ((str(values["ID"]),) if "ID" in values else ())
        if not ids:
            raise ApiError(422, UNSUPPORTED, "you must specify an action")  # reference 8.3
        if len(ids) == 1:
            return self._one(call, _update, {**values, "ID": ids[0]})
        return self._many(call, _update, [{**values, "ID": obj_id} for obj_id in ids])

    def delete(self, call: Call) -> Any:
        """Delete objects; a huge tree takes its time, whether or not the client waits (rule 99)."""
        if not call.ids:
            raise illegal("ID cannot be null")  # text inferred
        ledger, count = self._ledger(call), 0
        for obj_id in call.ids:
            with self._world.lock, self._world.transaction(call.user_id):
                count += delete(ledger, call.type, obj_id, force=call.params.flag("force"))
        if count >= self._options.huge_delete_objects:
            time.sleep(self._options.huge_delete_seconds)  # noqa: TID251 - rule 99: it is done, and still slow
        return DONE

    def action(self, call: Call) -> Any:
        """Carry out an action; its result comes in an envelope of its own (rule 90)."""
        with self._world.lock, self._world.transaction(call.user_id):
            return {"result": act(self._ledger(call))}

    def upload(self, call: Call) -> Any:
        """Take in a file (rule 103)."""
        if call.request is None:
            raise illegal("Content-Type must be multipart/form-data")
        return {"handle": self.documents.upload(call.request)}

    def _ledger(self, call: Call) -> Ledger:
        return Ledger(self._world, self._options, call, self.documents)

    def _one(self, call: Call, write: WriteOne, values: Values) -> Any:
        with self._world.lock, self._world.transaction(call.user_id):
            row = write(self._ledger(call), values)
            return DONE if call.params.flag("atomic") else self._shown(call, row)

    def _many(self, call: Call, write: WriteOne, items: list[Any]) -> Any:
        if len(items) > MOST_ROWS:
            raise illegal(f"Can not add more than {MOST_ROWS} objects at once.")
        with self._world.lock:
            if call.params.flag("atomic"):
                self._together(call, write, items)
                return DONE  # rule 95
            if self._options.bulk_failure == "atomic":
                return self._together(call, write, items)
            return [self._slot(call, write, item) for item in items]

    def _together(self, call: Call, write: WriteOne, items: list[Any]) -> list[Any]:
        with self._world.transaction(call.user_id):
            return [self._one(call, write, _as_values(item)) for item in items]

    def _slot(self, call: Call, write: WriteOne, item: Any) -> Any:
        """Write one of many: a failure ends the call, or only fills its own slot (rule 96)."""
        try:
            return self._one(call, write, _as_values(item))
        except ApiError as error:
            if self._options.bulk_failure == "stop":
                raise
            return {"error": error_body(error)}

    def _shown(self, call: Call, row: Row) -> Any:
        return shower(View.of(self._world, call), call.type, call.params.get("fields"))(row)


def _create(ledger: Ledger, values: Values) -> Row:
    return create(ledger, ledger.call.type, values)


def _update(ledger: Ledger, values: Values) -> Row:
    return update(ledger, ledger.call.type, str(values.get("ID", "")), values)


def _fields_of(call: Call) -> Values:
    return _as_values({} if call.updates is None else call.updates)


def _as_values(item: Any) -> Values:
    if not isinstance(item, dict):
        raise illegal("JSON parsing error")
    return item
