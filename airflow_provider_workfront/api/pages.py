"""Read all pages of a search and lose nothing: a generator that says what to fetch and what to hand out.

Pages overlap by a few rows, and each must share a row with what was handed out: that proves, in the server's
own order whatever its collation, that nothing between them was missed. It holds if IDs are unique and never
change, and if each answer is a contiguous slice, at one instant, of the matching rows in one fixed order.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from typing import Any

from airflow_provider_workfront.api.errors import InvalidRequestError, TornReadError

LARGEST_PAGE = 2000  # more fails the call (reference 4.10)
OVERLAP = 20
KEPT_PAGES = 4
MOST_CONFIRMATIONS = 5
MOST_IDLE_FETCHES = 60

# more than 50,000 objects or 1,000,000 fields are an error whose text is documented nowhere (reference 4.10)
_TOO_LARGE = re.compile(r"\b50[,. ]?000\b|\b1[,. ]?000[,. ]?000\b|maximum of \d+ (objects|fields)", re.IGNORECASE)

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Fetch:
    """Fetch these windows, each an offset and a number of rows, in any order or all at once."""

    windows: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Rows:
    """Hand these rows out."""

    rows: list[Row]


Fetched = list[list[Row]] | InvalidRequestError | None
Pages = Generator[Fetch | Rows, Fetched, None]


def one_by_one() -> int:
    """Fetch a window at a time."""
    return 1


def read_pages(
    limit: int | None = None,
    *,
    proven: bool = True,
    width: Callable[[], int] = one_by_one,
    size: int = LARGEST_PAGE,
) -> Pages:
    """Read to the end, or `limit` rows: `Fetch` goes out, its rows or a refusal come back, `Rows` go out.

    As many windows as `width` says are asked for at a time. Not `proven` is a read in an order of the user's own, by
    plain offsets: it loses or doubles rows when others change meanwhile.
    """
    if limit is not None and limit < 1:
        raise ValueError(f"limit is the number of rows wanted, 1 or more, not {limit}")
    reader = _Reader(min(size, limit or size), width, limit)
    return reader.read() if proven else reader.read_in_order()


@dataclass(slots=True)
class _Reader:
    """The state of one read: where it is, and the IDs of the last few pages."""

    size: int
    width: Callable[[], int]
    left: int | None
    offset: int = 0
    page: list[Row] = field(default_factory=list)
    recent: deque[set[str]] = field(default_factory=lambda: deque(maxlen=KEPT_PAGES))
    total: int = 0
    idle: int = 0

    def read(self) -> Pages:
        """Walk from window to window, each proven to touch what came before."""
        yield from self._accept(0, (yield from self._fetch(0)))
        confirmations = 0
        ready: deque[tuple[int, list[Row]]] = deque()
        while self.page and self.left != 0:
            if len(self.page) < self.size:
                confirmations += 1
                if (yield from self._is_end(confirmations)):
                    return
                ready.clear()
            elif not ready:
                ready = yield from self._wave()
            else:
                first, page = ready.popleft()
                if not (yield from self._accept(first, page)):
                    yield from self._bridge(first)
                    ready.clear()

    def read_in_order(self) -> Pages:
        """Walk by plain offsets."""
        first = 0
        while self.left != 0:
            page = yield from self._fetch(first)
            yield from self._emit(page)
            if len(page) < self.size:
                return
            first += len(page)

    @property
    def overlap(self) -> int:
        """How many rows neighbouring windows share."""
        return min(OVERLAP, self.size // 2)

    def _wave(self) -> Generator[Fetch | Rows, Fetched, deque[tuple[int, list[Row]]]]:
        """Fetch the next windows; none come back when they had to be made smaller."""
        start, stride = self.offset + len(self.page) - self.overlap, self.size - self.overlap
        width = self.width() if self.left is None else min(self.width(), -(-self.left // stride))
        windows = tuple((start + stride * step, self.size) for step in range(width))
        fetched = yield Fetch(windows)
        if isinstance(fetched, InvalidRequestError):
            self._shrink(fetched)
            return deque()
        return deque((first, page) for (first, _), page in zip(windows, fetched or [], strict=True))

    def _is_end(self, confirmations: int) -> Generator[Fetch | Rows, Fetched, bool]:
        """Ask again at the last row of a short page: the end is where that brings next to nothing.

        Rows appended while we read need not be chased, so the fifth answer is believed.
        """
        before, last = self.total, self.offset + len(self.page) - 1
        touches = yield from self._accept(last, (yield from self._fetch(last)))
        if not touches:
            yield from self._bridge(last)
        few = self.total - before < max(1, self.size // 10)
        return len(self.page) < self.size and (few or (touches and confirmations >= MOST_CONFIRMATIONS))

    def _bridge(self, first: int) -> Pages:
        """Fill a hole: step back, doubling, until a page touches what was handed out."""
        back = self.size
        while first > 0:
            at = max(0, first - back)
            if (yield from self._accept(at, (yield from self._fetch(at)))):
                return
            if at == 0:
                break
            back *= 2
        raise TornReadError(f"rows vanish faster than they can be read: nothing joins after {self.total} rows")

    def _fetch(self, first: int) -> Generator[Fetch | Rows, Fetched, list[Row]]:
        """Fetch one window, made smaller as often as Workfront finds it too large."""
        while True:
            fetched = yield Fetch(((first, self.size),))
            if not isinstance(fetched, InvalidRequestError):
                return fetched[0] if fetched else []
            self._shrink(fetched)

    def _shrink(self, error: InvalidRequestError) -> None:
        """Halve the window: nested collections count towards the limit of one answer."""
        if self.size < 4 or not _TOO_LARGE.search(error.message):
            raise error
        self.size //= 2

    def _accept(self, first: int, page: list[Row]) -> Generator[Fetch | Rows, Fetched, bool]:
        """Hand out what follows the first row that was handed out already; refuse a page that has none."""
        ids = [_id(row) for row in page]
        seen = set[str]().union(*self.recent)
        start = next((at for at, obj_id in enumerate(ids) if obj_id in seen), None) if seen else 0
        self.idle += 1
        if self.idle > MOST_IDLE_FETCHES:
            raise TornReadError(f"rows change faster than they can be read: no way on after {self.total} rows")
        if not page or start is None:
            return False
        self.offset, self.page = first, page
        fresh = [row for row, obj_id in zip(page[start:], ids[start:], strict=True) if obj_id not in seen]
        if fresh:  # a page of known rows only would push the last ones handed out from memory
            self.recent.append(set(ids[start:]))
        yield from self._emit(fresh)
        return True

    def _emit(self, rows: list[Row]) -> Pages:
        """Hand rows out, up to the limit."""
        rows = rows if self.left is None else rows[: self.left]
        if rows:
            self.idle, self.total = 0, self.total + len(rows)
            self.left = None if self.left is None else self.left - len(rows)
            yield Rows(rows)


def _id(row: Row) -> str:
    """Give the ID of a row, which Workfront always returns; without it nothing can be proven."""
    if not isinstance(row, dict) or not isinstance(row.get("ID"), str):
        raise TornReadError("a row came without its ID, so that the pages cannot be joined")
    return str(row["ID"])
