"""The rows of a plan as an input has them: rejected ones are kept in its form."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from airflow_provider_workfront.extract.store import located
from airflow_provider_workfront.writing.inputs import Form
from airflow_provider_workfront.writing.row import InputRow

if TYPE_CHECKING:
    from collections.abc import Iterator

    from airflow_provider_workfront.writing.planfile import Plan


@dataclass(frozen=True, slots=True)
class PlanRows:
    """What was rejected of a plan is kept as JSON Lines, whatever its input was."""

    plan: Plan

    file_format = "jsonl"
    header = ()
    form = Form("jsonl")

    def rows(self) -> Iterator[InputRow]:
        """Give the rows that the plan changes something with."""
        return (InputRow(step.number, step.row) for step in self.plan.steps() if step.row)

    def fingerprint(self) -> str:
        """Tell it from other plans."""
        return self.plan.fingerprint

    def includes(self, path: str) -> bool:
        """Tell whether a file of this path is the plan."""
        place = located(path)
        return place.fs is self.plan.path.fs and place.path == self.plan.path.path
