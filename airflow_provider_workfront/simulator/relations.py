"""Follow references and collections from one row to others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from airflow_provider_workfront.simulator.schema.links import (
    JOINS,
    OWNER_KEYS,
    REFERENCE_JOINS,
    REFERENCE_KEYS,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from airflow_provider_workfront.simulator.schema import ObjectType
    from airflow_provider_workfront.simulator.table import Row
    from airflow_provider_workfront.simulator.view import View


def reference(view: View, obj_type: ObjectType, name: str) -> tuple[ObjectType, Callable[[Row], list[Row]]]:
    """Give the target type of a reference and the way to it: one row or none."""
    target = view.type(obj_type.references[name])
    spec = REFERENCE_JOINS.get(f"{obj_type.code}.{name}")
    if spec is not None:
        members = _join(view, spec)
        return target, lambda row: members(row)[:1]
    key = REFERENCE_KEYS.get(f"{obj_type.code}.{name}", f"{name}ID")

    def _follow(row: Row) -> list[Row]:
        found = view.world.get(target.code, row.get(key))
        return [] if found is None else view.visible([found])

    return target, _follow


def collection(view: View, obj_type: ObjectType, name: str) -> tuple[ObjectType, Callable[[Row], list[Row]]] | None:
    """Give the members' type of a collection and the way to them; None when there is no such collection."""
    spec = JOINS.get(f"{obj_type.code}.{name}")
    code = obj_type.collections.get(name)
    if spec is None and code is None:
        return None
    if spec is not None:
        return view.type(_target_of(view, spec)), _join(view, spec)
    target = view.type(code or "")
    key = _natural_key(obj_type, target)
    return target, _join(view, f"{target.code}.{key}") if key else _nobody


def _target_of(view: View, spec: str) -> str:
    """Name the type that a join ends at."""
    if spec.startswith("enum:"):
        return "CSTEM"
    source, _, onward = spec.partition(">")
    code = source.partition(".")[0]
    return view.type(code).references[onward.removesuffix("ID")] if onward else code


def _join(view: View, spec: str) -> Callable[[Row], list[Row]]:
    world = view.world
    if spec.startswith("enum:"):
        enum_class = spec.removeprefix("enum:")
        return lambda _row: [enum for enum in world.find("CSTEM", enumClass=enum_class) if "groupID" not in enum]
    source, _, onward = spec.partition(">")
    code, _, key = source.partition(".")
    table = world.table(code)
    if not onward:
        return lambda row: view.visible(table.find(key, row["ID"]))
    target = _target_of(view, spec)

    def _through(row: Row) -> list[Row]:
        found = (world.get(target, link.get(onward)) for link in table.find(key, row["ID"]))
        return view.visible([member for member in found if member is not None])

    return _through


def _natural_key(owner: ObjectType, target: ObjectType) -> str:
    """Find the target's field that names its owner."""
    candidates = (OWNER_KEYS.get(owner.code, ""), "objID", "securityObjID")
    return next((key for key in candidates if key in target.fields), "")


def _nobody(_row: Row) -> list[Row]:
    return []
