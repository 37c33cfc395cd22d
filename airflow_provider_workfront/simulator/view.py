"""Whose eyes a read has, and which version it speaks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from airflow_provider_workfront.simulator.schema import ObjectType, object_type
from airflow_provider_workfront.simulator.wire import ApiError, illegal

if TYPE_CHECKING:
    from datetime import tzinfo

    from airflow_provider_workfront.simulator.call import Call
    from airflow_provider_workfront.simulator.options import Options
    from airflow_provider_workfront.simulator.table import Row
    from airflow_provider_workfront.simulator.world import World


@dataclass(frozen=True, slots=True)
class View:
    """Carry what every part of a read needs: the world, its user, the version."""

    world: World
    options: Options
    user_id: str
    version: int
    label: str
    zone: tzinfo

    @classmethod
    def of(cls, world: World, call: Call) -> View:
        """See the world as the caller does."""
        return cls(world, world.options, call.user_id, call.version, call.label, world.zone(call.user_id))

    def type(self, code: str) -> ObjectType:
        """Give a type by code."""
        return object_type(code)

    def visible(self, rows: list[Row]) -> list[Row]:
        """Leave out what the user may not see (rule 47)."""
        hidden = self.world.hidden.get(self.user_id)
        return [row for row in rows if row["ID"] not in hidden] if hidden else rows

    def no_field(self, name: str, obj_type: ObjectType) -> ApiError:
        """Make the error of a name that this version does not know (rule 55)."""
        return illegal(f"APIModel {self.label} does not support field {name} ({obj_type.name})")
