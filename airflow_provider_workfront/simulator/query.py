"""A search as asked: which rows, in which order, which part of them."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from operator import itemgetter
from random import Random
from typing import TYPE_CHECKING

from airflow_provider_workfront.simulator.filters import compile_scope, pairs
from airflow_provider_workfront.simulator.ordering import in_order, some_of, sorts_of
from airflow_provider_workfront.simulator.schema import UNIONS
from airflow_provider_workfront.simulator.scope import Scope, Shape, sort_out
from airflow_provider_workfront.simulator.wire import illegal

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable

    from airflow_provider_workfront.simulator.call import Params
    from airflow_provider_workfront.simulator.schema import ObjectType
    from airflow_provider_workfront.simulator.table import Row
    from airflow_provider_workfront.simulator.view import View
    from airflow_provider_workfront.simulator.world import World

DEFAULT_LIMIT = 100  # rule 48
MAX_LIMIT = 2000  # rule 49
REMEMBERED = 16


@dataclass(frozen=True, slots=True)
class Query:
    """Hold filters and shapes; `sent` are the filters as they came, to recognise a repeated search."""

    scope: Scope
    shapes: list[Shape]
    sent: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, view: View, params: Iterable[tuple[str, str]]) -> Query:
        """Read the parameters."""
        scope, shapes, sent = sort_out(params, view.options)
        return cls(scope, shapes, tuple(sent))

    @property
    def is_timeless(self) -> bool:
        """Tell whether asking again means the same; wildcards such as `$$NOW` change by the moment."""
        return not any(value.startswith("$$") for _, value in self.sent)


def page_of(params: Params) -> tuple[int, int]:
    """Read `$$FIRST` and `$$LIMIT` (rules 48 to 50)."""
    first = _number(params.get("$$FIRST", "0"), "$$FIRST", 0)
    limit = _number(params.get("$$LIMIT", str(DEFAULT_LIMIT)), "$$LIMIT", 1)
    if limit > MAX_LIMIT:
        raise illegal(f"The requested limit {limit} is greater than the maximum allowed limit of {MAX_LIMIT}")
    return first, limit


def _number(text: str, name: str, least: int) -> int:
    if not text.isdecimal() or int(text) < least:
        raise illegal(f'Invalid Parameter: {name} value "{text}"')  # inferred, reference 4.10
    return int(text)


class Finder:
    """Find rows, and remember what was found until something is written."""

    def __init__(self, world: World, seed: int, *, shuffle: bool) -> None:
        self._world = world
        self._random = Random(seed)
        self._shuffle = shuffle
        self._found: OrderedDict[Hashable, tuple[int, list[Row]]] = OrderedDict()

    def page(self, view: View, obj_type: ObjectType, query: Query, part: tuple[int, int]) -> list[Row]:
        """Give one page; without a sort its order is another one at every call (rule 51)."""
        first, limit = part
        rows = self.all(view, obj_type, query)
        if self._shuffle and not any(shape.kind == "Sort" for shape in query.shapes):
            return some_of(rows, first, limit, self._random)
        return rows[first : first + limit]

    def all(self, view: View, obj_type: ObjectType, query: Query) -> list[Row]:
        """Give every row that matches and may be seen, sorted if that is asked for."""
        sorts = tuple((shape.path, shape.order, shape.value) for shape in query.shapes if shape.kind == "Sort")
        key = (obj_type.code, view.version, view.user_id, query.sent, sorts)
        stamp = self._world.writes
        held = self._found.get(key)
        if held is not None and held[0] == stamp:
            self._found.move_to_end(key)
            return held[1]
        rows = self._search(view, obj_type, query)
        if query.is_timeless:
            self._found[key] = (stamp, rows)
            if len(self._found) > REMEMBERED:
                self._found.popitem(last=False)
        return rows

    def _search(self, view: View, obj_type: ObjectType, query: Query) -> list[Row]:
        sorts = sorts_of(view, obj_type, query.shapes)
        rows = view.visible(_candidates(view, obj_type, query.scope))
        if query.sent:
            matches = compile_scope(view, obj_type, query.scope)
            rows = [row for row in rows if matches(row)]
        if obj_type.code not in UNIONS and [(sort.path.name, sort.descending) for sort in sorts] == [("ID", False)]:
            return rows
        return in_order(rows, sorts, nulls_high=view.options.nulls_sort_high)


def _candidates(view: View, obj_type: ObjectType, scope: Scope) -> list[Row]:
    """Narrow the rows by an index if a filter compares a stored ID; the predicate still has the last word."""
    if not scope.groups and obj_type.code not in UNIONS:
        for name, term in scope.terms.items():
            if not name.endswith("ID") or name not in obj_type.fields:
                continue
            for modifier, values, _ in pairs(term):
                if modifier.lower() == "eq" and not values[0].startswith("$$"):
                    found = view.world.table(obj_type.code).find(name, values[0])
                    return sorted(found, key=itemgetter("ID"))
    rows = _every(view, obj_type)
    if obj_type.code == "CSTEM" and "groupID" not in scope.terms:
        return [row for row in rows if "groupID" not in row]  # rule 75
    return rows


def _every(view: View, obj_type: ObjectType) -> list[Row]:
    """Give all rows; those of a table come by ID, so that the commonest sort costs nothing."""
    if obj_type.code in UNIONS:
        return list(view.world.objects(obj_type.code).values())
    return view.world.table(obj_type.code).ordered()
