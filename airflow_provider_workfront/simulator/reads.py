"""Answer gets, searches, counts, reports and named queries."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflow_provider_workfront.simulator.named import Named
from airflow_provider_workfront.simulator.query import Finder, Query, page_of
from airflow_provider_workfront.simulator.reports import report
from airflow_provider_workfront.simulator.selection import shower
from airflow_provider_workfront.simulator.view import View
from airflow_provider_workfront.simulator.wire import NO_ACCESS, ApiError, illegal, not_found

if TYPE_CHECKING:
    from collections.abc import Iterable

    from airflow_provider_workfront.simulator.call import Call
    from airflow_provider_workfront.simulator.options import Options
    from airflow_provider_workfront.simulator.table import Row
    from airflow_provider_workfront.simulator.world import World


def present(world: World, call: Call, rows: Iterable[Row]) -> list[dict[str, Any]]:
    """Show rows as the call's `fields` ask; after a write as well as after a read."""
    show = shower(View.of(world, call), call.type, call.params.get("fields"))
    return [show(row) for row in rows]


def row_of(world: World, call: Call, obj_id: str) -> Row:
    """Find one row, or refuse in Workfront's words (rules 46 and 47)."""
    row = world.get(call.type.code, obj_id)
    if row is None:
        raise not_found(call.type.label, obj_id)
    if world.may_see(call.user_id, obj_id):
        return row
    if world.options.hidden_status == 404:
        raise not_found(call.type.label, obj_id)
    raise ApiError(403, NO_ACCESS, f"You do not have sufficient access to view this {call.type.label}")


class Reads:
    """Carry out what a GET asks."""

    def __init__(self, world: World, options: Options) -> None:
        self._world = world
        self._options = options
        self._finder = Finder(world, options.seed, shuffle=options.shuffle)
        self._named = Named(world)

    def get(self, call: Call) -> Any:
        """Give one object, or several in the order of their IDs (rule 45)."""
        shown = present(self._world, call, self._rows(call))
        if call.params.flag("map"):
            return _map(shown)
        return shown[0] if len(call.ids) == 1 else shown

    def search(self, call: Call) -> Any:
        """Give one page of what matches."""
        view = View.of(self._world, call)
        part = page_of(call.params)
        query = Query.of(view, call.params)
        show = shower(view, call.type, call.params.get("fields"))
        rows = self._finder.page(view, call.type, query, part)
        if call.params.flag("map"):
            return {row["ID"]: show(row) for row in rows}  # rule 62
        return [show(row) for row in rows]

    def count(self, call: Call) -> dict[str, int]:
        """Count what matches (rule 72)."""
        view = View.of(self._world, call)
        return {"count": len(self._finder.all(view, call.type, Query.of(view, call.params)))}

    def report(self, call: Call) -> dict[str, Any]:
        """Aggregate what matches (rule 73)."""
        view = View.of(self._world, call)
        query = Query.of(view, call.params)
        rows = self._finder.all(view, call.type, query)
        return report(view, call.type, query.shapes, rows, rollup=call.params.flag("$$ROLLUP"))

    def named(self, call: Call) -> Any:
        """Answer a named query with an array (rule 74)."""
        if call.verb not in call.type.queries:  # rule 12
            raise illegal(f"APIModel {call.label} does not support namedQuery {call.verb} ({call.type.code})")
        view = View.of(self._world, call)
        first, limit = page_of(call.params)
        rows = view.visible(self._named.rows(call))[first : first + limit]
        return present(self._world, call, rows)

    def _rows(self, call: Call) -> list[Row]:
        if self._options.multi_get_drops_missing and len(call.ids) > 1:
            objects = self._world.objects(call.type.code)
            return [row_of(self._world, call, obj_id) for obj_id in call.ids if obj_id in objects]
        return [row_of(self._world, call, obj_id) for obj_id in call.ids]


def _map(shown: list[dict[str, Any]]) -> dict[str, Any]:
    return {row["ID"]: row for row in shown}
