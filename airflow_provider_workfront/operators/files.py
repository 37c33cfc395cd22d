"""The files that documents come from and go to, on any store that Airflow reaches; errors name them."""

from __future__ import annotations

from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, Self

from airflow.sdk import ObjectStoragePath

from airflow_provider_workfront.api.errors import WorkfrontError
from airflow_provider_workfront.extract.store import FOR_GOOD, whole
from airflow_provider_workfront.failures import Unworkable

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager

    from airflow_provider_workfront.operators.progress import Progress


READ, WRITTEN = "read", "written"


class Anew(Exception):
    """End a file that is not finished, since it is written from its beginning again."""


class Sent:
    """A file that is read piece by piece, from its beginning at each try."""

    def __init__(self, path: ObjectStoragePath, file: IO[bytes], progress: Progress) -> None:
        self._path = path
        self._file = file
        self._progress = progress

    def read(self, size: int = -1, /) -> bytes:
        """Give the next piece."""
        with _named(self._path, READ):
            piece = self._file.read(size)
        self._progress.add(len(piece))
        return piece

    def seek(self, offset: int, whence: int = 0, /) -> int:
        """Go to a place."""
        if (offset, whence) == (0, 0):
            self._progress.begin()
        with _named(self._path, READ):
            return self._file.seek(offset, whence)

    def tell(self) -> int:
        """Give the place."""
        return self._file.tell()


class Received:
    """A file that is written under another name until it is whole, and from its beginning at each try.

    Stores cannot shorten a file, so it is written anew; after an error nothing of it stays.
    """

    def __init__(self, path: ObjectStoragePath, progress: Progress) -> None:
        self._path = path
        self._progress = progress
        self._whole: AbstractContextManager[IO[bytes]] | None = None
        self._file: IO[bytes] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        self._end(error)

    def seek(self, offset: int, whence: int = 0, /) -> int:  # noqa: ARG002 a file has it
        """Leave it to `truncate` to begin."""
        return 0

    def truncate(self) -> int:
        """Begin, or begin anew."""
        self._end(Anew())
        self._progress.begin()
        with _named(self._path, WRITTEN):
            self._whole = whole(self._path)
            self._file = self._whole.__enter__()
        return 0

    def write(self, data: bytes, /) -> int:
        """Take in a piece."""
        if self._file is None:
            raise ValueError("truncate() comes first")
        with _named(self._path, WRITTEN):
            self._file.write(data)
        self._progress.add(len(data))
        return len(data)

    def tell(self) -> int:
        """Give the number of bytes written."""
        return self._progress.moved

    def _end(self, error: BaseException | None) -> None:
        """Give the file its name; after an error, throw it away."""
        opened, self._whole = self._whole, None
        if opened:
            with _named(self._path, WRITTEN):
                opened.__exit__(type(error) if error else None, error, None)


def located(path: str | ObjectStoragePath) -> ObjectStoragePath:
    """Give a path, on a store that this Airflow has a provider for."""
    if not str(path).strip() or str(path) == "None":
        raise Unworkable(f"path is the address of a file, not {path!r}")
    try:
        place = path if isinstance(path, ObjectStoragePath) else ObjectStoragePath(path)
        place.fs.invalidate_cache()
    except ValueError as error:
        raise Unworkable(f"path {path}: {error}; its store needs a provider package") from error
    with _named(place, READ):
        if str(path).endswith("/") or place.fs.isdir(place.path):
            raise Unworkable(f"path {path} is a folder; give the address of a file")
    return place


@contextmanager
def opened(path: ObjectStoragePath) -> Iterator[tuple[IO[bytes], int]]:
    """Open a file to be sent, and give its size in bytes."""
    with _named(path, READ):
        file = path.fs.open(path.path, "rb")
    with file:
        with _named(path, READ):
            file.seek(0, 2)
            size = file.tell()
        yield file, size


@contextmanager
def _named(path: ObjectStoragePath, done: str) -> Iterator[None]:
    """Say which file it was, and whether a retry can help; a lost connection is told as it is."""
    try:
        yield
    except (ConnectionError, TimeoutError):
        raise
    except OSError as error:
        may_come = done == READ and isinstance(error, FileNotFoundError)
        lasts = isinstance(error, PermissionError) or error.errno in FOR_GOOD
        kind = Unworkable if lasts and not may_come else WorkfrontError
        advice = "; check it, or what should have written it" if may_come else ""
        raise kind(f"path {path} cannot be {done}: {error.strerror or error}{advice}") from error
