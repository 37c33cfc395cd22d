"""Rows in part files of a folder: cut into files of so many rows, each whole once it has its name.

Names carry run and attempt, so that a re-run never touches a file that an earlier manifest names.
"""

from __future__ import annotations

import hashlib
import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass, replace
from typing import IO, TYPE_CHECKING, Any, Protocol

from airflow_provider_workfront.extract.store import (
    SUFFIXES,
    UNFINISHED,
    located,
    named_in_errors,
    names,
    read_json,
    whole,
    write_json,
)

if TYPE_CHECKING:
    from airflow.sdk import ObjectStoragePath

    from airflow_provider_workfront.api.slices import Slice

KEPT_IDS = 2000
"""How many of the last IDs a retry needs to go on behind them: a page, so that none comes twice either."""
LONGEST_RUN = 80


@dataclass(frozen=True, slots=True)
class Part:
    """One finished file."""

    name: str
    rows: int
    bytes: int


class Encoder(Protocol):
    """Writes rows into a file in one format."""

    def write(self, rows: list[Slice]) -> None:
        """Write some."""


Encoding = Callable[[IO[bytes]], AbstractContextManager[Encoder]]
"""Opens an encoder on a file, and ends what it has begun."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a read came, in finished files; a retry begins there."""

    fingerprint: str
    attempt: str
    window: dict[str, Any]
    parts: tuple[Part, ...] = ()
    rows: int = 0
    ids: tuple[str, ...] = ()
    edges: dict[str, tuple[str, str]] | None = None
    calls: int = 0
    refusals: int = 0
    seconds: float = 0.0

    def with_part(self, part: Part, **now: Any) -> Progress:
        """Count one more finished file."""
        return replace(self, parts=(*self.parts, part), rows=self.rows + part.rows, **now)


def run_key(dag_id: str, task_id: str, run_id: str, map_index: int) -> str:
    """Name a run in file names: readable, and of its own for each task and mapped instance."""
    exact = hashlib.sha256(f"{dag_id}/{task_id}/{run_id}/{map_index}".encode()).hexdigest()[:8]
    readable = re.sub(r"[^A-Za-z0-9_]+", "-", run_id)[:LONGEST_RUN].strip("-")
    return f"{readable}-{exact}"


@dataclass(frozen=True, slots=True)
class Folder:
    """The folder of a run's files, and how they are named; `root` is its path as the user wrote it."""

    root: str
    key: str
    file_format: str = "jsonl"
    compression: str | None = None

    @property
    def manifest(self) -> str:
        """Name the manifest."""
        return f"_manifest-{self.key}.json"

    def tombstones(self, attempt: str) -> str:
        """Name the file of what was deleted."""
        return f"deleted-{self.key}-{attempt}.jsonl"

    @property
    def _progress(self) -> str:
        return f"_progress-{self.key}.json"

    def text(self, name: str) -> str:
        """Give the path of a file as the user would write it."""
        return f"{self.root.rstrip('/')}/{name}"

    def at(self, name: str) -> ObjectStoragePath:
        """Give the path of a file."""
        return located(self.text(name))

    def write(self, feed: Feed, encoding: Encoding, attempt: str, number: int) -> Part:
        """Write the next rows into one file."""
        name = f"part-{self.key}-{attempt}-{number:05d}.{self.file_format}{SUFFIXES[self.compression]}"
        path, before = self.at(name), feed.given
        with named_in_errors(path), whole(path, self.compression) as file, encoding(file) as encoder:
            for rows in feed.next_file():
                encoder.write(rows)
        return Part(name, feed.given - before, self._size(name) or 0)

    def resumed(self, fingerprint: str) -> Progress | None:
        """Give the progress of an earlier try that did the same, if its files are all there."""
        kept = read_json(self.at(self._progress))
        if not kept or kept.get("fingerprint") != fingerprint:
            return None
        parts = tuple(Part(**part) for part in kept.pop("parts"))
        if any(self._size(part.name) != part.bytes for part in parts):
            return None
        edges = {zone: (low, high) for zone, (low, high) in (kept.pop("edges") or {}).items()}
        return Progress(**kept | {"ids": tuple(kept["ids"])}, parts=parts, edges=edges)

    def last_manifest(self) -> dict[str, Any]:
        """Give the manifest that this run has written before it was cleared; empty if there is none."""
        return read_json(self.at(self.manifest)) or {}

    def keep_ids(self, part: Part, ids: list[str]) -> None:
        """Record which rows a file holds, for a sweep in a later try."""
        write_json(self.at(f"_ids-{part.name}.json"), ids)

    def ids_of(self, part: Part) -> list[str]:
        """Give the IDs of a file's rows."""
        ids: list[str] = read_json(self.at(f"_ids-{part.name}.json")) or []
        return ids

    def keep(self, progress: Progress) -> None:
        """Record the progress."""
        write_json(self.at(self._progress), asdict(progress))

    def tidy(self, kept: Iterable[str]) -> list[str]:
        """Remove what other tries of this run left, once its manifest stands; give the names."""
        ours = (f"part-{self.key}-", f"_ids-part-{self.key}-", f"deleted-{self.key}-", self._progress)
        wanted = set(kept)
        return self._removed([name for name in names(located(self.root), ours) if name not in wanted])

    def tidy_unfinished(self) -> list[str]:
        """Remove the files that an earlier try had not finished when it was ended by force."""
        return self._removed([name for name in names(located(self.root), (UNFINISHED,)) if self.key in name])

    def _removed(self, names: list[str]) -> list[str]:
        for name in names:
            path = self.at(name)
            path.fs.rm(path.path)
        return names

    def _size(self, name: str) -> int | None:
        path = self.at(name)
        with named_in_errors(path, "read"):
            try:
                return int(path.fs.info(path.path)["size"])
            except FileNotFoundError:
                return None


class Feed:
    """Rows as they come, many at a time, handed out in lots of at most so many for one file."""

    def __init__(self, pages: Iterable[list[Slice]], rows_per_file: int, ids: Iterable[str] = ()) -> None:
        self.given = 0
        self._pages = iter(pages)
        self._rows_per_file = rows_per_file
        self._rest: list[Slice] = []
        self._ids = deque(ids, maxlen=KEPT_IDS)
        self.file_ids: list[str] = []

    @property
    def last_ids(self) -> tuple[str, ...]:
        """Give the IDs of the last rows handed out."""
        return tuple(self._ids)

    def has_more(self) -> bool:
        """Tell whether a row is left."""
        while not self._rest:
            page = next(self._pages, None)
            if page is None:
                return False
            self._rest = page
        return True

    def next_file(self) -> Iterator[list[Slice]]:
        """Hand out the rows of one file."""
        left, self.file_ids = self._rows_per_file, []
        while left and self.has_more():
            rows, self._rest = self._rest[:left], self._rest[left:]
            left -= len(rows)
            self.given += len(rows)
            ids = [row.obj_id for row in rows]
            self.file_ids += ids
            self._ids.extend(ids[-KEPT_IDS:])
            yield rows
