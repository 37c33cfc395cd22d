"""A large world: many projects and tasks of much the same kind, quickly."""

from __future__ import annotations

from datetime import timedelta
from random import Random
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from airflow_provider_workfront.simulator.table import Row
    from airflow_provider_workfront.simulator.world import World

STATUSES = ("CUR", "CUR", "CUR", "PLN", "CPL", "ONH")
TASK_STATUSES = {0.0: "NEW", 25.0: "INP", 50.0: "INP", 75.0: "INP", 100.0: "CPL"}
PERCENTS = tuple(TASK_STATUSES)
SPAN = timedelta(days=730)


def fill(world: World, projects: int = 0, tasks: int = 0) -> None:
    """Add so many projects, and so many tasks in all, spread evenly over the added projects."""
    random = Random(world.options.seed)
    with world.lock:
        made = list(_projects(world, random, projects))
        world.table("PROJ").load(made)
        owners = [row["ID"] for row in made] or list(world.objects("PROJ"))
        world.table("TASK").load(_tasks(world, random, owners, tasks))


def _projects(world: World, random: Random, count: int) -> Iterator[Row]:
    users, programs = list(world.objects("USER")), list(world.objects("PRGM").values())
    for number, stamps in enumerate(_stamps(world, random, count), 1):
        program = programs[number % len(programs)]
        yield {
            **stamps,
            "name": f"Project {number:06d}",
            "status": STATUSES[number % len(STATUSES)],
            "priority": number % 5,
            "percentComplete": PERCENTS[number % len(PERCENTS)],
            "ownerID": users[number % len(users)],
            "programID": program["ID"],
            "portfolioID": program["portfolioID"],
            "referenceNumber": world.next_number("PROJ"),
        }


def _tasks(world: World, random: Random, project_ids: list[str], count: int) -> Iterator[Row]:
    users = list(world.objects("USER"))
    for number, stamps in enumerate(_stamps(world, random, count)):
        percent = PERCENTS[number % len(PERCENTS)]
        yield {
            **stamps,
            "name": f"Task {number + 1:07d}",
            "projectID": project_ids[number % len(project_ids)],
            "taskNumber": number // len(project_ids) + 1,
            "status": TASK_STATUSES[percent],
            "percentComplete": percent,
            "priority": number % 5,
            "assignedToID": users[number % len(users)],
            "workRequired": number % 40 * 60,
            "referenceNumber": world.next_number("TASK"),
        }


def _stamps(world: World, random: Random, count: int) -> Iterator[dict[str, Any]]:
    """Give every row an ID and dates within the last two years; dates repeat, as those of bulk imports do."""
    now = world.now().replace(microsecond=0)
    days = [now - SPAN * (step / 1000) for step in range(1000)]
    customer, week = world.customer_id, timedelta(days=7)
    for _ in range(count):
        changed: datetime = days[random.randrange(1000)]
        yield {
            "ID": world.new_id(),
            "customerID": customer,
            "plannedStartDate": changed,
            "plannedCompletionDate": changed + week,
            "entryDate": changed - week,
            "lastUpdateDate": changed,
        }
