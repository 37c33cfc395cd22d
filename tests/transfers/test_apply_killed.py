"""A try that is killed at any moment: the next ones end as one undisturbed run does, and no row is doubled."""

from __future__ import annotations

import json
import signal
import time
from collections import Counter
from multiprocessing import get_context
from random import Random
from threading import Event
from typing import TYPE_CHECKING, Any

import pytest
from support.applying import save_plan, wanted_rows

from airflow_provider_workfront.api.call import Retry
from airflow_provider_workfront.auth.session import ApiKeySession
from airflow_provider_workfront.client import open_client
from airflow_provider_workfront.simulator import Options, Simulator, running
from airflow_provider_workfront.transfers.applying import applied, host_of
from airflow_provider_workfront.transfers.plan_rows import PlanRows
from airflow_provider_workfront.transfers.reports import free_path
from airflow_provider_workfront.writing.plan import Rules
from airflow_provider_workfront.writing.planfile import read_plan
from airflow_provider_workfront.writing.progress import Progress
from airflow_provider_workfront.writing.rejects import rejects

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from airflow_provider_workfront.client import Client

SEEDS = 50
MOST_KILLS = 3
CREATED, UPDATED, DELETED = 130, 120, 50
COUNTS = {"created": CREATED, "updated": UPDATED, "deleted": DELETED}
ROWS = CREATED + UPDATED + DELETED
FORK = get_context("fork")  # a new interpreter would spend its life on imports


class FileStore:
    """A task's store that outlives the process."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def get(self, key: str) -> Any:
        """Give a value."""
        return self.content().get(key)

    def content(self) -> dict[str, Any]:
        """Give all values."""
        return json.loads(self.path.read_text()) if self.path.exists() else {}

    def set(self, key: str, value: Any) -> None:
        """Keep a value, whole or not at all."""
        passing = self.path.with_suffix(".new")
        passing.write_text(json.dumps(self.content() | {key: value}))
        passing.replace(self.path)


class Site:
    """A simulated Workfront in a process of its own, which no killed try can harm."""

    def __init__(self) -> None:
        simulator = Simulator(Options(latency_seconds=0.01, jitter_seconds=0.02))
        self.api_key = simulator.credentials["api_key"]
        mine, theirs = FORK.Pipe()
        self.process = FORK.Process(target=serve, args=(simulator, theirs), daemon=True)
        self.process.start()
        self.url = mine.recv()

    def client(self) -> Client:
        """Open a client; its first pauses are short, and longer than an answer takes."""
        root = f"{self.url}/attask/api/v21.0"
        return open_client(ApiKeySession(self.api_key), api_root=root, retry=Retry(base=0.002, cap=0.1))


def serve(simulator: Simulator, pipe: Any) -> None:
    """Serve until killed."""
    with running(simulator) as server:
        pipe.send(server.url)
        Event().wait()


class Case:
    """One project, one plan, one task with its store and files."""

    def __init__(self, site: Site, client: Client, folder: Path, seed: int) -> None:
        folder.mkdir()
        self.site, self.client, self.folder = site, client, folder
        self.dice, self.is_checked = Random(seed), bool(seed % 2)  # noqa: S311 play
        self.store = FileStore(folder / "store.json")
        self.project = client.create("PROJ", {"name": f"Killed {seed}"})["ID"]
        old = [self.row(f"t{number}") for number in range(UPDATED + DELETED)]
        client.bulk_create("TASK", old, key="extRefID")
        self.before = self.state()
        self.plan = self.planned(old)

    def row(self, key: str, name: str = "") -> dict[str, Any]:
        return {"extRefID": f"{self.project[-6:]}-{key}", "name": name or key, "projectID": self.project}

    def planned(self, old: list[dict[str, Any]]) -> Any:
        """Make a plan of all three actions, in any order."""
        new = [self.row(f"n{number}") for number in range(CREATED)]
        rows = [*new, *({**row, "name": f"new {row['name']}"} for row in old[:UPDATED]), *old[UPDATED:]]
        self.dice.shuffle(rows)
        gone = {row["extRefID"] for row in old[UPDATED:]}
        found = {task["extRefID"]: task for task in self.tasks(["*"])}
        ways = {mode: Rules("TASK", "extRefID", mode) for mode in ("upsert", "delete")}
        steps = [
            ways["delete" if wanted.key in gone else "upsert"].planned(
                wanted, [found[key] for key in [wanted.key] if key in found]
            )
            for wanted in wanted_rows(rows, "extRefID")
        ]
        return save_plan(self.client, self.folder / "plan.jsonl", ways["upsert"], steps)

    def tasks(self, fields: list[str]) -> Iterator[dict[str, Any]]:
        return self.client.search("TASK", {"projectID": self.project}, fields)

    def state(self) -> Counter[tuple[str, str]]:
        """Give what is there, each as often as it is."""
        return Counter((task["extRefID"].partition("-")[2], task["name"]) for task in self.tasks(["extRefID", "name"]))

    def try_on(self, plan_path: str = "plan.jsonl", *, is_checked: bool | None = None) -> None:
        """Apply the plan as a task does; its counts go into a file."""
        with self.site.client() as client:
            plan = read_plan(str(self.folder / plan_path), host_of(client))
            with rejects(str(self.folder / "rejected.jsonl"), PlanRows(plan)) as dead:
                counts = applied(
                    client,
                    plan,
                    progress=Progress(self.store, plan.fingerprint),
                    rejects=dead,
                    undo_path=free_path(str(self.folder / "undo.jsonl")),
                    checked=self.is_checked if is_checked is None else is_checked,
                )
        (self.folder / "counts.json").write_text(json.dumps(counts))

    def killed_after(self, seconds: float) -> bool:
        """Let a try run, and kill it; tell whether it was still running."""
        process = FORK.Process(target=self.try_on)
        process.start()
        process.join(seconds)
        process.kill()
        process.join()
        assert process.exitcode in {0, -signal.SIGKILL}
        return process.exitcode != 0

    def counts(self) -> dict[str, int]:
        """Read the counts of the try that came to its end."""
        return json.loads((self.folder / "counts.json").read_text())

    def take_back(self) -> None:
        """Apply the undo file of the last try; it knows of the earlier ones too."""
        names = sorted(self.folder.glob("undo*.jsonl"), key=lambda path: path.stat().st_mtime)
        self.try_on(names[-1].name, is_checked=True)

    def phase(self) -> str:
        """Say how far a killed try had come."""
        kept = self.store.content()
        if not kept:
            return "before the first row" if list(self.folder.glob("undo*")) else "before the undo file"
        settled = sum(sum(value.get("counts", {}).values()) for value in kept.values())
        return "while rows were written" if settled < ROWS else "after the last row"


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    opened = Site()
    yield opened
    opened.process.kill()
    opened.process.join()


@pytest.fixture(scope="module")
def undisturbed(site, tmp_path_factory) -> tuple[Counter[tuple[str, str]], float]:
    """Give the state after a run that nobody kills, and how long that took."""
    with site.client() as client:
        case = Case(site, client, tmp_path_factory.mktemp("undisturbed") / "case", 1000)
        began = time.monotonic()
        assert not case.killed_after(60)
        assert case.counts() == COUNTS
        return case.state(), time.monotonic() - began


@pytest.mark.timeout(900)  # a hundred and fifty tries, on a machine that has other things to do
def test_a_killed_task_ends_as_an_undisturbed_run_does(site, undisturbed, tmp_path):
    """Killed up to three times at random moments, then left alone: same rows, none doubled, counts of all tries."""
    state, seconds = undisturbed
    phases: Counter[str] = Counter()
    for seed in range(SEEDS):
        with site.client() as client:
            case = Case(site, client, tmp_path / str(seed), seed)
            for _ in range(case.dice.randint(1, MOST_KILLS)):
                if case.killed_after(case.dice.uniform(0, seconds)):
                    phases[case.phase()] += 1
            assert not case.killed_after(60)
            assert (seed, case.counts()) == (seed, COUNTS)
            assert (seed, case.state()) == (seed, state)
            if seed % 10 == 0:
                case.take_back()
                assert (seed, case.state()) == (seed, case.before)
            client.delete("PROJ", case.project, force=True)  # a full Workfront is a slow one
    print(f"\n{phases.total()} kills in {SEEDS} runs:", dict(phases))  # noqa: T201 what a reader of the test asks first
    assert phases["while rows were written"] >= SEEDS // 3
