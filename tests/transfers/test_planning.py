"""From rows to a plan, against the simulator: duplicates on either side, rows that cannot be, order and memory."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from clients import LoggedIn, blocking, simulated

from airflow_provider_workfront.simulator import Options, Simulator
from airflow_provider_workfront.transfers.planning import Planning
from airflow_provider_workfront.writing.inputs import file_input
from airflow_provider_workfront.writing.plan import Rules
from airflow_provider_workfront.writing.planfile import Header, PlanWriter, read_plan
from airflow_provider_workfront.writing.rejects import rejects
from airflow_provider_workfront.writing.row import Rejected, Wanted

HOST = "acme.my.workfront.com"


def converted(rows):
    """What a mapping makes of rows whose columns are named as fields; a name that is a number does not fit."""
    return [
        Rejected(row, f"name {row.values['name']} is no text")
        if isinstance(row.values.get("name"), int)
        else Wanted(row, row.values.get("extRefID"), {n: v for n, v in row.values.items() if n != "extRefID"})
        for row in rows
    ]


class Desk:
    """A client, a folder, and what planning leaves there."""

    def __init__(self, client, folder):
        self.client, self.folder = client, folder
        self.project = client.create("PROJ", {"name": "p"})["ID"]

    def tasks(self, *references):
        """Make a task for each reference."""
        rows = [{"name": f"old {each}", "projectID": self.project, "extRefID": each} for each in references]
        return [result.obj_id for result in self.client.bulk_create("TASK", rows)]

    def planned(self, rows, *, mode="upsert", is_ours=lambda _: False):
        """Plan rows; give the steps and, by the row's number, why it was rejected."""
        source, path = self.folder / "rows.jsonl", f"file://{self.folder}/plan.jsonl"
        source.write_text("".join((row if isinstance(row, str) else json.dumps(row)) + "\n" for row in rows))
        rules = Rules("TASK", "extRefID", mode)
        given = file_input(f"file://{source}")
        with rejects(f"file://{self.folder}/rejected.jsonl", given) as taken:
            planning = Planning(self.client, given, rules, converted, taken)
            with planning.read() as wishes, PlanWriter.to(path, Header(HOST, "TASK", "extRefID", mode)) as plan:
                planning.plan(wishes, plan, is_ours)
        plan = read_plan(path, HOST)
        assert plan.counts.get("rejected", 0) == taken.count
        return list(plan.steps()), self.rejected()

    def rejected(self):
        path = Path(self.folder) / "rejected.jsonl"
        lines = [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []
        return {line.get("extRefID") or line.get("workfront_raw"): line["workfront_error"] for line in lines}


@pytest.fixture
def desk(tmp_path):
    simulator = Simulator(Options())
    with blocking(simulated(simulator), LoggedIn(simulator)) as client:
        yield Desk(client, tmp_path)


def test_each_row_is_compared_with_the_object_that_has_its_key(desk):
    """Two that differ, one that is the same, one that is new: in the order of the rows."""
    first, second, _ = desk.tasks("a", "b", "c")
    rows = [{"extRefID": "b", "name": "x"}, {"extRefID": "n", "name": "y"}, {"extRefID": "c", "name": "old c"}]
    steps, rejected = desk.planned([*rows, {"extRefID": "a", "name": "z"}])
    assert [(step.action.value, step.obj_id) for step in steps if step.changes] == [
        ("update", second),
        ("create", ""),
        ("update", first),
    ]
    assert steps[2].action.value == "none"
    assert steps[0].changes == {"name": ("old b", "x")}
    assert not rejected


def test_what_is_doubled_on_either_side_is_found_before_anything_is_written(desk):
    """Two rows for one object, also far apart; two objects for one row."""
    desk.tasks("a", "twice", "twice")
    rows = [{"extRefID": f"r{number}", "name": "x"} for number in range(1500)]
    rows[3]["extRefID"] = rows[1499]["extRefID"] = "same"
    steps, rejected = desk.planned([*rows, {"extRefID": "twice", "name": "x"}])
    assert len(steps) == 1498
    assert rejected["same"] == "rows 4 and 1500 have the same extRefID: none of them is written"
    assert rejected["twice"].startswith("2 TASK have extRefID 'twice', so none can be meant: ")


def test_rows_that_cannot_be_read_or_converted_are_rejected_and_the_others_planned(desk):
    """Each with its reason."""
    steps, rejected = desk.planned(
        ['{"extRefID": ', {"extRefID": "n", "name": 7}, {"extRefID": "", "name": "x"}, {"extRefID": "m"}]
    )
    assert [step.key for step in steps] == ["m"]
    assert rejected["n"] == "name 7 is no text"
    assert max(rejected, key=str) == '{"extRefID": '
    assert "the row has no extRefID, by which its object is found" in rejected.values()


def test_what_an_earlier_try_may_have_inserted_is_no_reason_to_reject_it(desk):
    """In mode insert; an object that was there before is."""
    desk.tasks("mine", "other")
    rows = [{"extRefID": "mine", "name": "x"}, {"extRefID": "other", "name": "x"}]
    steps, rejected = desk.planned(rows, mode="insert", is_ours=lambda number: number == 1)
    assert [(step.key, step.action.value) for step in steps] == [("mine", "create")]
    assert "has extRefID 'other' already" in rejected["other"]


def test_a_thousand_rows_take_a_search_a_hundred(desk):
    """And the plan has them in order."""
    desk.tasks(*(f"r{number}" for number in range(0, 1000, 2)))
    before = desk.client.stats.calls
    steps, _ = desk.planned([{"extRefID": f"r{number}", "name": "x"} for number in range(1000)])
    assert desk.client.stats.calls == before + 10
    assert [step.number for step in steps] == list(range(1, 1001))
    assert [step.action.value for step in steps[:4]] == ["update", "create", "update", "create"]
