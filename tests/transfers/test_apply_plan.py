"""The operator that applies a plan, as Airflow runs it."""

import gzip
import json
from pathlib import Path

import pytest
from airflow.sdk.exceptions import AirflowException, AirflowFailException
from support.applying import write_plan
from support.ending import told_to_end
from support.transfers import Kept, context, run, run_dag

from airflow_provider_workfront.api.errors import WorkfrontError
from airflow_provider_workfront.hooks import WorkfrontHook
from airflow_provider_workfront.simulator.faults import Fault
from airflow_provider_workfront.transfers import WorkfrontApplyPlanOperator
from airflow_provider_workfront.writing.plan import Rules

IN_A_DAG = """
from airflow.sdk import DAG
from airflow_provider_workfront.transfers import WorkfrontApplyPlanOperator
with DAG("{name}", schedule=None):
    apply = WorkfrontApplyPlanOperator(task_id="apply", plan_path="{plan}", report_path="{reports}")
    undo = WorkfrontApplyPlanOperator(
        task_id="undo", plan_path="{{{{ ti.xcom_pull('apply')['undo_path'] }}}}", report_path="{reports}")
    apply >> undo
"""


@pytest.fixture
def plan_path(simulator, tmp_path):
    """Plan to create a project, to rename one, and to leave one as it is."""
    path = tmp_path / "plan.jsonl.gz"
    with WorkfrontHook().get_conn() as workfront:
        for number in (1, 2):
            workfront.create("PROJ", {"name": f"P{number}", "extRefID": f"p{number}"})
        rows = [{"extRefID": f"p{number}", "name": name} for number, name in ((1, "P1"), (2, "renamed"), (3, "P3"))]
        write_plan(workfront, path, Rules("PROJ", "extRefID"), rows)
    return path


def apply(path, store=None, cleared=0, **given):
    usual = {"task_id": "t", "plan_path": str(path), "report_path": f"{path.parent}/reports"}
    store = Kept() if store is None else store
    return run(WorkfrontApplyPlanOperator(**usual | given), **context(cleared=cleared), task_state_store=store)


def names(simulator):
    projects = simulator.world.objects("PROJ").values()
    return {row["extRefID"]: row["name"] for row in projects if (row.get("extRefID") or "").startswith("p")}


def test_a_plan_and_its_undo_run_in_a_dag(airflow_db, simulator, plan_path, tmp_path):
    """With Airflow's own store for the progress; XCom has counts and paths, and the undo takes it all back."""
    before = names(simulator)
    code = IN_A_DAG.format(name="apply_plan", plan=plan_path, reports=tmp_path / "reports")

    dag_run = run_dag(code, airflow_db, "apply_plan")

    assert dag_run.state == "success"
    applied, undone = (dag_run.get_task_instance(task).xcom_pull(task_ids=task) for task in ("apply", "undo"))
    counts = {"rows": 3, "created": 1, "updated": 1, "deleted": 0, "unchanged": 1, "done": 0, "rejected": 0}
    paths = {"plan_path": str(plan_path), "undo_path": applied["undo_path"], "rejected_path": None}
    more = {"skipped": 0, "unknown_path": None, "not_tried_path": None, "results_path": None, "unkept": {}}
    assert applied == counts | paths | more
    assert {name: undone[name] for name in ("rows", "updated", "deleted")} == {"rows": 2, "updated": 1, "deleted": 1}
    assert names(simulator) == before


def test_what_moved_meanwhile_is_rejected_and_kept(simulator, plan_path):
    """The rows in JSON Lines, with the reason; above the limit the task fails for good."""
    with WorkfrontHook().get_conn() as workfront:
        (project,) = workfront.search("PROJ", {"extRefID": "p2"})
        workfront.update("PROJ", project["ID"], {"name": "theirs"})
    with pytest.raises(AirflowFailException, match=r"1 of 3 rows were changed in Workfront .* nothing was written"):
        apply(plan_path)
    assert "p3" not in names(simulator)

    result = apply(plan_path, on_conflict="skip")

    assert (result["created"], result["skipped"]) == (1, 1)
    (row,) = map(json.loads, Path(result["rejected_path"]).read_text().splitlines())
    assert row["extRefID"] == "p2"
    assert 'name was "P2" and is "theirs"' in row["workfront_error"]


def test_a_retry_goes_on_and_a_cleared_run_begins_anew(simulator, plan_path):
    """The progress belongs to the plan and to the run's clear number."""
    store = Kept()
    simulator.faults.plan([Fault("503", method="PUT", times=-1)])
    with pytest.raises(WorkfrontError, match=r"1 created.*1 unknown.*a retry of the task finds out") as caught:
        apply(plan_path, store)
    assert not caught.value.permanent
    simulator.faults.plan([])
    retried = apply(plan_path, store)
    assert (retried["created"], retried["updated"]) == (1, 1)
    assert "P3" not in json.dumps(store)
    assert apply(plan_path, store)["created"] == 1
    assert apply(plan_path, store, cleared=1)["done"] == 2


def test_the_paths_that_are_given_win(simulator, plan_path, tmp_path):
    """And an undo file that is there is not written over."""
    undo = tmp_path / "undo.jsonl"
    assert apply(plan_path, report_path=None, undo_path=str(undo), rejected_path=f"{tmp_path}/r.jsonl")["created"] == 1
    before = undo.read_text()
    again = apply(plan_path, undo_path=str(undo))
    assert again["undo_path"] == f"{tmp_path}/undo-2.jsonl"
    assert undo.read_text() == before


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"plan_path": "/nowhere/plan.jsonl"}, "there is no such file"),
        ({"report_path": None}, "undo_path is missing; set report_path"),
        ({"max_changes": "many"}, "max_changes must be a whole number above 0, not 'many'"),
        ({"max_changes": 1}, "2 changes .*, and max_changes is 1: nothing was written"),
        ({"max_error_percent": "few"}, "max_error_percent must be a number from 0 to 100, not 'few'"),
        ({"max_error_percent": 101}, "max_error_percent must be a number from 0 to 100"),
        ({"replace_collections": "perhaps"}, "replace_collections must be true or false"),
        ({"rejected_path": "/dev/null/r.jsonl"}, "rejects .* cannot be written"),
    ],
)
def test_what_cannot_be_is_refused_before_anything_is_written(simulator, plan_path, given, message):
    """No retry mends it."""
    simulator.asked.clear()
    with pytest.raises(AirflowFailException, match=message):
        apply(plan_path, **given)
    assert {request.method for request in simulator.asked} <= {"GET"}


def test_the_plan_itself_is_no_place_for_rejected_rows(simulator, tmp_path):
    """Or it would be gone."""
    path = tmp_path / "plan.jsonl"
    with WorkfrontHook().get_conn() as workfront:
        write_plan(workfront, path, Rules("PROJ", "extRefID"), [{"extRefID": "p9", "name": "P9"}])
    with pytest.raises(AirflowFailException, match="plan_path and rejected_path are the same"):
        apply(path, rejected_path=str(path))


def test_a_misspelt_argument_fails_when_the_dag_is_parsed():
    """With a guess at what was meant."""
    with pytest.raises(TypeError, match="report_path"):
        WorkfrontApplyPlanOperator(task_id="t", plan_path="p", reports_path="r")


def test_a_task_told_to_end_leaves_its_files(simulator, plan_path, tmp_path):
    """In the middle of a call, as Airflow's task runner hands SIGTERM on."""
    operator = WorkfrontApplyPlanOperator(task_id="t", plan_path=str(plan_path), report_path=f"{tmp_path}/reports")
    simulator.faults.plan([Fault("slow", method="POST", delay=3.0)])
    before = len(simulator.asked)
    with (
        pytest.raises(AirflowException, match="told to end while it was applied"),
        told_to_end(operator, lambda: any(request.method == "POST" for request in simulator.asked[before:])),
    ):
        run(operator, **context(), task_state_store=Kept())
    (undo,) = (tmp_path / "reports").glob("undo-*")
    assert '"action": "delete", "key": "p3"' in gzip.decompress(undo.read_bytes()).decode()
    operator.on_kill()  # Airflow may call it once more; there is nothing left to end
