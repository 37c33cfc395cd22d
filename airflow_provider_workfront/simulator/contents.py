"""Bytes too many for memory: a part of a file without a name, which is read and passed on in chunks."""

from __future__ import annotations

import os
import tempfile
import weakref
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

CHUNK = 1 << 18


class Disk:
    """Open a temporary file; it goes with this object."""

    def __init__(self) -> None:
        self.fd, path = tempfile.mkstemp(prefix="workfront-simulator-")
        Path(path).unlink()
        weakref.finalize(self, os.close, self.fd)


@dataclass(frozen=True)
class Stored:
    """Hold bytes on disk: where they begin, and how many they are."""

    disk: Disk
    start: int
    size: int

    @classmethod
    def of(cls, pieces: Iterable[bytes]) -> Stored:
        """Put pieces on disk, one behind the other."""
        disk, size = Disk(), 0
        for piece in pieces:
            size += os.pwrite(disk.fd, piece, size)
        return cls(disk, 0, size)

    def __len__(self) -> int:
        return self.size

    def read(self, at: int, length: int) -> bytes:
        """Give some bytes, fewer at the end."""
        return os.pread(self.disk.fd, max(0, min(length, self.size - at)), self.start + at)

    def part(self, begin: int, end: int) -> Stored:
        """Give a part of it, of which nothing is copied."""
        return Stored(self.disk, self.start + begin, end - begin)

    def chunks(self) -> Iterator[bytes]:
        """Give all of it, piece by piece."""
        for at in range(0, self.size, CHUNK):
            yield self.read(at, CHUNK)

    def find(self, mark: bytes, at: int = 0) -> int:
        """Give the place of the next such bytes, -1 if there are none."""
        for begin in range(at, self.size, CHUNK):
            found = self.read(begin, CHUNK + len(mark) - 1).find(mark)
            if found >= 0:
                return begin + found
        return -1
