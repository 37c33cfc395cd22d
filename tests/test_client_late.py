"""A Workfront that is late or mixed up: it shows objects late, carries out lost calls late, answers in any order."""

from __future__ import annotations

import json
import time
from collections import Counter
from random import Random
from threading import Timer

import httpx
import pytest
from clients import LoggedIn, blocking, simulated

from airflow_provider_workfront.api.call import ARRIVES_WITHIN, Retry
from airflow_provider_workfront.api.results import Outcome
from airflow_provider_workfront.client.pace import Lane, Limiter, Pace
from airflow_provider_workfront.simulator import Options, Simulator

SECOND = 0.008  # all of these tests' seconds
KEY = "extRefID"


class Late:
    """A simulator behind a wire that is late; `lag` and `delay` are in seconds of these tests."""

    def __init__(self, *, lag=0.0, delay=0.0, lost=0, twice=False, **options):
        self.simulator = Simulator(Options(**options), faults=())
        self.answer = simulated(self.simulator)
        self.lag, self.delay, self.lost, self.twice = lag, delay, lost, twice
        self.born, self.timers, self.posts = {}, [], 0
        self.project = self.simulator.world.id_of("PROJ", "Website Relaunch")

    def __call__(self, request):
        request.read()
        if request.method == "POST":
            return self._created(request)
        answer = self.answer(request)
        if request.url.path.endswith("/task/search"):
            shown = [row for row in answer.json()["data"] if self._is_shown(row["ID"])]
            return httpx.Response(200, json={"data": shown})
        return answer

    def _created(self, request):
        self.posts += 1
        if self.lost >= self.posts:
            self.timers.append(Timer(self.delay * SECOND, self._carried_out, [request]))
            self.timers[-1].start()
            raise httpx.ReadError("connection reset", request=request)
        before = self._ids()
        if self.twice:
            self._carried_out(request)
        answer = self._carried_out(request)
        self.born |= dict.fromkeys(self._ids() - before, time.monotonic())  # doubles show at the same moment
        return answer

    def _carried_out(self, request):
        before = self._ids()
        answer = self.answer(request)
        self.born |= dict.fromkeys(self._ids() - before, time.monotonic())
        return answer

    def _ids(self):
        return {task["ID"] for task in list(self.simulator.world.objects("TASK").values())}

    def _is_shown(self, obj_id):
        return time.monotonic() - self.born.get(obj_id, 0.0) >= self.lag * SECOND

    def rows(self, count):
        return [{"name": f"new{at}", "projectID": self.project, KEY: f"x{at}"} for at in range(count)]

    def keys(self):
        """Count the keys of all tasks, when every lost call has arrived."""
        for timer in self.timers:
            timer.join()
        return Counter(
            task[KEY]
            for task in list(self.simulator.world.objects("TASK").values())
            if str(task.get(KEY)).startswith("x")
        )


def create(world, rows):
    """Create by key, patiently."""
    lane = Lane(Limiter(), Pace(4, 4))
    with blocking(world, LoggedIn(world.simulator), lane=lane, retry=Retry(base=SECOND)) as client:
        return client.bulk_create("TASK", rows, key=KEY, raise_on_error=False)


@pytest.mark.parametrize("profile", ["stop", "independent", "atomic"])
@pytest.mark.parametrize("lag", [0, 5, 10])
def test_objects_that_show_late_are_not_doubled(lag, profile):
    """One row of a hundred is refused; the search shows the others some seconds after they were created."""
    world = Late(lag=lag, bulk_failure=profile)
    rows = world.rows(200)
    rows[60]["priority"] = "high"
    results = create(world, rows)
    assert [result.index for result in results if not result.ok] == [60]
    assert world.keys() == Counter(f"x{at}" for at in range(200) if at != 60)
    assert len({result.obj_id for result in results if result.ok} - {""}) == 199


def test_a_lost_call_that_is_carried_out_late_is_waited_for():
    """Half a minute later, as an example: nothing is sent again meanwhile."""
    world = Late(lost=1, delay=30)
    results = create(world, world.rows(100))
    assert {result.outcome for result in results} == {Outcome.WRITTEN}
    assert world.keys() == Counter(f"x{at}" for at in range(100))


def test_a_lost_call_that_is_carried_out_too_late_is_an_unknown_outcome():
    """Each row is told with its key; when the call has arrived, another run finds what it made."""
    world = Late(lost=1, delay=ARRIVES_WITHIN + 30)
    results = create(world, world.rows(100))
    assert [f"{KEY} 'x{at}' was looked for" in result.error for at, result in enumerate(results)] == [True] * 100
    assert {result.outcome for result in results} == {Outcome.UNKNOWN}
    assert world.keys() == Counter(f"x{at}" for at in range(100))
    assert {result.outcome for result in create(world, world.rows(100))} == {Outcome.FOUND}


@pytest.mark.parametrize("lag", [0, 5])
def test_what_was_created_twice_is_told_with_its_ids(lag):
    """Something on the way repeated the call, for example: no row of it is called written."""
    world = Late(twice=True, lag=lag)
    results = create(world, world.rows(20))
    assert {result.outcome for result in results} == {Outcome.UNKNOWN}
    for at, result in enumerate(results):
        ids = [task["ID"] for task in list(world.simulator.world.objects("TASK").values()) if task.get(KEY) == f"x{at}"]
        assert len(ids) == 2
        assert all(obj_id in result.error for obj_id in ids)
        assert "keep one of them" in result.error


FORMS = {
    "description": [("007", "7"), ("1.50", "1.5"), ("1.0", "1"), ("2026-01-01", "2026-01-01T00:00:00:000+0000")],
    "extRefID": [("0042", "42"), ("1E2", "100"), ("+5", "5")],
}


@pytest.mark.parametrize("profile", ["stop", "independent", "atomic"])
def test_no_change_of_form_is_told_as_written_that_was_not(profile):
    """In batches with one bad row each, by chance: what is told as written stands there to the letter."""
    dice, wrong, told = Random(profile), 0, 0  # noqa: S311 play
    for _ in range(7):
        world = Late(bulk_failure=profile)
        with blocking(world, LoggedIn(world.simulator), retry=Retry(base=0.0)) as client:
            forms = [(field, *dice.choice(FORMS[field])) for field in dice.choices(list(FORMS), k=90)]
            rows = [{"name": "n", "projectID": world.project, field: before} for field, before, _ in forms]
            made = client.bulk_create("TASK", rows)
            changes = [{"ID": each.obj_id, form[0]: form[2]} for each, form in zip(made, forms, strict=True)]
            changes.insert(dice.randrange(91), {"ID": "0" * 32, "name": "bad"})
            results = client.bulk_update("TASK", changes, raise_on_error=False)
        for change, result in zip(changes, results, strict=True):
            task = world.simulator.world.get("TASK", change["ID"]) or {}
            told += result.ok
            wrong += result.ok and any(task.get(name) != value for name, value in change.items())
    assert (told, wrong) == (630, 0)


def test_answers_are_taken_by_what_they_show_not_by_their_place():
    """In another order, or with places that are empty."""
    world = Late()
    with blocking(world, LoggedIn(world.simulator), retry=Retry(base=0.0)) as client:
        made = client.bulk_create("TASK", [{"name": f"t{at}", "projectID": world.project} for at in range(10)])

        def shuffled(request):
            answer = world.answer(request)
            data = answer.json()["data"] if request.method in {"POST", "PUT"} else None
            if not isinstance(data, list):
                return answer
            slots = list(reversed(data))
            return httpx.Response(200, json={"data": [{} if slot["name"].endswith("3") else slot for slot in slots]})

        with blocking(shuffled, LoggedIn(world.simulator), retry=Retry(base=0.0)) as other:
            changes = [{"ID": each.obj_id, "name": f"u{at}"} for at, each in enumerate(made)]
            results = other.bulk_update("TASK", changes, fields=["name"])
            assert [result.obj_id for result in results] == [each.obj_id for each in made]
            assert [result.record["name"] for result in results] == [f"u{at}" for at in range(10)]
            rows = [{"name": f"new{at}", "projectID": world.project} for at in (0, 1, 2)]
            for result, row in zip(other.bulk_create("TASK", rows, fields=["name"]), rows, strict=True):
                assert world.simulator.world.get("TASK", result.obj_id)["name"] == row["name"]
            lost = other.bulk_create("TASK", [{"name": "new3", "projectID": world.project}], raise_on_error=False)
            assert [result.outcome for result in lost] == [Outcome.UNKNOWN]


@pytest.mark.parametrize("verb", ["bulk_update", "bulk_create"])
@pytest.mark.parametrize("bad", [{3, 17, 42, 88, 95}, set(range(30, 60)), set(range(0, 100, 3))])
def test_rows_that_workfront_answers_with_500_are_isolated(bad, verb):
    """However many they are, and wherever: the good ones are written in the same run, in a bounded number of calls."""
    world, calls = Late(), 0
    body = {"error": {"class": "java.lang.NullPointerException", "message": "null"}}

    def choking(request):
        nonlocal calls
        calls += 1
        rows = json.loads(request.read() or b"null") if request.method in {"POST", "PUT"} else None
        is_bad = isinstance(rows, list) and any(row["name"].startswith("bad") for row in rows)
        return httpx.Response(500, json=body) if is_bad else world(request)

    rows = world.rows(100)
    with blocking(choking, LoggedIn(world.simulator), retry=Retry(base=0.0)) as client:
        if verb == "bulk_update":
            rows = [{"ID": each.obj_id, "name": "good"} for each in client.bulk_create("TASK", rows, key=KEY)]
        rows = [row | ({"name": f"bad{at}"} if at in bad else {}) for at, row in enumerate(rows)]
        key = {"key": KEY} if verb == "bulk_create" else {}
        calls = 0
        results = getattr(client, verb)("TASK", rows, **key, raise_on_error=False)
    assert {result.index for result in results if not result.ok} == bad
    assert {results[at].outcome for at in bad} == {Outcome.UNKNOWN}
    assert calls < 160


def test_blanks_at_the_ends_of_a_key_make_no_second_object():
    """Where the server leaves them out."""
    world = Late()

    def trimming(request):
        if request.method == "POST" and isinstance(rows := json.loads(request.read()), list):
            content = json.dumps([row | {KEY: row[KEY].strip()} for row in rows]).encode()
            headers = {**request.headers, "content-length": str(len(content))}
            return world(httpx.Request("POST", request.url, headers=headers, content=content))
        return world(request)

    rows = [row | {KEY: f" {row[KEY]} "} for row in world.rows(5)]
    with blocking(trimming, LoggedIn(world.simulator), retry=Retry(base=0.0)) as client:
        first = client.bulk_create("TASK", rows, key=KEY)
        again = client.bulk_create("TASK", rows, key=KEY)
        with pytest.raises(ValueError, match="rows 0 and 5 have the same extRefID"):
            client.bulk_create("TASK", [*rows, world.rows(1)[0]], key=KEY)
    assert [result.obj_id for result in again] == [result.obj_id for result in first]
    assert {result.outcome for result in again} == {Outcome.FOUND}


def test_deleting_what_is_gone_is_no_error_even_alone():
    """As in a batch of many."""
    world = Late()
    with blocking(world, LoggedIn(world.simulator), retry=Retry(base=0.0)) as client:
        results = client.bulk_delete("TASK", ["0" * 32])
        assert [result.outcome for result in results] == [Outcome.WRITTEN]
        results = client.bulk_update("TASK", [{"ID": "0" * 32, "name": "x"}], raise_on_error=False)
        assert [result.outcome for result in results] == [Outcome.REFUSED]
