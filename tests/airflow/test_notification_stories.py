"""What a notification says without a text of its own: as much as whoever calls for it knows."""

from __future__ import annotations

from types import SimpleNamespace
from uuid import uuid4

import pytest
from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import DAG
from airflow.sdk.api.datamodels._generated import DagRun, TIRunContext
from airflow.sdk.execution_time.task_runner import RuntimeTaskInstance

from airflow_provider_workfront.notifications import story

NIGHTLY = DAG("nightly", schedule=None)
TASK = SimpleNamespace(task_id="load", state="failed", log_url="https://airflow/log")
FAILED = {"dag": NIGHTLY, "ti": TASK, "run_id": "r1", "exception": ValueError("no rows")}


@pytest.mark.parametrize(
    ("context", "told"),
    [
        (FAILED, "DAG nightly, task load, run r1: failed\nhttps://airflow/log\n\nValueError: no rows"),
        (
            {"dag": NIGHTLY, "run_id": "r1", "reason": "task_failure"},
            "DAG nightly, run r1: task_failure",
        ),
        (
            {"dag_run": {"dag_id": "nightly", "dag_run_id": "r1"}, "deadline": {"id": "1", "deadline_time": "06:00"}},
            "DAG nightly, run r1: missed its deadline, 06:00",
        ),
        (
            {
                "dag": NIGHTLY,
                "run_id": "r1",
                "ti": SimpleNamespace(task_id="load", state="success"),
            },
            "DAG nightly, task load, run r1: success",
        ),
        (
            FAILED | {"ti": SimpleNamespace(task_id="load", state="up_for_retry"), "exception": KeyError()},
            "DAG nightly, task load, run r1: failed, and is tried again\n\nKeyError",
        ),
    ],
)
def test_the_story_is_made_of_what_there_is(context, told):
    """A task's callback knows all, a DAG's less, a deadline has plain data."""
    assert story(context) == told


def called_by_the_dag_processor(state: str, reason: str = "") -> str:
    """Give the story for a context as the DAG processor makes it, out of what the scheduler knows."""
    with DAG("nightly", schedule=None):
        load = EmptyOperator(task_id="load")
    ti = {"id": uuid4(), "task_id": "load", "dag_id": "nightly", "run_id": "r1", "try_number": 1, "map_index": -1}
    run = DagRun.model_construct(
        dag_id="nightly",
        run_id="r1",
        state=state,
        conf={},
        run_type="manual",
        consumed_asset_events=[],
        **dict.fromkeys(["logical_date", "data_interval_start", "data_interval_end", "run_after"]),
        **dict.fromkeys(["start_date", "partition_key", "partition_date"]),
    )
    server = TIRunContext.model_construct(dag_run=run, max_tries=0)
    made = RuntimeTaskInstance.model_construct(**ti, task=load, _ti_context_from_server=server)
    return story(made.get_template_context() | ({"reason": reason} if reason else {}))


def test_a_task_that_was_killed_is_not_told_of_as_running():
    """Its run goes on, and there is no error; the DAG processor calls for nothing but failures of tasks."""
    told, log, *more = called_by_the_dag_processor("running").splitlines()

    assert told == "DAG nightly, task load, run r1: failed without a word: it was killed, or its worker was lost"
    assert log.endswith("/dags/nightly/runs/r1/tasks/load?try_number=1")
    assert more == []


@pytest.mark.parametrize(
    ("state", "reason", "last"), [("failed", "task_failure", ["", "task_failure"]), ("success", "success", [])]
)
def test_a_run_is_told_of_by_its_state(state, reason, last):
    """With a reason that says more."""
    told, _, *more = called_by_the_dag_processor(state, reason).splitlines()

    assert (told, more) == (f"DAG nightly, task load, run r1: {state}", last)
