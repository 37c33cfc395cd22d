"""Rows of any type in files on object storage, as typed or as raw as asked, with a manifest that can be trusted."""

from __future__ import annotations

import csv
import inspect
import json
import logging
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from airflow.sdk import Asset, BaseOperator
from airflow.sdk.exceptions import AirflowFailException
from airflow.sdk.io import attach
from fsspec.implementations.memory import MemoryFileSystem
from support.transfers import context, manifest, rows, run, run_dag, unpacked

from airflow_provider_workfront.simulator.faults import Fault
from airflow_provider_workfront.transfers import WATERMARKS, WorkfrontToObjectStorageOperator


def operator(path, **arguments) -> WorkfrontToObjectStorageOperator:
    given = {"task_id": "t", "obj_code": "TASK", "output_path": f"{path}", "fields": ["name"]} | arguments
    return WorkfrontToObjectStorageOperator(**given)


def files(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def all_tasks(simulator) -> set[str]:
    return set(simulator.world.objects("TASK"))


@pytest.mark.parametrize("form", ["{}/out", "file://{}/out/"])
@pytest.mark.parametrize("compression", [None, "gzip", "zstd"])
def test_every_row_is_in_one_of_the_files(large, tmp_path, form, compression):
    """Once each, over several pages and files; the manifest names the files and counts them."""
    result = run(operator(form.format(tmp_path), compression=compression, rows_per_file=4000), **context())

    read = rows(result)
    assert {row["ID"] for row in read} == all_tasks(large)
    assert len(read) == len(all_tasks(large)) == result["rows"]
    found = manifest(result)
    assert [file["rows"] for file in found["files"]] == [4000, 4000, len(read) - 8000]
    assert found["bytes"] == sum((tmp_path / "out" / file["name"]).stat().st_size for file in found["files"])
    assert files(tmp_path / "out") == {file["name"] for file in found["files"]} | {Path(result["manifest"]).name}


def test_raw_rows_are_what_workfront_sent(simulator, tmp_path):
    """Byte by byte."""
    result = run(operator(tmp_path, fields=["name", "DE:Budget Cap", "project:name"]), **context())

    (file,) = manifest(result)["files"]
    sent = next(request for request in simulator.asked if request.path.endswith("/search"))
    answer = json.loads(simulator.answer(sent).body) if not simulator.options.gzip else None
    lines = unpacked(tmp_path / file["name"]).splitlines()
    assert all(line.startswith(b'{"ID":"') for line in lines)
    assert answer is None or [json.loads(line) for line in lines] == answer["data"]


def test_the_task_returns_the_manifest_and_counts_only(large, tmp_path):
    """Rows never go through XCom."""
    result = run(operator(tmp_path / "out"), **context())

    assert result.keys() == {"manifest", "rows", "files", "bytes", "calls", "refusals"}
    assert len(json.dumps(result)) < 1000


def test_the_manifest_says_what_was_done(large, tmp_path):
    """Enough to load the files without asking anybody."""
    large.faults.plan([Fault("429", path="search")])
    since, until = "2020-01-01", "2040-01-01T00:00:00+00:00"
    asked = {"filters": {"status": ["NEW", "INP"]}, "incremental_field": "lastUpdateDate"}

    found = manifest(run(operator(tmp_path, **asked, since=since, until=until), **context()))

    dates = sorted(row["lastUpdateDate"] for row in large.world.objects("TASK").values() if row["status"] != "CPL")
    assert (found["obj_code"], found["filters"], found["fields"]) == (
        "TASK", {"status": ["NEW", "INP"]}, ["name", "lastUpdateDate"],
    )  # fmt: skip
    assert (found["window"]["source"], found["window"]["since"]) == ("since/until", "2020-01-01T00:00:00+00:00")
    assert found["changed"]["field"] == "lastUpdateDate"
    assert found["changed"]["max"].startswith(f"{dates[-1]:%Y-%m}")
    assert found["calls"] >= 3
    assert found["refusals"] == 1
    assert found["seconds"] > 0
    assert found["run_id"] == "scheduled__1"
    assert found["columns"] is None


def test_parquet_has_the_types_of_the_fields(simulator, tmp_path):
    """And the manifest describes the columns; the mapping stands beside the data."""
    fields = ["name", "workRequired", "plannedStartDate", "DE:*"]
    result = run(operator(tmp_path, fields=fields, file_format="parquet"), **context())

    found = manifest(result)
    table = pq.read_table(tmp_path / found["files"][0]["name"])
    assert set(table["id"].to_pylist()) == all_tasks(simulator)
    assert str(table.schema.field("planned_start_date").type) == "timestamp[us, tz=UTC]"
    assert [column["name"] for column in found["columns"]] == table.schema.names
    assert json.loads((tmp_path / "_columns.json").read_text())["columns"].keys() == set(table.schema.names)


def test_csv_has_a_header_in_each_file(large, tmp_path):
    """So that each can be read alone."""
    result = run(operator(tmp_path, file_format="csv", rows_per_file=5000, compression="gzip"), **context())

    for file in manifest(result)["files"]:
        lines = unpacked(tmp_path / file["name"]).decode().splitlines()
        read = list(csv.DictReader(lines))
        assert len(read) == file["rows"]
        assert "id" in read[0]


def test_typed_json_lines(simulator, tmp_path):
    """Column names and values as in the other typed formats."""
    result = run(operator(tmp_path, typed=True, fields=["name", "plannedStartDate"]), **context())

    assert rows(result)[0].keys() >= {"id", "name", "planned_start_date"}


def test_raw_rows_take_all_custom_fields(simulator, tmp_path):
    """`DE:*` is written out: Workfront itself refuses it."""
    result = run(operator(tmp_path, obj_code="PROJ", fields=["name", "DE:*"]), **context())

    assert any(key.startswith("DE:") for key in rows(result)[0])


def test_a_drift_of_the_columns_is_told_or_refused(simulator, tmp_path):
    """As `schema_contract` says; the mapping of the run before is what counts."""
    run(operator(tmp_path, file_format="csv", fields=["name"]), **context())

    with pytest.raises(AirflowFailException, match=r"schema_contract is freeze.*priority"):
        run(operator(tmp_path, file_format="csv", fields=["name", "priority"], schema_contract="freeze"), **context())


def test_the_mapping_can_stand_outside(simulator, tmp_path):
    """Where the folder of the files is another for each run."""
    state = {"state_path": f"{tmp_path}/state", "file_format": "csv"}
    run(operator(tmp_path / "one", **state), **context())

    with pytest.raises(AirflowFailException, match="freeze"):
        run(operator(tmp_path / "two", **state, fields=["priority"], schema_contract="freeze"), **context())


def test_the_mapping_of_another_type_is_not_taken(simulator, tmp_path):
    """Two types in one folder would take turns in renaming each other's columns."""
    run(operator(tmp_path, file_format="csv"), **context())

    with pytest.raises(AirflowFailException, match=r"_columns\.json holds the columns of TASK, not of PROJ"):
        run(operator(tmp_path, file_format="csv", obj_code="PROJ"), **context())


@pytest.mark.parametrize("content", ["", '{"obj_code": "TASK", "colu', "[]", '{"obj_code": "TASK"}'])
def test_a_damaged_mapping_is_refused(simulator, tmp_path, content):
    """Beginning anew could give a field's column to another; nothing is written."""
    (tmp_path / "_columns.json").write_text(content)

    with pytest.raises(AirflowFailException, match=r"_columns\.json is damaged.*remove it to begin anew"):
        run(operator(tmp_path, file_format="csv"), **context())
    assert [file.name for file in tmp_path.iterdir()] == ["_columns.json"]


def test_what_a_kill_leaves_of_the_mapping_is_removed(simulator, tmp_path):
    """By the next try of the same run, wherever the state is kept; other runs may be at work on theirs."""
    state = tmp_path / "state"
    given = {"file_format": "csv", "state_path": f"file://{state}"}
    result = run(operator(tmp_path / "out", **given), **context())
    key = Path(result["manifest"]).stem.removeprefix("_manifest-")
    for name in (f"_writing-_columns.json.{key}.ab12", "_writing-_columns.json.other.ab12"):
        (state / name).touch()

    run(operator(tmp_path / "out", **given), **context())

    assert {file.name for file in state.iterdir()} == {"_columns.json", "_writing-_columns.json.other.ab12"}


def test_other_stores_work_alike(simulator):
    """Here a store in memory; s3 and the like come with Airflow's providers."""
    store = MemoryFileSystem()
    attach("memory", fs=store)

    result = run(operator("memory://transfers/tasks", compression="gzip"), **context())

    assert result["manifest"].startswith("memory://transfers/tasks/_manifest-")
    found = json.loads(store.cat(result["manifest"].removeprefix("memory:/")))
    assert found["rows"] == len(all_tasks(simulator))


def test_nothing_found_is_said(simulator, tmp_path, caplog):
    """A manifest of no files, and the usual reasons in the log."""
    with caplog.at_level(logging.INFO):
        result = run(operator(tmp_path, filters={"status": "NOSUCH"}), **context())

    assert (result["rows"], result["files"]) == (0, 0)
    assert manifest(result)["files"] == []
    assert "found nothing" in caplog.text


def test_what_was_deleted_is_found(simulator, tmp_path):
    """By a look at all IDs, after the read; the tombstones stand in a file of their own."""
    asked = {"deletions": True, "max_delete_ratio": 0.5, "incremental_field": "lastUpdateDate"}
    run(operator(tmp_path, **asked), **context(run_id="one"))
    gone = next(iter(all_tasks(simulator)))
    simulator.world.remove("TASK", gone)

    result = run(operator(tmp_path, **asked), **context(run_id="two"))

    deleted = manifest(result)["deleted"]
    (tombstone,) = [json.loads(line) for line in (tmp_path / deleted["name"]).read_text().splitlines()]
    assert (result["deleted"], deleted["reasons"], tombstone["ID"]) == (1, {"gone": 1}, gone)


def test_a_row_that_reappears_is_written(simulator, tmp_path):
    """Restored from the bin its date of change is old: no window would bring it."""
    asked = {"deletions": True, "max_delete_ratio": 0.9, "incremental_field": "lastUpdateDate"}
    (obj_id, row), *_ = simulator.world.objects("TASK").items()
    simulator.world.remove("TASK", obj_id)
    run(operator(tmp_path, **asked), **context(run_id="one"))
    simulator.world.add("TASK", row)

    window = {"since": "2039-01-01", "until": "2040-01-01"}
    result = run(operator(tmp_path, **asked, **window), **context(run_id="two"))

    assert [row["ID"] for row in rows(result)] == [obj_id]


IN_A_DAG = """
from airflow.sdk import DAG, Asset
from airflow_provider_workfront.transfers import WorkfrontToObjectStorageOperator as ToStorage
with DAG("{name}", schedule=None):
    {task}
"""


def in_a_dag(task: str, home: Path, name: str):
    """Run a task under Airflow's own `dag.test()`."""
    dag_run = run_dag(IN_A_DAG.format(name=name, task=task), home, name)
    assert dag_run.state == "success"
    return dag_run


def test_those_who_wait_for_an_outlet_get_the_manifest(airflow_db, simulator, tmp_path):
    """As the extra of its event."""
    from airflow.models.asset import AssetEvent
    from airflow.utils.session import create_session
    from sqlalchemy import select

    outlets = 'outlets=[Asset("tasks_on_disk")]'
    task = f'ToStorage(task_id="t", obj_code="TASK", output_path="{tmp_path}", {outlets})'
    dag_run = in_a_dag(task, airflow_db, "outlets")

    with create_session() as session:
        (event,) = session.scalars(select(AssetEvent).where(AssetEvent.source_run_id == dag_run.run_id))
        assert event.extra["rows"] == len(all_tasks(simulator))
        assert Path(event.extra["manifest"]).exists()


def test_mapped_tasks_share_a_folder(airflow_db, simulator, tmp_path):
    """Each has its own files and manifest; the store of the watermark is offered to mapped tasks too."""
    partial = f'ToStorage.partial(task_id="t", output_path="{tmp_path}", incremental_field="lastUpdateDate")'
    in_a_dag(f'{partial}.expand(obj_code=["TASK", "PROJ", "OPTASK"])', airflow_db, "mapped")

    found = [json.loads(path.read_text()) for path in tmp_path.glob("_manifest-*.json")]
    assert {entry["obj_code"] for entry in found} == {"TASK", "PROJ", "OPTASK"}
    assert all(len(entry["files"]) == 1 for entry in found)


# -- arguments


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"file_format": "xlsx"}, "file_format must be one of jsonl, csv, parquet, not 'xlsx'"),
        ({"compression": "bz2"}, "compression must be one of gzip, zstd"),
        ({"file_format": "parquet", "compression": "gzip"}, "Parquet packs its columns itself"),
        ({"rows_per_file": 0}, "rows_per_file must be a whole number above 0"),
        ({"output_path": ""}, "output_path is empty"),
        ({"output_path": "nowhere://x"}, "its store needs a provider package"),
        ({"since": "yesterday"}, "since must be a date such as"),
        ({"since": "2026-03-18"}, "since and until are about a field: set incremental_field"),
        ({"full_refresh": "perhaps"}, "full_refresh must be true or false"),
        ({"overlap": 600}, "overlap must be a timedelta"),
        ({"filters": "status=CUR"}, "not the JSON of a dict"),
        ({"incremental_field": "lastUpdatDate"}, "did you mean lastUpdateDate"),
        ({"filters": {"lastUpdateDate": "2026-01-01"}, "incremental_field": "lastUpdateDate", "since": "2026-03-18"},
         "lastUpdateDate is filtered already"),
        ({"obj_code": "TSAK"}, "did you mean TTSK, TASK"),
        ({"deletions": True, "max_delete_ratio": 10}, "max_delete_ratio is a share from 0 to 1"),
    ],
)  # fmt: skip
def test_what_can_never_work_fails_for_good(simulator, tmp_path, arguments, message):
    """Named, and without a retry."""
    with pytest.raises(AirflowFailException, match=message):
        run(operator(**{"path": tmp_path, **arguments}), **context())


def test_a_misspelt_argument_shows_when_the_dag_is_parsed():
    """With the nearest that there is."""
    with pytest.raises(TypeError, match="does not take argument 'incremental_fields', did you mean"):
        operator("x", incremental_fields="lastUpdateDate")


def test_no_argument_hides_an_attribute_of_airflow():
    """Airflow would take it for its own."""
    own = set(inspect.signature(WorkfrontToObjectStorageOperator.__init__).parameters) - {"self", "kwargs", "inlets"}

    assert not {name for name in own if hasattr(BaseOperator, name)}


def test_every_argument_is_explained():
    """In the docstring, which Airflow shows."""
    own = set(inspect.signature(WorkfrontToObjectStorageOperator.__init__).parameters) - {"self", "kwargs", "inlets"}

    assert {name for name in own if f":param {name}:" not in WorkfrontToObjectStorageOperator.__doc__} == set()


def test_templates_are_rendered(simulator, tmp_path):
    """Texts become what they stand for."""
    made = operator(
        "{{ folder }}", obj_code="{{ code }}", filters='{"status": "{{ status }}"}', fields="{{ fields }}",
        rows_per_file="{{ 7 }}", full_refresh="{{ true }}", incremental_field="lastUpdateDate",
    )  # fmt: skip

    given = {"folder": f"{tmp_path}/x", "code": "PROJ", "status": "CUR", "fields": "name,status"}
    result = run(made, **context(), **given)

    assert {row["status"] for row in rows(result)} == {"CUR"}
    assert manifest(result)["window"]["why"] == "full_refresh is set"


@pytest.mark.parametrize("given", [None, [], [Asset("other")]])
def test_the_store_of_the_watermark_is_always_asked_for(given):
    """Beside inlets of the user's own."""
    made = operator("x", inlets=given)

    assert WATERMARKS in made.inlets
    assert len(made.inlets) == len(given or []) + 1
