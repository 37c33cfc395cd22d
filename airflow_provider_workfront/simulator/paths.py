"""Turn a path such as `project:owner:name` into a function from a row to its values."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from airflow_provider_workfront.simulator.custom import kind_of
from airflow_provider_workfront.simulator.derived import COMPUTED
from airflow_provider_workfront.simulator.relations import collection, reference
from airflow_provider_workfront.simulator.schema import UNIONS
from airflow_provider_workfront.simulator.schema.links import ALIASES
from airflow_provider_workfront.simulator.world import CUSTOM

if TYPE_CHECKING:
    from collections.abc import Callable

    from airflow_provider_workfront.simulator.derived import Compute
    from airflow_provider_workfront.simulator.schema import ObjectType
    from airflow_provider_workfront.simulator.table import Row
    from airflow_provider_workfront.simulator.view import View

    Get = Callable[[Row], Any]
    Hop = tuple[ObjectType, Callable[[Row], list[Row]], bool]

NO_FLAGS: frozenset[str] = frozenset()
SEARCH_ONLY = "SEARCH_ONLY"
FILTER_FLAGS = frozenset({SEARCH_ONLY})


@dataclass(frozen=True, slots=True)
class Path:
    """Say where a value is: its kind, its field's flags, and how to get it from a row."""

    name: str
    kind: str
    flags: frozenset[str]
    get: Get
    many: Callable[[Row], list[Any]] | None = None
    """Set when the path passes a collection: then it has as many values as members (at least one, maybe None)."""

    @property
    def is_id(self) -> bool:
        """Tell whether the field holds IDs; commas separate those in `in` lists (rule 65)."""
        return self.name == "ID" or self.name.endswith(("ID", "IDs"))

    @property
    def is_multi(self) -> bool:
        """Tell whether a row may have several values here."""
        return self.many is not None or self.kind == "string[]"

    def values(self, row: Row) -> list[Any]:
        """Give every value; a missing one is None, as an outer join has it."""
        found = self.many(row) if self.many is not None else [self.get(row)]
        if self.kind != "string[]":
            return found
        return [member for value in found for member in (value or [None])]


def resolve(view: View, obj_type: ObjectType, path: str) -> Path:
    """Find the values that a path names, from an object of this type."""
    if path.startswith(CUSTOM):
        return _custom(view, obj_type, path.removeprefix(CUSTOM))
    head, colon, rest = path.partition(":")
    if not colon:
        return _leaf(view, obj_type, head)
    found = hop(view, obj_type, head)
    if found is None:
        raise view.no_field(head, obj_type)
    return _behind(found, resolve(view, found[0], rest))


def hop(view: View, obj_type: ObjectType, name: str) -> Hop | None:
    """Follow one name to other rows: their type, the way, and whether there may be several."""
    if name in obj_type.references:
        return *reference(view, obj_type, name), False
    if name in obj_type.collections or name in obj_type.search:
        found = collection(view, obj_type, name)
        if found is not None:
            return *found, True
        alias = ALIASES.get(f"{obj_type.code}.{name}")
        return _hops(view, obj_type, alias) if alias else None
    return None


def _hops(view: View, obj_type: ObjectType, path: str) -> Hop | None:
    head, colon, rest = path.partition(":")
    first = hop(view, obj_type, head)
    if first is None or not colon:
        return first
    then = _hops(view, first[0], rest)
    if then is None:
        return None
    return then[0], lambda row: [far for near in first[1](row) for far in then[1](near)], first[2] or then[2]


def _leaf(view: View, obj_type: ObjectType, name: str) -> Path:
    key = f"{obj_type.code}.{name}"
    field = obj_type.field(name, view.version)
    if name == "objCode":
        return Path(name, "string", NO_FLAGS, lambda row: row.get("objCode", obj_type.code))
    if field is None and name not in obj_type.search:
        raise view.no_field(name, obj_type)
    computed = {code: COMPUTED[f"{code}.{name}"] for code in _codes(obj_type) if f"{code}.{name}" in COMPUTED}
    if computed:
        kind, _ = next(iter(computed.values()))
        return Path(name, kind, field.flags if field else FILTER_FLAGS, _computing(view, obj_type, computed))
    if field is not None:
        return Path(name, field.kind, field.flags, lambda row: row.get(name))
    if key in ALIASES:
        return replace(resolve(view, obj_type, ALIASES[key]), name=name, flags=FILTER_FLAGS)
    return Path(name, "string", FILTER_FLAGS, lambda _row: None)  # a search-only name that nothing here stands behind


def _codes(obj_type: ObjectType) -> tuple[str, ...]:
    return UNIONS.get(obj_type.code, (obj_type.code,))


def _computing(view: View, obj_type: ObjectType, computed: dict[str, tuple[str, Compute]]) -> Get:
    world = view.world
    if len(computed) == 1 and obj_type.code in computed:
        _, compute = computed[obj_type.code]
        return lambda row: compute(world, row)

    def _of_union(row: Row) -> Any:
        _, compute = computed.get(row["objCode"], ("", None))
        return compute(world, row) if compute else None

    return _of_union


def _custom(view: View, obj_type: ObjectType, name: str) -> Path:
    parameter = view.world.parameter(name)
    if parameter is not None:
        key = CUSTOM + name
        return Path(key, kind_of(parameter), NO_FLAGS, lambda row: row.get(key))
    head, colon, rest = name.partition(":")  # DE:project:Vendor Name, reference 4.3
    found = hop(view, obj_type, head) if colon else None
    if found is None:
        raise view.no_field(CUSTOM + name, obj_type)
    return _behind(found, _custom(view, found[0], rest))


def _behind(way: Hop, inner: Path) -> Path:
    """Put a hop in front of a path."""
    _, follow, is_many = way

    def _get(row: Row) -> Any:
        rows = follow(row)
        return inner.get(rows[0]) if rows else None

    def _many(row: Row) -> list[Any]:
        rows = follow(row)
        return [value for near in rows for value in (inner.many(near) if inner.many else [inner.get(near)])] or [None]

    return replace(inner, get=_get, many=_many if is_many or inner.many else None)
