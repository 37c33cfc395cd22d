"""Compile scopes of filters into one predicate over rows."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeAlias

from airflow_provider_workfront.simulator.modifiers import ALL_OF, NEGATIVE, VALUELESS, build
from airflow_provider_workfront.simulator.operands import Operand
from airflow_provider_workfront.simulator.paths import Path, resolve
from airflow_provider_workfront.simulator.schema import find_type
from airflow_provider_workfront.simulator.scope import EXISTS_MOD, OBJECT_CODE
from airflow_provider_workfront.simulator.table import Row
from airflow_provider_workfront.simulator.wire import illegal, invalid_value

if TYPE_CHECKING:
    from airflow_provider_workfront.simulator.schema import ObjectType
    from airflow_provider_workfront.simulator.scope import Scope, Term
    from airflow_provider_workfront.simulator.view import View

Predicate: TypeAlias = Callable[[Row], bool]
JOIN = "FIELD:"


def compile_scope(view: View, obj_type: ObjectType, scope: Scope) -> Predicate:
    """Give the predicate: the base, or any of the groups, which inherit nothing (rule 66)."""
    base = [test for path, term in scope.terms.items() for test in _term(view, obj_type, path, term)]
    base += [_exists(view, obj_type, wanted, inner) for (wanted, _), inner in scope.exists.items()]
    groups = [compile_scope(view, obj_type, group) for group in scope.groups.values()]
    if not groups:
        return _all(base)
    if scope.is_empty:
        return lambda row: any(group(row) for group in groups)
    every = _all(base)
    return lambda row: every(row) or any(group(row) for group in groups)


def _all(tests: list[Predicate]) -> Predicate:
    if not tests:
        return lambda _row: True
    first, *others = tests
    if not others:
        return first
    rest = _all(others)
    return lambda row: first(row) and rest(row)


def pairs(term: Term) -> list[tuple[str, tuple[str, ...], str | None]]:
    """Pair values with modifiers and ranges in order of appearance: modifier, values, upper bound."""
    upper = term.ranges[0] if term.ranges else None
    if len(term.mods) <= 1:
        return [(term.mods[0] if term.mods else _default_modifier(term), tuple(term.values or [""]), upper)]
    values = term.values + [""] * (len(term.mods) - len(term.values))
    ranges = [*term.ranges, *[None] * len(term.mods)]
    found = [(mod, (value,), high) for mod, value, high in zip(term.mods, values, ranges, strict=False)]
    left = values[len(term.mods) :]
    return found + ([("in" if len(left) > 1 else "eq", tuple(left), None)] if left else [])


def _default_modifier(term: Term) -> str:
    if term.ranges:
        return "between"  # rule 64
    return "in" if len(term.values) > 1 else "eq"  # rule 64


def _term(view: View, obj_type: ObjectType, name: str, term: Term) -> list[Predicate]:
    path = resolve(view, obj_type, name)
    if "NOT_FILTERABLE" in path.flags:
        raise illegal(f"Field {path.name} ({obj_type.name}) is not filterable")  # text inferred
    return [_condition(path, mod, Operand(path, view, values, upper)) for mod, values, upper in pairs(term)]


def _condition(path: Path, modifier: str, operand: Operand) -> Predicate:
    if modifier.lower() == ALL_OF:
        wanted = set(operand.expanded())
        return lambda row: wanted <= set(path.values(row))
    if modifier.lower() not in VALUELESS:
        _check_enum(path, operand)
    test = build(modifier, operand)
    if not path.is_multi:
        get = path.get
        return lambda row: test(get(row))
    if path.many is None and modifier.lower() in NEGATIVE:
        return lambda row: all(test(value) for value in path.values(row))
    return lambda row: any(test(value) for value in path.values(row))


def _check_enum(path: Path, operand: Operand) -> None:
    if not operand.view.options.validate_enums or path.name != "status":
        return
    world = operand.view.world
    known = {row.get("value") for row in world.objects("CSTEM").values()}
    wrong = [text for text in operand.texts if text.partition(":")[0] not in known]
    if wrong:
        raise illegal(f"Invalid custom enum value(s) for field 'Status': {wrong}")  # rule 71, the contrary report


def _exists(view: View, obj_type: ObjectType, wanted: bool, scope: Scope) -> Predicate:  # noqa: FBT001 - a tag of the key
    """Ask whether rows of another type exist that join this one (rule 67)."""
    code, mod = scope.terms.pop(OBJECT_CODE, None), scope.terms.pop(EXISTS_MOD, None)
    if mod is not None:
        if mod.values[:1] not in (["EXISTS"], ["NOTEXISTS"]):
            raise invalid_value(EXISTS_MOD, mod.values)
        wanted = wanted and mod.values == ["EXISTS"]
    target = find_type(code.values[0]) if code and code.values else None
    if target is None:
        raise illegal(f"Unknown object type: {code.values[0] if code and code.values else ''}")
    joins = {name: term for name, term in scope.terms.items() if term.values and term.values[0].startswith(JOIN)}
    for name in joins:
        del scope.terms[name]
    keys = {name: _join(view, obj_type, target, name, term.values[0]) for name, term in joins.items()}
    rest = compile_scope(view, target, scope)
    candidates = _candidates(view, target, keys)

    def _joined(row: Row, other: Row) -> bool:
        return all(inner.get(other) == outer.get(row) for inner, outer in keys.values())

    return lambda row: wanted == any(_joined(row, other) and rest(other) for other in candidates(row))


def _join(view: View, outer: ObjectType, inner: ObjectType, name: str, value: str) -> tuple[Path, Path]:
    return resolve(view, inner, name), resolve(view, outer, value.removeprefix(JOIN))


def _candidates(view: View, target: ObjectType, keys: dict[str, tuple[Path, Path]]) -> Callable[[Row], list[Row]]:
    """Narrow the rows to look at by an index, where a join is on a stored ID."""
    for name, (inner, outer) in keys.items():
        if name in target.fields and inner.is_id:
            field, get = name, outer.get
            return lambda row: view.visible(view.world.table(target.code).find(field, get(row)))
    rows: list[Any] = list(view.world.objects(target.code).values())
    return lambda _row: view.visible(rows)
