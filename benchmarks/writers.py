"""The clients that write 10,000 rows, of which a hundred are bad; each says which rows it could not write."""

from __future__ import annotations

import asyncio
import json
from random import Random
from typing import TYPE_CHECKING, Any

from reader import API, KEY, Reader

if TYPE_CHECKING:
    from pathlib import Path

COUNT = 10_000
HUNDRED = 100
AT_ONCE = 10
TRIES = 8
Row = dict[str, Any]


def the_rows(count: int = COUNT) -> list[Row]:
    """Give the rows to write: one in a hundred, anywhere, has a priority that is no number."""
    rows: list[Row] = [{"ID": f"{number:032x}", "name": f"new {number}"} for number in range(count)]
    for number in bad_rows(count):
        rows[number]["priority"] = "high"
    return rows


def bad_rows(count: int = COUNT) -> set[int]:
    """Give the numbers of the bad ones."""
    return set(Random(7).sample(range(count), count // 100))  # noqa: S311 play


def told(file: Path, refused: list[int]) -> None:
    """Leave a note which rows were reported as not written."""
    file.write_text(json.dumps(sorted(refused)))


def ours(url: str, file: Path) -> None:
    """Use `bulk_update`, with as many calls at once as the server takes."""
    from airflow_provider_workfront.auth.session import ApiKeySession
    from airflow_provider_workfront.client import HttpOptions, Pace, open_client

    options = HttpOptions(pace=Pace(AT_ONCE, AT_ONCE))
    with open_client(ApiKeySession(KEY), api_root=url + API, options=options) as client:
        results = client.bulk_update("TASK", the_rows(), raise_on_error=False)
    told(file, [result.index for result in results if not result.ok])


def workfrontapi_plus(url: str, file: Path) -> None:
    """Use `bulk`, which sends one hundred after another and gives the message of one that was refused."""
    from workfrontapi_plus import Api

    api = Api("bench", "", "21.0", api_key=KEY)
    api.api_base_url = url + API
    api.return_api_errors = True
    refused: list[int] = []
    rows = the_rows()
    for first in range(0, len(rows), HUNDRED):
        if not _went_through(api, rows[first : first + HUNDRED]):
            refused += range(first, first + HUNDRED)
    told(file, refused)


def _went_through(api: Any, rows: list[Row]) -> bool:
    try:
        return isinstance(api.bulk("task", rows), list)
    except Exception:  # noqa: BLE001 a page instead of JSON is an error of some kind
        return False


def httpx_loop(url: str, file: Path) -> None:
    """Send ten hundreds at once, try 429 and 503 again, and halve what is refused."""
    asyncio.run(_httpx_loop(url, file))


async def _httpx_loop(url: str, file: Path) -> None:
    import httpx

    gate, refused = asyncio.Semaphore(AT_ONCE), list[int]()
    async with httpx.AsyncClient(base_url=url + API, headers={"apiKey": KEY}, timeout=60) as client:

        async def sent(rows: list[Row]) -> bool:
            async with gate:
                for attempt in range(TRIES):
                    answer = await client.put("/task", json=rows)
                    if answer.status_code not in {429, 503}:
                        return answer.is_success
                    await asyncio.sleep(min(2**attempt, 30) / 10)
            return False

        async def part(first: int, rows: list[Row]) -> None:
            if await sent(rows):
                return
            if len(rows) == 1:
                refused.append(first)
                return
            middle = len(rows) // 2
            await asyncio.gather(part(first, rows[:middle]), part(first + middle, rows[middle:]))

        rows = the_rows()
        parts = [(first, rows[first : first + HUNDRED]) for first in range(0, len(rows), HUNDRED)]
        await asyncio.gather(*(part(*each) for each in parts))
    told(file, refused)


BULK = ("bulk",)
READERS = {
    "ours, bulk_update": Reader(
        ours,
        ("airflow_provider_workfront.client", "httpx"),
        ("airflow-provider-workfront", "httpx"),
        told="`bulk_update`, `max_concurrency` 10",
        benches=BULK,
        quick=BULK,
    ),
    "httpx, 10 hundreds at once": Reader(
        httpx_loop,
        ("httpx",),
        ("httpx",),
        told="ten at once, 429 and 503 tried again, refused rows halved",
        benches=BULK,
    ),
    "workfrontapi-plus, bulk": Reader(
        workfrontapi_plus,
        ("workfrontapi_plus",),
        ("workfrontapi-plus",),
        told="`bulk`, a hundred at a time",
        benches=BULK,
    ),
}
