"""Field history into a warehouse: journal entries (JRNLE), of which there are more each hour and none ever changes."""

from __future__ import annotations

from support.transfers import HOUR, NOW, Kept, context, manifest, rows, run
from support.watching import edit

from airflow_provider_workfront.transfers import WorkfrontToObjectStorageOperator

FIELDS = ["objObjCode", "objID", "fieldName", "changeType", "oldTextVal", "newTextVal", "editedByID", "entryDate"]


def history(path, ctx, **arguments):
    """Read what is new of the history of tasks."""
    operator = WorkfrontToObjectStorageOperator(
        task_id="history",
        obj_code="JRNLE",
        filters={"objObjCode": "TASK", "fieldName": "status"},
        fields=FIELDS,
        output_path=f"{path}",
        **{"incremental_field": "entryDate", **arguments},
    )
    result = run(operator, **ctx)
    return rows(result), manifest(result)["window"]


def set_status(simulator, status, moment):
    """Let somebody set the status of a task at a moment; give its ID and the status that it had."""
    world = simulator.world
    obj_id, row = next((key, row) for key, row in world.objects("TASK").items() if row["status"] != status)
    old = row["status"]
    edit(simulator, world.admin_id, "task", obj_id, status=status, name=f"now {status}")
    (entry,) = world.find("JRNLE", objID=obj_id, fieldName="status", newTextVal=status)
    world.update("JRNLE", entry["ID"], {"entryDate": moment})
    return obj_id, old, status


def told(entries):
    """Give what was changed, from what to what."""
    return [(entry["objID"], entry["oldTextVal"], entry["newTextVal"]) for entry in entries]


def test_each_run_reads_the_entries_that_are_new(simulator, tmp_path):
    """With what the field was and is, who changed it and when; the history of other fields is filtered out."""
    store = Kept()
    one = set_status(simulator, "CPL", NOW - HOUR)
    first, whole = history(tmp_path, context(run_id="1", began=NOW, interval=(NOW, NOW), store=store))
    later = NOW + 3 * HOUR
    two = set_status(simulator, "INP", NOW + HOUR)
    second, window = history(tmp_path, context(run_id="2", began=later, interval=(later, later), store=store))

    assert (whole["source"], told(first)) == ("everything", [one])
    assert (window["source"], told(second)) == ("watermark", [two])
    assert (second[0]["editedByID"], second[0]["changeType"]) == (simulator.world.admin_id, "E")


def test_last_update_date_is_asked_for_in_vain(simulator, tmp_path, caplog):
    """Entries have none: they are read by their date all the same, and the log says so."""
    one = set_status(simulator, "CPL", NOW - HOUR)
    found, _ = history(tmp_path, context(began=NOW, store=Kept()), incremental_field="lastUpdateDate")

    assert told(found) == [one]
    assert "JRNLE has no lastUpdateDate: read by entryDate" in caplog.text
