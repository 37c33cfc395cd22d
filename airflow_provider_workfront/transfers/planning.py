"""From the rows of an input to a plan: convert them, find the objects they mean, say what each comes to."""

from __future__ import annotations

import pickle
import tempfile
from collections import deque
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from typing import IO, TYPE_CHECKING, TypeVar

from airflow_provider_workfront.api.errors import WorkfrontError
from airflow_provider_workfront.api.readback import same
from airflow_provider_workfront.api.reads import Search
from airflow_provider_workfront.extract.telling import Telling
from airflow_provider_workfront.writing.diff import is_empty
from airflow_provider_workfront.writing.inputs import Broken
from airflow_provider_workfront.writing.keys import Keys
from airflow_provider_workfront.writing.row import Rejected, Wanted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from concurrent.futures import Future

    from airflow_provider_workfront.api.operation import Record
    from airflow_provider_workfront.client import Client
    from airflow_provider_workfront.writing.inputs import Input
    from airflow_provider_workfront.writing.plan import Rules, Step
    from airflow_provider_workfront.writing.planfile import PlanWriter
    from airflow_provider_workfront.writing.rejects import Rejects
    from airflow_provider_workfront.writing.row import InputRow

T = TypeVar("T")

CHUNK = 1000
"""Rows that are converted at once: what they refer to is looked up in as few searches."""
HUNDRED = 100
"""Objects that one search looks up."""
AHEAD = 16
"""Searches begun ahead; how many are sent at a time the pace of the host says."""

Hundred = list[Wanted]


@dataclass
class Planning:
    """Makes a plan of an input.

    `convert` gives what rows ask for, in their order, or why they cannot be written. Rows that cannot be written
    go to `rejects`, and are only counted in the plan.
    """

    client: Client
    source: Input
    rules: Rules
    convert: Callable[[Sequence[InputRow]], list[Wanted | Rejected]]
    rejects: Rejects
    rows: int = field(default=0, init=False)

    @contextmanager
    def read(self) -> Iterator[Wishes]:
        """Read the input to its end and convert it, before anything is looked up: two rows may mean one object."""
        telling = Telling(f"rows for {self.rules.obj_code}")
        with tempfile.TemporaryFile() as spool:
            wishes = Wishes(spool, Keys(self.rules.key or "ID", self.rules.kinds.get(self.rules.key or "")))
            for chunk in _parted(self.source.rows(), CHUNK):
                wishes.keep(self._wanted(chunk))
                telling.add(len(chunk))
            self.rows = telling.rows
            yield wishes

    def plan(self, wishes: Wishes, plan: PlanWriter, is_ours: Callable[[int], bool]) -> None:
        """Add to a plan what every row comes to.

        `is_ours` tells of a row's number whether an earlier try may have created its object: in mode `insert` that is
        no reason to refuse it.
        """
        plan.counts["rejected"] += self.rejects.count
        telling = Telling(f"comparing with {self.rules.obj_code} in Workfront", lambda: self.rows)
        doubled = wishes.keys.doubled()
        for hundred, records in self._looked_up(wishes.hundreds()):
            for wanted in hundred:
                told = doubled.get(wanted.row.number)
                self._add(plan, Rejected(wanted.row, told) if told else self._step(wanted, records, is_ours))
            telling.add(len(hundred))

    def _wanted(self, chunk: Sequence[InputRow | Broken]) -> list[Wanted]:
        """Convert rows; those that cannot be are rejected."""
        for row in chunk:
            if isinstance(row, Broken):
                self.rejects.add(row, row.reason)
        wanted = []
        for result in self.convert([row for row in chunk if not isinstance(row, Broken)]):
            if isinstance(result, Rejected):
                self.rejects.add(result.row, result.reason)
            else:
                wanted.append(result)
        return wanted

    def _add(self, plan: PlanWriter, result: Step | Rejected) -> None:
        if isinstance(result, Rejected):
            self.rejects.add(result.row, result.reason)
        plan.add(result)

    def _step(self, wanted: Wanted, records: list[Record], is_ours: Callable[[int], bool]) -> Step | Rejected:
        key = self.rules.key or ""
        current = [record for record in records if same(wanted.key, record.get(key))]
        if self.rules.mode == "insert" and len(current) == 1 and is_ours(wanted.row.number):
            current = []
        return self.rules.planned(wanted, current)

    def _looked_up(self, hundreds: Iterator[Hundred]) -> Iterator[tuple[Hundred, list[Record]]]:
        """Find the objects of a hundred rows, several hundreds at once, and give them in order."""
        under_way: deque[tuple[Hundred, Future[list[Record]] | None]] = deque()
        while True:
            under_way += ((each, self._begun(each)) for each in islice(hundreds, AHEAD - len(under_way)))
            if not under_way:
                return
            hundred, found = under_way.popleft()
            yield hundred, found.result() if found else []

    def _begun(self, hundred: Hundred) -> Future[list[Record]] | None:
        """Begin to look up those that have a key."""
        key = self.rules.key
        keys = [row.key for row in hundred if not is_empty(row.key)]
        if not key or not keys:
            return None
        return self.client.begin(Search(self.rules.obj_code, {key: keys}, self.rules.asked(hundred)))


@dataclass
class Wishes:
    """What the rows ask for, kept in a file of this machine: however many there are, memory holds some hundreds."""

    spool: IO[bytes]
    keys: Keys
    chunks: int = 0

    def keep(self, rows: list[Wanted]) -> None:
        """Add some."""
        for row in rows:
            self.keys.add(row.row.number, row.key)
        with _on_this_machine():
            pickle.dump(rows, self.spool)
            self.spool.flush()
        self.chunks += 1

    def hundreds(self) -> Iterator[Hundred]:
        """Give them, from the first on."""
        self.spool.seek(0)
        for _ in range(self.chunks):
            rows: list[Wanted] = pickle.load(self.spool)  # noqa: S301 our own file, which has no name
            yield from _parted(rows, HUNDRED)


@contextmanager
def _on_this_machine() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        where = f"the temporary folder {tempfile.gettempdir()}"
        raise WorkfrontError(
            f"rows could not be kept in {where}: {error.strerror or error}; nothing was written"
        ) from error


def _parted(rows: Iterable[T], size: int) -> Iterator[list[T]]:
    """Give so many at a time."""
    left = iter(rows)
    return iter(lambda: list(islice(left, size)), [])
