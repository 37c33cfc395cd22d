"""What a plan comes to at this Workfront: its columns, the field that a window is about, the window, the search."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from airflow_provider_workfront.api.filters import field_list, named_fields, narrowed, parameters
from airflow_provider_workfront.api.logs import get_logger
from airflow_provider_workfront.api.objects import segment
from airflow_provider_workfront.api.reads import Search
from airflow_provider_workfront.extract.contract import agreed
from airflow_provider_workfront.extract.discover import discover
from airflow_provider_workfront.extract.fields import ALL_CUSTOM, EXCEPT
from airflow_provider_workfront.extract.window import Basis, Mark, Run, Source, Window, basis, choose
from airflow_provider_workfront.failures import Unworkable
from airflow_provider_workfront.transfers.watermark import Subject, Watermark

if TYPE_CHECKING:
    from collections.abc import Callable

    from airflow_provider_workfront.client import Client
    from airflow_provider_workfront.extract.contract import Agreement
    from airflow_provider_workfront.transfers.plan import Plan
    from airflow_provider_workfront.transfers.watermark import Store

log = get_logger(__name__)

MOST_NOTES = 20
"""Changes that the log names: a table that is read with fewer fields than before may have a hundred."""


@dataclass
class Question:
    """Asks Workfront and the store what a plan leaves open; each only once, and only if it matters."""

    client: Client
    plan: Plan
    run: Run
    store: Callable[[], Store]

    @property
    def host(self) -> str:
        """Name the Workfront."""
        return urlsplit(self.client.api_root).netloc

    @cached_property
    def basis(self) -> Basis:
        """Give the field that the window is about."""
        wanted = self.plan.incremental_field
        if not wanted:
            return Basis(None)
        found = basis(wanted, self.client.metadata(self.plan.obj_code)["fields"], self.plan.obj_code)
        if found.warning:
            log.warning("%s", found.warning)
        return found

    @cached_property
    def fields(self) -> list[str]:
        """Give the fields to ask for: those wanted, and the one that the window is about."""
        fields = list(self.agreement.columns.fields) if self.agreement else self._raw_fields()
        if fields and self.basis.field and self.basis.field not in fields:
            return [*fields, self.basis.field]
        return fields

    @cached_property
    def agreement(self) -> Agreement | None:
        """Give the columns of typed files, held against those of earlier runs."""
        if not self.plan.is_typed:
            return None
        known = self._known_columns()
        found = discover(self.client, self.plan.obj_code, self.plan.fields, known)
        agreement = agreed(known, found, self.plan.schema_contract)
        if notes := agreement.notes:
            more = f", and {len(notes) - MOST_NOTES} more" if len(notes) > MOST_NOTES else ""
            log.warning("%s has changed: %s%s", self.plan.obj_code, "; ".join(notes[:MOST_NOTES]), more)
        return agreement

    @cached_property
    def watermark(self) -> Watermark | None:
        """Give the watermark, if the run has to do with one: explicit bounds have not, such as those of slices."""
        if not self.basis.field or self.plan.asked.is_explicit:
            return None
        code = segment(self.plan.obj_code).upper()
        filters, fields = json.dumps(parameters(self.plan.filters)), json.dumps(field_list(self.plan.fields))
        return Watermark(self.store(), Subject(self.host, code, self.plan.target, filters, fields, self.basis.field))

    @cached_property
    def mark(self) -> tuple[Mark | None, str]:
        """Give what the watermark is at the beginning of the run, and what has changed since it was set."""
        return self.watermark.read() if self.watermark else (None, "")

    def window(self, earlier: Window | None = None) -> Window:
        """Decide what to read; `earlier` is what this very run has read before it was cleared."""
        asked, (mark, changed) = self.plan.asked, self.mark
        if not self.basis.field:
            if asked.is_explicit:
                why = self.basis.warning or "set incremental_field, such as 'lastUpdateDate'"
                raise Unworkable(f"since and until are about a field: {why}")
            return Window(Source.EVERYTHING, why=self.basis.warning)
        window = choose(asked, self.run, mark, changed, earlier)
        if changed and window.source is Source.EVERYTHING:
            log.warning("%s", window.why)
        if window.source is Source.INTERVAL and not mark and self.run.is_by_schedule:
            log.info("what changed earlier is not read by this DAG's runs; one with full_refresh reads everything")
        return window

    def search(self, window: Window | None = None) -> Search:
        """Make the search, narrowed to a window."""
        search = Search(self.plan.obj_code, self.plan.filters, self.fields or None)
        if window is None or not self.basis.field:
            return search
        return replace(search, filters=narrowed(self.plan.filters, window.condition(self.basis.field)))

    def _known_columns(self) -> dict[str, Any] | None:
        """Give the columns of the run before, as a mapping."""
        return None

    def _raw_fields(self) -> list[str]:
        """Write out `DE:*`, and what `-name` leaves over: Workfront itself refuses both."""
        fields = named_fields(self.plan.fields)
        if any(name.endswith(ALL_CUSTOM) or name.startswith(EXCEPT) for name in fields):
            return list(discover(self.client, self.plan.obj_code, fields).fields)
        return fields
