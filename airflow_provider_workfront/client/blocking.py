"""The client for blocking code: it sends, waits and renews as the steps of the API layer say."""

from __future__ import annotations

import time
from collections import deque
from concurrent.futures import FIRST_COMPLETED, CancelledError, Future, wait
from functools import cached_property, partial
from itertools import islice
from threading import Event, Lock, Thread
from typing import TYPE_CHECKING, Any, Self, TypeVar

import httpx

from airflow_provider_workfront.api.call import Answer, Retry, Send, Step, Wait
from airflow_provider_workfront.api.errors import InvalidRequestError, WorkfrontError
from airflow_provider_workfront.api.pages import Rows, unknown
from airflow_provider_workfront.api.results import Carried
from airflow_provider_workfront.client import http as edge
from airflow_provider_workfront.client.pace import lane_of, room
from airflow_provider_workfront.client.shared import HUNDREDS_A_CALL, Connected, Paging
from airflow_provider_workfront.client.stats import Writing, is_refusal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from airflow_provider_workfront.api.bulk import Bulk
    from airflow_provider_workfront.api.hundred import Hundred
    from airflow_provider_workfront.api.operation import Job, Record, Steps
    from airflow_provider_workfront.api.pages import After, Fetched
    from airflow_provider_workfront.api.reads import Search
    from airflow_provider_workfront.api.request import Request
    from airflow_provider_workfront.api.results import RowResult
    from airflow_provider_workfront.api.slices import Slice
    from airflow_provider_workfront.api.windows import Window
    from airflow_provider_workfront.auth.session import Credential, Session

T = TypeVar("T")

PATIENCE = 2.0  # seconds


class Client(Connected[httpx.Client]):
    """Talk to Workfront and wait for the answers; may be shared between threads."""

    _new_lock = staticmethod(Lock)

    @cached_property
    def _under_way(self) -> list[Future[Any]]:
        """What was begun on threads, and may not have ended though nobody wants it any more."""
        return []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        is_told_to_end = kind is not None and not issubclass(kind, Exception)
        self.close(0.0 if is_told_to_end else PATIENCE)

    def close(self, patience: float = PATIENCE) -> None:
        """Close the connections, and sum up in the log what was done; calls under way may end first."""
        wait(self._under_way, patience)
        if goodbye := self._farewell(is_closed=self.http.is_closed):
            self._answered(goodbye, None)
        self.http.close()
        self.stats.tell()

    def run(self, job: Job[T]) -> T:
        """Carry out one operation or job."""
        return self.drive(job.steps(self.retry))

    def drive(self, steps: Steps[T]) -> T:
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
                answer, used = self._taken(step, used)
            except WorkfrontError as error:  # no session to be had: the steps know what was under way
                answer = error

    def _taken(self, step: Step, used: Credential | None) -> tuple[Answer | None, Credential | None]:
        """Take one step; give the answer, if it brings one, and the credential that was sent last."""
        if isinstance(step, Send):
            return self._send(step.request)
        if isinstance(step, Wait):
            self.stats.wait(step.seconds)
            time.sleep(step.seconds)  # noqa: TID251 the one place that waits
        else:
            self._acquired(used)
        return None, used

    def begin(self, job: Job[T]) -> Future[T]:
        """Carry out one operation or job on a thread of its own, and go on meanwhile."""
        begun = _begun(partial(self.run, job))
        self._under_way[:] = [*(work for work in self._under_way if not work.done()), begun]
        return begun

    def write(self, bulk: Bulk) -> list[RowResult]:
        """Write many rows, a hundred a call and several calls at once; give what became of each."""
        hundreds = iter(bulk.hundreds())
        return bulk.concluded(list(self.carried(hundreds, bulk.label)), hundreds)

    def carried(self, hundreds: Iterator[Hundred], what: str = "") -> Iterator[Carried]:
        """Carry out hundreds of rows, several at once, and give each as it ends; after an error no other begins.

        `what` names them in the log.
        """
        progress, under_way = Writing(what), set[Future[Carried]]()
        while True:
            room_left = 0 if progress.error else self.lane.width() * HUNDREDS_A_CALL - len(under_way)
            under_way |= {self.begin(hundred) for hundred in islice(hundreds, max(0, room_left))}
            if not under_way:
                return
            done, under_way = wait(under_way, return_when=FIRST_COMPLETED)
            yield from (progress.taken(each.result()) for each in done)

    def rows(self, search: Search) -> Iterator[Record]:
        """Give the rows of all pages, one by one."""
        for page in self.pages(search):
            yield from page

    def pages(self, search: Search, after: After | None = None) -> Iterator[list[Record]]:
        """Give the rows of all pages, many at a time; with `after`, those behind an earlier read."""
        return self._read(Paging(search, self, after))

    def slices(
        self, search: Search, after: After | None = None, expected: Callable[[], int | None] = unknown
    ) -> Iterator[list[Slice]]:
        """Give the rows of all pages as they came, many at a time: an ID and a line of JSON each.

        Who knows, or comes to know, how many rows are `expected`, spares calls behind the end by saying so.
        """
        return self._read(Paging(search, self, after, expected, sliced=True))

    def _read(self, paging: Paging) -> Iterator[list[Any]]:
        step, ahead = paging.step(None), Ahead(self, self._under_way)
        try:
            while step:
                fetched: Fetched = None
                if isinstance(step, Rows):
                    yield step.rows
                else:
                    if step.anew:
                        ahead.give_up()
                    ahead.begin(paging.windows(step))
                    fetched = ahead.due()
                step = paging.step(fetched)
            ahead.give_up()
        except (Exception, GeneratorExit):
            ahead.give_up(PATIENCE)  # what is under way ends before its connections are closed
            raise

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
        return edge.exchange(self.http, request, self.api_root, credential, self.longest)


class Ahead:
    """Windows under way, each on a thread, in their order."""

    def __init__(self, client: Client, under_way: list[Future[Any]]) -> None:
        self._client = client
        self._under_way = under_way
        self._begun: deque[Future[Any]] = deque()
        self._unwanted = Event()

    def begin(self, windows: list[Window]) -> None:
        """Begin to fetch some more."""
        for window in windows:
            steps = _while_wanted(window.steps(self._client.retry), self._unwanted)
            self._begun.append(_begun(partial(self._client.drive, steps)))

    def due(self) -> Fetched:
        """Wait for the oldest; that Workfront refuses one is an answer too."""
        try:
            page: list[Any] = self._begun.popleft().result()
        except InvalidRequestError as error:
            return error
        return page

    def give_up(self, patience: float = 0.0) -> None:
        """Let them end at their next step, and wait so long for it."""
        self._unwanted.set()
        if patience:
            wait(self._begun, patience)
        self._under_way[:] = [work for work in (*self._under_way, *self._begun) if not work.done()]
        self._begun.clear()
        self._unwanted = Event()


def _while_wanted(steps: Steps[T], unwanted: Event) -> Steps[T]:
    """Take no further step once nobody wants the result."""
    answer = None
    while not unwanted.is_set():
        try:
            step = steps.send(answer)
        except StopIteration as done:
            result: T = done.value
            return result
        answer = yield step
    raise CancelledError


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
    http, lane = edge.opened(httpx.Client, options, conn_id), lane_of(api_root, options.pace)
    return Client(
        http,
        session,
        api_root=api_root,
        retry=retry,
        read_only=read_only,
        conn_id=conn_id,
        lane=lane,
        longest=options.longest,
    )
