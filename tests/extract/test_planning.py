"""Slices of a large search: together they are the search, and no two of them share a row."""

from __future__ import annotations

import json
from collections import Counter
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta

import pytest
from clients import blocking, simulated
from hypothesis import given, settings
from hypothesis import strategies as st

from airflow_provider_workfront.api.errors import WorkfrontError
from airflow_provider_workfront.api.query import field
from airflow_provider_workfront.auth.session import ApiKeySession
from airflow_provider_workfront.extract.planning import plan
from airflow_provider_workfront.failures import Unworkable
from airflow_provider_workfront.simulator import Options, Simulator

DAY = datetime(2026, 3, 18, 12, tzinfo=UTC)
EITHER = field("status").eq("CUR") | field("status").eq("PLN")


@contextmanager
def connected(simulator):
    with blocking(simulated(simulator), ApiKeySession(simulator.credentials["api_key"])) as client:
        yield client


@contextmanager
def projects(*moments, **more):
    """Serve a world whose projects have these dates of creation, in turn current and planned."""
    simulator = Simulator(Options(**more))
    for obj_id in list(simulator.world.objects("PROJ")):
        simulator.world.remove("PROJ", obj_id)
    for number, moment in enumerate(moments):
        status = ("CUR", "PLN", "CPL")[number % 3]
        simulator.world.add("PROJ", {"name": f"p{number}", "entryDate": moment, "status": status})
    with connected(simulator) as client:
        client.world = simulator.world
        yield client


def read(client, slices, obj_code="PROJ"):
    """Read all slices; each must survive XCom."""
    slices = json.loads(json.dumps(slices))
    return [[row["ID"] for row in client.search(obj_code, filters)] for filters in slices]


def everything(client, filters=None, obj_code="PROJ"):
    return Counter(row["ID"] for row in client.search(obj_code, filters))


def test_a_small_search_is_one_slice():
    """And an empty one too, so that its task runs and says that there is nothing."""
    with projects(DAY, None) as client:
        assert plan(client, "PROJ", {"status": "CUR"}, 10) == [{"status": "CUR"}]
        assert plan(client, "PROJ", {"status": "DED"}, 10) == [{"status": "DED"}]


def test_slices_are_cut_by_the_date_of_creation():
    """Each of a like number of rows; open at both ends, since what is made later belongs to the last."""
    with projects(*(DAY + timedelta(milliseconds=number) for number in range(9))) as client:
        slices = plan(client, "PROJ", {"name": {"contains": "p"}}, 3)
        assert [each["entryDate"] for each in slices] == [
            {"lt": "2026-03-18T12:00:00.003Z"},
            {"between": ["2026-03-18T12:00:00.003Z", "2026-03-18T12:00:00.005Z"]},
            {"gte": "2026-03-18T12:00:00.006Z"},
        ]
        assert [len(ids) for ids in read(client, slices)] == [3, 3, 3]
        assert all(each["name"] == {"contains": "p"} for each in slices)


def test_few_calls_are_made():
    """One for each cut, one for each slice, and a handful."""
    with projects(*(DAY + timedelta(hours=number) for number in range(100))) as client:
        assert len(plan(client, "PROJ", None, 10)) == 10
        assert client.stats.calls == 9 + 10 + 4


def test_rows_without_a_date_have_a_slice_of_their_own():
    """No range has them."""
    with projects(*[DAY] * 3, *[None] * 4) as client:
        slices = plan(client, "PROJ", None, 5)
        assert slices == [{"entryDate": None}, {"entryDate": {"notnull": True}}]
        assert [len(ids) for ids in read(client, slices)] == [4, 3]


def test_a_bulk_import_is_one_larger_slice():
    """Rows of the very same date cannot be parted; before and behind it the slices are as usual."""
    before, after = ([DAY + sign * timedelta(hours=n) for n in range(1, 21)] for sign in (-1, 1))
    with projects(*before, *[DAY] * 100, *after) as client:
        slices = plan(client, "PROJ", None, 10)
        sizes = [len(ids) for ids in read(client, slices)]
        alone = {"entryDate": {"between": ["2026-03-18T12:00:00.000Z"] * 2}}
        assert sizes[slices.index(alone)] == 100
        assert max(size for size, each in zip(sizes, slices, strict=True) if each != alone) <= 20


def test_only_a_bulk_import_is_one_slice():
    """There is nothing to cut."""
    with projects(*[DAY] * 50) as client:
        assert [len(ids) for ids in read(client, plan(client, "PROJ", None, 10))] == [50]


@pytest.mark.parametrize(
    "filters",
    [
        EITHER,
        {"OR:1:status": "CUR", "OR:2:status": "PLN"},
        {"OR:1:status": "CUR", "OR:1:name": {"contains": "p"}, "OR:9:status": "PLN"},
        {"status": ["CUR", "PLN"]},
        {"status": {"CUR"}, "OR:1:status": "PLN"},
    ],
)
def test_alternatives_are_kept(filters):
    """OR groups inherit nothing: the slice's condition stands in each of them."""
    with projects(*(DAY + timedelta(hours=number) for number in range(60))) as client:
        found = read(client, plan(client, "PROJ", filters, 7))
        assert len(found) == 6
        assert Counter(obj_id for ids in found for obj_id in ids) == everything(client, EITHER)


@pytest.mark.parametrize("by", ["entryDate", "ID", "lastUpdateDate"])
def test_a_large_world_is_cut_evenly(by):
    """Thousands of tasks, whose dates repeat."""
    simulator = Simulator(Options(projects=20, tasks=5000))
    with connected(simulator) as client:
        found = read(client, plan(client, "TASK", {"status": ["NEW", "INP"]}, 500, by), "TASK")
        sizes = [len(ids) for ids in found]
        assert Counter(obj_id for ids in found for obj_id in ids) == everything(
            client, {"status": ["NEW", "INP"]}, "TASK"
        )
        assert min(sizes) > 0
        assert max(sizes) < 600


def test_days_are_cut_into_days(caplog):
    """Hours have a date of work: a pure date, and one that may change, which the log says."""
    simulator = Simulator()
    for number in range(40):
        day = date(2026, 1, 1) + timedelta(days=number // 3)
        simulator.world.add("HOUR", {"hours": 1.0, "entryDate": day})
    with connected(simulator) as client:
        slices = plan(client, "HOUR", None, 10)
        found = read(client, slices, "HOUR")
        assert Counter(obj_id for ids in found for obj_id in ids) == everything(client, None, "HOUR")
        assert len(slices) > 3
        assert "HOUR.entryDate may change" in caplog.text
        assert all(len(edge) == 10 for each in slices for edge in each["entryDate"].get("between", []))


MOMENTS = st.lists(
    st.one_of(
        st.none(),
        st.sampled_from([DAY, DAY + timedelta(days=1)]),
        st.integers(0, 40).map(lambda n: DAY + timedelta(milliseconds=n)),
    ),
    max_size=30,
)
CHANGES = st.lists(st.tuples(st.sampled_from(["add", "remove", "touch"]), st.integers(0, 999)), max_size=6)


@given(MOMENTS, st.integers(1, 12), st.sampled_from(["entryDate", "ID"]), st.booleans(), st.lists(CHANGES, max_size=8))
def test_what_existed_throughout_is_in_exactly_one_slice(moments, rows, by, alternatives, changes):
    """Whatever the dates, and while rows are made, changed and deleted between planning and reading and in between."""
    filters = EITHER if alternatives else None
    with projects(*moments) as client:
        before = everything(client, filters)
        slices = plan(client, "PROJ", filters, rows, by)
        found: Counter = Counter()
        made: set = set()
        for number, filters_of_slice in enumerate(json.loads(json.dumps(slices))):
            found.update(row["ID"] for row in client.search("PROJ", filters_of_slice))
            for change in changes[number] if number < len(changes) else []:
                made |= act(client.world, *change)
        after = everything(client, filters)
        assert {obj_id: found[obj_id] for obj_id in before if obj_id in after} == {i: 1 for i in before if i in after}
        assert max(found.values(), default=1) == 1
        assert found.keys() <= before.keys() | made


def act(world, what, number):
    """Change the world; give the ID of a new row."""
    ids = sorted(world.objects("PROJ"))
    if what == "add":
        return {world.add("PROJ", {"name": "new", "status": "CUR", "entryDate": world.now()})["ID"]}
    if ids and what == "remove":
        world.remove("PROJ", ids[number % len(ids)])
    elif ids:
        world.update("PROJ", ids[number % len(ids)], {"lastUpdateDate": world.now()})
    return set()


@settings(max_examples=40)
@given(MOMENTS.filter(bool), st.integers(1, 8))
def test_a_slice_is_at_most_twice_as_large_as_asked(moments, rows):
    """But for rows of one date, which stay together."""
    with projects(*moments) as client:
        largest = max(Counter(moments).values())
        for ids in read(client, plan(client, "PROJ", None, rows)):
            assert len(ids) <= 2 * rows + largest


class Shrinking:
    """A Workfront that loses rows from its ranges."""

    def __init__(self, client, times):
        self.client, self.times = client, times

    def run(self, job):
        answer = self.client.run(job)
        if "between" in str(getattr(job, "filters", "")) and self.times:
            self.times -= 1
            return answer - 1
        return answer


def test_slices_that_do_not_add_up_are_planned_again():
    """A row may have gone while they were counted."""
    with projects(*(DAY + timedelta(hours=number) for number in range(30))) as client:
        assert len(plan(Shrinking(client, 1), "PROJ", None, 10)) == 3
        with pytest.raises(WorkfrontError, match="the slices hold 29 rows, while 30 were counted before and 30 after"):
            plan(Shrinking(client, 3), "PROJ", None, 10)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"obj_code": "DOCU"}, "DOCU has no date entryDate to cut by - pass by=, one of ID, .*lastUpdateDate"),
        ({"by": "name"}, "PROJ has no date name to cut by"),
        ({"obj_code": "OPTASK", "by": "projectedCompletionDate"}, "OPTASK has no date projectedCompletionDate"),
        ({"filters": {"entryDate": {"gte": "$$TODAY-30d"}}}, "entryDate is filtered already"),
        ({"filters": {"a": "b", "OR:1:entryDate": "$$TODAY"}}, "entryDate is filtered already"),
        ({"filters": {"name": []}}, "name: an empty list would not filter"),
        ({"filters": {"name": object()}}, "cannot be written"),
        ({"filters": ["status"]}, "filters must be a dict"),
        ({"rows_per_slice": 0}, "1 or more, not 0"),
        ({"rows_per_slice": "many"}, "1 or more, not 'many'"),
        ({"rows_per_slice": True}, "1 or more, not True"),
    ],
)
def test_what_cannot_be_cut_is_refused(arguments, said):
    """With what to do instead."""
    given = {"obj_code": "PROJ", "filters": None, "rows_per_slice": 1, "by": "entryDate"} | arguments
    with projects(DAY, DAY) as client, pytest.raises(Unworkable, match=said):
        plan(client, **given)


def test_ids_of_another_form_cannot_be_cut():
    """The next ID is found by counting on."""
    with projects() as client:
        for number in range(4):
            client.world.add("PROJ", {"ID": f"x{number}", "name": "odd"})
        with pytest.raises(Unworkable, match="32 hexadecimal digits"):
            plan(client, "PROJ", None, 2, "ID")
