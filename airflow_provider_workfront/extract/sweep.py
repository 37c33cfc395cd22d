"""Find out what was deleted: Workfront keeps no list of that, so all IDs are compared with those of the last time.

    swept = sweep(client, search, "s3://bucket/tasks/known.jsonl.gz", "s3://bucket/tasks/run/deleted.jsonl")
    for rows in returned(client, search, swept.appeared):
        ...                             # write them with the rows of this run
    swept.keep()                        # last: whatever dies before this is done again

An ID that is known and not found any more becomes a tombstone. One that is found and not known is restored from the
recycle bin, or newly shared: its `lastUpdateDate` is old, so no incremental read would bring it.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from heapq import merge
from itertools import islice
from typing import TYPE_CHECKING, Protocol, TypeVar

from airflow_provider_workfront.api.errors import InvalidRequestError, NotFoundError, PermissionDeniedError
from airflow_provider_workfront.api.filters import as_plain
from airflow_provider_workfront.api.logs import get_logger
from airflow_provider_workfront.api.parting import parted
from airflow_provider_workfront.api.reads import IDS_AT_ONCE, Count, Get, Search
from airflow_provider_workfront.extract.baseline import Subject, load, save
from airflow_provider_workfront.extract.deletions import Ids, compare
from airflow_provider_workfront.extract.lines import target, write_lines
from airflow_provider_workfront.failures import Unworkable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from airflow_provider_workfront.api.operation import Job
    from airflow_provider_workfront.api.slices import Slice
    from airflow_provider_workfront.extract.baseline import Baseline

log = get_logger(__name__)

T = TypeVar("T")

GONE = "gone"
HIDDEN = "not visible"
LEFT = "left the filter"
UNKNOWN = "unknown"

MOST_SEARCHED = 10_000
"""Missing IDs that are looked for without the filters, a hundred a call."""
MOST_ASKED = 300
"""Missing IDs that are asked for one by one: only so does Workfront say 403 or 404."""


class Reader(Protocol):
    """What a sweep needs of a client."""

    api_root: str

    def run(self, job: Job[T]) -> T:
        """Carry out an operation."""

    def slices(self, search: Search) -> Iterator[list[Slice]]:
        """Give all rows, undecoded."""


@dataclass(frozen=True, slots=True)
class Swept:
    """What a sweep found; `keep` records it as the last step of a run."""

    present: int
    deleted: dict[str, int]
    """Tombstones written, by their reason."""
    appeared: tuple[str, ...]
    """IDs that nobody knew: read them with `returned`."""
    _kept: tuple[str, Subject, Ids, str] = field(repr=False)

    def keep(self) -> None:
        """Let the next sweep compare with this one; without it, that one finds the same again."""
        save(*self._kept)


def sweep(
    client: Reader,
    search: Search,
    state_path: str,
    tombstones_path: str,
    max_delete_ratio: float = 0.1,
    delivered: Iterable[str] = (),
) -> Swept:
    """Read all IDs of a search, compare them with the last sweep's, and write a tombstone for each that is missing.

    `search` has no incremental filter. `delivered` are the IDs that this run has read before: what was created and
    deleted between two sweeps is known by nothing else. The first sweep, and one of other filters, only records.
    """
    _check(search, max_delete_ratio)
    subject, now = Subject.of(client.api_root, search), f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
    known = load(state_path, subject)
    present = Ids(row.obj_id for rows in client.slices(replace(search, fields=("ID",), sort=None)) for row in rows)
    missing, appeared = _differences(known, delivered, present)
    count = len(present)
    reasons = _Inquest(client, search, max_delete_ratio, count, len(appeared)).reasons(missing)
    present.update(obj_id for obj_id in missing if obj_id not in reasons)
    tombstones = [{"ID": obj_id, "_wf_deleted_at": now, "_wf_reason": why} for obj_id, why in reasons.items()]
    write_lines([tombstones], target(tombstones_path))
    deleted = dict(Counter(reasons.values()))
    log.info("%s sweep: %s rows, %s, %s new", search.obj_code, f"{count:,}", _told(deleted), f"{len(appeared):,}")
    return Swept(count, deleted, tuple(appeared), (state_path, subject, present, now))


def returned(client: Reader, search: Search, ids: Iterable[str]) -> Iterator[list[Slice]]:
    """Read the rows of IDs that appeared, with the fields of the search."""
    for some in parted(ids, IDS_AT_ONCE):
        yield from client.slices(Search(search.obj_code, {"ID": some}, search.fields))


@dataclass(frozen=True, slots=True)
class _Inquest:
    """Finds out why rows are missing, as far as Workfront tells."""

    client: Reader
    search: Search
    max_delete_ratio: float
    present: int
    appeared: int

    def reasons(self, missing: list[str]) -> dict[str, str]:
        """Give the reason for each; none for a row that is there after all."""
        if missing and not self.present:
            raise self._nothing_found(len(missing))
        alive = self._alive(missing[:MOST_SEARCHED])
        doubtful = [obj_id for obj_id in missing if obj_id not in alive]
        known = self.present - self.appeared + len(missing)
        if len(doubtful) > self.max_delete_ratio * known:
            raise self._too_many(len(doubtful), known, len(alive))
        whys = dict.fromkeys(doubtful, UNKNOWN)
        whys |= {obj_id: self._asked(obj_id) for obj_id in islice(doubtful, MOST_ASKED)}
        whys |= dict.fromkeys(alive, LEFT)
        is_filtered = bool(as_plain(self.search.filters))
        return {obj_id: whys[obj_id] for obj_id in missing if is_filtered or whys[obj_id] != LEFT}

    def _nothing_found(self, known: int) -> Unworkable:
        """Say that an empty answer proves nothing."""
        return Unworkable(
            f"{self.search.obj_code} sweep: nothing found where {known:,} rows were known. An empty answer is also "
            "what a user without access gets, or a wrong value in a filter; nothing was recorded - check the search as "
            "the connection's user; if all rows are deleted indeed, delete the sweep's state file"
        )

    def _alive(self, ids: list[str]) -> set[str]:
        """Look for IDs without the filters."""
        code = self.search.obj_code
        searches = [Search(code, {"ID": some}, ("ID",), limit=len(some)) for some in parted(ids, IDS_AT_ONCE)]
        return {row["ID"] for search in searches for row in self.client.run(search)}

    def _asked(self, obj_id: str) -> str:
        """Ask for one object: 403 is said of one that exists (reference 4.1; some may be said to be 404 too)."""
        try:
            self.client.run(Get(self.search.obj_code, obj_id, ("ID",)))
        except NotFoundError:
            return GONE
        except PermissionDeniedError:
            return HIDDEN
        except InvalidRequestError:  # a type that is searched, but not got
            return UNKNOWN
        return LEFT

    def _too_many(self, doubtful: int, known: int, alive: int) -> Unworkable:
        code, share = self.search.obj_code, doubtful / known
        total = self.client.run(Count(code))
        return Unworkable(
            f"{code} sweep: {doubtful:,} of {known:,} known rows are not found any more ({share:.1%}, allowed are "
            f"{self.max_delete_ratio:.1%}), {alive:,} more left the filter, and without filters Workfront counts "
            f"{total:,}; nothing was recorded - rows that the connection's user may no longer see look deleted too: "
            "check what it may see; if so many are deleted indeed, raise max_delete_ratio for one run"
        )


def _differences(known: Baseline | None, delivered: Iterable[str], present: Ids) -> tuple[list[str], list[str]]:
    """Give the missing IDs and the new ones; a first sweep has neither, and keeps all that it is told of."""
    seen = delivered if isinstance(delivered, Ids) else Ids(delivered)
    if known is None:
        present.update(seen)
        return [], []
    missing: list[str] = []
    appeared: list[str] = []
    for obj_id, is_missing in compare(merge(known, seen), present):
        (missing if is_missing else appeared).append(obj_id)
    return missing, appeared


def _check(search: Search, max_delete_ratio: float) -> None:
    if search.limit is not None:
        raise Unworkable(f"{search.obj_code} sweep: behind a limit, rows that exist look deleted - leave limit out")
    if isinstance(max_delete_ratio, bool) or not 0 <= max_delete_ratio <= 1:
        raise Unworkable(f"max_delete_ratio is a share from 0 to 1, such as 0.1, not {max_delete_ratio!r}")


def _told(deleted: dict[str, int]) -> str:
    total = sum(deleted.values())
    return f"{total:,} deleted" + (f" ({', '.join(f'{n:,} {why}' for why, n in deleted.items())})" if total else "")
