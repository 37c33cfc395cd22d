"""A report's text-mode filter as a plain dict: what administrators keep goes wherever filters go. Pure.

Text mode is nearly the API's own grammar. What differs is turned into what the API has: values separated by tabs or
commas become a list, the prefix NOTEXISTS becomes ``$$EXISTSMOD`` (Adobe writes no other), ``AND:1:`` joins the other
conditions. What has no equal is refused, and its line named.
"""

from __future__ import annotations

import re
from itertools import count
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from airflow_provider_workfront.api.filters import NULL_TESTS, RANGES, SETS, WORD_LISTS, check_modifier
from airflow_provider_workfront.api.text_lines import Line, Unreadable, read, written

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

ALIASES = {"clike": "cilike", "blank": "isblank", "null": "isnull"}
"""Modifiers as Adobe's list for text mode (and reference 4.4) has them too, and as the API does."""

COMMA_SEPARATES = SETS - {"allof"}
"""Modifiers with a comma list in text mode (Adobe: filter-condition-modifiers); the API wants repetition."""

_TEMPLATE = r"\{\{.*?\}\}|\{%.*?%\}"
_BY_TAB = re.compile(rf"(?:{_TEMPLATE}|[^\t])+")
_BY_COMMA = re.compile(rf"(?:{_TEMPLATE}|/,|[^\t,])+")
_IDS = re.compile(r"[0-9a-f]{32}(\s+[0-9a-f]{32})+")  # in a browser, tabs become spaces
_SLASHED = re.compile(rf"({_TEMPLATE})|/,")  # red/, blue is one value (Adobe: filters-overview)

Scope = tuple[str, ...]
S = TypeVar("S")
T = TypeVar("T")


class Condition(NamedTuple):
    """What is asked of a field; where no modifier is given, the number of values decides."""

    modifier: str
    values: tuple[str, ...]

    def as_filter(self) -> Any:
        """Write as the value of a plain dict."""
        if self.modifier in NULL_TESTS:
            return {self.modifier: True}
        if self.modifier in SETS | RANGES:
            return {self.modifier: list(self.values)}
        value = self.values[0] if len(self.values) == 1 else list(self.values)
        return {self.modifier: value} if self.modifier else value


def text_mode(text: str) -> dict[str, Any]:
    """Read a text-mode filter: ``Search("PROJ", filters=text_mode("status=CUR"))``.

    Templates in values stay as they are, and are rendered when the task runs; each stands for one value. One
    ValueError names all lines that cannot be used.
    """
    if not isinstance(text, str):
        raise TypeError(f"a text-mode filter is a text, not {type(text).__name__}")
    lines = _each(lambda said: read(*said), written(text))
    if not lines:
        raise ValueError("the text-mode filter is empty and would find everything; if that is meant, leave filters out")
    blocks, lacks = _blocks(lines)
    fields = _grouped(
        [line for line in lines if line.path != "$$EXISTSMOD"], lambda line: (*_home(line, blocks), line.path)
    )
    conditions = _each(_condition, fields.values())
    written_out: dict[str, Any] = {}
    for key, condition in zip(fields, conditions, strict=True):
        written_out[":".join(key)] = condition.as_filter()
        if key[-1] == "$$OBJCODE" and key[:-1] in lacks:
            written_out[":".join((*key[:-1], "$$EXISTSMOD"))] = "NOTEXISTS"
    return written_out


def _each(reading: Callable[[S], T], parts: Iterable[S]) -> list[T]:
    """Read every part, and tell at once all that went wrong."""
    done, wrong = [], []
    for part in parts:
        try:
            done.append(reading(part))
        except Unreadable as error:
            wrong.append(str(error))
    if wrong:
        raise ValueError("\n".join(["this text-mode filter cannot be used:", *wrong]))
    return done


def _grouped(lines: Iterable[Line], key: Callable[[Line], T]) -> dict[T, list[Line]]:
    found: dict[T, list[Line]] = {}
    for line in lines:
        found.setdefault(key(line), []).append(line)
    return found


# -- where conditions stand


def _blocks(lines: list[Line]) -> tuple[dict[Scope, Scope], set[Scope]]:
    """Give each EXISTS block the scope it will have, and those that must lack; tags stay apart behind AND too."""
    found = _grouped([line for line in lines if _block(line.scope)], lambda line: _block(line.scope))
    words = _each(_word, found.values())
    tags = {scope[-1].partition(":")[2] for scope in found}
    taken: set[Scope] = set()
    homes: dict[Scope, Scope] = {}
    lacks: set[Scope] = set()
    for scope, word in zip(found, words, strict=True):
        outer, tag = _plain(scope[:-1]), scope[-1].partition(":")[2]
        if (*outer, tag) in taken:
            tag = next(free for free in map(str, count(1)) if free not in tags)
        tags.add(tag)
        taken.add((*outer, tag))
        homes[scope] = (*outer, f"EXISTS:{tag}")
        if word == "NOTEXISTS":
            lacks.add(homes[scope])
    return homes, lacks


def _block(scope: Scope) -> Scope:
    """Give the scope up to its EXISTS; empty if it has none."""
    ends = [place for place, word in enumerate(scope, 1) if "EXISTS" in word]
    return scope[: ends[0]] if ends else ()


def _plain(scope: Scope) -> Scope:
    """Leave AND out: conditions hold together anyway."""
    return tuple(word for word in scope if not word.startswith("AND:"))


def _home(line: Line, blocks: dict[Scope, Scope]) -> Scope:
    block = _block(line.scope)
    return (*blocks.get(block, ()), *_plain(line.scope[len(block) :]))


def _word(block: list[Line]) -> str:
    """Tell whether the rows of an EXISTS block must be there."""
    if not any(line.path == "$$OBJCODE" for line in block):
        raise block[0].unreadable("this block does not say what must exist; add its $$OBJCODE line, such as TASK")
    word = _block(block[0].scope)[-1].partition(":")[0]
    for line in block:
        if line.path == "$$EXISTSMOD":
            if line.value not in {word, "NOTEXISTS"}:
                raise line.unreadable("$$EXISTSMOD is EXISTS or NOTEXISTS, and agrees with the prefix")
            word = line.value
    return word


# -- what is asked of one field


def _condition(lines: list[Line]) -> Condition:
    """Read all that is said of a field in one place; the API takes one condition a field (reference 4.4)."""
    asked = [one for said in _grouped(lines, lambda line: line.scope).values() for one in _said(said)]
    joined = asked[0]
    for other in asked[1:]:
        if not (both := _both(joined, other)):
            raise lines[-1].unreadable(
                "the API takes one condition a field, and these cannot be made into one; for a window use between, "
                "or put one of them to the rows that were read"
            )
        joined = both
    return joined


def _both(one: Condition, other: Condition) -> Condition | None:
    """Make two conditions one, where that is possible."""
    if one == other:
        return one
    if {one.modifier, other.modifier} == {"gte", "lte"}:
        low, high = (one, other) if one.modifier == "gte" else (other, one)
        return Condition("between", (*low.values, *high.values))  # includes both ends, as these do
    if one.modifier == other.modifier and one.modifier in {"notin", "cinotin"}:
        return Condition(one.modifier, tuple(dict.fromkeys(one.values + other.values)))
    return None


def _said(lines: list[Line]) -> list[Condition]:
    """Pair values and modifiers, in order of appearance if there are several."""
    values, mods, ranges = ([line for line in lines if line.part == part] for part in ("", "Mod", "Range"))
    if len(mods) < 2:
        return [_one(values, mods, ranges)]
    if len(values) != len(mods) or ranges:
        raise mods[-1].unreadable("it is one modifier too many; a second condition has the prefix AND:1:")
    return [_one([value], [mod], []) for value, mod in zip(values, mods, strict=True)]


def _one(values: list[Line], mods: list[Line], ranges: list[Line]) -> Condition:
    modifier = _modifier(mods[0]) if mods else "between" if ranges else ""
    if modifier in NULL_TESTS and not ranges:
        return Condition(modifier, ())  # the value is ignored (reference 4.4)
    if modifier in RANGES or ranges:
        return _window(modifier, values, ranges or mods)
    if not values:
        raise mods[0].unreadable("the line with the value is missing")
    items = [item for line in values for item in _items(line, modifier)]
    if modifier in WORD_LISTS:
        return Condition(modifier, (" ".join(items),))
    if modifier and modifier not in SETS and len(items) > 1:
        raise values[-1].unreadable(f"{modifier} takes one value, not {len(items)}; `in` takes several")
    return Condition(modifier, tuple(items))


def _modifier(line: Line) -> str:
    try:
        return check_modifier(ALIASES.get(line.value, line.value), line.path)
    except ValueError as error:
        raise line.unreadable(str(error)) from None


def _window(modifier: str, low: list[Line], high: list[Line]) -> Condition:
    """Read a range: its lower end is the value."""
    if modifier not in RANGES or len(low) != 1 or len(high) != 1 or high[0].part != "Range":
        raise high[0].unreadable("a window has one value, one _Range, and _Mod=between")
    return Condition(modifier, (*_items(low[0], modifier), *_items(high[0], modifier)))


def _items(line: Line, modifier: str) -> list[str]:
    """Give the values of a line; a template is one, whatever is in it."""
    value = re.sub(r"\s+", "\t", line.value) if _IDS.fullmatch(line.value) else line.value
    parted = (_BY_COMMA if modifier in COMMA_SEPARATES else _BY_TAB).findall(value)
    items = [item for part in parted if (item := part.strip())]
    if not items:
        raise line.unreadable("it has no value; what is empty is found with _Mod=isblank, what is not with notblank")
    if modifier in COMMA_SEPARATES:
        items = [_SLASHED.sub(lambda found: found[1] or ",", item) for item in items]
    return [re.sub(r"^field:", "FIELD:", item) for item in items]  # both are seen in stored filters
