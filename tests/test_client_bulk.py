"""Bulk writes of both clients against the simulator: every good row once, every bad row alone, whatever goes wrong."""

import json
import logging
from collections import Counter
from contextlib import ExitStack
from dataclasses import replace
from random import Random

import httpx
import pytest
from clients import AT_ONCE, LoggedIn, blocking, on_a_loop, simulated

from airflow_provider_workfront.api import errors
from airflow_provider_workfront.api.call import Retry
from airflow_provider_workfront.api.collections import ShrinkingCollection
from airflow_provider_workfront.api.results import BulkError, Carried, Outcome, RowResult
from airflow_provider_workfront.client import HttpOptions, Pace, open_async_client, open_client
from airflow_provider_workfront.client.pace import Lane, Limiter
from airflow_provider_workfront.client.stats import TELL_EVERY, Writing
from airflow_provider_workfront.simulator import Options, Simulator
from airflow_provider_workfront.simulator.faults import Fault
from airflow_provider_workfront.simulator.http import running

PROFILES = ["stop", "independent", "atomic"]
NOWHERE = "0" * 32
LOST = ["reset", "truncate", "503", "500", "garbage"]


class Bench:
    """A simulator with a project of some tasks, a client on it, and a look at every row that is sent."""

    def __init__(self, opened, *, tasks=0, faults=(), **options):
        self.simulator = Simulator(Options(**options), faults=())
        self.answer = simulated(self.simulator)
        self.again = Counter()
        self.client = opened(self.watched, LoggedIn(self.simulator))
        self.project = self.client.create("PROJ", {"name": "Bulk"})["ID"]
        rows = [{"name": f"t{number}", "projectID": self.project} for number in range(tasks)]
        self.tasks = [result.obj_id for result in self.client.bulk_create("TASK", rows)]
        self.simulator.faults.plan(list(faults))

    def watched(self, request):
        """Count the rows of an update that are in place already."""
        if request.method == "PUT" and isinstance(rows := json.loads(request.read() or b"{}"), list):
            known = ((row, self.simulator.world.get("TASK", row["ID"])) for row in rows)
            self.again.update(row["ID"] for row, task in known if task and task["name"] == row.get("name"))
        return self.answer(request)

    def named(self, name):
        """Give the names of the project's tasks that begin so, each as often as it is there."""
        found = self.client.search("TASK", {"projectID": self.project}, ["name"])
        return Counter(task["name"] for task in found if task["name"].startswith(name))


@pytest.fixture(params=[blocking, on_a_loop])
def bench(request):
    """Make a bench with a client of either kind."""
    with ExitStack() as stack:

        def opened(handler, session):
            lane = Lane(Limiter(), Pace(4, 4))
            # a tenth of the calls of a test is refused by chance: three refusals of one call must not end it
            retry = replace(AT_ONCE, tries_refused=Retry().tries_refused)
            return stack.enter_context(request.param(handler, session, lane=lane, retry=retry))

        yield lambda **options: Bench(opened, **options)


def outcomes(results):
    """Count the rows by what became of them."""
    return Counter(result.outcome.value for result in results)


@pytest.mark.parametrize("profile", PROFILES)
def test_a_bad_row_stands_alone_and_the_others_are_changed_once(bench, profile):
    """Whatever Workfront does with the rest of a hundred: each result in its place, with the reason."""
    world = bench(tasks=250, bulk_failure=profile)
    rows = [{"ID": task, "name": f"new{number}"} for number, task in enumerate(world.tasks)]
    rows[7]["ID"], rows[99]["ID"] = NOWHERE, "1" * 32
    rows[120]["priority"] = rows[121]["priority"] = rows[249]["priority"] = "high"
    bad = {7, 99, 120, 121, 249}
    results = world.client.bulk_update("TASK", rows, raise_on_error=False)
    assert [result.index for result in results] == list(range(250))
    assert {result.index for result in results if not result.ok} == bad
    assert {results[at].outcome for at in bad} == {Outcome.REFUSED}
    assert "not found" in results[7].error
    assert 'priority value "high"' in results[120].error
    assert world.named("new") == Counter(f"new{at}" for at in range(250) if at not in bad)
    assert not world.again


@pytest.mark.parametrize("profile", PROFILES)
def test_bad_rows_by_the_dozen(bench, profile):
    """Wherever they stand."""
    for seed in range(3):
        world, dice = bench(tasks=100, bulk_failure=profile), Random(seed)  # noqa: S311 play
        rows = [{"ID": task, "name": f"new{number}"} for number, task in enumerate(world.tasks)]
        bad = set(dice.sample(range(100), 12))
        for at in bad:
            rows[at] |= {"priority": f"p{at}"} if at % 2 else {"ID": f"{at:032d}"}
        results = world.client.bulk_update("TASK", rows, raise_on_error=False)
        assert {result.index for result in results if not result.ok} == bad
        assert world.named("new") == Counter(f"new{at}" for at in range(100) if at not in bad)
        assert not world.again


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("sure", [{"key": "extRefID"}, {"atomic": True}])
def test_a_bad_row_stands_alone_and_the_others_are_created_once(bench, profile, sure):
    """Found again by their key, or written as a whole or not at all."""
    world = bench(bulk_failure=profile)
    rows = [{"name": f"new{number}", "projectID": world.project, "extRefID": f"x{number}"} for number in range(150)]
    rows[3]["priority"], rows[88]["priority"] = "high", "low"
    results = world.client.bulk_create("TASK", rows, **sure, raise_on_error=False)
    assert {result.index for result in results if not result.ok} == {3, 88}
    assert world.named("new") == Counter(f"new{at}" for at in range(150) if at not in {3, 88})
    ids = {result.obj_id for result in results if result.ok}
    assert ids == {""} if "atomic" in sure else len(ids - {""}) == 148


def test_without_a_key_nobody_knows_what_a_refused_hundred_left(bench):
    """So the rows are reported as unknown, with what would have helped; none is sent twice."""
    world = bench()
    rows = [{"name": f"new{number}", "projectID": world.project} for number in range(110)]
    rows[50]["priority"] = "high"
    with pytest.raises(BulkError, match=r"create TASK: 10 written, 100 unknown.*with `key` it could") as caught:
        world.client.bulk_create("TASK", rows)
    assert outcomes(caught.value.results) == {"written": 10, "unknown": 100}
    assert caught.value.permanent
    assert max(world.named("new").values()) == 1


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("trouble", LOST)
def test_a_lost_answer_makes_no_second_object(bench, trouble, when):
    """What has a key is looked for. It is sent again only if Workfront itself answered: else it may still arrive."""
    world = bench(faults=[Fault(trouble, path="/task", method="POST", when=when, times=2)])
    rows = [{"name": f"new{number}", "projectID": world.project, "extRefID": f"x{number}"} for number in range(230)]
    results = world.client.bulk_create("TASK", rows, key="extRefID", raise_on_error=False)
    unknown = {result.index for result in results if result.outcome is Outcome.UNKNOWN}
    assert all(f"extRefID 'x{at}' was looked for and not found" in results[at].error for at in unknown)
    assert bool(unknown) is (when == "before" and trouble != "500")
    assert world.named("new") == Counter(f"new{at}" for at in range(230) if at not in unknown)
    assert len({result.obj_id for result in results if result.ok}) == 230 - len(unknown)
    again = world.client.bulk_create("TASK", rows, key="extRefID")  # a later try finds nothing, and creates
    assert outcomes(again)["written"] == len(unknown)


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("trouble", LOST)
def test_a_lost_answer_changes_nothing_twice(bench, trouble, when):
    """What reads back as written is not sent again."""
    world = bench(tasks=230, faults=[Fault(trouble, path="/task", method="PUT", when=when, times=2)])
    rows = [{"ID": task, "name": f"new{number}"} for number, task in enumerate(world.tasks)]
    assert outcomes(world.client.bulk_update("TASK", rows)) == {"written": 230}
    assert world.named("new") == Counter(f"new{at}" for at in range(230))
    assert not world.again


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_lost_answer_without_a_key_is_an_unknown_outcome(bench, when):
    """Sending it again might double it."""
    world = bench(faults=[Fault("reset", path="/task", method="POST", when=when)])
    rows = [{"name": f"new{number}", "projectID": world.project} for number in range(20)]
    results = world.client.bulk_create("TASK", rows, raise_on_error=False)
    assert outcomes(results) == {"unknown": 20}
    assert sum(world.named("new").values()) == (20 if when == "after" else 0)


def test_what_has_the_key_already_is_found_and_not_made(bench):
    """A second run makes nothing; of two objects with one key nobody can say which is meant."""
    world = bench()
    rows = [{"name": f"new{number}", "projectID": world.project, "extRefID": f"x{number}"} for number in range(5)]
    first = world.client.bulk_create("TASK", rows[:3], key="extRefID")
    world.client.create("TASK", rows[0])
    results = world.client.bulk_create("TASK", rows, key="extRefID", raise_on_error=False)
    assert [result.outcome.value for result in results] == ["refused", "found", "found", "written", "written"]
    assert [result.obj_id for result in results[1:3]] == [result.obj_id for result in first[1:3]]
    assert "2 objects have extRefID 'x0'" in results[0].error


@pytest.mark.parametrize("trouble", [None, *LOST])
def test_what_is_deleted_is_gone_and_what_was_gone_is_no_error(bench, trouble):
    """Also if the answer gets lost."""
    faults = [Fault(trouble, method="DELETE", when="after")] if trouble else []
    world = bench(tasks=150, faults=faults)
    ids = [*world.tasks[:140], NOWHERE]
    results = world.client.bulk_delete("TASK", ids)
    assert outcomes(results) == {"written": 141}
    assert len(world.named("t")) == 10


def test_a_row_that_cannot_be_deleted_stands_alone(bench):
    """A finished project, as an example."""
    world = bench()
    rows = [{"name": f"p{number}", "status": "CPL" if number == 3 else "CUR"} for number in range(6)]
    made = world.client.bulk_create("PROJ", rows)
    results = world.client.bulk_delete("PROJ", [result.obj_id for result in made], raise_on_error=False)
    assert [result.index for result in results if not result.ok] == [3]
    assert "status Complete" in results[3].error


def test_an_error_that_is_not_about_rows_ends_it_and_says_what_was_not_tried(bench):
    """A dead session, as an example: the hundreds under way end, no other begins."""
    world = bench(tasks=1000, faults=[Fault("401", path="/task", method="PUT", times=10**6, skip=3)])
    rows = [{"ID": task, "name": f"new{number}"} for number, task in enumerate(world.tasks)]
    with pytest.raises(BulkError, match="ended by PUT task: 401") as caught:
        world.client.bulk_update("TASK", rows)
    counts = outcomes(caught.value.results)
    assert counts == {"written": 300, "not tried": 700}
    assert [result.index for result in caught.value.results] == list(range(1000))
    assert isinstance(caught.value.__cause__, errors.AuthenticationError)


def test_no_session_to_be_had_is_told_with_the_results(bench):
    """Rows that were not tried can be tried again, when somebody has authorized."""
    world = bench(tasks=5)

    class Dead:
        def acquire(self, refused):  # noqa: ARG002 the protocol has it
            yield from ()
            raise errors.ReauthorizationRequired("nobody is logged in", "https://airflow/workfront")

    target = getattr(world.client, "client", world.client)
    target.session, target._credential = Dead(), None
    with pytest.raises(BulkError, match="nobody is logged in") as caught:
        world.client.bulk_update("TASK", [{"ID": task, "name": "x"} for task in world.tasks])
    assert outcomes(caught.value.results) == {"not tried": 5}
    assert not caught.value.permanent


def test_a_workfront_in_trouble_ends_the_run(bench):
    """It is not asked a thousand times; and nothing is called written that is not."""
    world = bench(tasks=300, faults=[Fault("500", path="/task", method="PUT", times=10**6)])
    before = world.client.stats.calls
    rows = [{"ID": task, "name": f"new{number}"} for number, task in enumerate(world.tasks)]
    with pytest.raises(BulkError) as caught:
        world.client.bulk_update("TASK", rows)
    results = caught.value.results
    assert outcomes(results)["unknown"] == 300
    assert not world.named("new")
    assert world.client.stats.calls - before < 200


@pytest.mark.parametrize(
    ("status", "outcome", "said"),
    [(403, Outcome.REFUSED, "403 You may not"), (500, Outcome.UNKNOWN, "You may not")],
)
def test_a_row_is_cornered_though_the_error_names_nothing(bench, status, outcome, said):
    """No permission, or one that Workfront chokes on: the others are written."""
    world = bench(tasks=100)
    answer, poison = world.answer, world.tasks[42]
    body = {"error": {"class": "java.lang.Exception", "message": "You may not"}}

    def choking(request):
        is_poisoned = request.method == "PUT" and poison in request.read().decode()
        return httpx.Response(status, json=body) if is_poisoned else answer(request)

    world.answer = choking
    rows = [{"ID": task, "name": f"new{number}"} for number, task in enumerate(world.tasks)]
    results = world.client.bulk_update("TASK", rows, raise_on_error=False)
    assert [result.index for result in results if not result.ok] == [42]
    assert results[42].outcome is outcome
    assert said in results[42].error
    assert len(world.named("new")) == 99


@pytest.mark.parametrize("sure", [{"key": "extRefID"}, {"atomic": True}])
def test_many_refusals_and_troubles_at_once(bench, sure):
    """A tenth of all calls fails with 429; the rest is as above."""
    world = bench(fault_rate=0.1, fault_kind="429", bulk_failure="stop")
    rows = [{"name": f"new{number}", "projectID": world.project, "extRefID": f"x{number}"} for number in range(1000)]
    for at in range(0, 1000, 100):
        rows[at]["priority"] = "high"
    results = world.client.bulk_create("TASK", rows, **sure, raise_on_error=False)
    assert [result.index for result in results if not result.ok] == list(range(0, 1000, 100))
    assert world.named("new") == Counter(f"new{at}" for at in range(1000) if at % 100)


@pytest.mark.parametrize(
    ("verb", "arguments", "message"),
    [
        ("bulk_update", [[{"ID": "a", "name": "x"}, {"name": "y"}]], "row 1 has no ID"),
        ("bulk_update", [[{"ID": "a"}, {"ID": "b"}, {"ID": "a"}]], "rows 0 and 2 have the same ID, 'a'"),
        ("bulk_update", [[{"ID": "a b"}]], "not the ID of an object"),
        ("bulk_update", [{"ID": "a"}], "rows must be a list of dicts, not dict"),
        ("bulk_create", [[{"extRefID": "a"}, {"extRefID": "a"}], "extRefID"], "the same extRefID"),
        ("bulk_create", [["x"]], "must be a dict"),
        ("bulk_delete", ["abc"], "ids must be a list of IDs, not str"),
        ("bulk_delete", [["a", "$$USER/x"]], "not the ID"),
    ],
)
def test_rows_that_cannot_be_sent_show_before_any_is(bench, verb, arguments, message):
    """Whatever stands before them."""
    world = bench()
    before = world.client.stats.calls
    with pytest.raises((TypeError, ValueError), match=message):
        getattr(world.client, verb)("TASK", *arguments)
    assert world.client.stats.calls == before


def test_rows_may_come_from_a_generator_and_none_take_no_call(bench):
    """As any iterable."""
    world = bench(tasks=3)
    before = world.client.stats.calls
    assert (
        world.client.bulk_update("TASK", ({"ID": task, "name": "g"} for task in world.tasks))[2].record["name"] == "g"
    )
    assert world.client.bulk_create("TASK", []) == world.client.bulk_delete("TASK", []) == []
    assert world.client.stats.calls == before + 1


def test_a_row_that_would_shrink_a_collection_is_refused(bench):
    """Workfront would replace the whole of it without a word; the others are written."""
    world = bench(tasks=3)
    users = [user["ID"] for user in world.client.search("USER", limit=3)]
    first = [{"assignedToID": users[0]}, {"assignedToID": users[1]}]
    world.client.update("TASK", world.tasks[0], {"assignments": first})
    rows = [
        {"ID": world.tasks[0], "assignments": [{"assignedToID": users[0]}, {"assignedToID": users[2]}]},
        {"ID": world.tasks[1], "assignments": [{"assignedToID": users[2]}]},
        {"ID": world.tasks[2], "name": "new"},
    ]
    results = world.client.bulk_update("TASK", rows, raise_on_error=False)
    assert [result.outcome.value for result in results] == ["refused", "written", "written"]
    assert "1 of the 2 in assignments would be gone" in results[0].error
    with pytest.raises(ShrinkingCollection, match=r"PUT task/.*say replace_collections=True"):
        world.client.update("TASK", world.tasks[0], {"assignments": []})
    world.client.bulk_update("TASK", rows[:1], replace_collections=True)
    kept = world.client.get("TASK", world.tasks[0], ["assignments:assignedToID"])["assignments"]
    assert {item["assignedToID"] for item in kept} == {users[0], users[2]}


def test_an_issue_is_not_moved_by_an_update(bench):
    """Workfront would say 200 and change nothing (rule 86)."""
    world = bench()
    with pytest.raises(ValueError, match="use its action move"):
        world.client.update("issue", world.project, {"projectID": world.project})
    with pytest.raises(ValueError, match="use its action move"):
        world.client.bulk_update("OPTASK", [{"ID": world.project, "projectID": world.project}])


def test_a_read_only_connection_writes_nothing(bench):
    """The rule stands before every call."""
    world = bench(tasks=2)
    getattr(world.client, "client", world.client).read_only = True
    with pytest.raises(BulkError, match="read") as caught:
        world.client.bulk_delete("TASK", world.tasks)
    assert outcomes(caught.value.results) == {"not tried": 2}


def test_several_hundreds_are_under_way_at_once():
    """As many as the host's limiter lets through."""
    simulator = Simulator(Options(latency_seconds=0.1))
    rows = [{"ID": f"{number:032d}", "name": "x"} for number in range(800)]
    with running(simulator) as server:
        root = f"{server.url}/attask/api/v21.0"
        with open_client(LoggedIn(simulator), api_root=root, options=HttpOptions(pace=Pace(4, 4))) as client:
            client.bulk_delete("TASK", [row["ID"] for row in rows])
    assert simulator.gate.peak == 4


async def test_several_hundreds_are_under_way_at_once_on_a_loop():
    """As in blocking code."""
    simulator = Simulator(Options(latency_seconds=0.1))
    with running(simulator) as server:
        root = f"{server.url}/attask/api/v21.0"
        async with open_async_client(
            LoggedIn(simulator), api_root=root, options=HttpOptions(pace=Pace(4, 4))
        ) as client:
            await client.bulk_delete("TASK", [f"{number:032d}" for number in range(800)])
    assert simulator.gate.peak == 4


def test_a_long_write_tells_how_far_it_is(caplog):
    """A line every few seconds, with what became of the rows so far."""
    caplog.set_level(logging.INFO)
    writing = Writing("update TASK", told=-TELL_EVERY)
    writing.taken(Carried((RowResult(0, Outcome.WRITTEN), RowResult(1, Outcome.REFUSED))))
    writing.taken(Carried((RowResult(2, Outcome.WRITTEN),)))
    assert caplog.messages == ["update TASK: 1 written, 1 refused so far"]
