"""The other clients, each in its documented fastest mode; most are general clients, no tools for extracts.

Those that can read pages at once ask for the count first, as one has to by offset; none has more than ten calls open.
"""

from __future__ import annotations

import asyncio
import json
from itertools import count
from typing import TYPE_CHECKING, Any

import rows
from reader import API, KEY, Reader

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

AT_ONCE = 10
SORTED = {"fields": "*", "ID_Sort": "asc"}
CHANGED = {"fields": "*", "lastUpdateDate_Sort": "asc"}


def window(first: int, order: dict[str, str] = SORTED) -> dict[str, Any]:
    """Ask for one page."""
    return {**order, "$$FIRST": first, "$$LIMIT": rows.PAGE}


def write(file: Path, pages: Iterable[list[dict[str, Any]]]) -> None:
    """Write with the standard library, as these clients leave one to."""
    with file.open("w", encoding="utf-8") as out:
        for page in pages:
            out.writelines(f"{json.dumps(row)}\n" for row in page)


def one_by_one(fetch: Any, order: dict[str, str] = SORTED) -> Iterator[list[dict[str, Any]]]:
    """Read page after page, until one is not full."""
    for first in count(0, rows.PAGE):
        page = fetch(window(first, order))
        yield page
        if len(page) < rows.PAGE:
            return


# -- clients of Workfront


def python_workfront(url: str, file: Path) -> None:
    """Use `Session.get`, documented beside `search` and faster: no object is made of each row."""
    from workfront import Session

    session = Session("bench", api_key=KEY, api_version="v21.0", url_template=f"{url}/attask/api/{{api_version}}")
    write(file, one_by_one(lambda params: session.get("/TASK/search", params)))


def workfrontapi_plus(url: str, file: Path) -> None:
    """Use `search(get_all=True)`, which keeps all rows in memory."""
    from workfrontapi_plus import Api

    api = Api("bench", "my", api_key=KEY)
    api.api_base_url = f"{url}{API}"
    write(file, [api.search("TASK", {"ID_Sort": "asc"}, fields=["*"], get_all=True)])


# -- dlt


def dlt_sequential(url: str, file: Path) -> None:
    """Use `RESTClient.paginate`; rows are written with dlt's own JSON (orjson), nothing is normalized or loaded."""
    from dlt.common.json import json as dlt_json
    from dlt.sources.helpers.rest_client import RESTClient
    from dlt.sources.helpers.rest_client.paginators import OffsetPaginator

    paginator = OffsetPaginator(rows.PAGE, offset_param="$$FIRST", limit_param="$$LIMIT", total_path=None)
    client = RESTClient(f"{url}{API}", headers={"apiKey": KEY}, paginator=paginator, data_selector="data")
    with file.open("wb") as out:
        for page in client.paginate("TASK/search", params=SORTED):
            out.writelines(dlt_json.dumpb(row) + b"\n" for row in page)


def dlt_parallelized(url: str, file: Path) -> None:
    """Pipe a resource of offsets into a transformer with `parallelized=True` that fetches the page of each."""
    import dlt
    from dlt.common.json import json as dlt_json
    from dlt.sources.helpers.requests import Client

    session = Client().session
    session.headers["apiKey"] = KEY

    def get(what: str, params: dict[str, Any]) -> Any:
        return dlt_json.loadb(session.get(f"{url}{API}/TASK/{what}", params=params).content)["data"]

    @dlt.resource
    def offsets() -> Iterator[int]:
        yield from range(0, get("count", {})["count"], rows.PAGE)

    @dlt.transformer(data_from=offsets, parallelized=True)
    def tasks(first: int) -> Iterator[list[dict[str, Any]]]:
        yield get("search", window(first))

    with file.open("wb") as out:
        out.writelines(dlt_json.dumpb(row) + b"\n" for row in tasks)


# -- plain HTTP clients


def httpx_loop(url: str, file: Path, order: dict[str, str] = SORTED) -> None:
    """Do what one writes first."""
    import httpx

    with httpx.Client(base_url=f"{url}{API}/", headers={"apiKey": KEY}, timeout=120) as client:

        def fetch(params: dict[str, Any]) -> list[dict[str, Any]]:
            answer = client.get("TASK/search", params=params)
            return list(answer.raise_for_status().json()["data"])

        write(file, one_by_one(fetch, order))


def httpx_by_change(url: str, file: Path) -> None:
    """Do the same in the order of an incremental load."""
    httpx_loop(url, file, CHANGED)


def httpx_ten(url: str, file: Path) -> None:
    """Use `AsyncClient`, ten calls at once, orjson."""
    import httpx

    async def read() -> None:
        async with httpx.AsyncClient(base_url=f"{url}{API}/", headers={"apiKey": KEY}, timeout=120) as client:

            async def get(what: str, params: dict[str, Any]) -> bytes:
                answer = await client.get(f"TASK/{what}", params=params)
                return answer.raise_for_status().content

            await gathered(get, file)

    asyncio.run(read())


def aiohttp_ten(url: str, file: Path) -> None:
    """Use the fastest that Python has: aiohttp on uvloop, ten calls at once, orjson."""
    import aiohttp
    import uvloop

    async def read() -> None:
        connector = aiohttp.TCPConnector(limit=AT_ONCE)
        async with aiohttp.ClientSession(
            connector=connector, headers={"apiKey": KEY}, raise_for_status=True, read_bufsize=1 << 20
        ) as client:

            async def get(what: str, params: dict[str, Any]) -> bytes:
                async with client.get(f"{url}{API}/TASK/{what}", params=params) as answer:
                    return await answer.read()

            await gathered(get, file)

    uvloop.run(read())


async def gathered(get: Any, file: Path) -> None:
    """Ask for the count, then for all pages, ten at once; write each as it comes."""
    import orjson

    total = orjson.loads(await get("count", {}))["data"]["count"]
    room = asyncio.Semaphore(AT_ONCE)
    with file.open("wb") as out:

        async def fetch(first: int) -> None:
            async with room:
                body = await get("search", window(first))
            out.writelines(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE) for row in orjson.loads(body)["data"])

        await asyncio.gather(*(fetch(first) for first in range(0, total, rows.PAGE)))


DLT = (
    ("EXTRACT__WORKERS", str(AT_ONCE)),
    ("PROVIDERS__ENABLE_AIRFLOW_SECRETS", "false"),  # or it loads Airflow, which happens to be installed here
    ("RUNTIME__DLTHUB_TELEMETRY", "false"),
    ("RUNTIME__LOG_LEVEL", "ERROR"),
)
READERS = {
    "aiohttp, 10 at once": Reader(
        aiohttp_ten, ("aiohttp", "orjson", "uvloop"), ("aiohttp", "uvloop", "orjson"), told="uvloop, gather, orjson"
    ),
    "httpx async, 10 at once": Reader(httpx_ten, ("httpx", "orjson"), ("httpx", "orjson"), told="gather, orjson"),
    "httpx, page by page": Reader(httpx_loop, ("httpx",), ("httpx",), told="a plain loop, json"),
    "httpx, by last update": Reader(
        httpx_by_change,
        ("httpx",),
        ("httpx",),
        told="the same, sorted as incremental loads do",
        benches=("torn",),
        order="lastUpdateDate",
    ),
    "dlt, parallelized": Reader(
        dlt_parallelized,
        ("dlt", "dlt.sources.helpers.requests"),
        ("dlt",),
        DLT,
        "a parallelized transformer, 10 workers; rows written as they come, nothing normalized or loaded",
    ),
    "dlt, page by page": Reader(
        dlt_sequential, ("dlt", "dlt.sources.helpers.rest_client"), ("dlt",), DLT, "RESTClient.paginate; the same"
    ),
    "workfrontapi-plus": Reader(
        workfrontapi_plus, ("workfrontapi_plus",), ("workfrontapi-plus",), told="search(get_all=True)"
    ),
    "python-workfront": Reader(
        python_workfront, ("workfront",), ("python-workfront",), told="Session.get, page by page"
    ),
}
