"""Rows as they came: a page cut into its rows, which stay JSON text.

Whoever only passes rows on has no need to decode them; and what is not decoded loses nothing, such as the last digits
of a number.
"""

from __future__ import annotations

from typing import Any

import msgspec

from airflow_provider_workfront.api.request import dumps


class Slice(msgspec.Struct, frozen=True, gc=False):
    """One row: its ID, and its JSON object in one line.

    `text` is a view into the page, which lives as long as one of its rows does; `bytes(text)` copies it.
    """

    obj_id: str
    text: msgspec.Raw


class _Texts(msgspec.Struct):
    data: list[msgspec.Raw]
    error: Any = None


class _Named(msgspec.Struct, gc=False):
    obj_id: str = msgspec.field(name="ID")


class _Names(msgspec.Struct):
    data: list[_Named]


_TEXTS = msgspec.json.Decoder(_Texts)
_NAMES = msgspec.json.Decoder(_Names)
_OBJECT = msgspec.json.Decoder(dict[str, msgspec.Raw])


def sliced(body: bytes | bytearray) -> list[Slice] | None:
    """Cut a page into its rows; None if it is anything but rows with an ID each, or cannot be cut."""
    try:
        page = _TEXTS.decode(body)
        names = _NAMES.decode(body).data
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
    if page.error:
        return None
    lines = page.data if b"\n" not in body and b"\r" not in body else map(_in_one_line, page.data)
    return list(map(Slice, [row.obj_id for row in names], lines))


def merged(first: Slice, *rest: Slice) -> Slice:
    """Join what several searches brought of one row."""
    parts = {key: value for part in (first, *rest) for key, value in _OBJECT.decode(part.text).items()}
    return Slice(first.obj_id, msgspec.Raw(msgspec.json.encode(parts)))


def written(row: Any, obj_id: str) -> Slice:
    """Write a row that had to be decoded."""
    return Slice(obj_id, msgspec.Raw(dumps(row).encode(errors="backslashreplace")))


def _in_one_line(text: msgspec.Raw) -> msgspec.Raw:
    """Take line breaks out of an answer that is laid out for reading: they can only stand between values."""
    return msgspec.Raw(msgspec.json.format(bytes(text), indent=-1))
