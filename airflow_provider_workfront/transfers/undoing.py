"""The undo file of a run: as far as it is known before the run, and as it is known in the end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflow_provider_workfront.writing.planfile import PlanWriter
from airflow_provider_workfront.writing.undo import as_left, undone

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from airflow_provider_workfront.writing.planfile import Plan


def write_undo(
    undo_path: str,
    plan: Plan,
    is_meant: Callable[[int], bool] = lambda number: True,  # noqa: ARG005 every row is
    created: Mapping[int, str] | None = None,
    left: Mapping[int, Mapping[str, Any]] | None = None,
) -> None:
    """Write what takes back the rows that are meant; `created` has the IDs of new objects by row.

    `left` has by row the fields that Workfront did not keep as they were sent, with what stands there.
    An object of unknown ID is deleted by its key. One that has none cannot be taken back, and is left out.
    """
    ids = created or {}
    with PlanWriter.to(undo_path, plan.header.undo()) as undo:
        for step in plan.steps():
            if not is_meant(step.number):
                continue
            done = as_left(step, (left or {}).get(step.number, {}))
            if back := undone(done, ids.get(step.number, ""), plan.header.finds_by):
                undo.add(back)
