"""Many tasks that ask the broker at once, as light as can be: one process, one loop, a connection of its own for each.

A process of its own, so that the test that times other requests is not held up by it:
`python -m support.crowd URL CONN_ID TASKS`, the client secret on standard input; prints what came of it as JSON.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import secrets
import sys
import time
from collections import Counter
from urllib.parse import urlsplit

from airflow_provider_workfront.broker.client import SLOWEST_POLL
from airflow_provider_workfront.broker.proof import HEADER, sign

HEAD = (
    "POST /workfront/token HTTP/1.1\r\nhost: broker\r\nconnection: close\r\n"
    "{header}: {proof}\r\ncontent-length: {size}\r\n\r\n"
)


async def ask(url: str, conn_id: str, secret: str, statuses: Counter[str]) -> str:
    """Ask until there is a token, with the pauses of a task."""
    address, poll = urlsplit(url), 0.2
    while True:
        body = json.dumps({"protocol": 1, "conn_id": conn_id}).encode()
        proof = sign(secret, conn_id, body, at=int(time.time()), nonce=secrets.token_hex(8))
        reader, writer = await asyncio.open_connection(address.hostname, address.port)
        writer.write(HEAD.format(header=HEADER, proof=proof, size=len(body)).encode() + body)
        answer = await reader.read()
        writer.close()
        status = answer[9:12].decode()
        statuses[status] += 1
        if status == "200":
            return str(json.loads(answer.partition(b"\r\n\r\n")[2])["access_token"])
        if status != "202":
            raise AssertionError(answer[:500])
        await asyncio.sleep(random.uniform(poll / 2, poll))  # noqa: S311
        poll = min(poll * 1.6, SLOWEST_POLL)


async def main(url: str, conn_id: str, tasks: str) -> None:
    """Let all ask at once."""
    secret, statuses, began = sys.stdin.read(), Counter[str](), time.monotonic()
    tokens = await asyncio.gather(*(ask(url, conn_id, secret, statuses) for _ in range(int(tasks))))
    said = {"tokens": len(set(tokens)), "seconds": round(time.monotonic() - began, 1), "statuses": statuses}
    sys.stdout.write(json.dumps(said))


if __name__ == "__main__":
    os.nice(10)  # workers are other machines
    asyncio.run(main(*sys.argv[1:]))
