"""The verbs of both clients, each declared once: an operation's own signature is the verb's."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from functools import update_wrapper
from typing import TYPE_CHECKING, Any, Generic, NoReturn, ParamSpec, Self, TypeVar, overload

from airflow_provider_workfront.api.batch import Batch
from airflow_provider_workfront.api.bulk import Bulk, BulkCreate, BulkDelete, BulkUpdate
from airflow_provider_workfront.api.documents import Download, Upload
from airflow_provider_workfront.api.operation import Job, Raw
from airflow_provider_workfront.api.reads import Count, Get, Metadata, NamedQuery, Report, Search
from airflow_provider_workfront.api.writes import Action, Copy, Create, Delete, Update

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from airflow_provider_workfront.api.operation import Record
    from airflow_provider_workfront.api.results import RowResult
    from airflow_provider_workfront.client.awaiting import AsyncClient
    from airflow_provider_workfront.client.blocking import Client

P = ParamSpec("P")
R = TypeVar("R")


class Verb(Generic[P, R]):
    """A method that makes an operation of its arguments and runs it: at once, or when awaited."""

    def __init__(self, operation: Callable[P, Job[R]]) -> None:
        self.operation = operation

    @overload
    def __get__(self, client: None, owner: type) -> Self: ...
    @overload
    def __get__(self, client: Client, owner: type) -> Callable[P, R]: ...
    @overload
    def __get__(self, client: AsyncClient, owner: type) -> Callable[P, Awaitable[R]]: ...
    def __get__(self, client: Any, owner: type) -> Any:
        if client is None:
            return self

        def _called(*args: P.args, **kwargs: P.kwargs) -> Any:
            return client.run(self.operation(*args, **kwargs))

        return update_wrapper(_called, self.operation)


class SearchVerb(Generic[P]):
    """A method that makes a search of its arguments and gives the rows of all its pages, as an iterator."""

    def __init__(self, search: Callable[P, Search]) -> None:
        self.search = search

    @overload
    def __get__(self, client: None, owner: type) -> Self: ...
    @overload
    def __get__(self, client: Client, owner: type) -> Callable[P, Iterator[Record]]: ...
    @overload
    def __get__(self, client: AsyncClient, owner: type) -> Callable[P, AsyncIterator[Record]]: ...
    def __get__(self, client: Any, owner: type) -> Any:
        if client is None:
            return self

        def _called(*args: P.args, **kwargs: P.kwargs) -> Any:
            search = self.search(*args, **kwargs)
            search.request()  # a wrong argument shows here, not at the first row
            rows = client.rows(search)
            return Rows(rows, search) if hasattr(rows, "__next__") else AsyncRows(rows, search)

        return update_wrapper(_called, self.search)


class Rows(Iterator["Record"]):
    """The rows of a search, which asks for a page when its rows are wanted.

    An iterator like any other: read once, inside the `with` of its client, and no result of a task.
    """

    def __init__(self, rows: Iterator[Record], search: Search) -> None:
        self._rows = rows
        self._label = search.request().label

    def __iter__(self) -> Iterator[Record]:  # noqa: PYI034 without a hop for each row
        return self._rows

    def __next__(self) -> Record:
        return next(self._rows)

    def serialize(self) -> NoReturn:
        """Refuse to become an XCom: Airflow calls this for what a task returns."""
        raise _no_result(self._label, "list(workfront.search(...))")


class AsyncRows(AsyncIterator["Record"]):
    """`Rows` of an event loop: `async for row in workfront.search(...)`."""

    def __init__(self, rows: AsyncIterator[Record], search: Search) -> None:
        self._rows = rows
        self._label = search.request().label

    def __aiter__(self) -> AsyncIterator[Record]:  # noqa: PYI034 without a hop for each row
        return self._rows

    async def __anext__(self) -> Record:
        return await anext(self._rows)

    def serialize(self) -> NoReturn:
        """Refuse to become an XCom: Airflow calls this for what a task returns."""
        raise _no_result(self._label, "[row async for row in workfront.search(...)]")


def _no_result(label: str, instead: str) -> TypeError:
    return TypeError(
        f"{label}: the rows of a search are an iterator, which cannot be the result of a task, and its client is "
        f"closed by then. Return `{instead}`, or for many rows write them to a file and return its path"
    )


class BulkVerb(Generic[P]):
    """A method that makes a bulk write of its arguments and gives what became of each row."""

    def __init__(self, bulk: Callable[P, Bulk]) -> None:
        self.bulk = bulk

    @overload
    def __get__(self, client: None, owner: type) -> Self: ...
    @overload
    def __get__(self, client: Client, owner: type) -> Callable[P, list[RowResult]]: ...
    @overload
    def __get__(self, client: AsyncClient, owner: type) -> Callable[P, Awaitable[list[RowResult]]]: ...
    def __get__(self, client: Any, owner: type) -> Any:
        if client is None:
            return self

        def _called(*args: P.args, **kwargs: P.kwargs) -> Any:
            return client.write(self.bulk(*args, **kwargs))

        return update_wrapper(_called, self.bulk)


class Verbs:
    """Everything a client can be asked for."""

    search = SearchVerb(Search)
    get = Verb(Get)
    count = Verb(Count)
    report = Verb(Report)
    named_query = Verb(NamedQuery)
    metadata = Verb(Metadata)
    create = Verb(Create)
    update = Verb(Update)
    delete = Verb(Delete)
    copy = Verb(Copy)
    action = Verb(Action)
    batch = Verb(Batch)
    bulk_create = BulkVerb(BulkCreate)
    bulk_update = BulkVerb(BulkUpdate)
    bulk_delete = BulkVerb(BulkDelete)
    upload = Verb(Upload)
    download = Verb(Download)
    request = Verb(Raw)
