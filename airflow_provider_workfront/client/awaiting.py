"""The client for event loops: it sends, waits and renews as the steps of the API layer say."""

from __future__ import annotations

import time
from asyncio import FIRST_COMPLETED, Lock, Task, create_task, gather, sleep, to_thread
from asyncio import wait as first_of
from collections import deque
from itertools import islice
from typing import TYPE_CHECKING, Any, Self, TypeVar, cast

import httpx

from airflow_provider_workfront.api.call import Answer, Retry, Send, Step, Wait
from airflow_provider_workfront.api.errors import InvalidRequestError, WorkfrontError
from airflow_provider_workfront.api.pages import Rows, unknown
from airflow_provider_workfront.api.results import Carried
from airflow_provider_workfront.client import http as edge
from airflow_provider_workfront.client.deadline import running
from airflow_provider_workfront.client.pace import lane_of, room_on_loop
from airflow_provider_workfront.client.shared import HUNDREDS_A_CALL, Connected, Paging
from airflow_provider_workfront.client.stats import Writing, is_refusal

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator

    from airflow_provider_workfront.api.bulk import Bulk
    from airflow_provider_workfront.api.hundred import Hundred
    from airflow_provider_workfront.api.operation import Job, Record, Steps
    from airflow_provider_workfront.api.pages import After, Fetched
    from airflow_provider_workfront.api.reads import Search
    from airflow_provider_workfront.api.request import Request
    from airflow_provider_workfront.api.results import RowResult
    from airflow_provider_workfront.api.slices import Slice
    from airflow_provider_workfront.auth.session import Credential, Session

T = TypeVar("T")


class AsyncClient(Connected[httpx.AsyncClient]):
    """Talk to Workfront from an event loop: the names of `Client`, awaited."""

    _new_lock = staticmethod(Lock)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Close the connections, and sum up in the log what was done."""
        if goodbye := self._farewell(is_closed=self.http.is_closed):
            await self._answered(goodbye, None)
        await self.http.aclose()
        self.stats.tell()

    async def run(self, job: Job[T]) -> T:
        """Carry out one operation or job."""
        return await self.drive(job.steps(self.retry))

    async def drive(self, steps: Steps[T]) -> T:
        """Do what the steps say until they give their result."""
        answer: Answer | WorkfrontError | None = None
        used: Credential | None = None
        while True:
            try:
                step = steps.throw(answer) if isinstance(answer, WorkfrontError) else steps.send(answer)
            except StopIteration as done:
                result: T = done.value
                return result
            try:
                answer, used = await self._taken(step, used)
            except WorkfrontError as error:  # no session to be had: the steps know what was under way
                answer = error

    async def _taken(self, step: Step, used: Credential | None) -> tuple[Answer | None, Credential | None]:
        """Take one step; give the answer, if it brings one, and the credential that was sent last."""
        if isinstance(step, Send):
            return await self._send(step.request)
        if isinstance(step, Wait):
            self.stats.wait(step.seconds)
            await sleep(step.seconds)
        else:
            await self._acquired(used)
        return None, used

    def begin(self, job: Job[T]) -> Task[T]:
        """Carry out one operation or job as a task of its own, and go on meanwhile."""
        return create_task(self.run(job))

    async def write(self, bulk: Bulk) -> list[RowResult]:
        """Write many rows, a hundred a call and several calls at once; give what became of each."""
        hundreds = iter(bulk.hundreds())
        return bulk.concluded([carried async for carried in self.carried(hundreds, bulk.label)], hundreds)

    async def carried(self, hundreds: Iterator[Hundred], what: str = "") -> AsyncIterator[Carried]:
        """Carry out hundreds of rows, several at once, and give each as it ends; after an error no other begins.

        `what` names them in the log.
        """
        progress, under_way = Writing(what), set[Task[Carried]]()
        while True:
            room_left = 0 if progress.error else self.lane.width() * HUNDREDS_A_CALL - len(under_way)
            under_way |= {self.begin(hundred) for hundred in islice(hundreds, max(0, room_left))}
            if not under_way:
                return
            done, under_way = await first_of(under_way, return_when=FIRST_COMPLETED)
            for each in done:
                yield progress.taken(each.result())

    async def rows(self, search: Search) -> AsyncIterator[Record]:
        """Give the rows of all pages, one by one."""
        async for page in self.pages(search):
            for row in page:
                yield row

    def pages(self, search: Search, after: After | None = None) -> AsyncIterator[list[Record]]:
        """Give the rows of all pages, many at a time; with `after`, those behind an earlier read."""
        return self._read(Paging(search, self, after))

    def slices(
        self, search: Search, after: After | None = None, expected: Callable[[], int | None] = unknown
    ) -> AsyncIterator[list[Slice]]:
        """Give the rows of all pages as they came, many at a time: an ID and a line of JSON each.

        Who knows, or comes to know, how many rows are `expected`, spares calls behind the end by saying so.
        """
        return self._read(Paging(search, self, after, expected, sliced=True))

    async def _read(self, paging: Paging) -> AsyncIterator[list[Any]]:
        step, begun = paging.step(None), deque[Task[Any]]()
        try:
            while step:
                fetched: Fetched = None
                if isinstance(step, Rows):
                    yield step.rows
                else:
                    if step.anew:
                        await _given_up(begun)
                    begun += [create_task(self.run(window)) for window in paging.windows(step)]
                    fetched = await _refusal_or(begun.popleft())
                step = paging.step(fetched)
        finally:
            await _given_up(begun)

    async def _acquired(self, refused: Credential | None) -> Credential:
        """Give the session's credential; of several tasks whose credential was refused, one renews it."""
        async with self._renewing:
            if held := self._held(refused):
                return held
            return self._keep(await self.drive(self.session.acquire(refused)), refused)

    async def _send(self, request: Request) -> tuple[Answer, Credential | None]:
        """Send, and say with which credential."""
        if not self._needs_session(request):  # a call of the session itself, or one that goes elsewhere
            return await self._answered(request, None), None
        await self._acquired(None)  # what may be open comes with it
        async with room_on_loop(self.lane) as place:
            credential = await self._acquired(None)  # waiting may have outlived the former one
            answer = await self._answered(request, credential)
            place.refused = is_refusal(answer)
        return answer, credential

    async def _answered(self, request: Request, credential: Credential | None) -> Answer:
        started = time.monotonic()
        try:
            answer: Answer = await self._exchange(request, credential)
        except httpx.RequestError as error:
            answer = edge.lost(error)
        return self._counted(answer, started, credential)

    async def _exchange(self, request: Request, credential: Credential | None) -> Answer:
        prepared = edge.build(self.http, request, self.api_root, credential)
        if request.part:
            prepared.stream = OnThreads(cast("httpx.SyncByteStream", prepared.stream))
        with running(edge.deadline_of(request, prepared)) as deadline:
            receiver = edge.Receiver(request, deadline, self.longest)
            response = await self.http.send(prepared, stream=True)
            try:
                await to_thread(receiver.begin, response) if request.into else receiver.begin(response)
                if response.is_stream_consumed:  # what a transport has read already, it has unpacked too
                    await self._received(receiver, response.content)
                else:
                    async for chunk in response.aiter_raw():
                        await self._received(receiver, chunk)
                return receiver.answer(response)
            finally:
                await response.aclose()

    @staticmethod
    async def _received(receiver: edge.Receiver, chunk: bytes) -> None:
        if receiver.into:  # a file may be slow
            await to_thread(receiver.take, chunk)
        else:
            receiver.take(chunk)


class OnThreads(httpx.AsyncByteStream):
    """A body that is read from a file, which may be slow: on threads, a piece at a time."""

    def __init__(self, stream: httpx.SyncByteStream) -> None:
        self._stream = stream

    async def __aiter__(self) -> AsyncIterator[bytes]:
        pieces = iter(self._stream)
        while (piece := await to_thread(next, pieces, None)) is not None:
            yield piece


async def _refusal_or(due: Task[list[Any]]) -> Fetched:
    """Wait for a page; that Workfront refuses one is an answer too."""
    try:
        return await due
    except InvalidRequestError as error:
        return error


async def _given_up(begun: deque[Task[Any]]) -> None:
    """End what is not wanted any more."""
    for task in begun:
        task.cancel()
    await gather(*begun, return_exceptions=True)
    begun.clear()


def open_async_client(
    session: Session,
    *,
    api_root: str,
    options: edge.HttpOptions | None = None,
    retry: Retry = Retry(),
    read_only: bool = False,
    conn_id: str = "",
) -> AsyncClient:
    """Make a client with its own connections; `api_root` is ``https://acme.my.workfront.com/attask/api/v21.0``."""
    options = options or edge.HttpOptions()
    http, lane = edge.opened(httpx.AsyncClient, options, conn_id), lane_of(api_root, options.pace)
    return AsyncClient(
        http,
        session,
        api_root=api_root,
        retry=retry,
        read_only=read_only,
        conn_id=conn_id,
        lane=lane,
        longest=options.longest,
    )
