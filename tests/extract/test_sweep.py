"""Deleted rows become tombstones, restored ones come back, and what proves nothing changes nothing."""

import gzip
import json
import logging
import re
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from airflow_provider_workfront.api.errors import ServerError
from airflow_provider_workfront.api.reads import Search
from airflow_provider_workfront.extract import sweep as swept_by
from airflow_provider_workfront.extract.sweep import returned, sweep
from airflow_provider_workfront.failures import Unworkable
from airflow_provider_workfront.simulator import Fault, Options, Simulator


@dataclass
class Site:
    """A simulator, a client, and the two files."""

    simulator: Simulator
    client: object
    folder: Path

    @property
    def world(self):
        return self.simulator.world

    @property
    def state(self):
        return self.folder / "known.gz"

    def hide(self, obj_ids):
        """Let the connection's user see all but these; the write makes the simulator look anew."""
        self.world.hidden[self.world.admin_id] = set(obj_ids)
        self.world.update("CUST", self.world.customer_id, {})

    def sweep(self, search, ratio=0.1, delivered=()):
        return sweep(self.client, search, str(self.state), str(self.folder / "deleted.jsonl"), ratio, delivered)

    def swept(self, search, ratio=0.1, delivered=()):
        """Sweep and keep; give the tombstones by reason, and what appeared."""
        found = self.sweep(search, ratio, delivered)
        found.keep()
        rows = [json.loads(line) for line in (self.folder / "deleted.jsonl").read_text().splitlines()]
        assert sum(found.deleted.values()) == len(rows)
        assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", row["_wf_deleted_at"]) for row in rows)
        return {row["ID"]: row["_wf_reason"] for row in rows}, set(found.appeared)


@pytest.fixture
def site(connect, tmp_path):
    """A hundred projects more than the small world has."""
    simulator = Simulator(Options(projects=100))
    return Site(simulator, connect(simulator), tmp_path)


PROJECTS = Search("PROJ", fields=("name", "status"))
CURRENT = Search("PROJ", {"status": "CUR"}, ("name",))


def ids(site, **values):
    return [row["ID"] for row in site.world.objects("PROJ").values() if values.items() <= row.items()]


def test_the_first_sweep_only_records(site):
    """Nothing is known to be missing, and nothing to be new; the file of tombstones is there, and empty."""
    assert site.swept(PROJECTS) == ({}, set())
    head, *lines = gzip.decompress(site.state.read_bytes()).decode().splitlines()
    assert lines == sorted(ids(site))
    assert json.loads(head)["count"] == len(lines)


def test_deleted_rows_become_tombstones_once(site):
    """They are told by one sweep, and not again by the next."""
    site.swept(PROJECTS)
    gone = ids(site)[:3]
    for obj_id in gone:
        site.world.remove("PROJ", obj_id)

    assert site.swept(PROJECTS) == (dict.fromkeys(gone, "gone"), set())
    assert site.swept(PROJECTS) == ({}, set())


def test_a_restored_row_comes_back_alive(site):
    """From the recycle bin, under its old ID; its old date would hide it from every incremental read."""
    site.swept(PROJECTS)
    obj_id = ids(site)[5]
    site.world.remove("PROJ", obj_id)
    site.swept(PROJECTS)
    site.world.restore(obj_id)

    found = site.sweep(PROJECTS)
    (row,) = [json.loads(bytes(row.text)) for rows in returned(site.client, PROJECTS, found.appeared) for row in rows]

    assert (found.deleted, found.appeared) == ({}, (obj_id,))
    assert (row["ID"], row["name"], row["status"]) == (
        obj_id,
        *(site.world.get("PROJ", obj_id)[k] for k in ("name", "status")),
    )


def test_rows_that_the_run_has_read_are_not_new(site):
    """They stand among its rows already."""
    site.swept(PROJECTS)
    made = [site.client.create("PROJ", {"name": f"p{number}"})["ID"] for number in range(3)]

    assert site.swept(PROJECTS, delivered=made[:2]) == ({}, {made[2]})


def test_a_row_that_lived_between_two_sweeps_is_told_deleted(site):
    """It was read, so it is in the warehouse; no sweep ever saw it."""
    site.swept(PROJECTS)
    obj_id = site.client.create("PROJ", {"name": "short-lived"})["ID"]
    site.world.remove("PROJ", obj_id)

    assert site.swept(PROJECTS, delivered=[obj_id]) == ({obj_id: "gone"}, set())


def test_what_the_first_run_read_and_its_sweep_missed_is_told_by_the_second(site):
    """The first sweep only records, but it records that too."""
    obj_id = site.client.create("PROJ", {"name": "short-lived"})["ID"]
    site.world.remove("PROJ", obj_id)

    assert site.swept(PROJECTS, delivered=[obj_id]) == ({}, set())
    assert site.swept(PROJECTS) == ({obj_id: "gone"}, set())


def test_a_row_that_left_the_filter_is_told_so(site):
    """It exists; and it may be any number of rows, since each was found."""
    site.swept(CURRENT)
    left, deleted = ids(site, status="CUR")[:30], ids(site, status="CUR")[30]
    for obj_id in left:
        site.world.update("PROJ", obj_id, {"status": "CPL"})
    site.world.remove("PROJ", deleted)

    assert site.swept(CURRENT) == ({**dict.fromkeys(left, "left the filter"), deleted: "gone"}, set())


@pytest.mark.parametrize(("status", "reason"), [(403, "not visible"), (404, "gone")])
def test_not_visible_is_told_apart_where_workfront_does(connect, tmp_path, status, reason):
    """By 403; a Workfront that says 404 of both cannot be told from."""
    simulator = Simulator(Options(projects=100, hidden_status=status))
    site = Site(simulator, connect(simulator), tmp_path)
    site.swept(PROJECTS)
    site.hide(ids(site)[:4])

    tombstones, _ = site.swept(PROJECTS)
    assert list(tombstones.values()) == [reason] * 4
    site.hide([])
    assert site.swept(PROJECTS) == ({}, set(tombstones))


def test_many_losses_at_once_are_refused(site):
    """Rows that may no longer be seen look deleted: the next sweep compares with the same state again."""
    site.swept(PROJECTS)
    before = site.state.read_bytes()
    (site.folder / "deleted.jsonl").unlink()
    every = len(ids(site))
    site.hide(ids(site)[:40])

    with pytest.raises(
        Unworkable, match=rf"PROJ sweep: 40 of {every} known rows .*allowed are 10.0%.*max_delete_ratio"
    ):
        site.sweep(PROJECTS)

    assert site.state.read_bytes() == before
    assert not (site.folder / "deleted.jsonl").exists()
    assert len(site.swept(PROJECTS, ratio=0.5)[0]) == 40


def test_rows_that_left_the_filter_do_not_count_as_lost(site):
    """But those that also vanished do."""
    site.swept(CURRENT)
    current = ids(site, status="CUR")
    for obj_id in current[:25]:
        site.world.update("PROJ", obj_id, {"status": "CPL"})
    site.hide(current[25:])

    with pytest.raises(Unworkable, match="nothing found where"):
        site.sweep(CURRENT, 1)
    site.hide(current[25:-1])
    with pytest.raises(Unworkable, match=rf"{len(current) - 26} of {len(current)} .*25 more left the filter"):
        site.sweep(CURRENT)


def test_an_empty_answer_proves_nothing(site):
    """Whatever the ratio: a user without access gets it too."""
    site.swept(PROJECTS)
    before = site.state.read_bytes()
    site.hide(ids(site))

    with pytest.raises(Unworkable, match="An empty answer is also"):
        site.sweep(PROJECTS, 1)
    assert site.state.read_bytes() == before


def test_a_type_that_never_had_rows_is_no_trouble(site):
    """Empty before, empty now."""
    none = Search("PROJ", {"name": "there is none"})
    assert site.swept(none) == ({}, set())
    assert site.swept(none) == ({}, set())


OTHERS = [
    (CURRENT, "filters"),
    (Search("TASK"), "obj_code"),
    (Search("TASK", {"status": "NEW"}), "obj_code and filters"),
]


@pytest.mark.parametrize(("other", "what"), OTHERS)
def test_another_search_begins_anew(site, caplog, other, what):
    """Its IDs cannot be compared with the former ones; the log says so."""
    site.swept(PROJECTS)
    with caplog.at_level(logging.WARNING):
        assert site.swept(other) == ({}, set())
    assert f"sweep: another {what} than before, so it only records" in caplog.text
    assert site.swept(other) == ({}, set())


def test_the_order_of_filters_and_the_case_of_the_type_do_not_matter(site, caplog):
    """Nor do the fields."""
    site.swept(Search("PROJ", {"status": "CUR", "priority": 1}))
    with caplog.at_level(logging.WARNING):
        site.swept(Search("proj", {"priority": 1, "status": "CUR"}, ("name",)))
    assert "another" not in caplog.text


def test_a_run_that_dies_before_the_end_is_done_again(site):
    """What it found is found again: the state comes last."""
    site.swept(PROJECTS)
    gone, new = ids(site)[0], site.client.create("PROJ", {"name": "new"})["ID"]
    site.world.remove("PROJ", gone)

    dead = site.sweep(PROJECTS)
    assert (dead.deleted, dead.appeared) == ({"gone": 1}, (new,))
    assert site.swept(PROJECTS) == ({gone: "gone"}, {new})


def test_a_search_that_fails_changes_nothing(site):
    """Half a sweep would make the other half look deleted."""
    site.swept(PROJECTS)
    before = site.state.read_bytes()
    site.simulator.faults.plan([Fault("500", times=99)])
    with pytest.raises(ServerError):
        site.sweep(PROJECTS)
    assert site.state.read_bytes() == before


def test_what_cannot_be_asked_is_unknown(connect, tmp_path):
    """Workfront says why only of one row at a time: of a few hundred it is asked."""
    simulator = Simulator(Options(projects=2000))
    site = Site(simulator, connect(simulator), tmp_path)
    site.swept(PROJECTS)
    gone = sorted(ids(site))[: swept_by.MOST_ASKED + 20]
    for obj_id in gone:
        site.world.remove("PROJ", obj_id)

    tombstones, _ = site.swept(PROJECTS, ratio=1)
    assert [tombstones[obj_id] for obj_id in gone] == ["gone"] * swept_by.MOST_ASKED + ["unknown"] * 20


def test_a_row_that_is_there_after_all_gets_no_tombstone(site):
    """Found by its ID although the sweep missed it: it is kept as known."""
    site.swept(PROJECTS)
    back = ids(site)[0]
    site.world.remove("PROJ", back)
    reading = site.client.slices

    def late(search):
        yield from reading(search)
        site.world.restore(back)

    found = sweep(Reading(site.client, late), PROJECTS, str(site.state), str(site.folder / "x.jsonl"))
    found.keep()
    assert (found.deleted, found.appeared) == ({}, ())
    assert site.swept(PROJECTS) == ({}, set())


@dataclass
class Reading:
    """A client whose searches take longer."""

    client: object
    slices: object

    @property
    def api_root(self):
        return self.client.api_root

    def run(self, job):
        return self.client.run(job)


@pytest.mark.parametrize(
    "damage",
    [
        b"",
        b"no gzip",
        gzip.compress(b"no heading\n", mtime=0),
        gzip.compress(b'{"count": 1}\n', mtime=0),
        "cut",
        "less",
    ],
)
def test_a_damaged_state_is_not_taken_for_none(site, damage):
    """A new baseline in silence would lose the deletions since the last sweep."""
    site.swept(PROJECTS)
    whole = site.state.read_bytes()
    lines = gzip.decompress(whole).splitlines(keepends=True)
    made = {"cut": whole[: len(whole) // 2], "less": gzip.compress(b"".join(lines[:-1]))}
    site.state.write_bytes(made[damage] if isinstance(damage, str) else damage)

    with pytest.raises(Unworkable, match="delete it, and the next sweep begins anew"):
        site.sweep(PROJECTS)


@pytest.mark.parametrize("ratio", [-0.1, 1.1, True])
def test_a_ratio_is_a_share(site, ratio):
    """10 for ten per cent would let everything pass."""
    with pytest.raises(Unworkable, match="share from 0 to 1"):
        site.sweep(PROJECTS, ratio)


def test_a_limited_search_cannot_be_swept(site):
    """The rows behind the limit would look deleted."""
    with pytest.raises(Unworkable, match="leave limit out"):
        site.sweep(Search("PROJ", limit=10))


STEPS = st.lists(
    st.tuples(st.sampled_from(["create", "delete", "restore", "hide", "show", "leave", "enter"]), st.integers(0, 999)),
    max_size=12,
)


@settings(max_examples=40)  # a world, a client and a folder each
@given(st.lists(STEPS, min_size=1, max_size=4), st.booleans())
def test_a_warehouse_that_follows_the_runs_holds_what_workfront_shows(tmp_path_factory, runs, filtered):
    """Created, deleted, restored, hidden, shown again, in and out of the filter: after each run both sides agree."""
    from clients import blocking, simulated

    from airflow_provider_workfront.auth.session import ApiKeySession

    simulator = Simulator()
    search = Search("PROJ", {"status": "CUR"}) if filtered else Search("PROJ")
    with blocking(simulated(simulator), ApiKeySession(simulator.credentials["api_key"])) as client:
        site = Site(simulator, client, tmp_path_factory.mktemp("sweep"))
        warehouse = {row["ID"] for row in client.search("PROJ", search.filters)}
        site.swept(search, 1)
        for steps in runs:
            made = [obj_id for name, number in steps for obj_id in act(site, name, number)]
            try:
                tombstones, appeared = site.swept(search, 1, made)
            except Unworkable:
                assert not client.count("PROJ", search.filters)  # nothing is concluded from an empty answer
                return
            rows = {row.obj_id for rows in returned(client, search, appeared) for row in rows}
            warehouse = (warehouse | set(made) | rows) - tombstones.keys()
            assert warehouse == {row["ID"] for row in client.search("PROJ", search.filters)}


def act(site, name, number):
    """Change the world; give the ID of a row that the run then read."""
    world, hidden = site.world, site.world.hidden.setdefault(site.world.admin_id, set())
    rows, binned = (
        sorted(world.objects("PROJ")),
        sorted(key for key, found in world.bin.items() if found.code == "PROJ"),
    )
    if name == "create":
        return [world.add("PROJ", {"name": "new", "status": "CUR"})["ID"]]
    if name == "delete" and rows:
        world.remove("PROJ", rows[number % len(rows)])
    if name == "restore" and binned:
        world.restore(binned[number % len(binned)])
    if name == "hide" and rows:
        site.hide({*hidden, rows[number % len(rows)]})
    if name == "show" and hidden:
        site.hide(hidden - {sorted(hidden)[number % len(hidden)]})
    if name in {"leave", "enter"} and rows:
        world.update("PROJ", rows[number % len(rows)], {"status": "CPL" if name == "leave" else "CUR"})
    return []
