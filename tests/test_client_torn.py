"""Both clients read while others insert, change and delete: what existed throughout comes out exactly once."""

import random

import httpx
import pytest
from clients import API_ROOT, blocking, on_a_loop, simulated
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from airflow_provider_workfront.api.reads import Search
from airflow_provider_workfront.auth.session import ApiKeySession
from airflow_provider_workfront.client.pace import Lane, Limiter, Pace
from airflow_provider_workfront.simulator import Options, Simulator
from airflow_provider_workfront.simulator.large import fill

WIDE = Pace(first=4, most=4)


class Busy:
    """A simulator whose tasks come, go and change after every answer of a search."""

    def __init__(self, tasks, seed, *, inserts, changes, deletes):
        self.simulator = Simulator(Options(concurrency=1000))
        fill(self.simulator.world, projects=3, tasks=tasks)
        self.random = random.Random(seed)  # noqa: S311 play
        self.inserts, self.changes, self.deletes = inserts, changes, deletes
        self.table = self.simulator.world.table("TASK")
        self.throughout = set(self.table.rows)
        self.answer = simulated(self.simulator)

    def __call__(self, request):
        answer = self.answer(request)
        with self.simulator.world.lock:
            self._change()
        return answer

    def _change(self):
        for obj_id in self._some(self.deletes):
            self.table.pop(obj_id)
            self.throughout.discard(obj_id)
        for obj_id in self._some(self.changes):
            self.table.put(self.table.rows[obj_id] | {"name": f"changed {self.random.random()}"})
        now = self.simulator.world.now()
        for _ in range(self.inserts):
            self.table.put({"ID": self.simulator.world.new_id(), "name": "new", "lastUpdateDate": now})

    def _some(self, count):
        return self.random.sample(sorted(self.table.rows), min(count, len(self.table.rows)))


def naively(busy):
    """Read by plain offsets until a page is short, as most clients do."""
    http, rows = httpx.Client(transport=httpx.MockTransport(busy)), []
    key = {"apiKey": busy.simulator.credentials["api_key"]}
    while True:
        window = {"$$FIRST": str(len(rows)), "$$LIMIT": "2000", "ID_Sort": "asc"}
        page = http.get(f"{API_ROOT}/task/search", params=key | window).json()["data"]
        rows += [row["ID"] for row in page]
        if len(page) < 2000:
            return rows


@pytest.mark.parametrize("verb", ["pages", "slices"])
@pytest.mark.parametrize("open_client", [blocking, on_a_loop])
@settings(max_examples=4, deadline=None, phases=[Phase.generate])  # a smaller world takes as long to read
@given(
    seed=st.integers(0, 10**6),
    changes=st.tuples(st.integers(0, 30), st.integers(0, 30), st.integers(0, 300)),
)
def test_what_existed_throughout_is_read_exactly_once(open_client, verb, seed, changes):
    """Whatever others insert, change and delete after each answer, and with several pages under way."""
    inserts, updates, deletes = changes
    busy = Busy(9000, seed, inserts=inserts, changes=updates, deletes=deletes)
    session = ApiKeySession(busy.simulator.credentials["api_key"])
    with open_client(busy, session, lane=Lane(Limiter(), WIDE)) as client:
        rows = [row for page in getattr(client, verb)(Search("TASK", fields=["name"])) for row in page]
    ids = [row["ID"] if isinstance(row, dict) else row.obj_id for row in rows]
    assert busy.throughout - set(ids) == set()
    assert len(ids) == len(set(ids))


def test_plain_offsets_lose_rows_where_this_does_not():
    """The same changes, the usual reader: so the test above can fail."""
    busy = Busy(9000, 1, inserts=5, changes=30, deletes=20)
    ids = naively(busy)
    assert busy.throughout - set(ids)
