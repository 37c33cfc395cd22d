"""A typed builder for filters: ``field("name").cicontains("web") & field("status").isin("CUR", "PLN")``.

What it makes is a frozen value that goes wherever filters go, and `as_filters` writes it as a plain dict.
Workfront's OR groups inherit nothing from the other filters (reference 4.5), so the builder multiplies an
expression out and repeats in each group what must hold there.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from itertools import count, product
from math import prod
from typing import TYPE_CHECKING, Any

from airflow_provider_workfront.api.filters import NULL_TESTS, RANGES, SETS, check_modifier
from airflow_provider_workfront.api.values import text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MOST_GROUPS = 50
"""OR groups beyond which an expression is refused: it would be multiplied out into an endless query."""

USER = "$$USER.ID"
CUSTOMER = "$$CUSTOMER"


class Filter(ABC):
    """A condition on rows; combine with ``&`` and ``|``."""

    __slots__ = ()

    def __and__(self, other: Filter) -> Filter:
        """Require both."""
        return All((*_parts(self, All), *_parts(other, All)))

    def __or__(self, other: Filter) -> Filter:
        """Require either."""
        return AnyOf((*_parts(self, AnyOf), *_parts(other, AnyOf)))

    @abstractmethod
    def groups(self) -> list[tuple[Atom, ...]]:
        """Multiply out: a row matches when every condition of any one group holds."""

    def as_filters(self) -> dict[str, Any]:
        """Write as a plain dict, as JSON would carry it."""
        tags = count(1)
        written: dict[str, Any] = {}
        for number, group in enumerate(self.groups()):
            prefix = f"OR:{number}:" if number else ""  # the first group is the plain filters
            written |= {prefix + key: value for key, value in _conjunction(group, tags).items()}
        return written


@dataclass(frozen=True, slots=True)
class Condition(Filter):
    """One field, one modifier, its values."""

    path: str
    modifier: str
    values: tuple[str, ...] = ()

    def groups(self) -> list[tuple[Atom, ...]]:
        """Stand alone."""
        return [(self,)]

    def written(self) -> Any:
        """Write the value of a plain dict."""
        if self.modifier in NULL_TESTS:
            return {self.modifier: True}
        if self.modifier in SETS | RANGES:
            return {self.modifier: list(self.values)}
        return self.values[0] if self.modifier == "eq" else {self.modifier: self.values[0]}


@dataclass(frozen=True, slots=True)
class Exists(Filter):
    """Rows to which another object points, or does not."""

    obj_code: str
    condition: Filter
    negated: bool = False

    def groups(self) -> list[tuple[Atom, ...]]:
        """Stand alone."""
        return [(self,)]

    def written(self, tag: int) -> dict[str, Any]:
        """Write as plain filters; `tag` keeps several of them apart."""
        inner = self.condition.groups()
        if len(inner) != 1 or any(isinstance(atom, Exists) for atom in inner[0]):
            raise ValueError(f"what is asked of {self.obj_code} in an exists may hold no OR and no other exists")
        prefix, lack = f"EXISTS:{tag}:", {"$$EXISTSMOD": "NOTEXISTS"} if self.negated else {}
        conditions = {"$$OBJCODE": self.obj_code, **lack, **_conjunction(inner[0], count(1))}
        return {prefix + key: value for key, value in conditions.items()}


Atom = Condition | Exists


@dataclass(frozen=True, slots=True)
class All(Filter):
    """All parts hold."""

    parts: tuple[Filter, ...]

    def groups(self) -> list[tuple[Atom, ...]]:
        """Combine every group of each part with every group of the others."""
        choices = [part.groups() for part in self.parts]
        if (number := prod(map(len, choices))) > MOST_GROUPS:
            raise ValueError(f"this filter multiplies out into {number} OR groups; {MOST_GROUPS} are the limit")
        return [_merged(combination) for combination in product(*choices)]


@dataclass(frozen=True, slots=True)
class AnyOf(Filter):
    """Any part holds."""

    parts: tuple[Filter, ...]

    def groups(self) -> list[tuple[Atom, ...]]:
        """List the groups of all parts."""
        return list(dict.fromkeys(group for part in self.parts for group in part.groups()))


@dataclass(frozen=True, slots=True)
class Field:
    """A field to put a condition on: ``status``, ``project:name``, ``DE:Budget``."""

    path: str

    def where(self, modifier: str, *values: Any) -> Condition:
        """Apply any modifier of Workfront."""
        check_modifier(modifier, self.path)
        wanted = 0 if modifier in NULL_TESTS else 2 if modifier in RANGES else None if modifier in SETS else 1
        if len(values) != wanted if wanted is not None else not values:
            raise ValueError(f"{self.path}: {modifier} takes {wanted or 'at least one'} values, not {len(values)}")
        return Condition(self.path, modifier, tuple(text(value, self.path) for value in values))

    def eq(self, value: Any) -> Condition:
        """Require this value; of an instant, its whole day (`exacttime` is finer)."""
        return self.where("eq", value)

    def ne(self, value: Any) -> Condition:
        """Require another value or none: nulls match, unlike with `nee`."""
        return self.where("ne", value)

    def nee(self, value: Any) -> Condition:
        """Require another value; nulls do not match."""
        return self.where("nee", value)

    def gt(self, value: Any) -> Condition:
        """Require more."""
        return self.where("gt", value)

    def gte(self, value: Any) -> Condition:
        """Require this or more."""
        return self.where("gte", value)

    def lt(self, value: Any) -> Condition:
        """Require less."""
        return self.where("lt", value)

    def lte(self, value: Any) -> Condition:
        """Require this or less."""
        return self.where("lte", value)

    def between(self, low: Any, high: Any) -> Condition:
        """Require a value from `low` to `high`, both included."""
        return self.where("between", low, high)

    def contains(self, part: str) -> Condition:
        """Require this text within, in this case."""
        return self.where("contains", part)

    def cicontains(self, part: str) -> Condition:
        """Require this text within, in any case."""
        return self.where("cicontains", part)

    def startswith(self, start: str) -> Condition:
        """Require this beginning; sources differ on whether case matters."""
        return self.where("startswith", start)

    def isin(self, *values: Any) -> Condition:
        """Require one of these."""
        return self.where("in", *values)

    def notin(self, *values: Any) -> Condition:
        """Require none of these."""
        return self.where("notin", *values)

    def isnull(self) -> Condition:
        """Require that there is no value."""
        return self.where("isnull")

    def notnull(self) -> Condition:
        """Require that there is a value."""
        return self.where("notnull")


def field(path: str) -> Field:
    """Name a field, through references if need be (``project:name``)."""
    return Field(path)


def custom(name: str, *, through: str = "") -> Field:
    """Name a custom field; `through` is the reference that leads to its object (``project``).

    In filters ``DE:`` comes first (``DE:project:Budget``), in `fields` it comes last (``project:DE:Budget``).
    """
    return Field(f"DE:{through}:{name}" if through else f"DE:{name}")


def all_of(*conditions: Filter) -> Filter:
    """Require all of these."""
    return All(conditions)


def any_of(*conditions: Filter) -> Filter:
    """Require any of these."""
    return AnyOf(conditions)


def exists(obj_code: str, *conditions: Filter) -> Filter:
    """Require an object that meets these conditions; one joins it: ``field("taskID").eq(outer("ID"))``."""
    return Exists(obj_code, All(conditions))


def not_exists(obj_code: str, *conditions: Filter) -> Filter:
    """Require that no object meets these conditions."""
    return Exists(obj_code, All(conditions), negated=True)


def outer(path: str) -> str:
    """Name a field of the row searched for, inside `exists`."""
    return f"FIELD:{path}"


def user(attribute: str) -> str:
    """Name an attribute of the connection's user, such as ``homeGroupID``; list-valued ones need `isin`."""
    return f"$$USER.{attribute}"


def today(offset: int = 0, unit: str = "d", *, edge: str = "") -> str:
    """Name a day seen from today, at midnight in the zone of the connection's user: ``today(-7)``.

    Units are h d w m q y. `edge` is the beginning (``b``) or the end (``e``) of the unit, as in
    ``today(unit="m", edge="b")``; the end is the midnight after it.
    """
    return f"$$TODAY{_shift(offset, unit, edge)}"


def now(offset: int = 0, unit: str = "h", *, edge: str = "") -> str:
    """Name an instant seen from now, as `today` does."""
    return f"$$NOW{_shift(offset, unit, edge)}"


def _shift(offset: int, unit: str, edge: str) -> str:
    """Write ``[b/e][±n][unit]`` (reference 4.7)."""
    if unit not in tuple("hdwmqy") or edge not in {"", "b", "e"}:
        raise ValueError(f"units are h d w m q y and edges b e, not {unit!r} and {edge!r}")
    if offset:
        return f"{edge}{offset:+d}{unit}"
    return f"{edge}{unit}" if edge else ""


def _parts(filters: Filter, kind: type[All | AnyOf]) -> tuple[Filter, ...]:
    if not isinstance(filters, Filter):
        raise TypeError(f"{filters!r} is no condition; begin with field(...)")
    return filters.parts if isinstance(filters, kind) else (filters,)


def _merged(groups: Iterable[tuple[Atom, ...]]) -> tuple[Atom, ...]:
    return tuple(dict.fromkeys(atom for group in groups for atom in group))


def _conjunction(atoms: tuple[Atom, ...], tags: Iterator[int]) -> dict[str, Any]:
    """Write conditions that hold together; one field takes one of them (reference 4.4)."""
    written: dict[str, Any] = {}
    for atom in atoms:
        if isinstance(atom, Exists):
            written |= atom.written(next(tags))
        elif atom.path in written:
            raise ValueError(f"two conditions on {atom.path}: Workfront takes one; for a window use between(low, high)")
        else:
            written[atom.path] = atom.written()
    return written
