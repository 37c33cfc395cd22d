"""One read of a search into the files of a folder, from the window to the watermark."""

from __future__ import annotations

import hashlib
import json
import secrets
import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from airflow_provider_workfront.api.filters import as_plain, parameters
from airflow_provider_workfront.api.logs import get_logger
from airflow_provider_workfront.api.pages import After
from airflow_provider_workfront.api.reads import Count
from airflow_provider_workfront.api.values import plain
from airflow_provider_workfront.extract.deletions import Ids
from airflow_provider_workfront.extract.encoding import Edges, raw, typed
from airflow_provider_workfront.extract.manifest import Manifest, described
from airflow_provider_workfront.extract.nothing import tell_why_nothing
from airflow_provider_workfront.extract.parts import Feed, Folder, Progress
from airflow_provider_workfront.extract.store import located, read_record, write_json
from airflow_provider_workfront.extract.sweep import Swept, returned, sweep
from airflow_provider_workfront.extract.telling import Telling, known
from airflow_provider_workfront.extract.window import LAST_UPDATE, Window
from airflow_provider_workfront.failures import Unworkable
from airflow_provider_workfront.transfers.question import Question

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from airflow_provider_workfront.api.reads import Search
    from airflow_provider_workfront.api.slices import Slice
    from airflow_provider_workfront.client import Client
    from airflow_provider_workfront.extract.columns import Columns
    from airflow_provider_workfront.extract.parts import Encoding, Part
    from airflow_provider_workfront.transfers.plan import FilePlan

log = get_logger(__name__)

COLUMNS = "_columns.json"


@dataclass
class FileQuestion(Question):
    """A question whose columns are remembered in a file."""

    plan: FilePlan

    def keep_columns(self, run: str) -> None:
        """Leave the columns for the next run; `run` is the key of this one."""
        if self.agreement:
            content = {"obj_code": self.plan.obj_code, "columns": self.agreement.mapping}
            write_json(located(self.plan.state(COLUMNS)), content, run)

    def _known_columns(self) -> dict[str, Any] | None:
        path = self.plan.state(COLUMNS)
        kept = read_record(located(path))
        if kept is None:
            return None
        if kept.get("obj_code") != self.plan.obj_code:
            other = kept.get("obj_code")
            raise Unworkable(f"{path} holds the columns of {other}, not of {self.plan.obj_code}: set state_path")
        known = kept.get("columns")
        if not isinstance(known, dict):
            raise Unworkable(f"{path} is damaged: it names no columns; restore it, or remove it to begin anew")
        return known


@dataclass
class Extraction:
    """Carries a plan out; what a retry can use of an earlier try, it uses."""

    question: FileQuestion
    folder: Folder
    window: Window = field(init=False)
    search: Search = field(init=False)
    edges: Edges = field(init=False)
    before: Progress = field(init=False)
    began: float = field(default_factory=time.monotonic)
    delivered: Ids = field(default_factory=Ids)

    def prepare(self) -> None:
        """Find out what is to be read; a wrong argument shows here."""
        self.before = self._earlier()
        self.window = Window.of_json(self.before.window)
        self.search = self.question.search(self.window)
        self.search.request()
        self.edges = Edges(self.question.basis.field or LAST_UPDATE, self.before.edges)
        log.info("Workfront %s: reading %s", self.plan.obj_code, self.window)

    def carry_out(self) -> dict[str, Any]:
        """Read, write, and give what is worth passing on."""
        self.folder.tidy_unfinished()
        replace(self.folder, root=self.plan.state_path).tidy_unfinished()
        progress = self._into_files(self._rows(), self.before)
        swept, progress = self._swept(progress)
        self.question.keep_columns(self.folder.key)
        manifest = self._manifest(progress, swept)
        result = manifest.write(self.folder.at(self.folder.manifest), self.folder.text(self.folder.manifest))
        self._settle(progress, swept)
        if not manifest.rows:
            tell_why_nothing(self.client, self.search, log)
        log.info("Workfront %s: %s", self.plan.obj_code, ", ".join(f"{k} {v}" for k, v in result.items()))
        return result

    @property
    def client(self) -> Client:
        """The client of it all."""
        return self.question.client

    @property
    def plan(self) -> FilePlan:
        """What was asked for."""
        return self.question.plan

    @property
    def columns(self) -> Columns | None:
        """The columns of typed files."""
        return self.question.agreement.columns if self.question.agreement else None

    # -- rows

    def _earlier(self) -> Progress:
        """Give what an earlier try of this run finished, or a beginning."""
        fingerprint = self.plan.fingerprint(self.question.host, self.question.run.cleared, self.columns)
        if kept := self.folder.resumed(fingerprint):
            self.delivered.update(obj_id for part in kept.parts for obj_id in self._ids_of(part))
            log.info("going on behind %d rows in %d files of an earlier try", kept.rows, len(kept.parts))
            return kept
        before = self.folder.last_manifest()
        is_ours = before.get("obj_code") == self.plan.obj_code and before.get("host") == self.question.host
        window = self.question.window(Window.of_json(before["window"]) if is_ours else None)
        return Progress(fingerprint, secrets.token_hex(3), window.as_json())

    def _rows(self) -> Iterator[list[Slice]]:
        rows = self.before.rows
        after = After(rows, self.before.ids) if rows else None
        total = known(self.client.begin(Count(self.search.obj_code, self.search.filters)))
        telling = Telling(self.search.request().label, total, rows, rows)
        for page in self.client.slices(self.search, after, total):
            telling.add(len(page))
            yield page

    def _into_files(self, pages: Iterable[list[Slice]], progress: Progress, *, in_order: bool = True) -> Progress:
        """Write a file at a time; after each it is recorded how far we are, if the rows come in the search's order."""
        feed = Feed(map(self._watched, pages), self.plan.rows_per_file, progress.ids)
        while feed.has_more():
            number = len(progress.parts) + 1
            part = self.folder.write(feed, self._encoding, progress.attempt, number)
            progress = progress.with_part(part, ids=feed.last_ids, edges=self.edges.by_zone, **self._spent())
            if self.plan.deletions:
                self.delivered.update(feed.file_ids)
                self.folder.keep_ids(part, feed.file_ids)
            if in_order:
                self.folder.keep(progress)
        return replace(progress, **self._spent())

    def _watched(self, rows: list[Slice]) -> list[Slice]:
        self.edges.watch(rows)
        return rows

    def _ids_of(self, part: Part) -> list[str]:
        """Give the IDs of a file of an earlier try: a sweep has to know every row that the run has delivered."""
        return self.folder.ids_of(part) if self.plan.deletions else []

    @property
    def _encoding(self) -> Encoding:
        return typed(self.plan.file_format, self.columns) if self.columns else raw

    def _spent(self) -> dict[str, Any]:
        """Add what this try took to what earlier ones did."""
        stats, before = self.client.stats, self.before
        return {
            "calls": before.calls + stats.calls,
            "refusals": before.refusals + stats.refusals,
            "seconds": before.seconds + time.monotonic() - self.began,
        }

    # -- what was deleted, and the end

    def _swept(self, progress: Progress) -> tuple[Swept | None, Progress]:
        """Look for what was deleted or restored; rows that appeared without a change are written too."""
        if not self.plan.deletions:
            return None, progress
        search = self.question.search()
        about = hashlib.sha256(json.dumps(parameters(self.plan.filters)).encode()).hexdigest()[:8]
        state = self.plan.state(f"_known-{self.plan.obj_code.lower()}-{about}.jsonl.gz")
        path = self.folder.text(self.folder.tombstones(progress.attempt))
        swept = sweep(self.client, search, state, path, self.plan.max_delete_ratio, self.delivered)
        return swept, self._into_files(returned(self.client, search, swept.appeared), progress, in_order=False)

    def _manifest(self, progress: Progress, swept: Swept | None) -> Manifest:
        first, last = self.edges.found()
        return Manifest(
            host=self.question.host,
            obj_code=self.plan.obj_code,
            filters=plain(as_plain(self.plan.filters)),
            fields=self.question.fields or None,
            run_id=self.question.run.run_id,
            window=self.window.as_json(),
            files=progress.parts,
            file_format=self.plan.file_format,
            compression=self.plan.compression,
            columns=described(self.columns),
            changed={"field": self.question.basis.field or LAST_UPDATE, "min": first, "max": last},
            calls=progress.calls,
            refusals=progress.refusals,
            seconds=round(progress.seconds, 3),
            deleted=self._deleted(swept, progress) if swept else None,
        )

    def _deleted(self, swept: Swept, progress: Progress) -> dict[str, Any]:
        name = self.folder.tombstones(progress.attempt)
        return {"name": name, "rows": sum(swept.deleted.values()), "reasons": swept.deleted}

    def _settle(self, progress: Progress, swept: Swept | None) -> None:
        """Do what may only be done once the manifest stands."""
        if self.question.watermark:
            for remark in self.question.watermark.move(self.window, self.question.run, self.question.mark[0]):
                log.warning("%s", remark)
        if swept:
            swept.keep()
        kept = [part.name for part in progress.parts] + [self.folder.tombstones(progress.attempt)]
        if stale := [name for name in self.folder.tidy(kept) if name[0] != "_"]:
            log.info("removed what earlier tries of this run left: %s", ", ".join(stale))
