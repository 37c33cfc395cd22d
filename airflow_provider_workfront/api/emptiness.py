"""Why a search may have found nothing: Workfront answers a wrong value, or a lack of rights, with an empty list. Pure.

The reasons are those that bite (reference 11): only what fits the filters at hand is told, and none is certain.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from airflow_provider_workfront.api.filters import as_plain
from airflow_provider_workfront.api.values import text

if TYPE_CHECKING:
    from collections.abc import Callable

    from airflow_provider_workfront.api.filters import Filters

PERMISSION = (
    "the connection's user may not see it: what is not shared with that user, or lies beyond its access level, "
    "is left out in silence"
)
MOST_REASONS = 8
MOST_VALUES = 12  # that a sentence lists
LONGEST = 60  # that is quoted of a value

MATCHING = frozenset({"", "eq", "in", "cieq", "ciin", "allof"})
"""Modifiers that find nothing where no row has the value; the others are looser, or negate."""

_PREFIX = re.compile(r"(OR|EXISTS|NOTEXISTS):[^:]+:")
_BLOCK = re.compile(r"(OR:[^:]+:)*EXISTS:[^:]+:")
_DATE = re.compile(r"\$\$|\d{4}-\d\d-\d\d($|T)|FIELD:")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


@dataclass(frozen=True, slots=True)
class Known:
    """What the metadata says of a field: its type, and its values with their labels."""

    kind: str = ""
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Asked:
    """One condition of a search; `is_own` if on a field of the object itself."""

    key: str
    path: str
    modifier: str
    values: tuple[str, ...]
    is_own: bool
    in_block: bool

    @property
    def matches(self) -> tuple[str, ...]:
        """Give the values that a row must have."""
        return self.values if self.modifier in MATCHING else ()


def reasons_for_nothing(filters: Filters, metadata: Mapping[str, Any] | None = None) -> tuple[str, ...]:
    """Give the likely reasons, a sentence each; `metadata` of the object type lets values be judged."""
    told = [why for asked in _asked(filters) for why in _reasons(asked, _known(asked, metadata or {}))]
    return (*list(dict.fromkeys(told))[:MOST_REASONS], PERMISSION)


def needs_metadata(filters: Filters) -> bool:
    """Tell whether metadata could say more of these filters."""
    return any(asked.is_own and asked.matches for asked in _asked(filters))


def _asked(filters: Filters) -> Iterator[Asked]:
    """Take filters apart; what must *not* exist is no reason for finding nothing."""
    plain = as_plain(filters)
    for key, condition in plain.items():
        if key.endswith(("_Mod", "_Range")) or "NOTEXISTS:" in key or _is_lack(key, plain):
            continue
        path = key
        while match := _PREFIX.match(path):
            path = path[match.end() :]
        if path.startswith("$$") or condition is None:
            continue
        modifier, values = _condition(key, condition, plain)
        in_block = "EXISTS:" in key
        is_own = not in_block and (path.startswith("DE:") or ":" not in path)
        yield Asked(key, path, modifier, values, is_own, in_block)


def _is_lack(key: str, plain: Mapping[str, Any]) -> bool:
    block = _BLOCK.match(key)
    return block is not None and plain.get(f"{block[0]}$$EXISTSMOD") == "NOTEXISTS"


def _condition(key: str, condition: Any, plain: Mapping[str, Any]) -> tuple[str, tuple[str, ...]]:
    modifier = plain.get(f"{key}_Mod", "")
    if isinstance(condition, Mapping):
        ((modifier, condition),) = condition.items()
    elif f"{key}_Range" in plain:
        modifier, condition = modifier or "between", [condition, plain[f"{key}_Range"]]
    values = condition if isinstance(condition, list | tuple | set | frozenset) else [condition]
    return modifier, tuple(text(value, key) for value in values if value is not None)


def _known(asked: Asked, metadata: Mapping[str, Any]) -> Known:
    if not asked.is_own:
        return Known()
    block, name = ("custom", asked.path.removeprefix("DE:")) if asked.path.startswith("DE:") else ("fields", asked.path)
    found = (metadata.get(block) or {}).get(name) or {}
    entries = found.get("possibleValues") or ()
    values = {str(entry.get("value")): str(entry.get("label") or "") for entry in entries}
    return Known(str(found.get("fieldType") or found.get("type") or ""), values)


def _reasons(asked: Asked, known: Known) -> Iterator[str]:
    for judge in (_strange, _window, _whole):
        if why := judge(asked, known):
            yield f"{asked.key}: {why}"
    for value in asked.values:
        if why := next((why for judge in _OF_ONE if (why := judge(asked, known, value))), ""):
            yield f"{asked.key}: {why}"


# -- of a condition


def _strange(asked: Asked, known: Known) -> str:
    """Name the values that the field does not have; a status may be one that waits for approval (``CPL:A``)."""
    if not known.values:
        return ""
    fold = str.casefold if asked.modifier.startswith("ci") else str
    listed = {fold(value) for value in known.values}
    strange = [
        value
        for value in asked.matches
        if not value.startswith("$$") and not {fold(value), fold(value.partition(":")[0])} & listed
    ]
    if not strange:
        return ""
    shown = [f"{value}={label}" for value, label in known.values.items()]
    more = [f"{len(shown) - MOST_VALUES} more"] if len(shown) > MOST_VALUES else []
    whose = "its options" if asked.path.startswith("DE:") else "Workfront's own values"
    said = f"{_list(strange)} is none of {whose}, which are {', '.join([*shown[:MOST_VALUES], *more])}"
    meant = [code for value in strange if (code := _meant(value, known))]
    if meant:
        return f"{said}; did you mean {', '.join(meant)}?"
    return f"{said} (besides statuses of your own)" if asked.path.lower().endswith("status") else said


def _meant(value: str, known: Known) -> str:
    """Give the value whose label was written, or its letters in another case."""
    wanted = value.casefold()
    return next((code for code, label in known.values.items() if wanted in {label.casefold(), code.casefold()}), "")


def _window(asked: Asked, known: Known) -> str:  # noqa: ARG001 every judge takes the same
    if not asked.modifier.endswith("between") or len(asked.values) != 2:
        return ""
    low, high = asked.values
    both = [_DAY.match(low), _DAY.match(high)]
    is_empty = both[0] and both[1] and both[0][0] > both[1][0]
    return f"the window is empty, {low} is after {high}" if is_empty else ""


def _whole(asked: Asked, known: Known) -> str:
    named = asked.path.rpartition(":")[2].lower().endswith(("name", "description"))
    if not named or not asked.matches or known.values or asked.modifier.startswith("ci"):
        return ""
    return "the whole text is compared, and its case counts; the modifier cicontains is looser"


# -- of a value


def _unrendered(asked: Asked, known: Known, value: str) -> str:  # noqa: ARG001
    if "{{" not in value:
        return ""
    return f"{_quoted(value)} is a template that was not rendered; in a dict of an operator it would have been"


def _nothing(asked: Asked, known: Known, value: str) -> str:
    if not asked.matches or value in known.values or value.casefold() not in {"", "none", "null", "nan", "undefined"}:
        return ""
    return f"the text {value!r} is compared as it is; a field without a value is found with None, or isblank"


def _in_quotes(asked: Asked, known: Known, value: str) -> str:
    if not asked.matches or value in known.values or not re.fullmatch(r"(['\"]).*\1", value):
        return ""
    return f"{_quoted(value)} has quotes around it, which are compared too"


def _listed(asked: Asked, known: Known, value: str) -> str:
    """Find a list in a text; of IDs, ``in`` takes one (reference 4.4)."""
    of_ids = asked.path.endswith("ID") and asked.modifier in {"in", "ciin"}
    if not asked.matches or "," not in value or of_ids or value in known.values:
        return ""
    parts = [part.strip() for part in value.split(",")]
    return f"{_quoted(value)} is compared as one value, comma included; several are a list: {_list(parts)}"


def _untrue(asked: Asked, known: Known, value: str) -> str:
    if not asked.matches or value in {"true", "false"} or value.startswith("$$"):
        return ""
    is_flag = known.kind == "boolean" or (not known.kind and value.casefold() in {"true", "false"})
    return f"{_quoted(value)} is neither true nor false, as Workfront writes them" if is_flag else ""


def _undated(asked: Asked, known: Known, value: str) -> str:
    is_date = known.kind in {"date", "dateTime"} or (not known.kind and asked.path.endswith("Date"))
    if not is_date or not value or asked.modifier.endswith(("null", "blank")) or _DATE.match(value):
        return ""
    return f"{_quoted(value)} is no date as Workfront reads them, such as 2026-01-31"


def _someone(asked: Asked, known: Known, value: str) -> str:  # noqa: ARG001
    return f"{value} is the connection's user, whoever runs the task" if value.startswith("$$USER") else ""


def _compared(asked: Asked, known: Known, value: str) -> str:  # noqa: ARG001
    if asked.in_block or not value.startswith("FIELD:"):
        return ""
    return f"{value} outside of EXISTS is documented for reports only, and may not work in the API"


_OF_ONE: tuple[Callable[[Asked, Known, str], str], ...] = (
    _unrendered, _nothing, _in_quotes, _listed, _untrue, _undated, _someone, _compared,
)  # fmt: skip


def _list(values: list[str]) -> str:
    shown = [_quoted(value) for value in values[:MOST_VALUES]]
    return ", ".join(shown) + (" ..." if len(values) > MOST_VALUES else "")


def _quoted(value: str) -> str:
    return repr(value if len(value) <= LONGEST else f"{value[:LONGEST]}...")
