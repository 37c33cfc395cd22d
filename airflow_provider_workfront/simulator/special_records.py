"""Hours, notes, people, custom fields and documents: what happens when they are created or changed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from airflow_provider_workfront.simulator.schema import object_type
from airflow_provider_workfront.simulator.values import known_type
from airflow_provider_workfront.simulator.wire import illegal, invalid_value, not_found

if TYPE_CHECKING:
    from airflow_provider_workfront.simulator.ledger import Ledger
    from airflow_provider_workfront.simulator.table import Row

    Values = dict[str, Any]

LONGEST_NOTE = 4000  # rule 104
DISPLAYS = frozenset(  # reference 6.4
    [
        "TEXT",
        "SLCT",
        "CHCK",
        "RDIO",
        "TXTA",
        "MULT",
        "TYAH",
        "RICH",
        "CALC",
        "WIDGET",
        "DTXT",
        "INTRNL",
        "MULTINTRNL",
        "UIEXTNSION",
        "SNGLROLLUP",
    ]
)
OBJECT_KEYS = {
    "PROJ": "projectID", "TASK": "taskID", "OPTASK": "opTaskID", "DOCU": "documentID", "PORT": "portfolioID",
    "PRGM": "programID", "TMPL": "templateID", "TTSK": "templateTaskID", "USER": "userID", "TSHET": "timesheetID",
}  # fmt: skip
NAME_SIGNS = re.compile(r"[()\[\]{}<>|\\/:\"]")  # reference 5.1 shows one; the others are inferred


def new_hour(ledger: Ledger, values: Values, _sent: Values) -> Values:
    """Give an hour its owner, its project and its timesheet (rule 105)."""
    full = {"ownerID": ledger.user_id, **values}
    for code in ("TASK", "OPTASK"):
        target = ledger.world.get(code, values.get(OBJECT_KEYS[code]))
        if target is not None:
            full.setdefault("projectID", target.get("projectID"))
    sheet = _timesheet(ledger, full)
    return {**full, "timesheetID": sheet["ID"]} if sheet else full


def changed_hour(ledger: Ledger, row: Row, values: Values) -> Values:
    """Leave the hours of a closed timesheet alone (rule 105)."""
    _timesheet(ledger, row)
    _timesheet(ledger, {**row, **values})
    return values


def new_note(ledger: Ledger, values: Values, _sent: Values) -> Values:
    """Tie a note to its object and to its thread."""
    _check_note(values)
    code, obj_id = values.get("noteObjCode"), values.get("objID")
    if not code or not obj_id:
        return values
    target = target_of(ledger, code, obj_id)
    parent = ledger.world.get("NOTE", values.get("parentNoteID"))
    top = ("PROJ", target["projectID"]) if target.get("projectID") else (code, obj_id)
    own = {
        "ownerID": ledger.user_id,
        OBJECT_KEYS.get(code, "objID"): obj_id,
        "topNoteObjCode": top[0],
        "topObjID": top[1],
        "isReply": parent is not None,
        "threadID": parent.get("threadID", parent["ID"]) if parent else None,
        "threadDate": ledger.world.now(),
    }
    if target.get("projectID"):
        own["projectID"] = target["projectID"]
    return {**own, **values}


def finish_note(ledger: Ledger, row: Row, _sent: Values) -> None:
    """Count a reply at its parent; a note that replies to none begins a thread."""
    parent = ledger.world.get("NOTE", row.get("parentNoteID"))
    if parent is None:
        ledger.update("NOTE", row["ID"], {"threadID": row["ID"]})
    else:
        ledger.update("NOTE", parent["ID"], {"numReplies": parent.get("numReplies", 0) + 1, "hasReplies": True})


def changed_note(_ledger: Ledger, _row: Row, values: Values) -> Values:
    """Hold the limit for edited notes, too."""
    _check_note(values)
    return values


def new_user(_ledger: Ledger, values: Values, _sent: Values) -> Values:
    """Name a user; the e-mail address serves as user name when none is given."""
    name = f"{values.get('firstName', '')} {values.get('lastName', '')}".strip()
    own = {"name": name or None, "username": values.get("emailAddr")}
    return {**own, **values}


def changed_user(_ledger: Ledger, row: Row, values: Values) -> Values:
    """Let the user name follow the e-mail address while they are equal (rule 107)."""
    full = dict(values)
    if "emailAddr" in values and row.get("username") == row.get("emailAddr"):
        full.setdefault("username", values["emailAddr"])
    if values.keys() & {"firstName", "lastName"}:
        names = {**row, **values}
        full["name"] = f"{names.get('firstName') or ''} {names.get('lastName') or ''}".strip()
    return full


def new_parameter(_ledger: Ledger, values: Values, _sent: Values) -> Values:
    """Refuse signs that a custom field's name may not have; an unknown kind of display becomes TEXT."""
    bad = NAME_SIGNS.search(values.get("name", ""))
    if bad:
        raise illegal(f"Invalid character in 'name' : '{bad[0]}'", code=1200)
    return values if values.get("displayType") in DISPLAYS else {**values, "displayType": "TEXT"}


def changed_parameter(ledger: Ledger, row: Row, values: Values) -> Values:
    """Keep the data type of a custom field that holds values somewhere (reference 0.4 [T])."""
    is_other = values.get("dataType", row.get("dataType")) != row.get("dataType")
    if is_other and ledger.world.has_values(f"DE:{row['name']}"):
        raise illegal(f"The data type of {row['name']} cannot be changed while it holds data")  # text inferred
    return values


def new_document(ledger: Ledger, values: Values, _sent: Values) -> Values:
    """Tie a document to its object."""
    code, obj_id = values.get("docObjCode"), values.get("objID")
    if not code or not obj_id:
        return values
    target = target_of(ledger, code, obj_id)
    own = {"ownerID": ledger.user_id, OBJECT_KEYS.get(code, "objID"): obj_id}
    if target.get("projectID"):
        own["projectID"] = target["projectID"]
    return {**own, **values}


def finish_document(ledger: Ledger, row: Row, sent: Values) -> None:
    """Make the uploaded file the first version."""
    named = sent.get("currentVersion")
    version = named if isinstance(named, dict) else {}
    _add_version(ledger, row["ID"], {"version": "v1.0", **version, "handle": sent["handle"]})


def new_version(ledger: Ledger, values: Values, _sent: Values) -> Values:
    """Check that there is a document to make a version of."""
    document_id = values.get("documentID", "")
    if ledger.world.get("DOCU", document_id) is None:
        raise not_found("Document", document_id)
    return values


def finish_version(ledger: Ledger, row: Row, sent: Values) -> None:
    """Give a version its content and make it the current one."""
    _fill_version(ledger, row, str(sent["handle"]))


def _add_version(ledger: Ledger, document_id: str, version: Values) -> None:
    values = {"documentID": document_id, "version": str(version["version"]), "fileName": version.get("fileName")}
    _fill_version(ledger, ledger.add("DOCV", values), str(version["handle"]))


def _fill_version(ledger: Ledger, row: Row, handle: str) -> None:
    upload = ledger.documents.take(handle)
    ledger.documents.keep(row["ID"], upload)
    file_name = row.get("fileName") or upload.file_name
    extension = file_name.rpartition(".")[2] if "." in file_name else None
    ledger.update("DOCV", row["ID"], {"fileName": file_name, "docSize": len(upload.content), "ext": extension})
    count = len(ledger.world.find("DOCV", documentID=row["documentID"]))
    current = {"currentVersionID": row["ID"], "lastVersionNum": str(count), "lastModDate": ledger.world.now()}
    ledger.update("DOCU", row["documentID"], current)


def target_of(ledger: Ledger, code: str, obj_id: str) -> Row:
    """Give the object that a note, a document or an expense belongs to."""
    kind = known_type(code)
    row = ledger.world.get(kind.code, obj_id)
    if row is None:
        raise not_found(object_type(kind.code).label, obj_id)
    return row


def _check_note(values: Values) -> None:
    if len(values.get("noteText") or "") > LONGEST_NOTE:
        raise illegal(f"noteText must not be longer than {LONGEST_NOTE} characters")


def _timesheet(ledger: Ledger, hour: Row) -> Row | None:
    """Find the timesheet that an hour belongs to; refuse when it is submitted or closed."""
    sheet = ledger.world.get("TSHET", hour.get("timesheetID")) or _covering(ledger, hour)
    if sheet is not None and sheet.get("status") not in {"O", None}:
        raise invalid_value("timesheetID", sheet["ID"])
    return sheet


def _covering(ledger: Ledger, hour: Row) -> Row | None:
    day = hour.get("entryDate")
    sheets = ledger.world.find("TSHET", userID=hour.get("ownerID")) if day else []
    return next((sheet for sheet in sheets if sheet["startDate"] <= day <= sheet["endDate"]), None)
