"""How many calls to one Workfront are open at once: learned from its answers, shared by all of this process.

With a token from the broker comes a share of what all tasks together may have open (`client.share`): never more then.

Workfront refuses what is beyond its limit with 429. The limit is one for the whole customer, about 10 by hearsay and
nowhere documented (reference 8.4), and everybody else's calls count too: so it is found out, and found out again.
"""

from __future__ import annotations

import asyncio
import os
import threading
from collections import deque
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache, partial
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from airflow_provider_workfront.client.share import Share

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator

    from airflow_provider_workfront.client.http import HttpOptions


@dataclass(frozen=True, slots=True)
class Pace:
    """With how many calls at once a client begins, and how many it has at most.

    Who begins with the most was told the number by a person: it holds for all who share the slots, together.
    """

    first: int = 2
    most: int = 4

    @property
    def learns(self) -> bool:
        """Tell whether it is to be found out how many calls are borne."""
        return self.first < self.most


ONE_BY_ONE = Pace(1, 1)


@dataclass(slots=True, eq=False)
class Place:
    """Room for one call; whoever holds it says how the call ended by setting `refused`."""

    pace: Pace
    wake: Callable[[], object]
    is_taken: bool = False
    number: int = 0
    round: int = 0
    refused: bool = False


class Limiter:
    """Let so many calls through as Workfront bears: one more for each good answer, half as many after a refusal.

    First come, first served, so that nobody starves. After the first refusal it grows by one a round only.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.share = Share(self._lock, self._admit)
        self._waiting: deque[Place] = deque()
        self._open = 0
        self._allowed = 0.0
        self._most = 1
        self._round = 0
        self._taken = 0
        self._full = 0

    def width(self, pace: Pace) -> int:
        """Give how many calls a client may send at once now."""
        with self._lock:
            self._begin(pace)
            return min(pace.most, int(self._allowed))

    def ask(self, pace: Pace, wake: Callable[[], object]) -> Place:
        """Ask for room; `wake` is called, from any thread, as soon as there is."""
        place = Place(pace, wake)
        with self._lock:
            self._begin(pace)
            self._waiting.append(place)
            self._admit()
        return place

    def leave(self, place: Place) -> None:
        """Give room back, or give up waiting for it."""
        with self._lock:
            if place.is_taken:
                self._open -= 1
                self._learn(place)
            else:
                self._waiting.remove(place)
            self._admit()

    def _begin(self, pace: Pace) -> None:
        self._most = max(self._most, pace.most)
        if not self._round:  # nothing was refused yet: whoever is surest begins
            self._allowed = max(self._allowed, float(pace.first))

    def _learn(self, place: Place) -> None:
        if place.refused:
            self.share.refused()
            if place.round == self._round:  # of calls that were open together, one refusal counts
                self._allowed = max(1.0, self._allowed / 2)
                self._round += 1
        elif place.number <= self._full:  # room that is not used proves nothing
            self._allowed = min(float(self._most), self._allowed + (1 / self._allowed if self._round else 1.0))

    def _admit(self) -> None:
        while self._waiting and self._open < self._room(self._waiting[0].pace):
            place = self._waiting.popleft()
            self._open, self._taken = self._open + 1, self._taken + 1
            place.is_taken, place.number, place.round = True, self._taken, self._round
            if self._open >= int(self._allowed):
                self._full = self._taken  # whoever is inside now was there when all room was used
            with suppress(RuntimeError):  # its event loop has ended: `leave` comes from whoever ends it
                place.wake()
        self.share.counts(self._open, len(self._waiting))

    def _room(self, pace: Pace) -> int:
        shared, own = self.share.room(), min(int(self._allowed), pace.most)
        return own if shared is None else min(shared, own)


@dataclass(frozen=True, slots=True)
class Lane:
    """One client's way through a limiter, at its own pace."""

    limiter: Limiter = field(default_factory=Limiter)
    pace: Pace = ONE_BY_ONE

    def width(self) -> int:
        """Give how many calls may be sent at once now."""
        return self.limiter.width(self.pace)


def lane_of(api_root: str, pace: Pace) -> Lane:
    """Give the way to the Workfront of this address, which all clients of this process share."""
    parts = urlsplit(api_root)
    return Lane(_limiter(parts.scheme, parts.netloc), pace)


@cache
def _limiter(_scheme: str, _host: str) -> Limiter:
    return Limiter()


def share_of(api_root: str, options: HttpOptions) -> Share:
    """Give this process's share of the calls to the Workfront of this address."""
    return lane_of(api_root, options.pace).limiter.share.reached_with(options)


os.register_at_fork(after_in_child=_limiter.cache_clear)  # a child has neither its parent's share nor its calls


@contextmanager
def room(lane: Lane) -> Iterator[Place]:
    """Wait for room, and hold it for the block."""
    free = threading.Event()
    place = lane.limiter.ask(lane.pace, free.set)
    try:
        free.wait()
        yield place
    finally:
        lane.limiter.leave(place)


@asynccontextmanager
async def room_on_loop(lane: Lane) -> AsyncIterator[Place]:
    """Wait for room without holding up the event loop, and hold it for the block."""
    loop, free = asyncio.get_running_loop(), asyncio.Event()
    place = lane.limiter.ask(lane.pace, partial(loop.call_soon_threadsafe, free.set))
    try:
        if not place.is_taken:
            await free.wait()
        yield place
    finally:
        lane.limiter.leave(place)
