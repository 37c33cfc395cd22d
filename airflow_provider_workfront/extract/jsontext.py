"""JSON as text within values: written to the last digit, and read where it is some. Pure."""

from __future__ import annotations

import json
from typing import Any

import msgspec

_ENCODE = msgspec.json.Encoder(decimal_format="number").encode
_DECODE = msgspec.json.Decoder().decode


def as_json(value: Any) -> str:
    """Write JSON, numbers to the last digit."""
    try:
        return _ENCODE(value).decode()
    except (UnicodeEncodeError, OverflowError):  # half a character, for which JSON has an escape; 70 digits
        return json.dumps(value, default=str)


def opened(text: str) -> Any:
    """Read JSON; what is none is text."""
    try:
        return _DECODE(text)
    except (msgspec.DecodeError, UnicodeEncodeError):
        return text
