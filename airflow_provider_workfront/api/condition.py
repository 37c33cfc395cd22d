"""What a sensor waits for, as a value that goes through JSON: so many objects, or a field that stands at something."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from airflow_provider_workfront.api.comparing import check_limit, check_wanted, has_passed, is_empty, is_same, value_at
from airflow_provider_workfront.api.filters import as_plain, named_fields, parameters
from airflow_provider_workfront.api.objects import segment
from airflow_provider_workfront.api.operation import checked_id
from airflow_provider_workfront.api.values import plain

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from airflow_provider_workfront.api.operation import Record

PENDING = ":A"
"""A status with this end waits for the approval to be entered, e.g. ``CPL:A`` (reference 6.4)."""

HAVE_STATUSES = frozenset({"PROJ", "TASK", "OPTASK"})
LONGEST_STATUS = 3
"""Letters of a status of these types, own ones included (reference 6.4); a label is not compared."""


class Verdict(NamedTuple):
    """Whether a condition holds, and why or why not, in words."""

    holds: bool
    told: str


@dataclass(frozen=True, slots=True)
class EnoughFound:
    """So many objects match, from `at_least` to `at_most`, both included; None is no bound."""

    obj_code: str
    filters: Mapping[str, Any]
    at_least: int | None = None
    at_most: int | None = None

    def check(self) -> None:
        """Refuse bounds that no number keeps, and filters that cannot be written; raises ValueError or TypeError."""
        segment(self.obj_code)
        parameters(self.filters)
        low, high = self.at_least or 0, self.at_most
        if low < 0 or (high is not None and high < low):
            raise ValueError(f"no number is {self._bounds()}")
        if low == 0 and high is None:
            raise ValueError("at_least=0 holds always: there is nothing to wait for")

    def verdict(self, count: int) -> Verdict:
        """Judge how many were found."""
        holds = count >= (self.at_least or 0) and (self.at_most is None or count <= self.at_most)
        return Verdict(holds, f"{count} {self.obj_code} match, wanted are {self._bounds()}")

    def _bounds(self) -> str:
        bounds = {"at least": self.at_least, "at most": self.at_most}
        return " and ".join(f"{word} {bound}" for word, bound in bounds.items() if bound is not None)


@dataclass(frozen=True, slots=True)
class FieldStands:
    """A field of one object `reaches` a value or one of several, `changes_from` them, or `passes` a number or date.

    One of the three is given. An empty text is no value: `changes_from=""` waits for any. A status that waits for
    approval is neither the old one nor the new one, unless `pending` says that it counts, or it is named (``CPL:A``).
    """

    obj_code: str
    obj_id: str
    field: str
    reaches: Any = None
    changes_from: Any = None
    passes: float | str | None = None
    pending: bool = False

    def check(self) -> None:
        """Refuse what cannot be waited for; raises ValueError or TypeError."""
        segment(self.obj_code)
        checked_id(self.obj_id)
        if named_fields([self.field]) != [self.field] or "," in self.field or "*" in self.field.partition("DE:")[0]:
            raise ValueError(f"{self.field!r} is not one field, such as status, project:status or DE:Region")
        if len([way for way in (self.reaches, self.changes_from, self.passes) if way is not None]) != 1:
            raise ValueError("give one of reaches, changes_from and passes")
        if self.passes is not None:
            check_limit(self.passes)
        elif not self._values():
            raise ValueError("there is no value to wait for in an empty list")
        elif label := next(filter(self._is_label, self._values()), None):
            raise ValueError(f"no status is {label!r}: give its value, such as CPL, not its label")

    def verdict(self, record: Record) -> Verdict:
        """Judge the object; raises ValueError if the field has a value that cannot be compared."""
        found = value_at(record, self.field)
        told = f"{self.obj_code} {self.obj_id}: {self.field} is {'empty' if is_empty(found) else found}"
        if self.passes is not None:
            holds = self._passed(found)
            return Verdict(holds, f"{told}, {'past' if holds else 'before'} {self.passes}")
        if self._is_undecided(found):
            return Verdict(False, f"{told}, which waits for approval: that counts with pending=True only")  # noqa: FBT003
        self._check_wanted(found)
        status = str(found).removesuffix(PENDING) if self.pending and self._is_status(found) else found
        among = any(is_same(found, value) or is_same(status, value) for value in self._values())
        holds = among if self.changes_from is None else not among
        return Verdict(holds, f"{told}, waiting for {self._wish()}")

    def _passed(self, found: Any) -> bool:
        try:
            return has_passed(found, self.passes or 0)
        except ValueError as error:
            raise ValueError(f"{self.obj_code} {self.obj_id}, field {self.field}: {error}") from error

    def _check_wanted(self, found: Any) -> None:
        try:
            for value in self._values():
                check_wanted(found, value)
        except ValueError as error:
            raise ValueError(f"{self.obj_code} {self.obj_id}, field {self.field}: {error}") from error

    def _is_label(self, value: Any) -> bool:
        of_status = segment(self.obj_code).upper() in HAVE_STATUSES and self.field in {"status", "project:status"}
        return of_status and isinstance(value, str) and len(value.removesuffix(PENDING)) > LONGEST_STATUS

    def _values(self) -> Sequence[Any]:
        """List what the field is to reach or to change from."""
        wish = self.reaches if self.changes_from is None else self.changes_from
        return wish if isinstance(wish, list | tuple) else [wish]

    def _is_status(self, found: Any) -> bool:
        return self.field.rpartition(":")[2] == "status" and "DE:" not in self.field and isinstance(found, str)

    def _is_undecided(self, found: Any) -> bool:
        """Tell whether a status waits for approval, and nobody has asked for such."""
        if self.pending or not self._is_status(found) or not found.endswith(PENDING):
            return False
        return not any(str(value).endswith(PENDING) for value in self._values())

    def _wish(self) -> str:
        values = " or ".join("none" if is_empty(value) else str(value) for value in self._values())
        return f"it to be {values}" if self.changes_from is None else f"it to be no longer {values}"


Condition = EnoughFound | FieldStands


def as_json(condition: Condition) -> dict[str, Any]:
    """Write a condition as plain JSON; dates as Workfront writes them."""
    return {name: plain(as_plain(value) if name == "filters" else value) for name, value in asdict(condition).items()}


def of_json(written: Mapping[str, Any]) -> Condition:
    """Read what `as_json` wrote."""
    return FieldStands(**written) if "field" in written else EnoughFound(**written)
