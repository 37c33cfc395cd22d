"""The tasks that the bench's server has: as many as wanted, rendered a block at a time and cut into pages.

Every row is as long as every other, so that a page is a cut at two offsets; blocks differ in their IDs only, so
that a million rows need no more memory than the blocks at hand.
"""

from __future__ import annotations

import json
from functools import lru_cache
from hashlib import blake2b
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGE = 2000  # what Workfront gives at most
ROW = 760  # bytes, the comma behind a row included
BLOCKS_KEPT = 110  # 200,000 rows and a few more: 170 MB
_NUMBER = "@@@@@@@@"  # where a block writes its number


def row(at: int, number: str = _NUMBER) -> dict[str, object]:
    """Make one row: its ID sorts as its place in the block, behind the block's number."""
    return {
        "ID": f"{number}{at:04x}{blake2b(str(at).encode(), digest_size=10).hexdigest()}",
        "objCode": "TASK",
        "name": f"Prepare material {at:04d} for review",
        "status": ("NEW", "INP", "CPL")[at % 3],
        "percentComplete": at % 101 / 1.0,
        "priority": at % 5,
        "projectID": blake2b(f"project {at % 40}".encode(), digest_size=16).hexdigest(),
        "assignedToID": blake2b(f"user {at % 25}".encode(), digest_size=16).hexdigest(),
        "plannedStartDate": f"2026-{at % 12 + 1:02d}-{at % 28 + 1:02d}T09:00:00:000-0700",
        "plannedCompletionDate": f"2026-{at % 12 + 1:02d}-{at % 28 + 1:02d}T17:00:00:000-0700",
        "lastUpdateDate": f"2026-{at % 12 + 1:02d}-{at % 28 + 1:02d}T11:22:33:444-0700",
        "workRequired": at % 40 * 60,
        "isCritical": at % 7 == 0,
        "actualCompletionDate": None,
        "DE:Cost Centre": [f"CC-{at % 90:03d}", "Käufer"],
        "description": "",
    }


def expected_ids(rows: int) -> Iterator[str]:
    """Give the IDs of the first so many rows, in order."""
    tails = [str(row(at)["ID"]).removeprefix(_NUMBER) for at in range(PAGE)]
    return (f"{at // PAGE:08x}{tails[at % PAGE]}" for at in range(rows))


@lru_cache(1)
def _template() -> bytes:
    return b"".join(_padded(row(at)) + b"," for at in range(PAGE))


def _padded(content: dict[str, object]) -> bytes:
    """Lengthen the description until the row is as long as all."""
    missing = ROW - 1 - len(_text(content))
    return _text(content | {"description": ("Collect, check and file what the client sent. " * 20)[:missing]})


def _text(content: dict[str, object]) -> bytes:
    return json.dumps(content, separators=(",", ":"), ensure_ascii=False).encode()


@lru_cache(BLOCKS_KEPT)
def _block(number: int) -> memoryview:
    return memoryview(_template().replace(_NUMBER.encode(), f"{number:08x}".encode()))


def render(rows: int) -> None:
    """Render in advance what can be kept."""
    for number in range(min(BLOCKS_KEPT, -(-rows // PAGE))):
        _block(number)


def page(first: int, size: int, rows: int) -> list[bytes | memoryview]:
    """Cut the page that begins at `first` out of its blocks, without copying: the parts of an answer's body."""
    parts: list[bytes | memoryview] = [b'{"data":[']
    at, end = first, min(first + size, rows)
    while at < end:
        number, offset = divmod(at, PAGE)
        until = min(PAGE, offset + end - at)
        parts.append(_block(number)[offset * ROW : until * ROW])
        at += until - offset
    if end > first:
        parts[-1] = parts[-1][:-1]  # no comma behind the last row
    return [*parts, b"]}"]
