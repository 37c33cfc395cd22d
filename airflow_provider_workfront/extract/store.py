"""Files on any store that Airflow reaches: under its final name a file is always whole, and errors name it."""

from __future__ import annotations

import errno
import gzip
import inspect
import json
import secrets
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, Any, cast

from airflow.sdk import ObjectStoragePath
from airflow.sdk.exceptions import AirflowException

from airflow_provider_workfront.api.errors import WorkfrontError
from airflow_provider_workfront.failures import Unworkable

if TYPE_CHECKING:
    from collections.abc import Iterator

FOR_GOOD = {errno.EEXIST, errno.EISDIR, errno.ENAMETOOLONG, errno.ENOENT, errno.ENOTDIR, errno.EROFS}
REFUSED = {400, 401, 403, 404}
"""Answers of a store that no retry changes: no right, no such bucket or container."""
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
def named_in_errors(path: ObjectStoragePath, what: str = "written") -> Iterator[None]:
    """Say which file could not be written, and whether it ever can be; a lost connection is told as it is.

    Azure's and Google's stores raise errors of their own kinds for what S3's says by OSError; they carry the status.
    """
    try:
        yield
    except (ConnectionError, TimeoutError, AirflowException, WorkfrontError):
        raise
    except OSError as error:
        is_final = isinstance(error, PermissionError | FileNotFoundError) or error.errno in FOR_GOOD
        kind = Unworkable if is_final else WorkfrontError
        raise kind(f"file {path} cannot be {what}: {error.strerror or error}") from error
    except Exception as error:
        status = getattr(error, "status_code", None) or getattr(error, "code", None)
        if not isinstance(status, int):
            raise
        kind = Unworkable if status in REFUSED else WorkfrontError
        first_line = str(error).strip().partition("\n")[0]
        raise kind(f"file {path} cannot be {what}: status {status}: {first_line}") from error


@contextmanager
def whole(path: ObjectStoragePath, compression: str | None = None, run: str = "") -> Iterator[IO[bytes]]:
    """Write under another name and rename at the end.

    The other name has the key of the `run` in it, for who tidies up behind it where the final one has not.
    Leaving it to the store to show a file only when closed would not do: closed it is after an error too.
    """
    store, final = path.fs, path.path
    name = final.rpartition("/")[2]
    passing = f"{final[: -len(name)]}{UNFINISHED}{name}.{f'{run}.' if run else ''}{secrets.token_hex(4)}"
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


def write_json(path: ObjectStoragePath, content: Any, run: str = "") -> None:
    """Write a small file."""
    with named_in_errors(path), whole(path, run=run) as file:
        file.write(json.dumps(content, ensure_ascii=False, indent=1).encode(errors="backslashreplace"))


def read_json(path: ObjectStoragePath) -> Any:
    """Read a small file; None if there is none, or none that can be understood."""
    content = _content(path)
    try:
        return None if content is None else json.loads(content)
    except ValueError:
        return None


def read_record(path: ObjectStoragePath) -> dict[str, Any] | None:
    """Read a small file that later runs depend on; None if there is none, and a damaged one is refused."""
    content = _content(path)
    if content is None:
        return None
    try:
        record = json.loads(content)
    except ValueError as error:
        record = error
    if not isinstance(record, dict):
        raise Unworkable(f"file {path} is damaged ({len(content):,} bytes); restore it, or remove it to begin anew")
    return record


def _content(path: ObjectStoragePath) -> bytes | None:
    with named_in_errors(path, "read"):
        try:
            with path.fs.open(path.path, "rb") as file:
                content: bytes = file.read()
        except FileNotFoundError:
            return None
    return content


def names(folder: ObjectStoragePath, prefixes: tuple[str, ...]) -> list[str]:
    """List the files of a folder whose names begin so; of stores that can, no others are asked for."""
    store = folder.fs
    store.invalidate_cache()
    with named_in_errors(folder, "listed"):
        try:
            if "prefix" in inspect.signature(store.find).parameters:
                found = [name for prefix in prefixes for name in store.find(folder.path, prefix=prefix)]
            else:
                found = store.ls(folder.path, detail=False)
        except FileNotFoundError:
            return []
    start = len(folder.path.rstrip("/")) + 1
    inside = [name.rstrip("/")[start:] for name in found]
    return [name for name in inside if name.startswith(prefixes) and "/" not in name]
