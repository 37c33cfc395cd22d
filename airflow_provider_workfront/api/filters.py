"""The query language as plain dicts (reference 4): filters, fields and sort become parameters.

Keys are Workfront's own, and what they say passes untouched: ``status``, ``name_Mod``, ``project:name``,
``DE:Budget``, ``OR:1:status``, ``EXISTS:1:$$OBJCODE``. On top of that a list means "one of", a dict names a
modifier (``{"name": {"cicontains": "web"}}``), and None means "is null".
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from typing import Any, Protocol, runtime_checkable

from airflow_provider_workfront.api.request import dumps
from airflow_provider_workfront.api.values import text

NULL_TESTS = {"isnull": "notnull", "notnull": "isnull", "isblank": "notblank", "notblank": "isblank"}
"""Modifiers that take no value, each with its opposite."""
RANGES = frozenset({"between", "notbetween", "cibetween", "cinotbetween"})
SETS = frozenset({"in", "notin", "ciin", "cinotin", "allof"})
WORD_LISTS = frozenset({"cicontainsany", "cicontainsall", "cinotcontainsany", "cinotcontainsall"})
# fmt: off
COMPARISONS = frozenset({
    "eq", "ne", "nee", "gt", "gte", "lt", "lte", "cieq", "cine", "contains", "notcontains",
    "cicontains", "cinotcontains", "like", "cilike", "startswith", "cistartswith", "endswith",
    "ciendswith", "soundex", "bitwiseor", "bitwiseand", "bitwisenand", "exacttime", "length_lt",
    "length_eq", "length_gt"
})
# fmt: on
MODIFIERS = COMPARISONS | WORD_LISTS | SETS | RANGES | frozenset(NULL_TESTS)
"""Every modifier that any source names (reference 4.4)."""

MAY_BE_EMPTY = frozenset({"eq", "ne", "nee", "cieq", "cine"})
"""Modifiers that can be told an empty text: equals empty, or does not."""

DIRECTIONS = frozenset({"asc", "desc", "ciasc", "cidesc"})

TAKEN_BY_AUTH = frozenset({"username", "password", "apikey", "sessionid", "cookie"})
"""Names that never reach the filters as parameters; they travel in ``filters={json}`` (reference 3.3)."""
NOT_FILTERS = {
    "fields": "pass fields=",
    "$$LIMIT": "pass limit=",
    "$$FIRST": "all pages are read",
    "filters": "put its keys here directly",
    "listOptions": "it is not supported",
    "method": "it would change the call",
    "map": "rows are always a list",
}

Params = tuple[tuple[str, str], ...]
Fields = str | Sequence[str] | None


@runtime_checkable
class Expression(Protocol):
    """What the builder makes: anything that can be written as plain filters."""

    def as_filters(self) -> dict[str, Any]:
        """Write as a plain dict."""


Filters = Mapping[str, Any] | Expression | None


def parameters(filters: Filters) -> Params:
    """Turn filters into parameters, in order; names that authentication would take go in ``filters=``."""
    plain = as_plain(filters)
    entries = [entry for key, value in plain.items() for entry in _entries(key, value, plain)]
    taken: dict[str, list[str]] = {}
    for key, value in entries:
        if _is_taken(key):
            taken.setdefault(key, []).append(value)
    shown = tuple((key, value) for key, value in entries if key not in taken)
    single = {key: values if len(values) > 1 else values[0] for key, values in taken.items()}
    return (*shown, ("filters", dumps(single))) if single else shown


def as_plain(filters: Filters) -> Mapping[str, Any]:
    """Write any kind of filters as a plain dict."""
    plain = filters.as_filters() if isinstance(filters, Expression) else filters
    if plain is not None and not isinstance(plain, Mapping):
        raise TypeError(f"filters must be a dict such as {{'status': 'CUR'}}, not {type(plain).__name__}")
    return plain or {}


def narrowed(filters: Filters, extra: Mapping[str, Any]) -> dict[str, Any]:
    """Require more of every row: `extra` joins the plain filters and each OR group, which inherit nothing.

    Where all filters are OR groups there are no plain ones to join: `extra` alone would be one more alternative.
    """
    plain = as_plain(filters)
    groups = dict.fromkeys(":".join(key.split(":")[:2]) + ":" for key in plain if key.startswith("OR:"))
    bases = [] if groups and all(key.startswith("OR:") for key in plain) else [""]
    added = {prefix + key: value for prefix in (*bases, *groups) for key, value in extra.items()}
    for key in added:
        if {key, f"{key}_Mod", f"{key}_Range"} & plain.keys():
            raise ValueError(f"{key} is filtered already; one field takes one condition (a window is a `between`)")
    return {**plain, **added}


def check_modifier(modifier: str, where: str) -> str:
    """Refuse a modifier that Workfront does not have."""
    if modifier in MODIFIERS:
        return modifier
    alike = get_close_matches(str(modifier).lower(), sorted(MODIFIERS), n=3, cutoff=0.6)
    raise ValueError(
        f"{where}: unknown modifier {modifier!r}" + (f", did you mean {', '.join(alike)}?" if alike else "")
    )


def field_list(fields: Fields) -> Params:
    """Write the ``fields`` parameter: a comma list, or JSON when a custom field's name has a comma in it."""
    names = named_fields(fields)
    return (("fields", dumps(names) if any("," in name for name in names) else ",".join(names)),) if names else ()


def named_fields(fields: Fields) -> list[str]:
    """List the names of fields that are given as a list, a comma list or JSON."""
    names = _loaded(fields) if isinstance(fields, str) else fields or []
    if not isinstance(names, Iterable) or isinstance(names, Mapping):
        raise TypeError(f"fields must be a list of names, not {type(fields).__name__}")
    names = list(names)
    if not all(isinstance(name, str) and name.strip() for name in names):
        raise ValueError(f"fields must be names, not {names!r}")
    return [stripped(name) for name in names]


def stripped(name: str) -> str:
    """Take blanks off the ends of a field, but none that may belong to the name of a custom one (``DE:Cost ``)."""
    return name.lstrip() if "DE:" in name else name.strip()


def sorting(sort: Mapping[str, str] | None) -> Params:
    """Write a sort: ``{"name": "asc"}`` or several keys in order of weight."""
    if not isinstance(sort or {}, Mapping):
        raise TypeError(f"sort must be a dict such as {{'name': 'asc'}}, not {type(sort).__name__}")
    wrong = [
        f"{path}: {direction!r}" for path, direction in (sort or {}).items() if str(direction).lower() not in DIRECTIONS
    ]
    if wrong:
        raise ValueError(f"sort directions are {', '.join(sorted(DIRECTIONS))}, not {', '.join(wrong)}")
    keys = list((sort or {}).items())
    if len(keys) == 1:
        return ((f"{keys[0][0]}_Sort", keys[0][1]),)
    return tuple((f"{path}_{weight}_Sort", direction) for weight, (path, direction) in enumerate(keys, 1))


def _entries(key: str, value: Any, plain: Mapping[str, Any]) -> list[tuple[str, str]]:
    if not isinstance(key, str):
        raise TypeError(f"filters are named by fields, not by {key!r}")
    if key in NOT_FILTERS:
        raise ValueError(f"{key} is not a filter: {NOT_FILTERS[key]}")
    if isinstance(value, Mapping):
        if {f"{key}_Mod", f"{key}_Range"} & plain.keys():
            raise ValueError(f"{key} has two modifiers; for a window use {{'between': [low, high]}}")
        return _modified(key, value)
    if value is None:
        null = [] if f"{key}_Mod" in plain else [(f"{key}_Mod", "isnull")]
        return [(key, ""), *null]
    if isinstance(value, list | tuple | set | frozenset):
        return [(key, item) for item in _items(key, value)]
    if key.endswith("_Mod"):
        field = key.removesuffix("_Mod")
        blank = [(field, "")] if check_modifier(value, key) in NULL_TESTS and field not in plain else []
        return [*blank, (key, value)]  # a null test wants a value, though it ignores it (reference 4.3 [X])
    return [(key, _needed(text(value, key), str(plain.get(f"{key}_Mod", "eq")), key))]


def _modified(key: str, condition: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Write ``{modifier: value}``; of two conditions on one field, values and modifiers pair ambiguously."""
    if len(condition) != 1:
        named = " and ".join(condition) or "none"
        raise ValueError(f"{key} needs exactly one modifier, not {named}; for a window use {{'between': [low, high]}}")
    ((modifier, value),) = condition.items()
    mod = (f"{key}_Mod", check_modifier(modifier, key))
    if modifier in NULL_TESTS:
        return [(key, ""), (mod[0], modifier if value else NULL_TESTS[modifier])]
    if modifier in RANGES:
        if isinstance(value, list | tuple) and "" in value:
            raise ValueError(f"{key}: {modifier} needs [low, high], and neither may be an empty text")
        bounds = _items(key, value) if isinstance(value, list | tuple) else []
        if len(bounds) != 2:
            raise ValueError(f"{key}: {modifier} needs [low, high]")
        return [(key, bounds[0]), (f"{key}_Range", bounds[1]), mod]
    if isinstance(value, list | tuple | set | frozenset):
        if modifier in WORD_LISTS:
            return [(key, _needed(" ".join(_items(key, value)).strip(), modifier, key)), mod]
        if modifier not in SETS:
            raise ValueError(f"{key}: {modifier} takes one value; for several use a list alone or {{'in': [...]}}")
        return [*((key, item) for item in _items(key, value)), mod]
    return [(key, _needed(text(value, key), modifier, key)), mod]


def _needed(value: str, modifier: str, key: str) -> str:
    """Refuse an empty text where it would match every row, or say nothing: it comes of a template without a value."""
    if value or modifier in MAY_BE_EMPTY or modifier in NULL_TESTS:
        return value
    raise ValueError(
        f"{key}: {modifier} with an empty text would not filter at all; leave the condition out, "
        f"or find rows without a value with {key}=None or {{'isblank': True}}"
    )


def _loaded(fields: str) -> Any:
    """Read names from one text; of what looks like JSON and is none, Workfront shall say what it thinks."""
    if fields.startswith("["):
        try:
            return json.loads(fields)
        except ValueError:
            return [fields]
    return [name for name in fields.split(",") if name.strip()] if fields.strip() else []


def _items(key: str, values: Any) -> list[str]:
    if not values:
        raise ValueError(f"{key}: an empty list would not filter at all")
    return [text(value, key) for value in values]


def _is_taken(key: str) -> bool:
    name = key.removesuffix("_Mod").removesuffix("_Range")
    return name.lower() in TAKEN_BY_AUTH
