"""From the rows of an input to a plan: convert them, find the objects they mean, say what each comes to."""

from __future__ import annotations

import pickle
import tempfile
from bisect import bisect_right
from collections import deque
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import islice
from operator import itemgetter
from typing import IO, TYPE_CHECKING

from airflow_provider_workfront.api.errors import WorkfrontError
from airflow_provider_workfront.api.logs import get_logger
from airflow_provider_workfront.api.owners import Owners
from airflow_provider_workfront.api.parting import parted
from airflow_provider_workfront.extract.telling import Telling
from airflow_provider_workfront.writing.diff import is_empty
from airflow_provider_workfront.writing.inputs import Broken
from airflow_provider_workfront.writing.keys import Keys
from airflow_provider_workfront.writing.levels import Levels
from airflow_provider_workfront.writing.plan import NOT_SENT, Step
from airflow_provider_workfront.writing.row import Rejected, Wanted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from concurrent.futures import Future

    from airflow_provider_workfront.api.operation import Record
    from airflow_provider_workfront.client import Client
    from airflow_provider_workfront.writing.inputs import Input
    from airflow_provider_workfront.writing.plan import Rules
    from airflow_provider_workfront.writing.planfile import PlanWriter
    from airflow_provider_workfront.writing.rejects import Rejects
    from airflow_provider_workfront.writing.row import InputRow

log = get_logger(__name__)

CHUNK = 1000
"""Rows that are converted at once: what they refer to is looked up in as few searches."""
HUNDRED = 100
"""Objects that one search looks up."""
AHEAD = 16
"""Searches begun ahead; how many are sent at a time the pace of the host says."""

Hundred = list[Wanted]
Found = dict[int, list["Record"]]
"""The objects that have the key of a row, by its number."""


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
    on_rejected: Callable[[InputRow | Broken, str], None] = lambda row, reason: None  # noqa: ARG005 nobody wants to know
    rows: int = field(default=0, init=False)
    _scheduled: int = field(default=0, init=False)

    @contextmanager
    def read(self) -> Iterator[Wishes]:
        """Read the input to its end and convert it, before anything is looked up: two rows may mean one object."""
        telling = Telling(f"rows for {self.rules.obj_code}")
        with tempfile.TemporaryFile() as spool:
            key = self.rules.key or "ID"
            wishes = Wishes(spool, Keys(key, self.rules.kinds.get(key)), Levels(self.rules.obj_code, key))
            for chunk in parted(self.source.rows(), CHUNK):
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
        doubled, levels = wishes.keys.doubled(), wishes.levels
        levels.settle(wishes.keys.numbers(levels.keys), doubled)
        for hundred, found in self._looked_up(wishes.hundreds()):
            for wanted in hundred:
                number = wanted.row.number
                told, current = doubled.get(number) or levels.problem(number), found.get(number, [])
                step = Rejected(wanted.row, told) if told else self._step(levels.placed(wanted), current, is_ours)
                if isinstance(step, Step) and levels.level(number):
                    step = replace(step, level=levels.level(number))
                self._add(plan, step)
            telling.add(len(hundred))
        if self._scheduled:
            log.warning(
                "%s: planned dates of %d rows differ and are not sent: Workfront schedules tasks by their constraint "
                "(see docs/writing-tables.md, Write dates to tasks)",
                self.rules.obj_code, self._scheduled,
            )  # fmt: skip

    def _wanted(self, chunk: Sequence[InputRow | Broken]) -> list[Wanted]:
        """Convert rows; those that cannot be are rejected."""
        for row in chunk:
            if isinstance(row, Broken):
                self._reject(row, row.reason)
        wanted = []
        for result in self.convert([row for row in chunk if not isinstance(row, Broken)]):
            if isinstance(result, Rejected):
                self._reject(result.row, result.reason)
            else:
                wanted.append(result)
        return wanted

    def _add(self, plan: PlanWriter, result: Step | Rejected) -> None:
        if isinstance(result, Rejected):
            self._reject(result.row, result.reason)
        else:
            self._scheduled += result.note.startswith(NOT_SENT)
        plan.add(result)

    def _reject(self, row: InputRow | Broken, reason: str) -> None:
        self.rejects.add(row, reason)
        self.on_rejected(row, reason)

    def _step(self, wanted: Wanted, current: list[Record], is_ours: Callable[[int], bool]) -> Step | Rejected:
        if self.rules.mode == "insert" and len(current) == 1 and is_ours(wanted.row.number):
            current = []
        return self.rules.planned(wanted, current)

    def _looked_up(self, hundreds: Iterator[Hundred]) -> Iterator[tuple[Hundred, Found]]:
        """Find the objects of a hundred rows, several hundreds at once, and give them in order."""
        under_way: deque[tuple[Hundred, Hundred, Future[list[list[Record]]] | None]] = deque()
        while True:
            under_way += ((each, *self._begun(each)) for each in islice(hundreds, AHEAD - len(under_way)))
            if not under_way:
                return
            hundred, keyed, read = under_way.popleft()
            found = zip(keyed, read.result(), strict=True) if read else ()
            yield hundred, {wanted.row.number: records for wanted, records in found}

    def _begun(self, hundred: Hundred) -> tuple[Hundred, Future[list[list[Record]]] | None]:
        """Begin to look up those that have a key, and say which ones they are."""
        key, keyed = self.rules.key, [row for row in hundred if not is_empty(row.key)]
        if not key or not keyed:
            return keyed, None
        owners = Owners(self.rules.obj_code, key, [row.key for row in keyed], self.rules.asked(hundred))
        return keyed, self.client.begin(owners)


@dataclass
class Wishes:
    """What the rows ask for, kept in a file of this machine: however many there are, memory holds some hundreds."""

    spool: IO[bytes]
    keys: Keys
    levels: Levels
    chunks: list[tuple[int, int]] = field(default_factory=list, init=False)
    """The number of the first row of each chunk, and where in the file it begins."""
    _last: tuple[int, Hundred] = field(default=(-1, []), init=False)

    def keep(self, rows: list[Wanted]) -> None:
        """Add some."""
        for row in rows:
            self.keys.add(row.row.number, row.key)
            self.levels.add(row.row.number, row.values)
        if rows:
            self.chunks.append((rows[0].row.number, self.spool.tell()))
        with _on_this_machine():
            pickle.dump(rows, self.spool)
            self.spool.flush()

    def hundreds(self) -> Iterator[Hundred]:
        """Give them, from the first on."""
        for _, place in self.chunks:
            yield from parted(self._chunk(place), HUNDRED)

    def row(self, number: int) -> InputRow:
        """Give a row as the input had it; in a plan its dates and decimals have become text."""
        at = bisect_right(self.chunks, number, key=itemgetter(0)) - 1
        return next(wanted.row for wanted in self._chunk(self.chunks[at][1]) if wanted.row.number == number)

    def _chunk(self, place: int) -> Hundred:
        """Read a chunk; the last one is kept, since rows that are refused stand together."""
        if self._last[0] != place:
            self.spool.seek(place)
            self._last = place, pickle.load(self.spool)  # noqa: S301 our own file, which has no name
        return self._last[1]


@contextmanager
def _on_this_machine() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        where = f"the temporary folder {tempfile.gettempdir()}"
        raise WorkfrontError(
            f"rows could not be kept in {where}: {error.strerror or error}; nothing was written"
        ) from error
