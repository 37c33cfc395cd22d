"""The IDs that a sweep found, kept for the next one: a line that says what they are of, then an ID a line, packed."""

from __future__ import annotations

import gzip
import json
import zlib
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from airflow_provider_workfront.api.filters import parameters
from airflow_provider_workfront.api.logs import get_logger
from airflow_provider_workfront.api.objects import segment
from airflow_provider_workfront.api.parting import parted
from airflow_provider_workfront.extract.store import located, named_in_errors, whole
from airflow_provider_workfront.failures import Unworkable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from airflow.sdk import ObjectStoragePath

    from airflow_provider_workfront.api.reads import Search
    from airflow_provider_workfront.extract.deletions import Ids

log = get_logger(__name__)

VERSION = 1
IDS_AT_ONCE = 10_000


@dataclass(frozen=True, slots=True)
class Subject:
    """What was looked at; IDs of another host, type or filter cannot be compared."""

    host: str
    obj_code: str
    filters: list[list[str]]
    version: int = VERSION

    @classmethod
    def of(cls, api_root: str, search: Search) -> Subject:
        """Name what a search at a host looks at."""
        filters = sorted(list(pair) for pair in parameters(search.filters))
        return cls(urlsplit(api_root).netloc, segment(search.obj_code).upper(), filters)


@dataclass(frozen=True, slots=True)
class Baseline:
    """The IDs of an earlier sweep: sorted, and read from the file each time they are asked for."""

    path: ObjectStoragePath
    count: int
    taken_at: str

    def __iter__(self) -> Iterator[str]:
        lines = _lines(self.path)
        read = -1  # the heading
        for read, line in enumerate(lines):
            if read:
                yield line
        if read != self.count:
            raise _damaged(self.path, f"it holds {read:,} of {self.count:,} IDs")


def load(state_path: str, subject: Subject) -> Baseline | None:
    """Give what the last sweep kept; None if there was none, or one that looked at something else."""
    path = located(state_path)
    if not path.exists():
        log.info("%s sweep: the first one (there is no %s), it only records", subject.obj_code, path)
        return None
    try:
        head = json.loads(next(_lines(path), ""))
        before, baseline = head["subject"], Baseline(path, head["count"], head["taken_at"])
    except (KeyError, TypeError, ValueError) as error:
        raise _damaged(path, "it has no heading") from error
    now = asdict(subject)
    if changed := [name for name, value in now.items() if before.get(name) != value]:
        log.warning("%s sweep: another %s than before, so it only records", subject.obj_code, " and ".join(changed))
        return None
    return baseline


def save(state_path: str, subject: Subject, ids: Ids, taken_at: str) -> None:
    """Keep IDs for the next sweep, in the place of the earlier ones: whole, or not at all."""
    path = located(state_path)
    head = {"subject": asdict(subject), "count": len(ids), "taken_at": taken_at}
    with named_in_errors(path), whole(path, "gzip") as file:
        file.write(f"{json.dumps(head)}\n".encode())
        for some in parted(ids, IDS_AT_ONCE):
            file.write("".join(f"{obj_id}\n" for obj_id in some).encode())


def _lines(path: ObjectStoragePath) -> Iterator[str]:
    try:
        with path.fs.open(path.path, "rb") as raw, gzip.open(raw, "rt", encoding="utf-8") as file:
            for line in file:
                yield line.rstrip("\n")
    except (EOFError, UnicodeDecodeError, gzip.BadGzipFile, zlib.error) as error:
        raise _damaged(path, str(error)) from error


def _damaged(path: ObjectStoragePath, what: str) -> Unworkable:
    return Unworkable(f"{path} is not what a sweep has kept ({what}) - delete it, and the next sweep begins anew")
