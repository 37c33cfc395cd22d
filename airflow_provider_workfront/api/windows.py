"""One page of a search, decoded or in slices; a long list of fields is asked for in parts, and joined by ID."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from airflow_provider_workfront.api.call import Retry, call
from airflow_provider_workfront.api.errors import ServerError
from airflow_provider_workfront.api.filters import named_fields
from airflow_provider_workfront.api.operation import Job, Steps
from airflow_provider_workfront.api.pages import id_of, is_sliced
from airflow_provider_workfront.api.slices import Slice, merged, written

if TYPE_CHECKING:
    from airflow_provider_workfront.api.reads import Search
    from airflow_provider_workfront.api.request import Request

MOST_FIELDS = 500
"""Fields of one call: 2,000 rows of them are the 1,000,000 that an answer may hold (reference 4.10)."""
IDS_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Window(Job[list[Any]]):
    """Read one page of a search: dicts, or rows as they came."""

    search: Search
    first: int
    size: int
    sliced: bool = False

    def steps(self, retry: Retry) -> Steps[list[Any]]:
        """Read the page, and what its rows have beyond the first fields."""
        narrow, *others = _parts(self.search)
        rows = yield from self._read(narrow.page(self.first, self.size), retry)
        for other in others:
            rows = yield from self._widened(rows, other, retry)
        return rows

    def _widened(self, rows: list[Any], other: Search, retry: Retry) -> Steps[list[Any]]:
        """Add more fields to each row; one that vanished meanwhile is left out, as if it had vanished before."""
        found: dict[str, Any] = {}
        for start in range(0, len(rows), IDS_AT_ONCE):
            ids = [id_of(row) for row in rows[start : start + IDS_AT_ONCE]]
            request = replace(other, filters={"ID": {"in": ids}}).page(0, len(ids))
            found |= {id_of(row): row for row in (yield from self._read(request, retry))}
        return [_joined(row, found[id_of(row)]) for row in rows if id_of(row) in found]

    def _read(self, request: Request, retry: Retry) -> Steps[list[Any]]:
        data = yield from call(replace(request, sliced=self.sliced), retry)
        if not isinstance(data, list) or not (self.sliced or all(isinstance(row, dict) for row in data)):
            raise ServerError(200, f"an answer of an unknown form ({type(data).__name__})", "", request.label)
        if self.sliced and not is_sliced(data):
            return [written(row, id_of(row)) for row in data]
        return data


def _parts(search: Search) -> list[Search]:
    """Cut a search with very many fields into searches with few."""
    names = named_fields(search.fields)
    if len(names) <= MOST_FIELDS:
        return [search]
    return [replace(search, fields=names[at : at + MOST_FIELDS]) for at in range(0, len(names), MOST_FIELDS)]


def _joined(row: Any, more: Any) -> Any:
    return merged(row, more) if isinstance(row, Slice) else row | more
