"""Put named rows into a world, each with an ID that its name decides."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from airflow_provider_workfront.simulator.schema import object_type

if TYPE_CHECKING:
    from airflow_provider_workfront.simulator.table import Row
    from airflow_provider_workfront.simulator.world import World


@dataclass(frozen=True, slots=True)
class Planter:
    """Plant rows; days count from the day on which the world begins."""

    world: World
    today: datetime

    @classmethod
    def of(cls, world: World) -> Planter:
        """Begin on the world's present day."""
        now = world.now().astimezone(UTC)
        return cls(world, datetime(now.year, now.month, now.day, tzinfo=UTC))

    def add(self, code: str, key: str, **values: Any) -> Row:
        """Plant one row; `key` decides its ID and, if the type has one, its name."""
        kind = object_type(code)
        stamps = {"entryDate": self.day(-90), "lastUpdateDate": self.day(-30), "enteredByID": self.world.admin_id}
        row: Row = {"ID": self.ref(code, key)}
        if "name" in kind.fields:
            row["name"] = key
        row |= {
            name: value for name, value in stamps.items() if name in kind.fields and kind.fields[name].kind != "date"
        }
        return self.world.add(code, row | values)

    def ref(self, code: str, key: str | None) -> str | None:
        """Give the ID of a row by its key."""
        return self.world.id_of(code, key) if key else None

    def day(self, days: int, hour: int = 9) -> datetime:
        """Give a moment so many days from the beginning."""
        return self.today + timedelta(days=days, hours=hour)
