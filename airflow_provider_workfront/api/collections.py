"""Collections in an update: Workfront replaces them as a whole, without a word (reference 5.3)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from airflow_provider_workfront.api.errors import WorkfrontError

MOST_NAMED = 3


class ShrinkingCollection(WorkfrontError):
    """Report an update that would take objects out of a collection, and was not sent."""

    permanent = True


def collections_in(values: Mapping[str, Any]) -> list[str]:
    """Name the fields whose new value is a list of objects; an empty list may be one too."""
    lists = ((name, value) for name, value in values.items() if isinstance(value, list) and not name.startswith("DE:"))
    return [name for name, value in lists if all(isinstance(item, Mapping) for item in value)]


def read_as(names: Sequence[str]) -> list[str]:
    """Give the fields that show what is in these collections now."""
    return [f"{name}:*" for name in names]


def shrinking(values: Mapping[str, Any], current: Mapping[str, Any]) -> str:
    """Say what an update would take out of collections; nothing if nothing."""
    told = []
    for name in collections_in(values):
        now = current.get(name)
        gone = lost(values[name], now) if isinstance(now, list) else []
        if gone:
            shown = ", ".join(map(_named, gone[:MOST_NAMED])) + (", ..." if len(gone) > MOST_NAMED else "")
            told.append(f"{len(gone)} of the {len(now or ())} in {name} would be gone ({shown})")
    if not told:
        return ""
    advice = "send all that shall stay, or say replace_collections=True"
    return f"an update replaces a collection as a whole: {'; '.join(told)} - {advice}"


def lost(new: Sequence[Mapping[str, Any]], current: Sequence[Any]) -> list[Any]:
    """Give the objects of a collection that its new form lacks."""
    return [item for item in current if isinstance(item, Mapping) and not any(_is_same(sent, item) for sent in new)]


def _is_same(sent: Mapping[str, Any], item: Mapping[str, Any]) -> bool:
    """Tell whether what is sent means this object: by its ID, or by what it points to."""
    if sent.get("ID"):
        return bool(sent["ID"] == item.get("ID"))
    pointers = [name for name, value in sent.items() if name.endswith("ID") and value]
    return bool(pointers) and all(sent[name] == item.get(name) for name in pointers)


def _named(item: Mapping[str, Any]) -> str:
    return str(item.get("name") or item.get("ID") or "without ID")
