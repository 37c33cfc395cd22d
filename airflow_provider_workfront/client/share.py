"""Ask the broker for slots while calls go on: on a thread of its own, so that neither a call nor an event loop waits.

One for each Workfront and process. It sleeps until something is due; a process that has no calls asks nothing.
"""

from __future__ import annotations

import time
from math import inf
from threading import Condition, Lock, Thread
from typing import TYPE_CHECKING, Any

import httpx

from airflow_provider_workfront.api.logs import get_logger
from airflow_provider_workfront.api.request import Repeat, Request, loads
from airflow_provider_workfront.client.part import Part

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from airflow_provider_workfront.client.http import HttpOptions

log = get_logger("airflow_provider_workfront")

LONGEST_ANSWER = 20.0  # seconds: an ask may wait ten for a slot
MOST_BYTES = 1024 * 1024  # of an answer, unpacked
LEAVING = 2.0  # seconds that a client which is closed may take to say so
KEPT_OPEN = 30.0  # seconds for which the connection to the broker is kept while nothing is asked


class Share:
    """What one process may have open at one Workfront.

    It lives within a limiter: `lock` is the limiter's, and `changed` lets in whoever may come in now.
    """

    def __init__(self, lock: Lock, changed: Callable[[], None]) -> None:
        self._changed = changed
        self._woken = Condition(lock)
        self._part = Part()
        self._thread: Thread | None = None
        self._planned = inf
        self._url = ""
        self._options: HttpOptions | None = None

    # -- for the limiter, which holds the lock

    def room(self) -> int | None:
        """Give how many calls may be open; None: as many as the pace allows."""
        return self._part.room(time.monotonic())

    def counts(self, open_now: int, waiting: int) -> None:
        """Learn how many calls are open, and how many wait."""
        self._part.counts(open_now, waiting, time.monotonic())
        self._plan()

    def refused(self) -> None:
        """Learn that Workfront refused a call."""
        self._part.refused()

    # -- for the session, which asks for slots together with the token

    def reached_with(self, options: HttpOptions) -> Share:
        """Say how the broker is reached, and how many calls a client wants at most."""
        with self._woken:
            self._part.learns = options.pace.learns and (self._options is None or self._part.learns)
            self._part.most = max(self._part.most, options.pace.most)
            self._options = options
        return self

    def asking(self) -> dict[str, Any]:
        """Say what to ask for now that a call is about to begin."""
        with self._woken:
            return self._part.asking(time.monotonic(), at_least=1)

    def told(self, asked: Mapping[str, Any], sent_at: float, said: object, url: str) -> None:
        """Take in what came with the token; nothing comes from a broker that hands out no slots."""
        with self._woken:
            self._url = url
            if isinstance(said, dict):
                self._take(asked["number"], sent_at, said)
            elif self._part.ticket:
                self._part.failed(time.monotonic())
            if self._part.ticket and self._thread is None:
                self._thread = Thread(target=self._work, name="workfront-share", daemon=True)
                self._thread.start()
            self._changed()

    def farewell(self) -> Request | None:
        """Give the request that gives all back, for a client that is closed; None while others have calls open."""
        with self._woken:
            part = self._part
            if part.is_busy or not part.limit or not part.ticket:
                return None
            body = part.asking(time.monotonic(), leaves=True) | {"ticket": part.ticket}
        return Request("POST", self._url, json=body, anonymous=True, repeat=Repeat.ALWAYS, within=LEAVING)

    # -- the thread

    def _work(self) -> None:
        """Ask whenever something is due; if that fails for good, nobody may be left waiting."""
        try:
            while True:
                self._wait(inf)
                self._ask_on()
        except Exception as error:  # noqa: BLE001 the edge of a thread
            log.warning("Calls are not shared with other tasks any more (%s).", type(error).__name__)
        finally:
            with self._woken:
                self._thread, self._planned = None, inf
                self._part.dismissed()
                self._changed()

    def _ask_on(self) -> None:
        """Ask over one connection, as long as there is something to ask."""
        from airflow_provider_workfront.client.http import HttpOptions, opened  # which imports the limiter

        with opened(httpx.Client, self._options or HttpOptions(), "") as http:
            while self._wait(KEPT_OPEN):
                self._ask(http)

    def _wait(self, seconds: float) -> bool:
        """Wait until something is due, but no longer; tell whether it is."""
        until = time.monotonic() + seconds
        with self._woken:
            while (now := time.monotonic()) < (due := self._part.due(now)) and now < until:
                self._planned = due
                self._woken.wait(None if min(due, until) == inf else min(due, until) - now)
            self._planned = -inf  # awake: nobody has to wake it
            return now >= due

    def _plan(self) -> None:
        if self._part.due(time.monotonic()) < self._planned:
            self._woken.notify_all()

    def _ask(self, http: httpx.Client) -> None:
        from airflow_provider_workfront.client.http import exchange  # which imports the limiter

        with self._woken:
            sent_at = time.monotonic()
            ask = self._part.asking(sent_at) | {"ticket": self._part.ticket}
            url = self._url
        body = ask | {"wait": ask["want"] > 0 and not ask["keep"]}
        request = Request("POST", url, json=body, anonymous=True, within=LONGEST_ANSWER)
        try:
            answer = exchange(http, request, url, None, MOST_BYTES)
            status, content = answer.status, answer.body
        except httpx.HTTPError:
            status, content = 0, b""
        with self._woken:
            if status == 200:
                self._take(ask["number"], sent_at, _said(content))
            elif 400 <= status < 500 and status != 429:
                self._part.dismissed()
            else:
                self._part.failed(time.monotonic())
            self._changed()

    def _take(self, number: int, sent_at: float, said: Mapping[str, Any]) -> None:
        try:
            self._part.told(number, said, sent_at, time.monotonic())
        except (KeyError, TypeError, ValueError):
            self._part.dismissed()


def _said(body: bytes | bytearray) -> dict[str, Any]:
    try:
        said = loads(body)
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}
