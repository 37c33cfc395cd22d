"""The files of an input: which ones a path names, in which order, and how they are opened. Errors name the file."""

from __future__ import annotations

import errno
import gzip
import io
import re
import zlib
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from typing import IO, TYPE_CHECKING, Any, cast

from airflow.sdk import ObjectStoragePath
from fsspec.utils import glob_translate  # type: ignore[import-untyped]

from airflow_provider_workfront.api.errors import WorkfrontError
from airflow_provider_workfront.extract.store import FOR_GOOD, read_json
from airflow_provider_workfront.failures import Unworkable
from airflow_provider_workfront.writing.zstd import Unpacked

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

FORMATS = {".jsonl": "jsonl", ".ndjson": "jsonl", ".json": "jsonl", ".csv": "csv", ".parquet": "parquet"}
"""What the end of a name says, before that of its packing."""
PACKINGS = {".gz": "gzip", ".zst": "zstd"}
HIDDEN = ("_", ".")
"""How names begin that readers of folders pass over: notes of those who wrote, and files that are not finished."""
MANIFEST = re.compile(r"_?manifest([-.].*)?\.json")
STAMPS = ("md5Hash", "ETag", "etag", "content_md5", "mtime", "LastModified", "last_modified", "updated", "modify")
"""By which of its marks a store tells that a file is another one, best first."""
BUFFER = 1 << 20


@dataclass(frozen=True, slots=True)
class File:
    """One file: where its store has it, and as people write it."""

    store: Any
    path: str
    shown: str

    @property
    def packing(self) -> str | None:
        """Tell by its name how it is packed."""
        return packing_of(self.path)

    @contextmanager
    def opened(self) -> Iterator[io.BufferedReader]:
        """Open it, and unpack it."""
        with reading(self.shown), self.store.open(self.path, "rb") as raw:
            yield io.BufferedReader(_unpacked(raw, self.packing), BUFFER)

    def state(self) -> list[str]:
        """Tell it from what it was before: by what the store says of it, or by its bytes."""
        with reading(self.shown):
            info = self.store.info(self.path)
            stamp = next((info[name] for name in STAMPS if info.get(name)), None)
            return [self.shown, str(info.get("size")), self._digest() if stamp is None else str(stamp)]

    def _digest(self) -> str:
        digest = sha256()
        with self.store.open(self.path, "rb") as file:
            while chunk := file.read(BUFFER):
                digest.update(chunk)
        return digest.hexdigest()


@dataclass(frozen=True, slots=True)
class Listing:
    """What a path names; a pattern tells which other files it would name, were they there."""

    files: tuple[File, ...]
    file_format: str | None = None
    columns: tuple[str, ...] = ()
    pattern: str | None = None

    def names(self, place: ObjectStoragePath) -> bool:
        """Tell whether a file is, or would be, one of these."""
        if any(file.store is place.fs and file.path == place.path for file in self.files):
            return True
        is_hidden = place.path.rpartition("/")[2].startswith(HIDDEN)
        is_alike = self.pattern is not None and re.match(self.pattern, place.path) is not None
        return is_alike and not is_hidden and self.files[0].store is place.fs


def format_of(path: str) -> str | None:
    """Tell by its name which format a file has."""
    name = path.lower()
    for ending in PACKINGS:
        name = name.removesuffix(ending)
    return next((found for ending, found in FORMATS.items() if name.endswith(ending)), None)


def packing_of(path: str) -> str | None:
    """Tell by its name how a file is packed."""
    return next((packing for ending, packing in PACKINGS.items() if path.lower().endswith(ending)), None)


def located(what: str, path: str) -> ObjectStoragePath:
    """Give a path, on a store that this Airflow has a provider for."""
    if not path:
        raise Unworkable(f"the path of the {what} is empty")
    try:
        place = ObjectStoragePath(path)
        _ = place.fs
    except ValueError as error:
        raise Unworkable(f"{what} {path}: {error}; its store needs a provider package") from error
    return place


@contextmanager
def reading(shown: str) -> Iterator[None]:
    """Say which file could not be read, and whether it ever can be; a lost connection is told as it is."""
    try:
        yield
    except (ConnectionError, TimeoutError):
        raise
    except EOFError as error:
        raise WorkfrontError(
            f"input {shown} is not whole: {error}; wait until it is written, or write it anew"
        ) from error
    except (gzip.BadGzipFile, zlib.error) as error:
        raise Unworkable(f"input {shown} cannot be unpacked: {error}; write it anew, or name it as it is") from error
    except OSError as error:
        lasts = isinstance(error, PermissionError) or error.errno in FOR_GOOD - {errno.ENOENT}
        kind = Unworkable if lasts else WorkfrontError
        raise kind(f"input {shown} cannot be read: {error.strerror or error}") from error


def files_of(path: str) -> Listing:
    """List the files that a path names: one, those of a folder, of a pattern, or of a manifest."""
    place = located("input", path)
    store = place.fs
    with reading(path):
        store.invalidate_cache()
        if store.isdir(place.path):
            return _in_folder(place, path.rstrip("/"))
        if store.exists(place.path):
            is_manifest = MANIFEST.fullmatch(place.path.rpartition("/")[2])
            return _of_manifest(place, path) if is_manifest else Listing((File(store, place.path, path),))
        if any(sign in place.path for sign in "*?["):
            return _of_pattern(place, path)
    raise WorkfrontError(f"input {path} is not there; check the path, or what should have written it")


def _in_folder(place: ObjectStoragePath, shown: str) -> Listing:
    """List a folder by its manifest if it has one, since only what that names is known to be whole."""
    folder = place.path.rstrip("/")
    entries = [entry for entry in place.fs.ls(folder, detail=True) if entry["name"].rstrip("/") != folder]
    kinds = {_name(entry): entry["type"] for entry in entries}
    manifests = [name for name in kinds if name.startswith("_") and MANIFEST.fullmatch(name)]
    if len(manifests) > 1:
        raise Unworkable(f"input {shown} holds {len(manifests)} manifests, of as many runs; name one of them")
    if manifests:
        return _of_manifest(ObjectStoragePath(f"{shown}/{manifests[0]}"), f"{shown}/{manifests[0]}")
    names = sorted(name for name in kinds if not name.startswith(HIDDEN))
    if folders := [name for name in names if kinds[name] == "directory"]:
        raise Unworkable(
            f"input {shown} holds folders ({', '.join(folders[:3])}); use a pattern, as {shown}/**/*.jsonl"
        )
    if not names:
        raise WorkfrontError(f"input {shown} is an empty folder; check the path, or what should have written it")
    files = tuple(File(place.fs, f"{folder}/{name}", f"{shown}/{name}") for name in names)
    return Listing(files, pattern=glob_translate(f"{folder}/*"))


def _of_pattern(place: ObjectStoragePath, shown: str) -> Listing:
    store, found = place.fs, place.fs.glob(place.path, detail=True)
    paths = sorted(path for path, entry in found.items() if entry["type"] != "directory")
    files = tuple(File(store, path, path) for path in paths if not path.rpartition("/")[2].startswith(HIDDEN))
    if not files:
        raise WorkfrontError(f"input {shown} matches no file; check the path, or what should have written them")
    return Listing(files, pattern=glob_translate(place.path))


def _of_manifest(place: ObjectStoragePath, shown: str) -> Listing:
    """List the files that one of our own manifests names."""
    folder, content = shown.rpartition("/")[0], read_json(place)
    try:
        sizes = {part["name"]: part["bytes"] for part in content["files"]}
        columns = tuple(column["name"] for column in content["columns"] or ())
        file_format = content["file_format"]
    except (KeyError, TypeError) as error:
        raise Unworkable(
            f"input {shown} is no manifest of WorkfrontToObjectStorageOperator; name the file or folder of the rows"
        ) from error
    beside = place.path.rpartition("/")[0]
    files = tuple(File(place.fs, f"{beside}/{name}", f"{folder}/{name}") for name in sizes)
    for file, size in zip(files, sizes.values(), strict=True):
        _check_size(file, size, shown)
    return Listing(files, file_format, columns)


def _check_size(file: File, size: int, manifest: str) -> None:
    with reading(file.shown):
        found = file.store.info(file.path)["size"]
    if found != size:
        raise Unworkable(f"input {file.shown} has {found:,} bytes, not the {size:,} of {manifest}; read Workfront anew")


def _name(entry: Mapping[str, Any]) -> str:
    return str(entry["name"]).rstrip("/").rpartition("/")[2]


def _unpacked(raw: IO[bytes], packing: str | None) -> io.RawIOBase:
    if packing == "gzip":
        return cast("io.RawIOBase", gzip.GzipFile(fileobj=raw, mode="rb"))
    return Unpacked(raw) if packing == "zstd" else cast("io.RawIOBase", raw)
