"""A search that finds nothing says in the log why that may be."""

from __future__ import annotations

import json
import re

import pytest
from airflow.sdk import ObjectStoragePath
from support.tasks import run

from airflow_provider_workfront.api.text_mode import text_mode
from airflow_provider_workfront.operators import WorkfrontCountOperator, WorkfrontSearchOperator
from airflow_provider_workfront.simulator.faults import Fault


def search(**arguments: object) -> object:
    return run(WorkfrontSearchOperator(task_id="t", **arguments))


def asked_for_metadata(simulator) -> int:
    return sum("/metadata" in request.target for request in simulator.asked)


@pytest.fixture
def said(capsys):
    """Give the lines of a task's log about nothing: level and text."""
    return lambda: re.findall(r"\[(\w+) *\] (Workfront search .* found nothing.*)", capsys.readouterr().out)


def test_the_log_names_a_value_that_does_not_exist(simulator, said):
    """As a warning, in one line, with the metadata asked once; permission is always a reason."""
    assert search(obj_code="PROJ", filters={"status": "Current"}) == []

    ((level, line),) = said()
    assert level == "warning"
    assert line.startswith("Workfront search PROJ found nothing. Possible reasons: status: 'Current' is none of")
    assert "did you mean CUR?" in line
    assert "may not see it" in line
    assert asked_for_metadata(simulator) == 1


def test_rights_alone_are_no_warning(simulator, said):
    """Nothing is wrong with the filters, and the metadata would tell no more."""
    world = simulator.world
    world.hidden[world.admin_id] = set(world.objects("PROJ"))

    assert search(obj_code="PROJ", filters={"entryDate": {"gte": "2001-01-01"}}) == []

    ((level, line),) = said()
    assert level == "info"
    assert "may not see it" in line
    assert asked_for_metadata(simulator) == 0


def test_an_empty_file_is_explained_too(simulator, said, tmp_path):
    """The rows that were to be written are none."""
    path = tmp_path / "rows.jsonl"

    written = search(obj_code="PROJ", filters=text_mode("status=CUR PLN\nstatus_Mod=in"), output_path=str(path))

    assert written == {"path": str(path), "count": 0}
    assert ObjectStoragePath(str(path)).read_text() == ""
    ((_, line),) = said()
    assert "'CUR PLN' is none of" in line
    assert asked_for_metadata(simulator) == 1


def test_rows_need_no_explanation(simulator, said, tmp_path):
    """Nor does a count, whose result speaks for itself."""
    search(obj_code="PROJ", filters={"status": "CUR"})
    search(obj_code="PROJ", filters={"status": "CUR"}, output_path=str(tmp_path / "rows.jsonl"))
    run(WorkfrontCountOperator(task_id="t", obj_code="PROJ", filters={"status": "Current"}))

    assert said() == []
    assert asked_for_metadata(simulator) == 0


def test_metadata_that_cannot_be_had_fails_no_task(simulator, said):
    """Less is told then."""
    simulator.faults.plan([Fault("403", path="/proj/metadata")])

    assert search(obj_code="PROJ", filters={"status": "Current,Planning"}) == []

    ((level, line),) = said()
    assert level == "warning"
    assert "several are a list: 'Current', 'Planning'" in line
    assert "none of" not in line


# -- filters that administrators keep


@pytest.mark.usefixtures("simulator")
def test_a_text_mode_filter_is_rendered_when_the_task_runs():
    """It is read before, when the DAG is parsed, and travels as JSON."""
    filters = json.loads(json.dumps(text_mode("status={{ wanted }}, DED\nstatus_Mod=in\nname_Mod=notnull")))
    operator = WorkfrontSearchOperator(task_id="t", obj_code="PROJ", filters=filters, fields=["name"])

    rows = run(operator, wanted="PLN")

    assert sorted(row["name"] for row in rows) == ["Data Warehouse", "Legacy Shutdown"]
