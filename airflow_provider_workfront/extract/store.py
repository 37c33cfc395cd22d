"""Files on any store that Airflow reaches: under its final name a file is always whole, and errors name it."""

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
    from collections.abc import Iterator

FOR_GOOD = {errno.EEXIST, errno.EISDIR, errno.ENAMETOOLONG, errno.ENOENT, errno.ENOTDIR, errno.EROFS}
SUFFIXES = {None: "", "gzip": ".gz", "zstd": ".zst"}
"""How the name of a packed file ends."""
GZIP_LEVEL = 4  # half the time of the usual 6, and about a twentieth more bytes
UNFINISHED = "_writing-"
"""How the name of a file begins while it is written; what reads folders passes over such names."""


def located(path_text: str) -> ObjectStoragePath:
    """Give the path, on a store that this Airflow has a provider for."""
    try:
        path = ObjectStoragePath(path_text)
        _ = path.fs
    except ValueError as error:
        raise Unworkable(f"path {path_text}: {error}; its store needs a provider package") from error
    return path


def is_local(path: ObjectStoragePath) -> bool:
    """Tell whether it is a file system of this machine, where folders have to be made."""
    return "file" in path.fs.protocol


@contextmanager
def named_in_errors(path: ObjectStoragePath) -> Iterator[None]:
    """Say which file could not be written, and whether it ever can be; a lost connection is told as it is."""
    try:
        yield
    except (ConnectionError, TimeoutError):
        raise
    except OSError as error:
        kind = Unworkable if isinstance(error, PermissionError) or error.errno in FOR_GOOD else WorkfrontError
        raise kind(f"file {path} cannot be written: {error.strerror or error}") from error


@contextmanager
def whole(path: ObjectStoragePath, compression: str | None = None) -> Iterator[IO[bytes]]:
    """Write under another name and rename at the end.

    Leaving it to the store to show a file only when closed would not do: closed it is after an error too.
    """
    store, final = path.fs, path.path
    name = final.rpartition("/")[2]
    passing = f"{final[: -len(name)]}{UNFINISHED}{name}.{secrets.token_hex(4)}"
    if is_local(path):
        store.makedirs(store._parent(final), exist_ok=True)  # noqa: SLF001 its only name in fsspec
    try:
        with store.open(passing, "wb") as raw, _packed(raw, compression) as file:
            yield file
        store.mv(passing, final)
    finally:
        if store.exists(passing):
            store.rm(passing)


@contextmanager
def _packed(raw: IO[bytes], compression: str | None) -> Iterator[IO[bytes]]:
    """Pack what is written; the same rows give the same bytes."""
    if compression == "gzip":
        with gzip.GzipFile(filename="", mode="wb", compresslevel=GZIP_LEVEL, fileobj=raw, mtime=0) as packed:
            yield cast("IO[bytes]", packed)
    elif compression == "zstd":
        with zstd().stream_writer(raw, closefd=False) as packed:
            yield packed
    else:
        yield raw


def zstd() -> Any:
    """Make a packer, or name the package that has it."""
    try:
        import zstandard
    except ImportError as error:
        raise Unworkable("compression zstd: install airflow-provider-workfront[zstd]") from error
    return zstandard.ZstdCompressor()


def write_json(path: ObjectStoragePath, content: Any) -> None:
    """Write a small file."""
    with named_in_errors(path), whole(path) as file:
        file.write(json.dumps(content, ensure_ascii=False, indent=1).encode(errors="backslashreplace"))


def read_json(path: ObjectStoragePath) -> Any:
    """Read a small file; None if there is none, or none that can be read."""
    try:
        with path.fs.open(path.path, "rb") as file:
            return json.loads(file.read())
    except (FileNotFoundError, ValueError):
        return None
