"""Plans for a small Workfront, applied as a task does it, and what became of it."""

from __future__ import annotations

import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from clients import LoggedIn, blocking, simulated
from support.transfers import Kept

from airflow_provider_workfront.simulator import Options, Simulator
from airflow_provider_workfront.transfers.applying import applied, host_of
from airflow_provider_workfront.transfers.plan_rows import PlanRows
from airflow_provider_workfront.transfers.reports import free_path
from airflow_provider_workfront.writing.plan import Rules
from airflow_provider_workfront.writing.planfile import Header, PlanWriter, read_plan
from airflow_provider_workfront.writing.progress import Progress
from airflow_provider_workfront.writing.rejects import rejects
from airflow_provider_workfront.writing.row import InputRow, Wanted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from airflow_provider_workfront.client import Client
    from airflow_provider_workfront.writing.plan import Step
    from airflow_provider_workfront.writing.planfile import Plan


def write_plan(client: Client, path: Path, rules: Rules, rows: Iterable[Mapping[str, Any]]) -> Plan:
    """Make a plan of rows, each with its key, as an operator does."""
    wanted = wanted_rows(rows, rules.key)
    found: list[dict[str, Any]] = []
    if rules.key and wanted:
        for start in range(0, len(wanted), 100):
            part = wanted[start : start + 100]
            keys = [row.key for row in part]
            found += client.search(rules.obj_code, {rules.key: keys}, rules.asked(part))
    steps = [rules.planned(row, [each for each in found if rules.key and each[rules.key] == row.key]) for row in wanted]
    return save_plan(client, path, rules, steps)


def wanted_rows(rows: Iterable[Mapping[str, Any]], key: str | None) -> list[Wanted]:
    """Take rows whose columns are fields."""
    return [
        Wanted(InputRow(number, row), row.get(key or ""), {name: row[name] for name in row if name != "ID"})
        for number, row in enumerate(rows, 1)
    ]


def save_plan(client: Client, path: Path, rules: Rules, steps: Iterable[Step | Any]) -> Plan:
    """Write steps as a plan, and read it."""
    header = Header(host_of(client), rules.obj_code, rules.key, rules.mode, rules.kinds)
    with PlanWriter.to(str(path), header) as plan:
        for step in steps:
            plan.add(step)
    return read_plan(str(path), header.host)


class Bench:
    """A project with some tasks, `t1` and so on by their `extRefID`, and a place for files."""

    def __init__(self, simulator: Simulator, client: Client, folder: Path, tasks: int) -> None:
        self.simulator, self.client, self.folder = simulator, client, folder
        self.answer = simulated(simulator)
        self.store, self.undo_path = Kept(), ""
        self.project = client.create("PROJ", {"name": "Bench"})["ID"]
        made = client.bulk_create("TASK", [self.row(f"t{n}") for n in range(1, tasks + 1)], key="extRefID")
        self.ids = [result.obj_id for result in made]

    def row(self, key: str, **values: Any) -> dict[str, Any]:
        """Give a row for a task."""
        return {"extRefID": key, "name": key, "projectID": self.project, **values}

    def plan(self, rows: Iterable[Mapping[str, Any]], key: str | None = "extRefID", mode: str = "upsert") -> Plan:
        """Make a plan."""
        return write_plan(self.client, self.folder / "plan.jsonl", Rules("TASK", key, mode), rows)

    def apply(
        self,
        plan: Plan,
        client: Client | None = None,
        rejected: int = 0,
        progress: Progress | None = None,
        **options: Any,
    ) -> Any:
        """Apply a plan as one try of a task, beside rows that were rejected when it was made."""
        undo = self.undo_path or free_path(str(self.folder / "undo.jsonl"))
        with rejects(str(self.folder / "rejected.jsonl"), PlanRows(plan)) as dead:
            for number in range(rejected):
                dead.add(InputRow(number, {}), "no such status")
            return applied(
                client or self.client,
                plan,
                progress=progress or Progress(self.store, plan.fingerprint),
                rejects=dead,
                undo_path=undo,
                **options,
            )

    def undo(self, name: str = "undo.jsonl") -> Plan:
        """Read an undo file."""
        return read_plan(str(self.folder / name), host_of(self.client))

    def rejected(self, others: str = "") -> list[dict[str, Any]]:
        """Read the rejected rows; with `others` those of the file beside, such as ``-unknown``."""
        path = self.folder / f"rejected{others}.jsonl"
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []

    def names(self) -> dict[str, str]:
        """Give the names of the project's tasks by their keys; two with one key are an error."""
        found = list(self.client.search("TASK", {"projectID": self.project}, ["extRefID", "name"]))
        names = {task["extRefID"]: task["name"] for task in found}
        assert len(names) == len(found)
        return names

    def begun(self, plan: Plan, numbers: Iterable[int]) -> None:
        """Leave behind what a try leaves that was killed while it sent these rows."""
        Progress(self.store, plan.fingerprint).begin(numbers)


@contextmanager
def bench(folder: Path, tasks: int = 0, **options: Any) -> Iterator[Bench]:
    """Open one."""
    simulator = Simulator(Options(**options))
    with blocking(simulated(simulator), LoggedIn(simulator)) as client:
        yield Bench(simulator, client, folder, tasks)
