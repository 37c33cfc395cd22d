"""Threads of the broker: how many may wait for token endpoints, and an executor that lets the process end."""

from __future__ import annotations

import queue
import threading
import time
from collections import Counter
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

THREADS = 32
REFRESHES = 24
"""Threads that may wait for token endpoints at once; the others go on to give stored tokens."""

REFRESHES_OF_ONE = 2
"""Threads that may wait for the token endpoint of one connection."""

T = TypeVar("T")


class Places:
    """Places for refreshes: the slow token endpoint of one connection does not hold up the tasks of another."""

    def __init__(self, most: int = REFRESHES, most_of_one: int = REFRESHES_OF_ONE) -> None:
        self._most, self._most_of_one = most, most_of_one
        self._taken: Counter[str] = Counter()
        self._lock = threading.Lock()

    @contextmanager
    def taken(self, conn_id: str) -> Iterator[bool]:
        """Take a place and give it back at the end; False if none is free."""
        with self._lock:
            is_free = self._taken.total() < self._most and self._taken[conn_id] < self._most_of_one
            self._taken[conn_id] += is_free
        try:
            yield is_free
        finally:
            with self._lock:
                self._taken[conn_id] -= is_free
                if not self._taken[conn_id]:
                    del self._taken[conn_id]


class Workers(Executor):
    """Run work on daemon threads.

    The threads of `ThreadPoolExecutor` keep a process from ending for as long as one of them waits.
    """

    def __init__(self, most: int, name: str) -> None:
        self._most, self._name = most, name
        self._work: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._threads: list[threading.Thread] = []
        self._idle = threading.Semaphore(0)
        self._is_closed = False

    def submit(self, fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> Future[T]:
        """Begin the work, on a new thread if none is idle; raises RuntimeError once the process is ending."""
        future: Future[T] = Future()

        def work() -> None:
            if not future.set_running_or_notify_cancel():
                return
            try:
                future.set_result(fn(*args, **kwargs))
            except BaseException as error:  # noqa: BLE001 it is raised where the result is asked for
                future.set_exception(error)

        with self._lock:
            if self._is_closed:
                raise RuntimeError("this process is ending")
            self._work.put(work)
            if not self._idle.acquire(blocking=False) and len(self._threads) < self._most:
                thread = threading.Thread(target=self._carry, name=f"{self._name}-{len(self._threads)}", daemon=True)
                self._threads.append(thread)
                thread.start()
        return future

    def drain(self, seconds: float) -> bool:
        """Take no more work and wait for what was begun; tell whether all of it ended in time."""
        with self._lock:
            self._is_closed = True
            threads = list(self._threads)
        for _ in threads:
            self._work.put(None)
        until = time.monotonic() + seconds
        for thread in threads:
            thread.join(max(0.0, until - time.monotonic()))
        return not any(thread.is_alive() for thread in threads)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:  # noqa: ARG002, FBT001, FBT002
        """Take no more work; wait for what was begun."""
        self.drain(threading.TIMEOUT_MAX if wait else 0.0)

    def _carry(self) -> None:
        while (work := self._work.get()) is not None:
            work()
            del work  # else it keeps the last request, and its token, alive
            self._idle.release()
