"""What OpenLineage hears of the transfers; without its provider nothing of it is loaded."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from support.database import postgres
from support.warehouse import new_warehouse

from airflow_provider_workfront.transfers import (
    ObjectStorageToWorkfrontOperator,
    SqlToWorkfrontOperator,
    WorkfrontToObjectStorageOperator,
    WorkfrontToSqlOperator,
)

TASKS = ("workfront://acme.my.workfront.com", "TASK")
WAREHOUSE = "postgres://warehouse.example.com:5432"


@pytest.fixture(autouse=True)
def _connections(monkeypatch):
    """Workfront, PostgreSQL and SQLite; none of them is asked anything."""
    extra = {"auth": "api_key", "api_key": "k"}
    given = {
        "WORKFRONT_DEFAULT": {"conn_type": "workfront", "host": "acme.my.workfront.com", "extra": extra},
        "WAREHOUSE": {"conn_type": "postgres", "host": "warehouse.example.com", "schema": "dwh", "login": "me"},
        "FILE": {"conn_type": "sqlite", "host": "/data/warehouse.db"},
    }
    for name, conn in given.items():
        monkeypatch.setenv(f"AIRFLOW_CONN_{name}", json.dumps(conn))


def heard(operator, told="extract_on_complete") -> tuple[list, list]:
    """Give inputs and outputs as OpenLineage's own extractor gets them of a task that succeeded, or did not."""
    pytest.importorskip("airflow.providers.openlineage")
    from airflow.providers.openlineage.extractors.base import DefaultExtractor

    found = getattr(DefaultExtractor(operator), told)(None)
    return tuple([(each.namespace, each.name) for each in side] for side in (found.inputs, found.outputs))


@pytest.mark.parametrize(
    ("path", "dataset"),
    [
        ("s3://aws_default@lake/tasks/2026-11-26/", ("s3://lake", "tasks/2026-11-26")),
        ("gs://lake/tasks", ("gs://lake", "tasks")),
        ("file:///data/tasks", ("file", "/data/tasks")),
        ("/data/tasks", ("file", "/data/tasks")),
    ],
)
def test_objects_go_into_a_folder(path, dataset):
    """The Airflow connection in an address is no part of the name."""
    made = WorkfrontToObjectStorageOperator(task_id="t", obj_code="task", output_path=path)

    assert heard(made) == ([TASKS], [dataset])


def test_a_task_that_fails_tells_what_it_was_to_move():
    """With its templates as they were rendered for the run."""
    made = WorkfrontToObjectStorageOperator(task_id="t", obj_code="task", output_path="s3://lake/{{ day }}/tasks")
    made.render_template_fields({"day": "2026-11-26"})

    assert heard(made, "extract_on_failure") == ([TASKS], [("s3://lake", "2026-11-26/tasks")])


def test_objects_go_into_a_table():
    """Named as PostgreSQL's own provider names it."""
    made = WorkfrontToSqlOperator(task_id="t", obj_code="TASK", sql_conn_id="warehouse", table="tasks", schema="wf")

    assert heard(made) == ([TASKS], [(WAREHOUSE, "dwh.wf.tasks")])


def test_a_database_without_a_name_is_left_out():
    """SQLite's provider says nothing about OpenLineage; what is known is told nevertheless."""
    made = WorkfrontToSqlOperator(task_id="t", obj_code="TASK", sql_conn_id="file", table="tasks")

    assert heard(made) == ([TASKS], [])


def test_tables_of_a_query_become_objects(tmp_path, monkeypatch):
    """Told by the text of the query; the database is asked only which schema a bare name means."""
    sql = "select o.id, c.name from orders o join sales.customers c on c.id = o.customer"
    made = SqlToWorkfrontOperator(task_id="t", obj_code="TASK", sql_conn_id="warehouse", sql=sql)

    with postgres() as server, new_warehouse("postgresql", tmp_path, server) as warehouse:
        monkeypatch.setenv("AIRFLOW_CONN_WAREHOUSE", warehouse.connection)
        inputs, outputs = heard(made)

    names = [f"{warehouse.name}.public.orders", f"{warehouse.name}.sales.customers"]
    assert sorted(name for _, name in inputs) == names
    assert outputs == [TASKS]


def test_files_become_objects():
    """The pattern is the name."""
    made = ObjectStorageToWorkfrontOperator(task_id="t", obj_code="TASK", path="s3://aws@lake/orders/*.csv")

    assert heard(made) == ([("s3://lake", "orders/*.csv")], [TASKS])


def test_nothing_is_loaded_for_it():
    """A DAG with transfers is parsed without OpenLineage, even if it is there."""
    code = (
        "import sys; from airflow_provider_workfront.transfers import *;"
        "print([name for name in sys.modules if name.startswith(('openlineage', 'airflow.providers.openlineage.e'))])"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert run.stdout.splitlines()[-1] == "[]"
