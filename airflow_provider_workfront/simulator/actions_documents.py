"""Actions on documents (reference 5.6 and 5.11)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from airflow_provider_workfront.simulator.documents import DOWNLOAD
from airflow_provider_workfront.simulator.editing import visible
from airflow_provider_workfront.simulator.special_records import OBJECT_KEYS, target_of
from airflow_provider_workfront.simulator.wire import ApiError, illegal

if TYPE_CHECKING:
    from airflow_provider_workfront.simulator.act import Act, Handler
    from airflow_provider_workfront.simulator.table import Row


def _chosen(act: Act) -> list[Row]:
    ids = act.strings("documentIDs") or act.strings("ids") or [act.row["ID"]]
    return [visible(act.ledger, "DOCU", obj_id) for obj_id in ids]


def _check_out(act: Act) -> None:
    for row in _chosen(act):
        if row.get("checkedOutByID") not in {None, act.ledger.user_id}:
            raise illegal(f"Document {row['name']} is checked out by somebody else")
        values = {"checkedOutByID": act.ledger.user_id, "checkOutTimestamp": act.ledger.world.now()}
        act.ledger.update("DOCU", row["ID"], values)


def _check_in(act: Act) -> None:
    for row in _chosen(act):
        act.ledger.update("DOCU", row["ID"], {"checkedOutByID": None, "checkOutTimestamp": None})


def _move(act: Act) -> None:
    code, obj_id = act.text("docObjCode"), act.text("objID")
    target = target_of(act.ledger, code, obj_id)
    old = OBJECT_KEYS.get(str(act.row.get("docObjCode")), "objID")
    place = {"docObjCode": code, "objID": obj_id, "projectID": target.get("projectID")}
    act.update({old: None, **place, OBJECT_KEYS.get(code, "objID"): obj_id})


def _move_to_folder(act: Act) -> None:
    folder = visible(act.ledger, "DOCFDR", act.text("folderID"))
    if folder.get("linkedFolderID"):
        raise illegal("Linked folders cannot take documents through the API")  # reference 5.11
    act.update({"folderIDs": [folder["ID"]]})


def _create_proof(act: Act) -> None:
    visible(act.ledger, "DOCV", act.text("documentVersionID"))


def _total_size(act: Act) -> int:
    versions = (act.ledger.world.get("DOCV", row.get("currentVersionID")) or {} for row in _chosen(act))
    return sum(int(version.get("docSize", 0)) for version in versions)


def _is_linked(act: Act) -> bool:
    row = visible(act.ledger, "DOCU", act.text("documentID"))
    return bool(row.get("externalIntegrationType"))


def _unlink(act: Act) -> bool:
    return bool(_chosen(act))


def _temporary_url(act: Act) -> str:
    """Give an address that works for a while without a session (since v21)."""
    if act.ledger.call.version < 21:
        label = act.ledger.call.label
        raise illegal(f"APIModel {label} does not support action getTemporaryCloudURL (DOCU)")
    if not act.row.get("currentVersionID"):
        raise ApiError(404, "com.attask.common.RecordNotFoundException", "The document has no version")
    return f"{DOWNLOAD}?ID={act.row['ID']}&token={act.ledger.documents.pass_for(act.row['ID'])}"


HANDLERS: dict[str, Handler] = {
    "DOCU.checkOut": _check_out,
    "DOCU.checkIn": _check_in,
    "DOCU.move": _move,
    "DOCU.moveToFolder": _move_to_folder,
    "DOCU.createProof": _create_proof,
    "DOCU.getTotalSizeForDocuments": _total_size,
    "DOCU.isLinkedDocument": _is_linked,
    "DOCU.unlinkDocuments": _unlink,
    "DOCU.getTemporaryCloudURL": _temporary_url,
}
