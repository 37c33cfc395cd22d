"""The arguments of errands as templates leave them: text that shall be a list, a dict, or true or false."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

MAPPINGS = {"values"}
LISTS = {"options", "user_ids", "role_ids", "team_ids", "notify"}
FLAGS = {"add", "check_size", "copy_categories", "copy_native_fields", "is_private", "truncate"}


def rendered(name: str, value: Any) -> Any:
    """Read the text that a template rendered to; what a DAG passes as an object stays as it is."""
    if isinstance(value, str):
        value = _read(name, value)
    if name in MAPPINGS and not isinstance(value, Mapping):
        raise TypeError(f"{name} must be a dict; pass it as an object, or write `| tojson` in the template")
    if name in LISTS and not isinstance(value, str | Sequence):
        raise TypeError(f"{name} must be a list, not {type(value).__name__}")
    if name in FLAGS and not isinstance(value, bool):
        raise TypeError(f"{name} must be true or false, not {value!r}")
    return value


def _read(name: str, text: str) -> Any:
    if name in FLAGS:
        return {"true": True, "false": False}.get(text.strip().lower(), text)
    if name in MAPPINGS or (name in LISTS and text.startswith("[")):
        try:
            return json.loads(text)
        except ValueError:
            return text
    return text
