"""The `_Mod` vocabulary: each modifier makes a test of one value (reference 4.4)."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from typing import Any, TypeAlias

from airflow_provider_workfront.simulator.operands import Operand, as_text
from airflow_provider_workfront.simulator.soundex import soundex
from airflow_provider_workfront.simulator.wire import illegal, invalid_value

Test: TypeAlias = Callable[[Any], bool]
Build: TypeAlias = Callable[[Operand], Test]


def _same(text: str) -> str:
    return text


def _member(operand: Operand) -> Test:
    """Test for any of the values; a dateTime matches on the whole day unless `exacttime` (rule 63)."""
    if operand.path.kind == "dateTime":
        spans = operand.days()
        return lambda value: value is not None and any(low <= value <= high for low, high in spans)
    wanted = frozenset(operand.values())
    return lambda value: value in wanted


def _folded_member(operand: Operand) -> Test:
    if not operand.is_text:
        return _member(operand)
    wanted = {as_text(value).casefold() for value in operand.values()}
    return lambda value: value is not None and as_text(value).casefold() in wanted


def _in(operand: Operand) -> Test:
    if operand.path.is_id:  # rule 65: a comma separates IDs, in other texts it is a sign like any other
        words = tuple(word for text in operand.texts for word in text.split(","))
        operand = Operand(operand.path, operand.view, words)
    return _member(operand)


def _or_null(build: Build) -> Build:
    """Negate; a null field matches (rule 63)."""

    def _negated(operand: Operand) -> Test:
        test = build(operand)
        return lambda value: value is None or not test(value)

    return _negated


def _not_null_and_not(build: Build) -> Build:
    """Negate; a null field does not match."""

    def _negated(operand: Operand) -> Test:
        test = build(operand)
        return lambda value: value is not None and not test(value)

    return _negated


def _compare(compare: Callable[[Any, Any], bool]) -> Build:
    def _made(operand: Operand) -> Test:
        limit = operand.first()
        return lambda value: value is not None and limit is not None and compare(value, limit)

    return _made


def _between(operand: Operand) -> Test:
    if operand.upper is None:
        raise invalid_value(operand.path.name, "")
    low, high = operand.first(), operand.value(operand.upper)
    return lambda value: value is not None and low <= value <= high


def _folded_between(operand: Operand) -> Test:
    if not operand.is_text or operand.upper is None:
        return _between(operand)
    low, high = as_text(operand.first()).casefold(), as_text(operand.upper).casefold()
    return lambda value: value is not None and low <= as_text(value).casefold() <= high


def _text(fold: Callable[[str], str], fits: Callable[[str, str], bool]) -> Build:
    """Look into the text; of several values one suffices."""

    def _made(operand: Operand) -> Test:
        parts = [fold(text) for text in operand.expanded()]
        return lambda value: value is not None and any(fits(fold(as_text(value)), part) for part in parts)

    return _made


def _words(judge: Callable[[Any], bool]) -> Build:
    """Look for words, separated by spaces."""

    def _made(operand: Operand) -> Test:
        words = [word.casefold() for text in operand.expanded() for word in text.split()]
        return lambda value: value is not None and judge(word in as_text(value).casefold() for word in words)

    return _made


def _like(flags: int) -> Build:
    def _made(operand: Operand) -> Test:
        patterns = [_pattern(text, flags) for text in operand.expanded()]
        return lambda value: value is not None and any(p.fullmatch(as_text(value)) for p in patterns)

    return _made


def _pattern(text: str, flags: int) -> re.Pattern[str]:
    """Read SQL's LIKE: `%` any text, `_` any sign."""
    wild = {"%": ".*", "_": "."}
    return re.compile("".join(wild.get(sign, re.escape(sign)) for sign in text), flags | re.DOTALL)


def _starts(operand: Operand) -> Test:
    fold = _same if operand.view.options.startswith_is_case_sensitive else str.casefold  # [X]
    return _text(fold, str.startswith)(operand)


def _bits(fits: Callable[[int, int], bool]) -> Build:
    def _made(operand: Operand) -> Test:
        mask = int(operand.first())
        return lambda value: value is not None and fits(int(value), mask)

    return _made


def _length(compare: Callable[[int, int], bool]) -> Build:
    def _made(operand: Operand) -> Test:
        text = operand.texts[0]
        if not text.isdigit():
            raise invalid_value(operand.path.name, text)
        return lambda value: value is not None and compare(len(as_text(value)), int(text))

    return _made


def _exact(operand: Operand) -> Test:
    moment = operand.first()
    return lambda value: value is not None and value == moment


def _sounds(operand: Operand) -> Test:
    codes = {soundex(text) for text in operand.expanded()}
    return lambda value: value is not None and soundex(as_text(value)) in codes


def _constant(test: Test) -> Build:
    return lambda _operand: test


def _contains(text: str, part: str) -> bool:
    return part in text


MODIFIERS: dict[str, Build] = {
    "eq": _member,
    "ne": _or_null(_member),
    "nee": _not_null_and_not(_member),
    "cieq": _folded_member,
    "cine": _or_null(_folded_member),
    "in": _in,
    "notin": _or_null(_in),
    "ciin": _folded_member,
    "cinotin": _or_null(_folded_member),
    "gt": _compare(operator.gt),
    "gte": _compare(operator.ge),
    "lt": _compare(operator.lt),
    "lte": _compare(operator.le),
    "between": _between,
    "notbetween": _not_null_and_not(_between),
    "cibetween": _folded_between,
    "cinotbetween": _not_null_and_not(_folded_between),
    "contains": _text(_same, _contains),
    "notcontains": _or_null(_text(_same, _contains)),
    "cicontains": _text(str.casefold, _contains),
    "cinotcontains": _or_null(_text(str.casefold, _contains)),
    "cicontainsany": _words(any),
    "cicontainsall": _words(all),
    "cinotcontainsany": _or_null(_words(any)),
    "cinotcontainsall": _or_null(_words(all)),
    "like": _like(0),
    "cilike": _like(re.IGNORECASE),
    "startswith": _starts,
    "cistartswith": _text(str.casefold, str.startswith),
    "endswith": _text(_same, str.endswith),
    "ciendswith": _text(str.casefold, str.endswith),
    "soundex": _sounds,
    "isnull": _constant(lambda value: value is None),
    "notnull": _constant(lambda value: value is not None),
    "isblank": _constant(lambda value: value is None or value == ""),
    "notblank": _constant(lambda value: value is not None and value != ""),
    "bitwiseor": _bits(lambda value, mask: value & mask != 0),
    "bitwiseand": _bits(lambda value, mask: value & mask == mask),
    "bitwisenand": _bits(lambda value, mask: value & mask == 0),
    "exacttime": _exact,
    "length_lt": _length(operator.lt),
    "length_eq": _length(operator.eq),
    "length_gt": _length(operator.gt),
}
VALUELESS = frozenset({"isnull", "notnull", "isblank", "notblank"})
NEGATIVE = frozenset(name for name in MODIFIERS if name.startswith(("ne", "not", "cine", "cinot")))
ALL_OF = "allof"  # looks at the whole list, not at one value


def build(modifier: str, operand: Operand) -> Test:
    """Make the test of a modifier; its name may be in any case."""
    maker = MODIFIERS.get(modifier.lower())
    if maker is None:
        raise illegal(f"Invalid modifier: {modifier}")  # text and status inferred, reference 4.4
    return maker(operand)
