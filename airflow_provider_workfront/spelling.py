"""Arguments that cannot be what was meant: misspelt names, and what a template turned into text."""

from __future__ import annotations

import inspect
import re
from collections.abc import Mapping
from difflib import get_close_matches
from functools import cache
from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseOperator

if TYPE_CHECKING:
    from collections.abc import Iterable

LIST_AS_TEXT = re.compile(r"\[(['\"]).*\1\]", re.DOTALL)


def check_spelling(operator: type[BaseOperator], given: Iterable[str], names: Iterable[str] = ()) -> None:
    """Refuse an argument that neither Airflow nor the operator knows, and guess what was meant.

    `names` are the operator's own; without them, those of its signature.
    """
    own = tuple(names) or tuple(inspect.signature(operator.__init__).parameters)
    for name in given:
        if name not in _airflows_own():
            guess = like(name, (*own, *_airflows_own()))
            raise TypeError(f"{operator.__name__} does not take argument {name!r}{guess}")


def like(name: str, names: Iterable[str]) -> str:
    """Say what was probably meant; else what there is."""
    names = list(names)
    close = get_close_matches(name, names, n=1)
    return f", did you mean {close[0]!r}?" if close else f"; known are {', '.join(names)}"


def without_lists_as_text(filters: Any) -> Any:
    """Refuse what a template made of a list: Workfront would look for just this text and find nothing."""
    for key, condition in filters.items() if isinstance(filters, Mapping) else ():
        values = condition.values() if isinstance(condition, Mapping) else [condition]
        if any(isinstance(value, str) and LIST_AS_TEXT.fullmatch(value) for value in values):
            raise ValueError(
                f"filters: {key} is the text of a list; pass task.output, write all filters as one template with "
                "`| tojson`, or set render_template_as_native_obj on the DAG"
            )
    return filters


def flag(name: str, value: Any) -> bool:
    """Read true or false, also of the text that a template rendered to."""
    if isinstance(value, bool):
        return value
    word = str(value).strip().lower()
    if word not in {"true", "false"}:
        raise ValueError(f"{name} must be true or false, not {value!r}")
    return word == "true"


def number(name: str, value: Any) -> int:
    """Read a whole number above 0, also of the text that a template rendered to."""
    try:
        found = int(value)
    except (TypeError, ValueError):
        found = 0
    if found < 1 or isinstance(value, bool | float):
        raise ValueError(f"{name} must be a whole number above 0, not {value!r}")
    return found


@cache
def _airflows_own() -> tuple[str, ...]:
    return tuple(inspect.signature(BaseOperator.__init__).parameters)
