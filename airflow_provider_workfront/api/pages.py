"""Read all pages of a search and lose nothing: a generator that says what to fetch and what to hand out.

Pages overlap by a few rows, and each must share a row with what was handed out: that proves, in the server's
own order whatever its collation, that nothing between them was missed. It holds if IDs are unique and never
change, and if each answer is a contiguous slice, at one instant, of the matching rows in one fixed order.

The rule of the end: a page that joins and is short (fewer rows than were asked for) shows the end as it stood at that
instant. It is believed when a second page that joins, begun at its last row, is short too and brings next to nothing;
or, since rows that are appended meanwhile need not be chased, at the third short page. Where no page joins, a step
back of half a page is tried, then of one, two, four pages; neighbours share more rows from then on (20, 100, a quarter
of a page), and fewer windows are under way. A short page at offset 0 is all there is, whether it joins or not, while
all that was handed out is remembered. The rule of cost: a read may make 12 calls for each 7 pages' worth of rows
that it handed out, and 11 more; beyond that it is torn. While others add at most a quarter of a page between two
answers, these are at most 3 calls for each page that existed when it began, and 20.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from typing import Any

from airflow_provider_workfront.api.errors import InvalidRequestError, TornReadError
from airflow_provider_workfront.api.slices import Slice
from airflow_provider_workfront.api.trail import Trail

LARGEST_PAGE = 2000  # more fails the call (reference 4.10)
OVERLAP = 20
KEPT_PAGES = 4
MOST_CONFIRMATIONS = 3
WIDENED = 5
"""By how much the overlap grows where a page did not join, up to a quarter of a page."""
CALLS_A_PAGE, CALLS_BESIDES = 12 / 7, 11
"""What a read may cost: with k new rows an answer and pages of s rows, c <= 12/7 (rows + k c) / s + 11."""
RAMP = 4
"""Windows under way after the first page; one more for each page that joined."""

# more than 50,000 objects or 1,000,000 fields are an error whose text is documented nowhere (reference 4.10)
_TOO_LARGE = re.compile(r"\b50[,. ]?000\b|\b1[,. ]?000[,. ]?000\b|maximum of \d+ (objects|fields)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Fetch:
    """Begin to fetch these windows, each an offset and a number of rows; answer with the oldest that is still due.

    Windows may be fetched in any order or all at once, but are answered in theirs. `anew`: those that were begun before
    are not wanted any more.
    """

    windows: tuple[tuple[int, int], ...]
    anew: bool = False


@dataclass(frozen=True, slots=True)
class Rows:
    """Hand these rows out."""

    rows: list[Any]


@dataclass(frozen=True, slots=True)
class After:
    """Where an earlier read came to: how many rows it handed out, and the IDs of the last of them, a page's worth."""

    rows: int
    ids: tuple[str, ...]


Page = list[Any]
Fetched = Page | InvalidRequestError | None
Pages = Generator[Fetch | Rows, Fetched, None]


def one_by_one() -> int:
    """Fetch a window at a time."""
    return 1


def unknown() -> None:
    """Expect any number of rows."""


def read_pages(  # noqa: PLR0913 each is a choice of its own
    limit: int | None = None,
    *,
    proven: bool = True,
    width: Callable[[], int] = one_by_one,
    size: int = LARGEST_PAGE,
    after: After | None = None,
    expected: Callable[[], int | None] = unknown,
    boldness: int = 1,
) -> Pages:
    """Read to the end, or `limit` rows: `Fetch` goes out, a window's rows or its refusal come back, `Rows` go out.

    As many windows as `width` says are under way at a time, none of them without need behind as many rows as are
    `expected`, which is but a hint and may become known in between; `boldness` is how many are begun at most before
    anything is known. With `after` it goes on where another ended.
    Not `proven` is a read in an order of the user's own, by plain offsets: it loses or doubles rows when others change.
    """
    if limit is not None and (not isinstance(limit, int) or isinstance(limit, bool)):
        raise TypeError(f"limit is a number of rows, not {limit!r}; of a text write int(...)")
    if limit is not None and limit < 1:
        raise ValueError(f"limit is the number of rows wanted, 1 or more, not {limit}")
    size = min(size, limit or size)
    reader = _Reader(size, width, expected, limit, Trail(KEPT_PAGES * size), boldness)
    if after:
        reader.offset, reader.total = after.rows, after.rows
        reader.trail = Trail(reader.trail.most, after.ids)
        reader.resumes = True
    return reader.read() if proven else reader.read_in_order()


@dataclass(slots=True)
class _Reader:
    """The state of one read: where it is, and what it handed out last."""

    size: int
    width: Callable[[], int]
    expected: Callable[[], int | None]
    left: int | None
    trail: Trail
    boldness: int = 1
    offset: int = 0
    page: Page = field(default_factory=list)
    begun: deque[int] = field(default_factory=deque)
    total: int = 0
    given: int = 0
    calls: int = 0
    shared: int = OVERLAP
    wide: float = RAMP - 1
    growth: float = 1.0
    resumes: bool = False

    def read(self) -> Pages:
        """Walk from window to window, each proven to touch what came before."""
        first = max(0, self.offset - self.overlap)
        begins = yield from self._accept(first, (yield from self._first(first)))
        if not begins and self.trail.line:
            yield from self._bridge(first)
        confirmations = 0
        while self.page and self.left != 0:
            if len(self.page) >= self.size:
                yield from self._onward()
                continue
            confirmations += 1
            if (yield from self._is_end(confirmations)):
                return

    def read_in_order(self) -> Pages:
        """Walk by plain offsets."""
        while self.left != 0:
            page = yield from self._fetch(self.offset)
            yield from self._emit(page)
            if len(page) < self.size:
                return
            self.offset += len(page)

    @property
    def overlap(self) -> int:
        """How many rows neighbouring windows share."""
        return min(self.shared, self.size // 2)

    @property
    def stride(self) -> int:
        """How far apart neighbouring windows begin."""
        return self.size - self.overlap

    def _first(self, first: int) -> Generator[Fetch | Rows, Fetched, Page]:
        """Fetch the first window, and begin those behind it if we dare."""
        self.begun.extend(first + self.stride * step for step in range(min(self.boldness, self._room())))
        self._pay(len(self.begun))
        fetched = yield Fetch(tuple((begun, self.size) for begun in self.begun), anew=True)
        self.begun.popleft()
        if not isinstance(fetched, InvalidRequestError):
            return fetched or []
        self._shrink(fetched)
        return (yield from self._fetch(first))

    def _onward(self) -> Pages:
        """Take the next window, while those behind it are under way."""
        anew = not self.begun
        fetched = yield Fetch(self._ahead(), anew)
        first = self.begun.popleft()
        if isinstance(fetched, InvalidRequestError):
            self._shrink(fetched)
        elif not (yield from self._accept(first, fetched or [])):
            yield from self._bridge(first)

    def _ahead(self) -> tuple[tuple[int, int], ...]:
        """Give the windows to begin now, as many as there is room for, and no more than the limit needs."""
        onward = self.begun[-1] + self.stride if self.begun else self.offset + len(self.page) - self.overlap
        firsts = [onward + self.stride * step for step in range(self._room() - len(self.begun))]
        if (expected := self.expected()) is not None:
            firsts = self._needed(firsts, expected)
        self.begun.extend(firsts)
        self._pay(len(firsts))
        return tuple((first, self.size) for first in firsts)

    def _room(self) -> int:
        """Give how many windows may be under way."""
        room = min(self.width(), int(self.wide)) if self.calls else self.width()
        return max(1, room if self.left is None else min(room, -(-self.left // self.stride)))

    def _needed(self, firsts: list[int], expected: int) -> list[int]:
        """Leave out windows behind the rows that are expected; but the last of these is asked for twice, at once."""
        needed, last = [first for first in firsts if first < expected], expected - 1
        reached = self.begun[-1] if self.begun else self.offset
        if len(needed) < len(firsts) and self.left is None and last > max([reached, *needed]):
            needed.append(last)
        return needed if needed or self.begun else firsts[:1]

    def _is_end(self, confirmations: int) -> Generator[Fetch | Rows, Fetched, bool]:
        """Ask again at the last row of a short page: the end is where that brings next to nothing.

        Rows appended while we read need not be chased, so the third short page is believed.
        """
        before, last = self.total, self.offset + len(self.page) - 1
        if not (yield from self._accept(last, (yield from self._again(last)))):
            yield from self._bridge(last)
        few = self.total - before < max(1, self.size // 10)
        return len(self.page) < self.size and (few or confirmations >= MOST_CONFIRMATIONS)

    def _again(self, last: int) -> Generator[Fetch | Rows, Fetched, Page]:
        """Fetch the window at the last row, which may be under way already."""
        if not self.begun or self.begun[0] != last:
            return (yield from self._fetch(last))
        fetched = yield Fetch(())
        self.begun.popleft()
        if not isinstance(fetched, InvalidRequestError):
            return fetched or []
        self._shrink(fetched)
        return (yield from self._fetch(last))

    def _bridge(self, first: int) -> Pages:
        """Fill a hole: step back, doubling, until a page touches what was handed out; be more careful from then on."""
        self.shared = max(self.shared, min(self.shared * WIDENED, self.size // 4))
        self.wide, self.growth = 1.0, self.growth / 2
        half = max(1, self.size // 2)
        for doubled in range((first // half).bit_length() + 1):  # the last of them reaches offset 0
            at = max(0, first - (half << doubled))
            page = yield from self._fetch(at)
            if (yield from self._accept(at, page)):
                return
            if at == 0:
                if (yield from self._is_all(page)):
                    return
                break
        raise self._torn("nothing joins")

    def _is_all(self, page: Page) -> Generator[Fetch | Rows, Fetched, bool]:
        """End with a short page at offset 0, which is all there is, if every row handed out is remembered."""
        if len(page) >= self.size or (page and self.total > self.trail.most) or (page and self.resumes):
            return False
        fresh = {id_of(row) for row in page}.difference(self.trail.line, self.trail.beyond)
        yield from self._emit([row for row in page if id_of(row) in fresh])
        self.page = []
        return True

    def _torn(self, why: str) -> TornReadError:
        return TornReadError(
            f"rows change faster than they can be read: {why} after {self.total} rows and {self.calls} calls of this "
            f"read; read again while less is changed, or read less: narrower filters, or fewer fields in `fields`"
        )

    def _fetch(self, first: int) -> Generator[Fetch | Rows, Fetched, Page]:
        """Fetch one window and none behind it, made smaller as often as Workfront finds it too large."""
        while True:  # each turn halves the size
            self.begun.clear()
            self._pay(1)
            fetched = yield Fetch(((first, self.size),), anew=True)
            if not isinstance(fetched, InvalidRequestError):
                return fetched or []
            self._shrink(fetched)

    def _shrink(self, error: InvalidRequestError) -> None:
        """Halve the window: nested collections count towards the limit of one answer."""
        if self.size < 4 or not _TOO_LARGE.search(error.message):
            raise error
        self.calls -= len(self.begun) + 1  # what was asked for in vain, since too large, is not on account of changes
        self.begun.clear()
        self.size //= 2

    def _pay(self, calls: int) -> None:
        """Count calls, and give up where there are too many for the rows that they brought."""
        self.calls += calls
        if self.calls > CALLS_A_PAGE * self.given / self.size + CALLS_BESIDES:
            raise self._torn("no end within the calls that so many rows may take")

    def _accept(self, first: int, page: Page) -> Generator[Fetch | Rows, Fetched, bool]:
        """Hand out what follows the first row that was handed out already; refuse a page that has none."""
        ids = [id_of(row) for row in page] if not is_sliced(page) else [row.obj_id for row in page]
        # Of an earlier read the last rows are known, but not all that lie between them: one of them may have been
        # inserted far in front. So it goes on behind the last one: all before it that existed throughout is out.
        start = self.trail.touch(ids, last=self.resumes)
        if not page or start is None:
            return False
        self.offset, self.page, self.resumes = first, page, False
        self.wide += self.growth
        fresh = self.trail.weave(ids[start:])
        yield from self._emit([row for row, obj_id in zip(page[start:], ids[start:], strict=True) if obj_id in fresh])
        return True

    def _emit(self, rows: Page) -> Pages:
        """Hand rows out, up to the limit."""
        rows = rows if self.left is None else rows[: self.left]
        if rows:
            self.total, self.given = self.total + len(rows), self.given + len(rows)
            self.left = None if self.left is None else self.left - len(rows)
            yield Rows(rows)


def is_sliced(page: Page) -> bool:
    """Tell whether the rows of a page came as slices: all of them do, or none."""
    return bool(page) and isinstance(page[0], Slice)


def id_of(row: Any) -> str:
    """Give the ID of a row, which Workfront always returns; without it nothing can be proven."""
    found = row.obj_id if isinstance(row, Slice) else row.get("ID") if isinstance(row, dict) else None
    if not isinstance(found, str):
        raise TornReadError("a row came without its ID, so that the pages cannot be joined")
    return found
