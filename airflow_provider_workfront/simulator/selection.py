"""`fields`: what a row shows of itself (reference 4.8)."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import partial
from typing import TYPE_CHECKING, Any, TypeAlias

from airflow_provider_workfront.simulator.custom import is_lookup, lookup_value
from airflow_provider_workfront.simulator.dates import write_date, write_datetime
from airflow_provider_workfront.simulator.paths import hop, resolve
from airflow_provider_workfront.simulator.table import Row
from airflow_provider_workfront.simulator.wire import illegal
from airflow_provider_workfront.simulator.world import CUSTOM

if TYPE_CHECKING:
    from airflow_provider_workfront.simulator.schema import Field, ObjectType
    from airflow_provider_workfront.simulator.view import View

Show: TypeAlias = Callable[[Row], Any]
PARAMETER_VALUES = "parameterValues"
MONEY_AS_TEXT_FROM = 20  # reference 1.4
NAMELESS = frozenset({"CSTEM"})  # its default subset lacks ID and name, reference 6.3
CODELESS, CODELESS_FROM = frozenset({"TSHET"}), 20  # reference 0.4 [D]: its core fields lose objCode
HIDDEN_FROM_STAR = frozenset({"LAZY_READ", "WRITE_ONLY"})  # rule 59


@dataclass(slots=True)
class Node:
    """Hold what is asked of one object: names, custom names, and what is asked of its neighbours."""

    names: dict[str, None] = field(default_factory=dict)
    customs: dict[str, None] = field(default_factory=dict)
    neighbours: dict[str, Node] = field(default_factory=dict)

    def ask(self, path: str) -> None:
        """Take in one path."""
        if path.startswith(CUSTOM):
            self.customs[path.removeprefix(CUSTOM)] = None
            return
        head, colon, rest = path.partition(":")
        if not colon or head == PARAMETER_VALUES:
            self.names[head] = None
        else:
            self.neighbours.setdefault(head, Node()).ask(rest)


def read_fields(text: str, max_depth: int) -> Node | None:
    """Read a comma list or a JSON array; None when nothing is asked."""
    words = json.loads(text) if text.lstrip().startswith("[") else text.split(",")
    asked = [str(word) for word in words if word]
    if not asked:
        return None
    node = Node()
    for path in asked:
        if max_depth and path.partition(CUSTOM)[0].count(":") > max_depth:
            raise illegal(f"Field {path} is nested too deeply: the maximum depth is {max_depth}")  # text inferred
        node.ask(path)
    return node


@dataclass(slots=True)
class Budget:
    """Count what an answer holds, and refuse one that holds too much (rule 76)."""

    view: View
    objects: int = 0
    fields: int = 0

    def spend(self, fields: int) -> None:
        """Count one object; texts inferred."""
        self.objects += 1
        self.fields += fields
        options = self.view.options
        if self.objects > options.max_objects:
            raise illegal(f"The response exceeds the maximum of {options.max_objects} objects")
        if self.fields > options.max_fields:
            raise illegal(f"The response exceeds the maximum of {options.max_fields} fields")


def shower(view: View, obj_type: ObjectType, text: str = "") -> Show:
    """Give the function that turns a row into what the caller asked to see of it."""
    node = read_fields(text, view.options.max_depth)
    budget = Budget(view)
    if node is None:
        node = Node(dict.fromkeys(obj_type.block.default))
        if obj_type.code in NAMELESS:
            return _bare(view, obj_type)
    return _object(view, obj_type, node, budget)


def _bare(view: View, obj_type: ObjectType) -> Show:
    names = sorted({"objCode", *obj_type.block.default})
    parts = {name: _plain(view, obj_type, name) for name in names}
    return lambda row: {name: show(row) for name, show in parts.items()}


def _object(view: View, obj_type: ObjectType, node: Node, budget: Budget) -> Show:
    parts = _parts(view, obj_type, node, budget)
    omits = view.options.omit_empty_custom

    def _show(row: Row) -> dict[str, Any]:
        shown = {name: part(row) for name, part in parts}
        budget.spend(len(shown))
        if omits:
            return {name: value for name, value in shown.items() if value is not None or CUSTOM not in name}
        return shown

    return _show


def _parts(view: View, obj_type: ObjectType, node: Node, budget: Budget) -> list[tuple[str, Show]]:
    always = ["ID", "name", "objCode"] if "name" in obj_type.fields else ["ID", "objCode"]  # rule 54
    if obj_type.code in CODELESS and view.version >= CODELESS_FROM:
        always.remove("objCode")
    parts: dict[str, Show] = {name: _plain(view, obj_type, name) for name in always}
    for name in node.names:
        if name == "*":
            parts |= {known: _plain(view, obj_type, known) for known in _plain_names(view, obj_type)}
        elif name not in node.neighbours:
            parts[name] = _named(view, obj_type, name, budget)
    for name, inner in node.neighbours.items():
        parts[name] = _neighbour(view, obj_type, name, inner, budget)
    for name in node.customs:
        parts[CUSTOM + name] = _custom(view, obj_type, name)
    return list(parts.items())


def _plain_names(view: View, obj_type: ObjectType) -> list[str]:
    found = (known for known in obj_type.fields.values() if known.since <= view.version)
    return sorted(known.name for known in found if not known.flags & HIDDEN_FROM_STAR)


def _named(view: View, obj_type: ObjectType, name: str, budget: Budget) -> Show:
    if name == PARAMETER_VALUES and obj_type.is_extendible:
        return partial(_parameter_values, view)
    if name in obj_type.references or name in obj_type.collections:
        return _neighbour(view, obj_type, name, Node(), budget)
    return _plain(view, obj_type, name)


def _plain(view: View, obj_type: ObjectType, name: str) -> Show:
    if name == "objCode":
        return lambda row: row.get("objCode", obj_type.code)
    known = obj_type.field(name, view.version)
    if known is None:
        raise view.no_field(name, obj_type)  # rule 55
    if known.is_("WRITE_ONLY"):
        return lambda _row: None
    get, encode = resolve(view, obj_type, name).get, _encoder(view, known)
    return lambda row: encode(get(row))


def _encoder(view: View, known: Field) -> Callable[[Any], Any]:
    if known.kind in {"date", "dateTime"}:
        return partial(_written, view)
    if known.is_("CURRENCY") and view.version >= MONEY_AS_TEXT_FROM and view.options.money_as_text:
        return lambda value: None if value is None else str(value)
    return lambda value: value


def _written(view: View, value: Any) -> Any:
    if isinstance(value, datetime):
        return write_datetime(value, view.zone)
    return write_date(value) if isinstance(value, date) else value


def _neighbour(view: View, obj_type: ObjectType, name: str, node: Node, budget: Budget) -> Show:
    way = hop(view, obj_type, name) if name in obj_type.references or name in obj_type.collections else None
    if way is None:
        raise view.no_field(name, obj_type)
    target, follow, is_many = way
    show = _object(view, target, node, budget)
    if is_many:
        return lambda row: [show(near) for near in follow(row)]  # rule 57
    return lambda row: next((show(near) for near in follow(row)), None)  # rule 56


def _custom(view: View, obj_type: ObjectType, name: str) -> Show:
    if name == "*":
        raise illegal("no such field: '*'")  # rule 60
    parameter = view.world.parameter(name)
    if parameter is None or not obj_type.is_extendible:
        raise view.no_field(CUSTOM + name, obj_type)
    key = CUSTOM + name
    return lambda row: _custom_value(view, parameter, row.get(key))


def _custom_value(view: View, parameter: Row, value: Any) -> Any:
    if value is not None and is_lookup(parameter):
        return lookup_value(view.world, parameter, value)
    return _written(view, value)


def _parameter_values(view: View, row: Row) -> dict[str, Any]:
    """Give the custom fields that have a value (rule 60)."""
    found = {key: view.world.parameter(key.removeprefix(CUSTOM)) for key in row if key.startswith(CUSTOM)}
    return {key: _custom_value(view, parameter, row[key]) for key, parameter in found.items() if parameter is not None}
