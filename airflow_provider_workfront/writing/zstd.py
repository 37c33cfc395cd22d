"""Reading what Zstandard has packed: to its end, or not at all."""

from __future__ import annotations

import io
import zlib
from typing import IO, Any

from airflow_provider_workfront.failures import Unworkable

CHUNK = 4096  # may hold ten thousand times as much


class Unpacked(io.RawIOBase):
    """Frame after frame. The package's own reader takes a frame that is cut off for the end of the file."""

    def __init__(self, packed: IO[bytes]) -> None:
        self._packed = packed
        self._package = _package()
        self._frame: Any = None
        self._rest = self._ready = b""

    def readable(self) -> bool:
        """Say that it can be read."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Give some bytes, none at the end."""
        while not self._ready and self._read_on():
            pass
        count = min(len(buffer), len(self._ready))
        buffer[:count], self._ready = self._ready[:count], self._ready[count:]
        return count

    def _read_on(self) -> bool:
        """Unpack some more, if there is more."""
        packed, self._rest = self._rest or self._packed.read(CHUNK), b""
        if not packed:
            if self._frame is not None:
                raise EOFError("it ends in the middle")
            return False
        self._frame = self._frame or self._package.ZstdDecompressor().decompressobj()
        try:
            self._ready = self._frame.decompress(packed)
        except self._package.ZstdError as error:
            raise zlib.error(str(error)) from error
        if self._frame.eof:
            self._rest, self._frame = self._frame.unused_data, None
        return True


def _package() -> Any:
    try:
        import zstandard
    except ImportError as error:
        raise Unworkable("files that end in .zst: install airflow-provider-workfront[zstd]") from error
    return zstandard
