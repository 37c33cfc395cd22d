"""Write rows on somebody's behalf: stamps and field history."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from airflow_provider_workfront.simulator.schema import ObjectType, object_type

if TYPE_CHECKING:
    from airflow_provider_workfront.simulator.call import Call
    from airflow_provider_workfront.simulator.documents import Documents
    from airflow_provider_workfront.simulator.options import Options
    from airflow_provider_workfront.simulator.table import Row
    from airflow_provider_workfront.simulator.world import World

STAMPS = frozenset({"entryDate", "lastUpdateDate", "enteredByID", "lastUpdatedByID"})
OWN_KEY = {"PROJ": "projectID", "TASK": "taskID", "OPTASK": "opTaskID", "DOCU": "documentID"}


@dataclass(frozen=True, slots=True)
class Ledger:
    """Add and change rows the way the server does, for the user of one call."""

    world: World
    options: Options
    call: Call
    documents: Documents

    @property
    def user_id(self) -> str:
        """Give the user who writes."""
        return self.call.user_id

    def add(self, code: str, values: dict[str, Any]) -> Row:
        """Add a row with its stamps (rule 79)."""
        fresh = {name: value for name, value in values.items() if name not in {"ID", "customerID"}}
        return self.world.add(code, {**fresh, **self._stamps(object_type(code), is_new=True)})

    def update(self, code: str, obj_id: str, values: dict[str, Any]) -> Row:
        """Change a row, stamp it and keep history; values it has already change nothing (rule 84)."""
        row = self.world.objects(code)[obj_id]
        changes = {name: value for name, value in values.items() if row.get(name) != value}
        if not changes:
            return row
        for name in self.options.journal_fields:
            if name in changes and code in OWN_KEY:
                self._journal(code, row, name, changes[name])
        return self.world.update(code, obj_id, {**changes, **self._stamps(object_type(code), is_new=False)})

    def remove(self, code: str, obj_id: str) -> None:
        """Delete a row for good."""
        self.world.remove(code, obj_id, to_bin=False)

    def _stamps(self, kind: ObjectType, *, is_new: bool) -> dict[str, Any]:
        now = self.world.now()
        stamps: dict[str, Any] = {"lastUpdateDate": now, "lastUpdatedByID": self.user_id}
        if is_new:
            stamps |= {"entryDate": now, "enteredByID": self.user_id}
        # HOUR.entryDate is a plain date, and the caller's own.
        return {
            name: value
            for name, value in stamps.items()
            if name in kind.fields and kind.fields[name].kind in {"string", "dateTime"}
        }

    def _journal(self, code: str, row: Row, name: str, new: Any) -> None:
        """Keep the old and the new value of a field (rule 109)."""
        entry = {
            "objObjCode": code,
            "objID": row["ID"],
            "topObjCode": "PROJ" if row.get("projectID") else code,
            "topObjID": row.get("projectID") or row["ID"],
            "projectID": row.get("projectID"),
            OWN_KEY[code]: row["ID"],
            "fieldName": name,
            "changeType": "E",
            "editedByID": self.user_id,
            **_history("old", row.get(name)),
            **_history("new", new),
        }
        self.world.add("JRNLE", {**entry, "entryDate": self.world.now()})


def _history(side: str, value: Any) -> dict[str, Any]:
    if isinstance(value, datetime | date):
        return {f"{side}DateVal": value}
    if isinstance(value, int | float) and not isinstance(value, bool):
        return {f"{side}NumberVal": value}
    return {f"{side}TextVal": None if value is None else str(value)}
