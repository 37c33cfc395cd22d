"""Delete, into the recycle bin where there is one, and restore (rules 97 and 98)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from airflow_provider_workfront.simulator.editing import visible
from airflow_provider_workfront.simulator.schema import ObjectType, object_type, object_types
from airflow_provider_workfront.simulator.schema.links import OWNER_KEYS
from airflow_provider_workfront.simulator.special_work import project_violation
from airflow_provider_workfront.simulator.wire import illegal, not_found
from airflow_provider_workfront.simulator.world import Binned

if TYPE_CHECKING:
    from airflow_provider_workfront.simulator.ledger import Ledger
    from airflow_provider_workfront.simulator.table import Row
    from airflow_provider_workfront.simulator.world import World

    Tree = dict[str, tuple[str, Row]]

# What goes down with its owner, by the field that names the owner; a key of its own shows a tree within one type.
CHILDREN = {
    "PROJ": ("TASK", "OPTASK", "DOCU", "HOUR", "EXPNS", "NOTE", "ASSGN", "PRTU", "PTEAM", "BLIN", "RISK", "QUED"),
    "TASK": ("TASK.parentID", "HOUR", "EXPNS", "DOCU", "NOTE", "ASSGN", "PRED.predecessorID", "PRED.successorID"),
    "OPTASK": ("HOUR", "DOCU", "NOTE", "ASSGN"),
    "DOCU": ("DOCV", "NOTE", "DOCAPL"),
    "TMPL": ("TTSK", "TASSGN", "TPRED"),
    "TTSK": ("TTSK.parentID", "TASSGN", "TPRED.predecessorID", "TPRED.successorID"),
    "PORT": ("PRGM",),
    "NOTE": ("NOTE.parentNoteID", "NTAG"),
    "PARAM": ("POPT", "CTGYPA"),
    "CTGY": ("CTGYPA", "OBJCAT"),
    "TEAMOB": ("TEAMMB", "TEAMMR"),
    "USER": ("USRROL", "USRGPS", "TEAMMB"),
}
ATTACHED = ("OBJCAT.objID", "ACSRUL.securityObjID")  # these hang on anything
DEPENDANTS = frozenset({"TASK", "OPTASK", "HOUR", "EXPNS", "TTSK", "TPRED", "PRGM", "CTGYPA", "OBJCAT"})


def delete(ledger: Ledger, kind: ObjectType, obj_id: str, *, force: bool) -> int:
    """Delete an object with all that hangs on it, and say how many rows that were."""
    row = visible(ledger, kind.code, obj_id)
    _refuse_complete(ledger.world, kind.code, row)
    tree: Tree = {}
    _collect(ledger.world, kind.code, row, tree)
    others = [each for each in tree if each != obj_id]
    if not force and (any(tree[each][0] in DEPENDANTS for each in others) or _is_named(ledger.world, kind, obj_id)):
        message = (
            f"This {kind.label} cannot be deleted since it is referenced by other objects. Please use force delete."
        )
        raise illegal(message)
    keep = kind.is_restorable and not (force and ledger.options.force_skips_bin)
    _throw_away(ledger.world, tree, keep=keep)
    return len(tree)


def restore(world: World, code: str, obj_id: str) -> None:
    """Bring an object back with all that went down with it, within thirty days (rule 98)."""
    with world.lock:
        binned = world.bin.get(obj_id)
        age = (world.now() - binned.at).total_seconds() if binned else 0.0
        if binned is None or binned.code != code or age > world.options.bin_seconds:
            raise not_found(object_type(code).label, obj_id)
        for each in [key for key, other in world.bin.items() if other.at == binned.at]:
            world.restore(each)


def _throw_away(world: World, tree: Tree, *, keep: bool) -> None:
    """Remove rows; those of one delete lie in the bin with the same moment, and come back together."""
    at = world.now()
    for obj_id, (code, row) in tree.items():
        world.remove(code, obj_id, to_bin=False)
        if keep:
            world.bin[obj_id] = Binned(code, row, at)


def _collect(world: World, code: str, row: Row, tree: Tree) -> None:
    if row["ID"] in tree:
        return
    tree[row["ID"]] = (code, row)
    for spec in (*CHILDREN.get(code, ()), *ATTACHED):
        child, _, key = spec.partition(".")
        for member in world.find(child, **{key or OWNER_KEYS[code]: row["ID"]}):
            _collect(world, child, member, tree)


def _refuse_complete(world: World, code: str, row: Row) -> None:
    project = row if code == "PROJ" else world.get("PROJ", row.get("projectID")) or {}
    if code in {"PROJ", "TASK", "OPTASK"} and world.equates_with("PROJ", project.get("status")) == "CPL":
        raise project_violation()


def _is_named(world: World, kind: ObjectType, obj_id: str) -> bool:
    """Tell whether some row refers to one of those objects that belong to nobody."""
    if kind.code not in {"ROLE", "CMPY", "GROUP", "TMPL", "PORT", "PRGM", "TEAMOB", "SCHED", "HOURT", "MPATH"}:
        return False
    referring = (
        (other.code, f"{name}ID") for other in object_types().values() for name, code in other.references.items()
        if code == kind.code
    )  # fmt: skip
    return any(world.find(code, **{key: obj_id}) for code, key in referring)
