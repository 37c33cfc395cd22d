"""What operators tell those who are scheduled on their outlets, as Airflow keeps it after a run of `dag.test()`."""

from __future__ import annotations

import json
import os
from collections import defaultdict
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

DAG = """
from airflow.sdk import DAG, Asset, AssetAlias, chain
from airflow_provider_workfront.operators import *
from airflow_provider_workfront.transfers import ObjectStorageToWorkfrontOperator

PROJECT = "{{ params.project }}"
TABLE = {"obj_code": "PROJ", "key": "extRefID", "path": "{{ params.folder }}/rows.jsonl"}
outlets = [AssetAlias("written"), Asset("page", "x://page/")]

with DAG("told_outlets", schedule=None, params={"project": "", "folder": ""}, default_args={"outlets": outlets}):
    chain(
        WorkfrontUpdateOperator(task_id="update", obj_code="proj", obj_id=PROJECT, values={"description": "new"}),
        WorkfrontCommentOperator(task_id="comment", obj_code="PROJ", obj_id=PROJECT, text="Done."),
        WorkfrontSearchOperator(task_id="search", obj_code="PROJ", limit=1),
        WorkfrontCountOperator(task_id="count", obj_code="PROJ"),
        WorkfrontOperator(
            task_id="bulk", operation="bulk_create", obj_code="PROJ", rows=[{"name": "A"}, {"name": "B"}, {"name": "C"}]
        ),
        ObjectStorageToWorkfrontOperator(
            task_id="plan", plan_only=True, report_path="{{ params.folder }}/plan", **TABLE
        ),
        ObjectStorageToWorkfrontOperator(task_id="write", report_path="{{ params.folder }}/write", **TABLE),
        ObjectStorageToWorkfrontOperator(task_id="again", report_path="{{ params.folder }}/again", **TABLE),
    )
"""


@pytest.fixture
def told(airflow_db: Path, simulator, tmp_path: Path) -> dict[str, dict[str, dict]]:
    """Run the DAG; give URI and extra of the events of each task."""
    from airflow.dag_processing.dagbag import DagBag
    from airflow.models.asset import AssetEvent
    from airflow.utils.session import create_session
    from sqlalchemy import select

    (airflow_db / "dags" / "told_outlets.py").write_text(DAG)
    (tmp_path / "rows.jsonl").write_text('{"extRefID": "a", "name": "First"}\n')
    params = {"project": next(iter(simulator.world.objects("PROJ"))), "folder": str(tmp_path)}
    dag_run = DagBag(airflow_db / "dags").dags["told_outlets"].test(run_conf=params)
    assert dag_run.state == "success"
    found: dict[str, dict[str, dict]] = defaultdict(dict)
    with create_session() as session:
        for event in session.scalars(select(AssetEvent).where(AssetEvent.source_run_id == dag_run.run_id)):
            found[event.source_task_id][event.asset.uri] = event.extra
    return found


def uri(obj_code: str) -> str:
    """The asset of a type at the host of the connection."""
    host = json.loads(os.environ["AIRFLOW_CONN_WORKFRONT_DEFAULT"])["host"].removeprefix("http://")
    return f"workfront://{host}/{obj_code}"


def test_an_alias_becomes_the_asset_of_what_was_written(told, simulator):
    """The host is that of the connection, which nobody looked up at parse time; an asset is told, too."""
    project = next(iter(simulator.world.objects("PROJ")))
    extra = {"obj_code": "PROJ", "obj_id": project, "conn_id": "workfront_default"}

    assert told["update"] == {uri("PROJ"): extra, "x://page/": extra}
    assert told["comment"] == {uri("PROJ"): extra, "x://page/": extra}  # what it was written on


def test_a_read_tells_an_alias_nothing(told):
    """Nothing was written, so only the asset that the DAG's author named has an event, as ever."""
    assert told["search"] == told["count"] == {"x://page/": {}}


def test_many_rows_are_one_event(told):
    """Whoever waits for it is not woken a hundred times."""
    assert told["bulk"][uri("PROJ")]["obj_id"] is None


def test_a_table_tells_its_counts_once_it_has_changed_something(told):
    """A plan alone, and a run that finds all as it should be, tell an alias nothing."""
    assert told["write"][uri("PROJ")]["created"] == 1
    assert told["plan"] == told["again"] == {"x://page/": {}}
