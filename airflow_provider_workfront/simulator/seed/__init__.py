"""The small named world every simulator begins with: the customer Acme, its people and its work."""

from __future__ import annotations

from typing import TYPE_CHECKING

from airflow_provider_workfront.simulator.seed.forms import plant_forms
from airflow_provider_workfront.simulator.seed.planter import Planter
from airflow_provider_workfront.simulator.seed.projects import plant_projects
from airflow_provider_workfront.simulator.seed.records import plant_records
from airflow_provider_workfront.simulator.seed.tenant import plant_tenant

if TYPE_CHECKING:
    from airflow_provider_workfront.simulator.world import World

__all__ = ["plant"]


def plant(world: World) -> None:
    """Fill a new world."""
    planter = Planter.of(world)
    plant_tenant(planter)
    plant_forms(planter)
    plant_projects(planter)
    plant_records(planter)
