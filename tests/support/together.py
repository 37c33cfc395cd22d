"""Tasks of a real run that all begin to call at the same moment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from support.grants import eventually

if TYPE_CHECKING:
    from pathlib import Path

    from support.grants import Tenant


def together(workfront: Tenant, tasks: int, barrier: Path, **conf: object) -> bool:
    """Run so many tasks of `at_once`, let them go when the last one is ready; tell whether the run ends well."""
    barrier.mkdir()
    airflow = workfront.airflow
    run_id = airflow.trigger("at_once", tasks=tasks, conn_id=workfront.conn_id, barrier=str(barrier), **conf)
    eventually(lambda: len([*barrier.iterdir()]) == tasks, 120, "all tasks to be ready")
    (barrier / "open").touch()
    return airflow.ended("at_once", run_id) == "success"
