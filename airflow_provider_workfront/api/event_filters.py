"""What can be subscribed to, checked here: Workfront takes a wrong filter and then never matches it (reference 9.4)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import Any

from airflow_provider_workfront.api.objects import ALIASES
from airflow_provider_workfront.api.request import dumps
from airflow_provider_workfront.api.values import plain

EVENT_TYPES = ("CREATE", "UPDATE", "DELETE")
CONNECTORS = ("AND", "OR")
STATES = ("newState", "oldState")
COMPARISONS = ("eq", "ne", "gt", "gte", "lt", "lte", "contains", "notContains", "containsOnly", "changed")
FEWEST_IN_GROUP, MOST_IN_GROUP, MOST_GROUPS = 2, 5, 10
OBJ_CODES = (  # reference 9.5, in the case in which Workfront wants them
    *("approval", "approval_stage", "approval_stage_participant", "ASSGN", "CMPY", "PTLTAB", "DOCU", "DOCV"),
    *("EXPNS", "FIELD", "HOUR", "OPTASK", "NOTE", "PORT", "PRGM", "PROJ", "PRFAPL", "RECORD", "RECORD_TYPE"),
    *("WORKSPACE", "PTLSEC", "STAFFP", "SPVAL", "STAFFR", "SPAVAL", "SAVSET", "SRPVAL", "TASK", "TMPL", "TSHET"),
    *("USER", "PARAM", "CTGY", "TEAMOB", "TEAMMB", "BOOKNG", "NLBR", "NLBRCY"),
)
A_FILTER = '{"fieldName": "status", "fieldValue": "CUR"}'
NOT_FILTERABLE = {"DOCU": {"groups"}, "RECORD": {"data"}, "RECORD_TYPE": {"data", "fields"}}

Filter = Mapping[str, Any]


def event_code(obj_code: str) -> str:
    """Give an object code as subscriptions spell it; raises ValueError for one that has no events."""
    known = {code.upper(): code for code in OBJ_CODES}
    wanted = obj_code.strip().upper()
    wanted = ALIASES.get(wanted, wanted)
    if wanted in known:
        return known[wanted]
    close = [known[match] for match in get_close_matches(wanted, known, n=3, cutoff=0.6)]
    guess = f"did you mean {' or '.join(close)}?" if close else f"there are {', '.join(OBJ_CODES)}"
    raise ValueError(f"{obj_code!r} has no events to subscribe to; {guess}")


def one_of(name: str, value: str, allowed: Sequence[str]) -> str:
    """Give a word as Workfront spells it, or say what there is."""
    known = {word.upper(): word for word in allowed}
    if str(value).upper() not in known:
        raise ValueError(f"{name} is {value!r}; it must be one of {', '.join(allowed)}")
    return known[str(value).upper()]


def checked_filters(filters: Sequence[Filter] | None, obj_code: str, event_type: str) -> list[dict[str, Any]]:
    """Write filters in full, with their defaults; raises ValueError for what would never match.

    A filter is ``{"fieldName", "fieldValue", "comparison", "state"}``, a group
    ``{"type": "group", "connector": "OR", "filters": [two to five filters]}``. Of a DELETE the state is `oldState`, if
    nothing is said: there is no new one.
    """
    if filters is not None and (isinstance(filters, str | Mapping) or not isinstance(filters, Sequence)):
        raise TypeError(f"filters must be a list of dicts, not {type(filters).__name__}")
    groups = sum(isinstance(each, Mapping) and each.get("type") == "group" for each in filters or ())
    if groups > MOST_GROUPS:
        raise ValueError(f"{groups} groups of filters are too many: {MOST_GROUPS} at most")
    return [_checked(each, obj_code, event_type) for each in filters or ()]


def same_filters(some: Sequence[Any], others: Sequence[Any]) -> bool:
    """Tell whether two lists of filters let the same changes pass, in whatever order and with defaults or without."""
    return _normal(some) == _normal(others)


def _checked(each: Any, obj_code: str, event_type: str) -> dict[str, Any]:
    if not isinstance(each, Mapping):
        raise TypeError(f"a filter must be a dict like {A_FILTER}, not {type(each).__name__}")
    if each.get("type") != "group":
        return _single(each, obj_code, event_type)
    if unknown := each.keys() - {"type", "connector", "filters"}:
        raise ValueError(f"a group of filters has no {', '.join(sorted(unknown))}")
    members = list(each.get("filters") or ())
    if not FEWEST_IN_GROUP <= len(members) <= MOST_IN_GROUP:
        raise ValueError(f"a group holds {FEWEST_IN_GROUP} to {MOST_IN_GROUP} filters, not {len(members)}")
    connector = one_of("connector of a group", each.get("connector") or "AND", CONNECTORS)
    return {
        "type": "group",
        "connector": connector,
        "filters": [_single(member, obj_code, event_type) for member in members],
    }


def _single(each: Any, obj_code: str, event_type: str) -> dict[str, Any]:
    if not isinstance(each, Mapping) or not each.get("fieldName"):
        raise ValueError(f"a filter needs a fieldName, as {A_FILTER} has one: {each!r}")
    if unknown := each.keys() - {"fieldName", "fieldValue", "comparison", "state"}:
        raise ValueError(f"a filter has no {', '.join(sorted(unknown))}")
    name = str(each["fieldName"])
    if name in NOT_FILTERABLE.get(obj_code, ()):
        raise ValueError(f"Workfront cannot filter {obj_code} events by {name}")
    comparison = one_of(f"comparison of {name}", each.get("comparison") or "eq", COMPARISONS)
    usual = "oldState" if event_type == "DELETE" else "newState"
    state = one_of(f"state of {name}", each.get("state") or usual, STATES)
    if state == "oldState" and event_type == "CREATE":
        raise ValueError(f"{name}: a new object has no oldState to filter by")
    found: dict[str, Any] = {"fieldName": name, "comparison": comparison, "state": state}
    if comparison == "changed":
        return found
    if "fieldValue" not in each:
        raise ValueError(f"the filter of {name} needs a fieldValue, or the comparison 'changed'")
    return {**found, "fieldValue": plain(each["fieldValue"])}


def _normal(filters: Sequence[Any]) -> list[str]:
    return sorted(dumps(_with_defaults(each)) for each in filters)


def _with_defaults(each: Any) -> Any:
    if not isinstance(each, Mapping):
        return each
    if each.get("type") == "group":
        return ["group", each.get("connector") or "AND", _normal(each.get("filters") or ())]
    comparison, state = each.get("comparison") or "eq", each.get("state") or "newState"
    if comparison == "changed":
        return [each.get("fieldName"), comparison]
    return [each.get("fieldName"), comparison, state, _as_text(each.get("fieldValue"))]


def _as_text(value: Any) -> Any:
    """Write numbers and booleans as text: Workfront may give back ``"5"`` for ``5`` [I]."""
    if isinstance(value, Mapping):
        return {str(key): _as_text(value[key]) for key in sorted(value)}
    if isinstance(value, list | tuple):
        return [_as_text(each) for each in value]
    return str(value).lower() if isinstance(value, bool) else str(value)
