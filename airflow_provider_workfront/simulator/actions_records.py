"""Actions on forms, hours, notes, requests and the like (reference 5.6)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from airflow_provider_workfront.simulator.editing import visible
from airflow_provider_workfront.simulator.forms import attach, detach, form_ids
from airflow_provider_workfront.simulator.special_records import OBJECT_KEYS, target_of
from airflow_provider_workfront.simulator.values import known_type
from airflow_provider_workfront.simulator.wire import illegal

if TYPE_CHECKING:
    from airflow_provider_workfront.simulator.act import Act, Handler
    from airflow_provider_workfront.simulator.schema import ObjectType
    from airflow_provider_workfront.simulator.table import Row


def _form_target(act: Act) -> tuple[ObjectType, Row]:
    kind = known_type(act.text("objCode"))
    return kind, visible(act.ledger, kind.code, act.text("objID"))


def _categories(act: Act) -> list[str]:
    return act.strings("categoryIDs") or [act.text("categoryID")]


def _attach(act: Act) -> None:
    """Add forms; one that is there already fails the call (reference 5.10)."""
    kind, row = _form_target(act)
    double = [each for each in _categories(act) if each in form_ids(act.ledger.world, row)]
    if double:
        raise illegal(f"Categories with the following IDs are already attached: {', '.join(double)}")
    attach(act.ledger, kind.code, row["ID"], _categories(act))
    if "categoryID" in kind.fields and not row.get("categoryID"):
        act.ledger.update(kind.code, row["ID"], {"categoryID": _categories(act)[0]})


def _detach(act: Act) -> None:
    kind, row = _form_target(act)
    detach(act.ledger, kind, row["ID"], _categories(act))


def _reorder(act: Act) -> None:
    kind, row = _form_target(act)
    if set(_categories(act)) != set(form_ids(act.ledger.world, row)):
        raise illegal("categoryIDs must name the attached categories")
    for link in act.ledger.world.find("OBJCAT", objID=row["ID"]):
        act.ledger.update("OBJCAT", link["ID"], {"categoryOrder": _categories(act).index(link["categoryID"])})
    act.ledger.update(kind.code, row["ID"], {"categoryID": _categories(act)[0]})


def _approve_hour(act: Act) -> None:
    _decide(act, {"status": "APP", "approvedByID": act.ledger.user_id, "approvedOnDate": act.ledger.world.now()})


def _unapprove_hour(act: Act) -> None:
    _decide(act, {"status": "SUB", "approvedByID": None, "approvedOnDate": None})


def _decide(act: Act, values: dict[str, object]) -> None:
    hour = visible(act.ledger, "HOUR", act.args.get("hourID") or act.row["ID"])
    act.ledger.update("HOUR", hour["ID"], values)


def _like(act: Act) -> None:
    act.update({"numLikes": act.row.get("numLikes", 0) + 1})


def _unlike(act: Act) -> None:
    act.update({"numLikes": max(act.row.get("numLikes", 0) - 1, 0)})


def _move_program(act: Act) -> None:
    act.update({"portfolioID": visible(act.ledger, "PORT", act.text("portfolioID"))["ID"]})


def _move_expense(act: Act) -> None:
    code, obj_id = act.text("expObjCode"), act.text("objID")
    target = target_of(act.ledger, code, obj_id)
    place = {"expObjCode": code, "objID": obj_id, "taskID": None, "projectID": target.get("projectID")}
    act.update({**place, OBJECT_KEYS[code]: obj_id})


def _move_template_task(act: Act) -> None:
    template_id = visible(act.ledger, "TMPL", act.text("templateID"))["ID"]
    act.update({"templateID": template_id, "parentID": act.args.get("parentID")})


def _copy_template_tasks(act: Act) -> list[str]:
    template_id = visible(act.ledger, "TMPL", act.text("templateID"))["ID"]
    steps = [visible(act.ledger, "TTSK", step_id) for step_id in act.strings("templateTaskIDs")]
    place = {"templateID": template_id, "parentID": act.args.get("parentTemplateTaskID")}
    return [act.ledger.add("TTSK", {**step, **place})["ID"] for step in steps]


def _grant(act: Act) -> None:
    rule = {"accessorObjCode": "USER", "accessorID": act.args.get("accessorID") or act.row.get("requestorID")}
    target = {"securityObjCode": act.row.get("requestedObjCode"), "securityObjID": act.row.get("requestedObjID")}
    act.ledger.add("ACSRUL", {**rule, **target, "coreAction": act.args.get("action") or act.row.get("action")})
    act.update({"status": "G", "granterID": act.ledger.user_id})


def _ignore(act: Act) -> None:
    act.update({"status": "I"})


def _recall(act: Act) -> None:
    act.update({"status": "R"})


def _remind(act: Act) -> None:
    act.update({"lastRemindDate": act.ledger.world.now()})


def _to_iteration(act: Act) -> None:
    stories = [("TASK", each) for each in act.strings("storyIDs")]
    for code, obj_id in stories + [("OPTASK", each) for each in act.strings("issueIDs")]:
        visible(act.ledger, code, obj_id)
        act.ledger.update(code, obj_id, {"iterationID": act.row["ID"]})


def _count_work(act: Act) -> int:
    return len(act.ledger.world.find("ASSGN", assignedToID=act.ledger.user_id))


def _mark_viewed(act: Act) -> None:
    act.update({"isViewed": True})


def _acknowledge(act: Act) -> str:
    """Note that the caller has seen an object; the arguments are those of a generated client."""
    visible(act.ledger, known_type(act.text("objCode")).code, act.text("objID"))
    return str(act.ledger.add("ACK", {})["ID"])


def _request_path(act: Act) -> str:
    topic = act.ledger.world.get("QUET", act.row.get("queueTopicID")) or {}
    project = act.ledger.world.get("PROJ", act.row.get("projectID")) or {}
    return " > ".join(str(row["name"]) for row in (project, topic) if row.get("name"))


HANDLERS: dict[str, Handler] = {
    "CTGY.assignCategory": _attach,
    "CTGY.assignCategories": _attach,
    "CTGY.unassignCategory": _detach,
    "CTGY.unassignCategories": _detach,
    "CTGY.reorderCategories": _reorder,
    "ACK.acknowledge": _acknowledge,
    "HOUR.approve": _approve_hour,
    "HOUR.unapprove": _unapprove_hour,
    "like": _like,
    "unlike": _unlike,
    "PRGM.move": _move_program,
    "EXPNS.move": _move_expense,
    "TTSK.move": _move_template_task,
    "TTSK.bulkCopy": _copy_template_tasks,
    "ACSREQ.grantAccess": _grant,
    "ACSREQ.ignore": _ignore,
    "ACSREQ.recall": _recall,
    "ACSREQ.remind": _remind,
    "ITRN.moveIssues": _to_iteration,
    "ITRN.moveStories": _to_iteration,
    "OPTASK.getRequestPath": _request_path,
    "WORK.getMyWorkCount": _count_work,
    "WRKITM.markViewed": _mark_viewed,
}
