"""Filters of event subscriptions: what a change must look like to be told (reference 9.4).

A filter that means nothing is no error: it never matches.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

State: TypeAlias = "Mapping[str, Any]"
Compare: TypeAlias = "Callable[[Any, Any], bool]"

NOT_FILTERABLE = frozenset({"DOCU.groups", "RECORD.data", "RECORD_TYPE.data", "RECORD_TYPE.fields"})
FEWEST_IN_GROUP, MOST_IN_GROUP, MOST_GROUPS = 2, 5, 10
JOINED: dict[str, Callable[[list[bool]], bool]] = {"AND": all, "OR": any}


def matches(filters: list[Any], connector: str, code: str, states: tuple[State, State]) -> bool:
    """Tell whether a change, its old and its new state, passes the filters of a subscription."""
    if not filters:
        return True
    groups = [each for each in filters if isinstance(each, dict) and each.get("type") == "group"]
    if len(groups) > MOST_GROUPS:
        return False
    return JOINED[connector]([_passes(each, code, states) for each in filters])


def _passes(each: Any, code: str, states: tuple[State, State]) -> bool:
    if not isinstance(each, dict):
        return False
    if each.get("type") == "group":
        return _group_passes(each, code, states)
    name, (old, new) = each.get("fieldName"), states
    if not isinstance(name, str) or f"{code}.{name}" in NOT_FILTERABLE:
        return False
    if each.get("comparison") == "changed":
        return bool(value_of(old, name) != value_of(new, name))
    state = {"newState": new, "oldState": old}.get(str(each.get("state") or "newState"))
    compare = COMPARISONS.get(str(each.get("comparison") or "eq"))
    if not state or compare is None:
        return False
    return _holds(compare, value_of(state, name), each.get("fieldValue"))


def _group_passes(group: Mapping[str, Any], code: str, states: tuple[State, State]) -> bool:
    members, joined = group.get("filters"), JOINED.get(str(group.get("connector") or "AND"))
    if joined is None or not isinstance(members, list) or not FEWEST_IN_GROUP <= len(members) <= MOST_IN_GROUP:
        return False
    if any(isinstance(each, dict) and each.get("type") == "group" for each in members):
        return False  # a group holds filters, no groups
    return joined([_passes(each, code, states) for each in members])


def value_of(state: State, name: str) -> Any:
    """Give a field of a state; a custom one stands among the parameter values."""
    custom = state.get("parameterValues")
    return custom[name] if isinstance(custom, dict) and name in custom else state.get(name)


def _holds(compare: Compare, value: Any, wanted: Any) -> bool:
    """Compare; an object as value names a field inside the field."""
    if not isinstance(wanted, dict):
        return compare(value, wanted)
    inner = value if isinstance(value, dict) else {}
    return bool(wanted) and all(_holds(compare, inner.get(key), each) for key, each in wanted.items())


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _equal(value: Any, wanted: Any) -> bool:
    if value is None or wanted is None:
        return value is wanted
    both = (_number(value), _number(wanted))
    return both[0] == both[1] if None not in both else _text(value) == _text(wanted)


def _ordered(value: Any, wanted: Any) -> int | None:
    """Tell how two values stand to each other, negative, 0 or positive: by number or else by text."""
    if value is None or wanted is None:
        return None
    left, right = _number(value), _number(wanted)
    if left is not None and right is not None:
        return (left > right) - (left < right)
    return (_text(value) > _text(wanted)) - (_text(value) < _text(wanted))


def _number(value: Any) -> float | None:
    try:
        return None if isinstance(value, bool) else float(value)
    except (TypeError, ValueError, OverflowError):
        return None


def _contains(value: Any, wanted: Any) -> bool:
    if isinstance(value, list):
        return all(_text(each) in map(_text, value) for each in _listed(wanted))
    return value is not None and _text(wanted) in _text(value)


def _contains_only(value: Any, wanted: Any) -> bool:
    return {_text(each) for each in _listed(value)} == {_text(each) for each in _listed(wanted)}


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _by_order(holds: Callable[[int], bool]) -> Compare:
    def _compare(value: Any, wanted: Any) -> bool:
        order = _ordered(value, wanted)
        return order is not None and holds(order)

    return _compare


COMPARISONS: dict[str, Compare] = {
    "eq": _equal,
    "ne": lambda value, wanted: not _equal(value, wanted),
    "gt": _by_order(lambda order: order > 0),
    "gte": _by_order(lambda order: order >= 0),
    "lt": _by_order(lambda order: order < 0),
    "lte": _by_order(lambda order: order <= 0),
    "contains": _contains,
    "notContains": lambda value, wanted: not _contains(value, wanted),
    "containsOnly": _contains_only,
}
