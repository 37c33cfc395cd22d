"""The values of a field that has a fixed set of them, told by value or by label. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from airflow_provider_workfront.api.everyday.errand import nearest
from airflow_provider_workfront.extract.columns import Kind
from airflow_provider_workfront.writing.unfit import Unfit

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

CUSTOMISABLE = frozenset({"status", "priority", "severity", "condition"})
"""Fields to which a customer, or one of its groups, may add values that no list names (reference 6.4 and 10.4)."""
CODES = {Kind.TEXT: re.compile(r"[A-Z0-9]{1,3}"), Kind.INTEGER: re.compile(r"[0-9]{1,3}")}


@dataclass(frozen=True, slots=True)
class Choices:
    """Values with their labels; `unlisted` is what a value looks like that may exist though it is not listed."""

    labels: Mapping[str, str]
    unlisted: re.Pattern[str] | None = None

    def value(self, given: str) -> str:
        """Give the value that is meant: a value goes before a label, and the case counts only between two of them."""
        if given in self.labels:
            return given
        for same in (self._by_value(given), self._by_label(given)):
            if len(same) > 1:
                raise Unfit(f"is said by {len(same)} values, give the value itself: {', '.join(same)}")
            if same:
                return same[0]
        if self.unlisted and self.unlisted.fullmatch(given):
            return given
        raise Unfit(f"is none of its values{nearest(given, self._shown())}")

    def _by_value(self, given: str) -> list[str]:
        return [value for value in self.labels if value.casefold() == given.casefold()]

    def _by_label(self, given: str) -> list[str]:
        exact = [value for value, label in self.labels.items() if label == given]
        return exact or [value for value, label in self.labels.items() if label.casefold() == given.casefold()]

    def _shown(self) -> list[str]:
        """List the labels, which are what most people know; a value without one stands for itself."""
        return list(dict.fromkeys(label or value for value, label in self.labels.items()))


def choices_of(
    name: str, kind: Kind, known: Mapping[str, Any], own: Iterable[Mapping[str, Any]] = ()
) -> Choices | None:
    """Give the choices of a field, from its metadata and the customer's own list, which goes before; None if any go."""
    rows = [*(known.get("possibleValues") or ()), *own]
    labels = {str(row["value"]): str(row.get("label") or "") for row in rows if row.get("value") is not None}
    return Choices(labels, CODES.get(kind) if name in CUSTOMISABLE else None) if labels else None
