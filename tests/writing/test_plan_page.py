"""The plan and the undo file that the page shows are what the code writes."""

from dataclasses import replace

from support.pages import fences

from airflow_provider_workfront.extract.columns import Kind
from airflow_provider_workfront.writing.plan import Rules
from airflow_provider_workfront.writing.planfile import Header, PlanWriter, read_plan
from airflow_provider_workfront.writing.row import InputRow, Wanted
from airflow_provider_workfront.writing.summary import outlook
from airflow_provider_workfront.writing.undo import undone

HOST = "acme.my.workfront.com"
IDS = ("4c7c08b20000002de5ca1ebc19edf2d5", "4c7c08b2000000518be03d77f2a9c6e4", "4c7c08b20000003f1a90b7d2c64e8a17")
ROWS = [
    ({"order": "E-7", "state": "done"}, {"status": "CPL"}, [{"ID": IDS[0], "status": "CUR"}]),
    ({"order": "E-8", "title": "Zürich"}, {"name": "Zürich"}, []),
    ({"order": "E-9", "state": "current"}, {"status": "CUR"}, [{"ID": IDS[2], "status": "CUR"}]),
]
PLAN, SAID, UNDO = [fence.text for fence in fences("writing-plan.md") if fence.language != "python"]


def written(path, header, steps):
    with PlanWriter.to(str(path), header) as plan:
        for step in steps:
            plan.add(step)
    return plan, path.read_text(encoding="utf-8")


def test_the_page_shows_a_plan_and_its_undo(tmp_path):
    """Made of three rows, and told in the log as the page says."""
    kinds = {"name": Kind.TEXT, "status": Kind.TEXT}
    rules = Rules("PROJ", "extRefID", kinds=kinds)
    header = Header(HOST, "PROJ", "extRefID", "upsert", kinds, "9c1f03ab52e7d804", "2026-03-18T15:30:00+00:00")
    steps = [
        rules.planned(Wanted(InputRow(number, row), row["order"], values), current)
        for number, (row, values, current) in enumerate(ROWS, 1)
    ]

    plan, text = written(tmp_path / "plan.jsonl", header, steps)

    assert text == PLAN
    assert f"{outlook(plan.counts, plan.first)}\n" == SAID
    back = [undone(step, IDS[1]) for step in steps if undone(step, IDS[1])]
    undo = replace(header.undo(), made_at="2026-03-18T15:42:10+00:00")
    assert written(tmp_path / "undo.jsonl", undo, back)[1] == UNDO


def test_the_page_says_how_to_apply_a_part(tmp_path):
    """Lines are deleted from a copy, and the last one says how many are left."""
    lines = PLAN.splitlines(keepends=True)
    part = [lines[0], lines[2], lines[-1].replace('"rows": 3', '"rows": 1')]
    (tmp_path / "part.jsonl").write_text("".join(part), encoding="utf-8")
    assert [step.number for step in read_plan(str(tmp_path / "part.jsonl"), HOST).steps()] == [2]
