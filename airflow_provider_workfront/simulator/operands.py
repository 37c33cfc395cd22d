"""Filter values: wildcards replaced, and turned into what the field's kind compares with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from airflow_provider_workfront.simulator.dates import last_moment, midnight, read_datetime
from airflow_provider_workfront.simulator.wildcards import expand, is_wildcard, moment_of
from airflow_provider_workfront.simulator.wire import invalid_value

if TYPE_CHECKING:
    from airflow_provider_workfront.simulator.paths import Path
    from airflow_provider_workfront.simulator.view import View

TRUTH = {"true": True, "false": False}


@dataclass(frozen=True, slots=True)
class Operand:
    """Hold what a field is compared with."""

    path: Path
    view: View
    texts: tuple[str, ...]
    upper: str | None = None

    @property
    def is_text(self) -> bool:
        """Tell whether letters may differ in case."""
        return self.path.kind in {"string", "string[]"}

    def values(self) -> list[Any]:
        """Give every value, fit for the field's kind."""
        return [self.value(text) for text in self.expanded()]

    def expanded(self) -> list[str]:
        """Give every text, `$$USER` and the like replaced."""
        return [word for text in self.texts for word in expand(text, self.view)]

    def first(self) -> Any:
        """Give the first value; None when a wildcard stands for nothing."""
        return next(iter(self.values()), None)

    def value(self, text: str) -> Any:
        """Turn one text into a value that can be compared with the field's."""
        kind = self.path.kind
        if kind in {"int", "double"}:
            return self._number(text)
        if kind == "boolean":
            if text.lower() not in TRUTH:
                raise invalid_value(self.path.name, text)
            return TRUTH[text.lower()]
        if kind in {"date", "dateTime"}:
            moment = self._moment(text)
            return moment if kind == "dateTime" else moment.astimezone(self.view.zone).date()
        return text

    def days(self) -> list[tuple[datetime, datetime]]:
        """Give the span of each value of a dateTime: the user's whole day (rule 63)."""
        return [self._day(value) for value in self.values()]

    def _day(self, value: datetime) -> tuple[datetime, datetime]:
        day = value.astimezone(self.view.zone).date()
        return midnight(day, self.view.zone), last_moment(day, self.view.zone)

    def _number(self, text: str) -> float:
        try:
            return float(text)
        except ValueError:
            raise invalid_value(self.path.name, text) from None

    def _moment(self, text: str) -> datetime:
        zone = self.view.zone
        if is_wildcard(text):
            found = moment_of(text, self.view.world.now(), zone, self.view.options.bare_edges)
        else:
            found = read_datetime(text, zone)
        if found is None:
            raise invalid_value(self.path.name, text)
        return found


def as_text(value: Any) -> str:
    """Give the text of a value for modifiers that look into it."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, date):
        return value.isoformat()
    return str(value)
