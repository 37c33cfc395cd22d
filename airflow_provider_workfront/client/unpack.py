"""Unpack the body of an answer piece by piece, within a bound: a megabyte of gzip can hold a gigabyte."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

import httpx

if TYPE_CHECKING:
    from collections.abc import Iterator

ENCODINGS = "gzip, deflate"
"""What is asked for; anything else is refused."""

PIECE = 1024 * 1024
MOST_LAYERS = 2
_GZIP, _ZLIB, _RAW = zlib.MAX_WBITS | 16, zlib.MAX_WBITS, -zlib.MAX_WBITS
_KINDS = {"gzip": _GZIP, "x-gzip": _GZIP, "deflate": _ZLIB}


class TooLong(httpx.DecodingError):
    """The body is longer than the bound, packed or unpacked."""

    def __init__(self, most: int) -> None:
        super().__init__(f"the answer is longer than {shown(most)}")
        self.most = most


def shown(count: int) -> str:
    """Write a number of bytes for people."""
    return f"{count / 2**20:.0f} MiB" if count >= 2**20 else f"{count} bytes"


class Unpacker:
    """Unpacks one body. `most` bounds the body as it travels and unpacked; None for no bound.

    :raises httpx.DecodingError: for an encoding that was not asked for, and for a body that is damaged or cut short.
    """

    def __init__(self, encoding: str, most: int | None) -> None:
        names = [name for each in encoding.lower().split(",") if (name := each.strip()) not in {"", "identity"}]
        unknown = [name for name in names if name not in _KINDS]
        if unknown or len(names) > MOST_LAYERS:
            raise httpx.DecodingError(f"the answer is packed as {', '.join(names)[:100]!r}; asked for: {ENCODINGS}")
        self._layers = [_Layer(_KINDS[name]) for name in reversed(names)]
        self._most = float("inf") if most is None else most
        self._came = self._gave = 0

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Give what these bytes unpack to, in pieces of at most 1 MiB."""
        self._came += len(data)
        self._refuse(self._came)
        if not self._layers:
            yield data
            return
        for piece in self._through(0, data):
            self._gave += len(piece)
            self._refuse(self._gave)
            yield piece

    def end(self) -> None:
        """Learn that this was all; raises if something is missing."""
        if self._came and not all(layer.is_whole for layer in self._layers):
            raise httpx.DecodingError("the packed answer is cut short")

    def _through(self, depth: int, data: bytes) -> Iterator[bytes]:
        if depth == len(self._layers):
            yield data
            return
        for piece in self._layers[depth].feed(data):
            yield from self._through(depth + 1, piece)

    def _refuse(self, count: int) -> None:
        if count > self._most:
            raise TooLong(int(self._most))


class _Layer:
    """One compression; what follows its end is passed over."""

    def __init__(self, bits: int) -> None:
        self._zlib = zlib.decompressobj(bits)
        self._start: bytes | None = b"" if bits == _ZLIB else None  # held back until it shows whether a header is there

    @property
    def is_whole(self) -> bool:
        return self._zlib.eof

    def feed(self, data: bytes) -> Iterator[bytes]:
        if self._start is not None:
            self._start += data
            if len(self._start) < 2:
                return
            data, self._start = self._start, None
            if data[0] & 15 != zlib.DEFLATED or int.from_bytes(data[:2]) % 31:  # some servers leave out zlib's header
                self._zlib = zlib.decompressobj(_RAW)
        while data and not self._zlib.eof:
            if piece := self._unpacked(data):
                yield piece
            data = self._zlib.unconsumed_tail

    def _unpacked(self, data: bytes) -> bytes:
        try:
            return self._zlib.decompress(data, PIECE)
        except zlib.error as error:
            raise httpx.DecodingError(f"the packed answer is damaged ({error})") from error
