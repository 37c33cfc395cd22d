"""The client for blocking code: it sends, waits and renews as the steps of the API layer say."""

from __future__ import annotations

import time
from concurrent.futures import Future, wait
from functools import partial
from threading import Lock, Thread
from typing import TYPE_CHECKING, Self, TypeVar

import httpx

from airflow_provider_workfront.api.call import Answer, Retry, Send, Wait
from airflow_provider_workfront.api.errors import InvalidRequestError
from airflow_provider_workfront.api.pages import Fetch, Fetched, Rows
from airflow_provider_workfront.client import http as edge
from airflow_provider_workfront.client.pace import lane_of, room
from airflow_provider_workfront.client.shared import Connected
from airflow_provider_workfront.client.stats import is_refusal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from airflow_provider_workfront.api.operation import Job, Record, Steps
    from airflow_provider_workfront.api.reads import Search, Window
    from airflow_provider_workfront.api.request import Request
    from airflow_provider_workfront.auth.session import Credential, Session

T = TypeVar("T")


class Client(Connected[httpx.Client]):
    """Talk to Workfront and wait for the answers; may be shared between threads."""

    _new_lock = staticmethod(Lock)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections, and sum up in the log what was done."""
        if goodbye := self._farewell(is_closed=self.http.is_closed):
            self._answered(goodbye, None)
        self.http.close()
        self.stats.tell()

    def run(self, job: Job[T]) -> T:
        """Carry out one operation or job."""
        return self.drive(job.steps(self.retry))

    def drive(self, steps: Steps[T]) -> T:
        """Do what the steps say until they give their result."""
        answer: Answer | None = None
        used: Credential | None = None
        while True:
            try:
                step = steps.send(answer)
            except StopIteration as done:
                result: T = done.value
                return result
            answer = None
            if isinstance(step, Send):
                answer, used = self._send(step.request)
            elif isinstance(step, Wait):
                self.stats.wait(step.seconds)
                time.sleep(step.seconds)  # noqa: TID251 the one place that waits
            else:
                self._acquired(used)

    def rows(self, search: Search) -> Iterator[Record]:
        """Give the rows of all pages, one by one."""
        for page in self.pages(search):
            yield from page

    def pages(self, search: Search) -> Iterator[list[Record]]:
        """Give the rows of all pages, many at a time."""
        paging, fetched = self._paging(search), None
        while step := paging.step(fetched):
            fetched = self._fetched(paging.windows(step)) if isinstance(step, Fetch) else None
            if isinstance(step, Rows):
                yield step.rows

    def _fetched(self, windows: list[Window]) -> Fetched:
        """Fetch all windows at once, or as many as there is room for; wait for the last even if one fails."""
        try:
            if len(windows) == 1:
                return [self.run(windows[0])]
            begun = [_begun(partial(self.run, window)) for window in windows]
            wait(begun)
            return [done.result() for done in begun]
        except InvalidRequestError as error:
            return error

    def _acquired(self, refused: Credential | None) -> Credential:
        """Give the session's credential; of several threads whose credential was refused, one renews it."""
        with self._renewing:
            if held := self._held(refused):
                return held
            return self._keep(self.drive(self.session.acquire(refused)), refused)

    def _send(self, request: Request) -> tuple[Answer, Credential | None]:
        """Send, and say with which credential."""
        if not self._needs_session(request):  # a call of the session itself, or one that goes elsewhere
            return self._answered(request, None), None
        self._acquired(None)  # what may be open comes with it
        with room(self.lane) as place:
            credential = self._acquired(None)  # waiting may have outlived the former one
            answer = self._answered(request, credential)
            place.refused = is_refusal(answer)
        return answer, credential

    def _answered(self, request: Request, credential: Credential | None) -> Answer:
        started = time.monotonic()
        try:
            answer: Answer = self._exchange(request, credential)
        except httpx.RequestError as error:
            answer = edge.lost(error)
        return self._counted(answer, started, credential)

    def _exchange(self, request: Request, credential: Credential | None) -> Answer:
        receiver = edge.Receiver(request)
        prepared = edge.build(self.http, request, self.api_root, credential)
        response = self.http.send(prepared, stream=True)
        try:
            receiver.begin(response)
            for chunk in edge.in_time(response.iter_bytes(), request):
                receiver.take(chunk)
            return receiver.answer(response)
        finally:
            response.close()


def _begun(work: Callable[[], T]) -> Future[T]:
    """Do it on a thread that nobody has to wait for: a task that is told to end shall end, whatever is under way."""
    future: Future[T] = Future()

    def carry() -> None:
        try:
            future.set_result(work())
        except BaseException as error:  # noqa: BLE001 it is raised where the result is asked for
            future.set_exception(error)

    Thread(target=carry, name="workfront", daemon=True).start()
    return future


def open_client(
    session: Session,
    *,
    api_root: str,
    options: edge.HttpOptions | None = None,
    retry: Retry = Retry(),
    read_only: bool = False,
    conn_id: str = "",
) -> Client:
    """Make a client with its own connections; `api_root` is ``https://acme.my.workfront.com/attask/api/v21.0``."""
    options = options or edge.HttpOptions()
    http, lane = httpx.Client(**edge.settings(options, conn_id)), lane_of(api_root, options.pace)
    return Client(http, session, api_root=api_root, retry=retry, read_only=read_only, conn_id=conn_id, lane=lane)
