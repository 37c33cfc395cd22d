"""Send a large file to Workfront and fetch it, in a process of its own, and print how its memory grew: JSON, in MB.

`python transfer_memory.py <way> <MB> <folder> <address> <API key>`; the ways are those of `WAYS`.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import sys
import time
from pathlib import Path

from airflow_provider_workfront.auth.session import ApiKeySession
from airflow_provider_workfront.client import open_async_client, open_client

MB = 1 << 20


def peak() -> float:
    """Give the most memory that this process has had; `ru_maxrss` would begin with that of its parent."""
    (line,) = [line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM")]
    return int(line.split()[1]) / 1024


def blocking(source: Path, goal: Path, session: dict) -> None:
    """Move it with a `Client`."""
    with open_client(**session) as client, source.open("rb") as sent, goal.open("wb") as received:
        project = next(client.search("PROJ", limit=1))["ID"]
        client.download(client.upload("PROJ", project, source.name, sent)["ID"], received)


def on_a_loop(source: Path, goal: Path, session: dict) -> None:
    """Move it with an `AsyncClient`."""

    async def move() -> None:
        async with open_async_client(**session) as client:
            project = (await anext(client.search("PROJ", limit=1)))["ID"]
            with source.open("rb") as sent, goal.open("wb") as received:
                document = await client.upload("PROJ", project, source.name, sent)
                await client.download(document["ID"], received)

    asyncio.run(move())


def by_operators(source: Path, goal: Path, session: dict) -> None:
    """Move it with the operators, the connection given by the environment."""
    from support.tasks import run

    from airflow_provider_workfront.operators import (
        WorkfrontDownloadDocumentOperator,
        WorkfrontSearchOperator,
        WorkfrontUploadDocumentOperator,
    )

    extra = {"auth": "api_key", "api_key": session["session"].api_key}
    conn = {"conn_type": "workfront", "host": session["api_root"].partition("/attask")[0], "extra": extra}
    os.environ["AIRFLOW_CONN_WORKFRONT_DEFAULT"] = json.dumps(conn)
    (project,) = run(WorkfrontSearchOperator(task_id="p", obj_code="PROJ", limit=1))
    place = {"obj_code": "PROJ", "obj_id": project["ID"]}
    sent = run(WorkfrontUploadDocumentOperator(task_id="u", path=source.as_uri(), **place))
    run(WorkfrontDownloadDocumentOperator(task_id="d", path=goal.as_uri(), document_id=sent["ID"]))


WAYS = {"blocking": blocking, "on_a_loop": on_a_loop, "by_operators": by_operators}


def main() -> None:
    """Move a small file, so that all is loaded; then the large one, and see by how much the peak rose."""
    way, size, folder, address, key = sys.argv[1:]
    session = {"session": ApiKeySession(key), "api_root": f"{address}/attask/api/v21.0"}
    source, goal = Path(folder, "source.bin"), Path(folder, "goal.bin")
    source.write_bytes(b"small")
    WAYS[way](source, goal, session)
    block = os.urandom(MB)
    with source.open("wb") as file:
        for _ in range(int(size)):
            file.write(block)
    before, began = peak(), time.monotonic()
    WAYS[way](source, goal, session)
    seconds, grown = time.monotonic() - began, peak() - before
    is_same = digest(source) == digest(goal)
    source.unlink()
    goal.unlink()
    sys.stdout.write(json.dumps({"grown": grown, "peak": peak(), "seconds": seconds, "is_same": is_same}) + "\n")


def digest(path: Path) -> str:
    """Give a file's fingerprint."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


if __name__ == "__main__":
    main()
