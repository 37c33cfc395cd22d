"""Turn an issue into a task or a project, or a task into a project (rule 91)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflow_provider_workfront.simulator.creation import create
from airflow_provider_workfront.simulator.deletion import delete
from airflow_provider_workfront.simulator.forms import attach, form_ids
from airflow_provider_workfront.simulator.schema import object_type
from airflow_provider_workfront.simulator.wire import ApiError, illegal
from airflow_provider_workfront.simulator.world import CUSTOM

if TYPE_CHECKING:
    from airflow_provider_workfront.simulator.act import Act, Handler
    from airflow_provider_workfront.simulator.table import Row

OPTIONS = frozenset({"preserveIssue", "preserveCompletionDate", "preservePrimaryContact"})  # reference 5.5
NATIVE = ("name", "description", "priority", "assignedToID", "roleID", "teamID")
CONVERTED_FROM = 22  # reference 5.5: since then the task names the issue


def _to_project(act: Act) -> str:
    return _convert(act, "PROJ", "project")


def _to_task(act: Act) -> str:
    return _convert(act, "TASK", "task")


def _convert(act: Act, code: str, name: str) -> str:
    values = act.args.get(name)
    if not isinstance(values, dict):
        message = "class java.lang.String cannot be cast to class java.util.Map"
        raise ApiError(422, "java.lang.ClassCastException", message)
    options = set(act.strings("options"))
    if options - OPTIONS:
        raise illegal(f"unknown conversion option: {min(options - OPTIONS)}")
    source = act.row
    new = create(act.ledger, object_type(code), {**_native(act, source, code), **values})
    if act.args.get("copyCategories"):
        _copy_forms(act, source, code, new)
    _trace(act, source, code, new)
    if "preserveIssue" in options:
        _tie(act, source, code, new)
    else:
        _consume(act, source)
    return str(new["ID"])


def _native(act: Act, source: Row, code: str) -> dict[str, Any]:
    """Give what the new object takes over; a task goes where its issue was."""
    fields = object_type(code).fields
    names = NATIVE if act.args.get("copyNativeFields") else ("name",)
    found = {name: source[name] for name in names if name in source and name in fields}
    return {**found, "projectID": source.get("projectID")} if code == "TASK" else found


def _copy_forms(act: Act, source: Row, code: str, new: Row) -> None:
    world = act.ledger.world
    fitting = [each for each in form_ids(world, source) if _fits(world.get("CTGY", each) or {}, code)]
    attach(act.ledger, code, new["ID"], fitting)
    values = {name: value for name, value in source.items() if name.startswith(CUSTOM)}
    act.ledger.update(code, new["ID"], {"categoryID": fitting[0], **values} if fitting else {})


def _fits(category: Row, code: str) -> bool:
    return code in {category.get("catObjCode"), *category.get("objTypes", ())}


def _trace(act: Act, source: Row, code: str, new: Row) -> None:
    if act.code == "OPTASK":
        named = {"convertedOpTaskName": source["name"], "convertedOpTaskOriginatorID": source.get("enteredByID")}
        link = {"convertedOpTaskID": source["ID"]} if act.ledger.call.version >= CONVERTED_FROM else {}
        act.ledger.update(code, new["ID"], {**named, **link, "convertedOpTaskEntryDate": source.get("entryDate")})


def _tie(act: Act, source: Row, code: str, new: Row) -> None:
    """Keep the issue, resolved by what became of it."""
    key = {"PROJ": "resolveProjectID", "TASK": "resolveTaskID"}[code]
    act.ledger.update(act.code, source["ID"], {key: new["ID"], "resolvingObjCode": code, "resolvingObjID": new["ID"]})


def _consume(act: Act, source: Row) -> None:
    delete(act.ledger, object_type(act.code), source["ID"], force=True)
    act.ledger.world.bin.pop(source["ID"], None)  # it did not go to the bin: it became something else


HANDLERS: dict[str, Handler] = {
    "convertToProject": _to_project,
    "convertToTask": _to_task,
}
