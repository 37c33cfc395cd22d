"""An errand: a job that looks first, writes once, and sees to it that the write took place."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from airflow_provider_workfront.api.call import ARRIVES_WITHIN, Retry, Wait
from airflow_provider_workfront.api.errors import OutcomeUnknownError, TransportError, WorkfrontError
from airflow_provider_workfront.api.objects import object_type, segment
from airflow_provider_workfront.api.operation import Job, checked_id

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from airflow_provider_workfront.api.operation import Steps

T = TypeVar("T")

MOST_LISTED = 20


class CannotBeDone(WorkfrontError):
    """Report what Workfront has no such thing for, or would not do; what was written before it is told."""

    permanent = True


@dataclass(frozen=True, slots=True)
class Done:
    """What an errand came to: its result, what the log shall say, and the object that it was about."""

    result: Any
    told: str
    obj_code: str
    obj_id: str


class Errand(Job[Done]):
    """Something to do in Workfront that takes several calls; given again, it does not do it twice if it can tell."""

    __slots__ = ()

    verb: ClassVar[str]
    """What it is called in the log."""

    @abstractmethod
    def check(self) -> None:
        """Refuse arguments that cannot be meant, before anything is asked."""

    def meant(self, retry: Retry) -> Steps[Any]:  # noqa: ARG002 others look
        """Look at what a later try has to know before anything is written, as JSON; None if there is no such thing."""
        yield from ()
        return None

    @abstractmethod
    def calls(self, retry: Retry) -> Steps[Done]:
        """Do it."""

    def calls_again(self, meant: Any, retry: Retry) -> Steps[Done]:  # noqa: ARG002 others know better
        """Do what an earlier try began, which found what `meant` gave; it may have done it already."""
        return (yield from self.calls(retry))

    def steps(self, retry: Retry) -> Steps[Done]:
        """Check the arguments, and do it."""
        self.check()
        return (yield from self.calls(retry))


def settled(write: Steps[T], look: Callable[[], Steps[T | None]], retry: Retry) -> Steps[T]:
    """Carry a write out; if its answer gets lost, look whether it took place.

    It is looked for as long as the call may take to arrive. What does not show is not written again here: that is for
    a later try, which looks first.
    """
    try:
        return (yield from write)
    except OutcomeUnknownError as error:
        for pause in (0.0, *retry.looks(ARRIVES_WITHIN)):
            if pause:
                yield Wait(pause)
            if (found := (yield from look())) is not None:
                return found
        reason = f"{error.reason}; nothing of it shows in Workfront - another try looks again before it writes"
        raise TransportError(reason, error.request) from error


def harmless(write: Steps[T]) -> Steps[T]:
    """Carry out a write that does no harm twice; if its answer gets lost, another try may repeat it."""
    try:
        return (yield from write)
    except OutcomeUnknownError as error:
        raise TransportError(f"{error.reason}; another try repeats it, which does no harm", error.request) from error


def code_of(obj_code: str, allowed: Collection[str] = (), what: str = "") -> str:
    """Give the code of a type as Workfront writes it in bodies; `what` is for the `allowed` types only."""
    segment(obj_code)
    kind = object_type(obj_code)
    code = kind.code if kind else obj_code.strip().upper()
    if allowed and code not in allowed:
        raise ValueError(f"{what} is for {', '.join(allowed)}, not for {obj_code}")
    return code


def one_of(word: str, known: Collection[str], what: str) -> str:
    """Give one of the known words, or show those that come nearest."""
    if not isinstance(word, str):
        raise TypeError(f"{what} is a text, not {type(word).__name__}")
    found = {each.casefold(): each for each in known}
    if word.strip().casefold() not in found:
        raise ValueError(f"unknown {what} {word!r}{nearest(word, known)}")
    return found[word.strip().casefold()]


def nearest(word: str, known: Collection[str]) -> str:
    """Say which words come nearest and, if they are few, which there are."""
    by_fold = {each.casefold(): each for each in known}
    alike = [by_fold[each] for each in get_close_matches(word.casefold(), by_fold, n=3, cutoff=0.5)]
    guess = f" - did you mean {' or '.join(alike)}?" if alike else ""
    listed = f" ({'known are' if known else 'there is none'} {', '.join(known)}".rstrip() + ")"
    return guess + (listed if len(known) <= MOST_LISTED else "")


def texts(given: str | Sequence[str] | None, what: str) -> list[str]:
    """Give several texts as a list; one alone may stand without."""
    items = [given] if isinstance(given, str) else list(given or ())
    if not all(isinstance(item, str) and item.strip() for item in items):
        raise TypeError(f"{what} are texts, not {items!r}")
    return list(dict.fromkeys(items))


def ids(given: str | Sequence[str] | None, what: str) -> list[str]:
    """Give several IDs as a list."""
    return [checked_id(item) for item in texts(given, what)]
