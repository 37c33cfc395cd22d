"""Rows as JSON Lines, on any store that Airflow reaches. Under its final name a file is always whole."""

from __future__ import annotations

import gzip
import json
import secrets
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, Any, cast

from airflow.sdk import ObjectStoragePath

from airflow_provider_workfront.failures import Unworkable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


def target(output_path: str) -> ObjectStoragePath:
    """Give the file to write, on a store that this Airflow has a provider for."""
    if not output_path:
        raise Unworkable("output_path is empty; leave it out to return the rows through XCom")
    try:
        path = ObjectStoragePath(output_path)
        _ = path.fs
    except ValueError as error:
        raise Unworkable(f"output_path {output_path}: {error}; its store needs a provider package") from error
    if output_path.endswith("/") or (_is_local(path.fs) and path.fs.isdir(path.path)):
        raise Unworkable(f"output_path {output_path} is a folder; name the file in it, such as rows.jsonl")
    return path


def write_lines(pages: Iterable[list[dict[str, Any]]], path: ObjectStoragePath) -> int:
    """Write one row a line, compressed if the name ends in `.gz`, and give the number of rows."""
    count = 0
    with _whole(path) as file:
        for rows in pages:
            content = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
            with _trouble_named(path):
                file.write(content.encode("utf-8", "backslashreplace"))
            count += len(rows)
    return count


@contextmanager
def _whole(path: ObjectStoragePath) -> Iterator[IO[bytes]]:
    """Write under another name and rename at the end.

    Leaving it to the store to show a file only when closed would not do: closed it is after an error too.
    """
    store, final = path.fs, path.path
    passing = f"{final}.part-{secrets.token_hex(4)}"
    if "file" in store.protocol:
        store.makedirs(store._parent(final), exist_ok=True)  # noqa: SLF001 its only name in fsspec
    try:
        with store.open(passing, "wb") as raw:
            if final.endswith(".gz"):
                with gzip.GzipFile(filename="", mode="wb", fileobj=raw, mtime=0) as packed:
                    yield cast("IO[bytes]", packed)
            else:
                yield raw
        store.mv(passing, final)
    finally:
        if store.exists(passing):
            store.rm(passing)
