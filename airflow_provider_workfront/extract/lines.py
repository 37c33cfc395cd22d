"""Rows as JSON Lines, on any store that Airflow reaches. Under its final name a file is always whole."""

from __future__ import annotations

import errno
import gzip
import json
import secrets
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, Any, cast

from airflow.sdk import ObjectStoragePath

from airflow_provider_workfront.api.errors import WorkfrontError
from airflow_provider_workfront.failures import Unworkable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

FOR_GOOD = {errno.EEXIST, errno.EISDIR, errno.ENAMETOOLONG, errno.ENOENT, errno.ENOTDIR, errno.EROFS}


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
    with _named_in_errors(path), _whole(path) as file:
        for rows in pages:
            lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
            file.write(lines.encode(errors="backslashreplace"))  # half an emoji becomes JSON's own escape of it
            count += len(rows)
    return count


@contextmanager
def _named_in_errors(path: ObjectStoragePath) -> Iterator[None]:
    """Say which file could not be written, and whether it ever can be; a lost connection is told as it is."""
    try:
        yield
    except (ConnectionError, TimeoutError):
        raise
    except OSError as error:
        kind = Unworkable if isinstance(error, PermissionError) or error.errno in FOR_GOOD else WorkfrontError
        raise kind(f"output_path {path} cannot be written: {error.strerror or error}") from error


@contextmanager
def _whole(path: ObjectStoragePath) -> Iterator[IO[bytes]]:
    """Write under another name and rename at the end.

    Leaving it to the store to show a file only when closed would not do: closed it is after an error too.
    """
    store, final = path.fs, path.path
    passing = f"{final}.part-{secrets.token_hex(4)}"
    if _is_local(store):
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


def _is_local(store: Any) -> bool:
    return "file" in store.protocol
