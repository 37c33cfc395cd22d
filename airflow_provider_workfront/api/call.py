"""The policy of one call, as a generator of steps: what to send, when to wait, when to renew the session.

Whoever drives it does the I/O, so there is one copy of the policy for blocking and async code.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any

from airflow_provider_workfront.api.answer import REQUEST_TIMEOUT, Reading, location, read
from airflow_provider_workfront.api.errors import (
    AuthenticationError,
    InvalidRequestError,
    NotFoundError,
    OutcomeUnknownError,
    ResponseError,
    WorkfrontError,
)
from airflow_provider_workfront.api.hints import Question, hint
from airflow_provider_workfront.api.readback import happened
from airflow_provider_workfront.api.request import Lost, Repeat, Request, Response, names_method, same_origin

MOST_REDIRECTS = 5
SHOWN_WITHIN = 15.0
"""Seconds in which a new object has to show in Workfront's search, as a multiple of `Retry.base`."""
ARRIVES_WITHIN = 60.0
"""Seconds in which a call without an answer has to arrive and to show, as a multiple of `Retry.base`."""
LONGEST_LOOK = 15.0


@dataclass(frozen=True, slots=True)
class Send:
    """Send this request; the answer is sent back, a lost connection included."""

    request: Request


@dataclass(frozen=True, slots=True)
class Wait:
    """Wait this many seconds."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Renew:
    """Get a newer session: Workfront refused the one that the last request carried."""


Answer = Response | Lost
Step = Send | Wait | Renew
Call = Generator[Step, Answer | None, Any]


@dataclass(frozen=True, slots=True)
class Retry:
    """How often, and how long apart: exponential with full jitter.

    Workfront promises no `Retry-After` (reference 8.4); should one come, it is honoured.
    """

    tries: int = 8
    tries_unanswered: int = 4
    """Fewer where nobody answers: a mistyped host shall not take a minute, a time limit not eight times its time."""
    tries_refused: int = 24
    """More where Workfront has too many calls open (429), about five minutes: room comes as soon as others are done."""
    base: float = 1.0
    cap: float = 30.0
    longest: float = 120.0
    """What `Retry-After` may ask for at most."""
    jitter: Callable[[], float] = random.random

    def is_spent(self, attempt: int, answer: Answer) -> bool:
        """Tell whether this was the last try, the first being 0."""
        if isinstance(answer, Lost):
            return answer.final or attempt + 1 >= min(self.tries, self.tries_unanswered)
        return attempt + 1 >= (self.tries_refused if answer.status == 429 else self.tries)

    def pause(self, attempt: int, answer: Answer) -> float:
        """Give the seconds to wait after this attempt, the first being 0."""
        asked = min(_retry_after(answer), self.longest)
        return asked + self.jitter() * min(self.cap, self.base * 2.0**attempt)

    def looks(self, patience: float) -> Iterator[float]:
        """Give the pauses between looks for what may still show: short at first, `patience` times `base` in all."""
        pause = 1.0
        while patience > 0:
            yield min(pause, patience) * self.base
            patience -= pause
            pause = min(pause * 2, LONGEST_LOOK)


class Verdict(Enum):
    """What an answer means for its call."""

    FINAL = "good, or an error that a repetition would not change"
    AGAIN = "surely not carried out, or harmless to repeat"
    LOOK = "a field update without an answer: read it back"
    UNKNOWN = "a write that may have happened"


def call(request: Request, retry: Retry = Retry()) -> Call:
    """Carry one request to its data: renew a refused session once, repeat what may be repeated."""
    renewed, redirects, attempt, unsure = False, 0, 0, False
    while True:
        answer = yield from send(request)
        reading = read(request, answer)
        if not renewed and _is_refused(request, reading):
            renewed = True
            yield Renew()
            continue
        if redirects < MOST_REDIRECTS and (onward := _redirected(request, answer)):
            redirects, request = redirects + 1, onward
            continue
        outcome = verdict(request, answer, reading)
        if outcome is Verdict.LOOK:
            outcome, reading = yield from _look(request, retry, reading)
        if outcome is Verdict.AGAIN and not retry.is_spent(attempt, answer):
            unsure = unsure or not _surely_undone(answer)
            yield Wait(retry.pause(attempt, answer))
            attempt += 1
        elif unsure and request.method == "DELETE" and isinstance(reading.error, NotFoundError):
            return {"success": True}  # an earlier try did it (reference 8.7)
        else:
            return (yield from _concluded(request, outcome, reading))


def send(request: Request) -> Generator[Step, Answer | None, Answer]:
    """Send once; whatever comes is the answer."""
    answer = yield Send(request)
    return answer if answer is not None else Lost("nothing was sent", sent=False)


def verdict(request: Request, answer: Answer, reading: Reading) -> Verdict:
    """Judge an answer by the retry matrix (reference 8.7)."""
    if reading.error is None:
        return Verdict.FINAL
    if _surely_undone(answer):
        return Verdict.AGAIN
    failed = isinstance(answer, Response) and (answer.status >= 500 or answer.status == REQUEST_TIMEOUT)
    if reading.by_workfront and not failed:
        return Verdict.FINAL
    if request.repeat is Repeat.NEVER:
        return Verdict.UNKNOWN  # Workfront's own 500 says as little about what was done as a broken line
    if isinstance(reading.error, AuthenticationError):
        return Verdict.FINAL  # a login page, even for a new session
    timed_out = isinstance(answer, Lost) and answer.timed_out
    return Verdict.LOOK if timed_out and request.check else Verdict.AGAIN


def _is_refused(request: Request, reading: Reading) -> bool:
    """Tell whether a newer session is worth a try; a mere page that looks like a login may not repeat a write."""
    if not isinstance(reading.error, AuthenticationError) or request.anonymous:
        return False
    return reading.by_workfront or request.repeat is not Repeat.NEVER


def _surely_undone(answer: Answer) -> bool:
    """Tell what was surely not executed: a 429 [I], and what never reached the server."""
    return not answer.sent if isinstance(answer, Lost) else answer.status == 429


def _redirected(request: Request, answer: Answer) -> Request | None:
    """Follow a read on its own host; only a download goes to another, and there without its headers."""
    if isinstance(answer, Lost) or not 300 <= answer.status < 400:
        return None
    goal = location(answer)
    if not goal or request.anonymous or request.method != "GET" or names_method(goal, ()):
        return None
    if same_origin(goal, answer.url):
        return replace(request, path=goal, params=())
    if request.into is not None and goal.startswith("https://"):
        return replace(request, path=goal, params=(), headers=(), anonymous=True)
    return None


def _look(request: Request, retry: Retry, reading: Reading) -> Generator[Step, Answer | None, tuple[Verdict, Reading]]:
    """Read back what an update wrote: all equal means done, a difference means not done."""
    check = request.check or request
    try:
        found = yield from call(check, retry)
    except WorkfrontError:
        return Verdict.UNKNOWN, reading
    done = happened(request.json, found)
    if done is None:
        return Verdict.UNKNOWN, reading
    return (Verdict.FINAL, Reading(data=found)) if done else (Verdict.AGAIN, reading)


def _concluded(request: Request, outcome: Verdict, reading: Reading) -> Call:
    error = reading.error
    if error is None:
        return reading.data
    if outcome is Verdict.UNKNOWN:
        reason = error.message if isinstance(error, ResponseError) else error.reason
        raise OutcomeUnknownError(reason, request.label, answered=reading.by_workfront)
    if isinstance(error, InvalidRequestError | NotFoundError):
        error.hint = yield from _hint(request, error.message)
    raise error


def _hint(request: Request, message: str) -> Generator[Step, Answer | None, str]:
    """Find what was meant, with one look at the metadata if need be; a failure to is no error of its own."""
    known = hint(request, message)
    if not isinstance(known, Question):
        return known
    reading = read(known.request, (yield from send(known.request)))
    return "" if reading.error else known.answer(reading.data)


def _retry_after(answer: Answer) -> float:
    """Read `Retry-After` in seconds; its date form counts as none."""
    text = "" if isinstance(answer, Lost) else answer.headers.get("retry-after", "").strip()
    return float(text) if text.isdecimal() else 0.0
