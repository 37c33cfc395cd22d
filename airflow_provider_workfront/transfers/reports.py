"""Where the files of a write go: the plan, the undo file, the rejected rows, the results."""

from __future__ import annotations

import secrets
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain, combinations, count
from typing import TYPE_CHECKING, Any

from airflow_provider_workfront.extract.store import located, named_in_errors
from airflow_provider_workfront.failures import Unworkable
from airflow_provider_workfront.transfers.arguments import MISSING
from airflow_provider_workfront.writing.rejects import NOT_TRIED, UNKNOWN, beside

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from airflow_provider_workfront.transfers.tally import Tally

PACKED = ".gz"
PLANNED = ("create", "update", "delete", "none", "rejected")
APPLIED = ("created", "updated", "deleted", "unchanged", "done", "rejected", "skipped")
"""What a task counts: always all of them, since a task that takes one from XCom cannot do with a missing one."""


@dataclass(frozen=True, slots=True)
class Reports:
    """Paths of the files of one try of a write; there is a `plan` only if something says where."""

    undo: str
    rejected: str
    plan: str | None = None
    results: str | None = None
    """One line for each row, if it is asked for."""

    def result(self, counts: Mapping[str, int], names: Sequence[str] = APPLIED) -> dict[str, Any]:
        """Give what a task returns: how many rows came to what, and the paths of the files that were written."""
        unknown, not_tried = beside(self.rejected, UNKNOWN), beside(self.rejected, NOT_TRIED)
        paths = {
            "plan_path": self.plan,
            "undo_path": self.undo if _is_taken(self.undo) else None,
            "rejected_path": self.rejected if counts.get("rejected") or counts.get("skipped") else None,
            "unknown_path": unknown if counts.get("unknown") else None,
            "not_tried_path": not_tried if counts.get("not tried") else None,
            "results_path": self.results if self.results and _is_taken(self.results) else None,
        }
        return {"rows": sum(counts.values()), **dict.fromkeys(names, 0), **counts, **paths}


class Told:
    """What a run came to, for its result: also that of a run that fails."""

    def __init__(self, files: Reports) -> None:
        self._files = files
        self._counts: Mapping[str, int] | None = None
        self._unkept: Mapping[str, int] = {}
        self._has_untried = False

    def take(self, tally: Tally) -> None:
        """Take in the counts of a run that has ended."""
        counts = tally.total
        counts["not tried"] = tally.rows - counts.total()
        self._counts, self._unkept = +counts, dict(tally.unkept_fields)
        self._has_untried = bool(tally.rejects.not_tried.count)

    @property
    def is_counted(self) -> bool:
        """Tell whether the run came so far that its rows are counted."""
        return self._counts is not None

    @property
    def result(self) -> dict[str, Any]:
        """Give counts and paths, and by field the number of rows in which Workfront kept another value."""
        no_file = {} if self._has_untried else {"not_tried_path": None}
        return {**self._files.result(self._counts or {}), **no_file, "unkept": dict(self._unkept)}


@contextmanager
def telling(files: Reports, push: Callable[[dict[str, Any]], None]) -> Iterator[Told]:
    """Push the result of a run that fails once its plan is made, when its files are written."""
    told = Told(files)
    try:
        yield told
    except Exception:
        if told.is_counted:
            push(told.result)
        raise


def reports(
    report_path: str | None,
    *,
    undo_path: str | None = None,
    rejected_path: str | None = None,
    plan_path: str | None = None,
    results_path: str | None = None,
    ending: str = ".jsonl",
) -> Reports:
    """Give the paths that were given, and for the others names in the folder `report_path` that no other try has.

    `ending` is that of the rejected rows, which are kept in the form of the input. Raises `Unworkable` if a path and
    the folder are both missing, and if two paths are the same.
    """
    stamp = f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(3)}"
    folder = _given(report_path)
    undo = _given(undo_path) or _inside(folder, f"undo-{stamp}.jsonl{PACKED}", "undo_path")
    rejected = _given(rejected_path) or _inside(folder, f"rejected-{stamp}{ending}", "rejected_path")
    plan = _given(plan_path) or (_inside(folder, f"plan-{stamp}.jsonl{PACKED}", "plan_path") if folder else None)
    results = _given(results_path) or None
    _check_different(plan_path=plan, undo_path=undo, rejected_path=rejected, results_path=results)
    return Reports(free_path(undo), rejected, plan, results)


def free_path(path: str) -> str:
    """Give the path, or one beside it if there is such a file: ``undo-2.jsonl`` for ``undo.jsonl``.

    An undo file of an earlier try stays: only it knows the IDs of what that try created.
    """
    base, ending = _parted(path)
    others = (f"{base}-{number}{ending}" for number in count(2))
    with named_in_errors(located(path)):
        return next(each for each in chain([path], others) if not _is_taken(each))


def _check_different(**paths: str | None) -> None:
    """Refuse one path for two files: a plan would be written over while it is read."""
    places = {name: located(path) for name, path in paths.items() if path}
    for (name, place), (other, its) in combinations(places.items(), 2):
        if place.fs is its.fs and place.path == its.path:
            raise Unworkable(f"{name} and {other} are the same, {place}: give each a path of its own")


def _is_taken(path: str) -> bool:
    place = located(path)
    place.fs.invalidate_cache()
    return bool(place.fs.exists(place.path))


def _parted(path: str) -> tuple[str, str]:
    """Part a path before the ending of its name."""
    packed = PACKED if path.endswith(PACKED) else ""
    folder, slash, name = path.removesuffix(PACKED).rpartition("/")
    stem, dot, ending = name.rpartition(".")
    return (f"{folder}{slash}{stem}", f"{dot}{ending}{packed}") if stem else (f"{folder}{slash}{name}", packed)


def _given(path: str | None) -> str:
    return "" if path is None or str(path).strip() in MISSING else str(path)


def _inside(folder: str, name: str, argument: str) -> str:
    if not folder:
        raise Unworkable(f"{argument} is missing; set report_path: a folder, on any store that Airflow reaches")
    return f"{folder.rstrip('/')}/{name}"
