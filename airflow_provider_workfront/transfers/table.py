"""One read of a search into a table, from the window to the watermark."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from airflow_provider_workfront.api.logs import get_logger
from airflow_provider_workfront.api.reads import Count
from airflow_provider_workfront.extract.nothing import tell_why_nothing
from airflow_provider_workfront.extract.telling import Telling, known
from airflow_provider_workfront.extract.window import Source
from airflow_provider_workfront.load.loading import Loading
from airflow_provider_workfront.load.structure import prepared, remembered
from airflow_provider_workfront.transfers.question import Question

if TYPE_CHECKING:
    from collections.abc import Iterator

    from airflow_provider_workfront.api.reads import Search
    from airflow_provider_workfront.api.slices import Slice
    from airflow_provider_workfront.extract.window import Window
    from airflow_provider_workfront.load.loading import Merged
    from airflow_provider_workfront.load.structure import Instance, Place

log = get_logger(__name__)


@dataclass
class TableQuestion(Question):
    """A question whose columns are remembered in the database, beside the table."""

    known: dict[str, Any] | None = None

    def _known_columns(self) -> dict[str, Any] | None:
        return self.known


@dataclass
class TableLoad:
    """Carries a plan out; `replace` deletes what a full read does not find any more, up to a share of the rows."""

    question: TableQuestion
    place: Place
    replace: bool
    max_delete_ratio: float = 0.1
    instance: Instance | None = None
    window: Window = field(init=False)
    search: Search = field(init=False)
    began: float = field(default_factory=time.monotonic)

    def prepare(self) -> None:
        """Find out what to read, before anything is changed; what cannot be is told."""
        self.question.known = remembered(self.place, self.question.plan.obj_code)
        self.window = self.question.window()
        self.search = self.question.search(self.window)
        self.search.request()

    def carry_out(self) -> dict[str, Any]:
        """Read, load, and give what is worth passing on."""
        log.info("Workfront %s: reading %s; into %s", self.search.obj_code, self.window, self.place)
        merged = self._merged()
        self._move()
        if not merged.rows + merged.newer:
            tell_why_nothing(self.question.client, self.search, log)
        return self._told(merged)

    def _merged(self) -> Merged:
        agreement, contract = self.question.agreement, self.question.plan.schema_contract
        assert agreement is not None  # noqa: S101 a plan for a table is always typed
        is_whole = self.window.source is Source.EVERYTHING
        instance = self.instance if self.replace and is_whole else None
        loading = Loading(self.place, prepared(self.place, agreement, contract, instance))
        decode, values = agreement.columns.decode, agreement.columns.values
        for rows in self._rows():
            loading.stage([values(decode(row.text)) for row in rows])
        if self.replace and not is_whole:
            log.info("no row is deleted: this run does not read everything")
        return loading.merge(replace=self.replace and is_whole, max_delete_ratio=self.max_delete_ratio)

    def _rows(self) -> Iterator[list[Slice]]:
        client, search = self.question.client, self.search
        total = known(client.begin(Count(search.obj_code, search.filters)))
        telling = Telling(search.request().label, total)
        for rows in client.slices(search, expected=total):
            yield rows
            telling.add(len(rows))

    def _move(self) -> None:
        """Move the watermark, now that the rows stand."""
        if self.question.watermark:
            for remark in self.question.watermark.move(self.window, self.question.run, self.question.mark[0]):
                log.warning("%s", remark)

    def _told(self, merged: Merged) -> dict[str, Any]:
        seconds = round(time.monotonic() - self.began, 3)
        if merged.newer:
            log.info("%d rows were left alone: a later run has written them already", merged.newer)
        log.info("%s: %d rows written, %d deleted, %.1f s", self.place, merged.rows, merged.deleted, seconds)
        return {"table": self.place.name, "rows": merged.rows, "deleted": merged.deleted, "seconds": seconds}
