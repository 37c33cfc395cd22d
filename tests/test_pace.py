"""How many calls are open at once: found out from the answers, and shared by everything in a process."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from airflow_provider_workfront.auth.session import ApiKeySession
from airflow_provider_workfront.client import HttpOptions, Pace, open_async_client, open_client
from airflow_provider_workfront.client.pace import Lane, Limiter, lane_of, room, room_on_loop
from airflow_provider_workfront.simulator import Options, Simulator, running
from airflow_provider_workfront.simulator.faults import Fault
from airflow_provider_workfront.simulator.large import fill

CAREFUL = Pace(2, 8)


def taken(limiter, number, pace=CAREFUL):
    """Ask for so much room; give what was got."""
    return [place for place in (limiter.ask(pace, lambda: None) for _ in range(number)) if place.is_taken]


def answered(limiter, places, *, refused=0):
    """End these calls, the first few with a refusal."""
    for number, place in enumerate(places):
        place.refused = number < refused
        limiter.leave(place)


def drained(limiter, pace=CAREFUL, rounds=1, refused=0):
    """Send so many full rounds of calls; give how many went out in each."""
    widths = []
    for _ in range(rounds):
        width = limiter.width(pace)
        places = taken(limiter, width, pace)
        widths.append(len(places))
        answered(limiter, places, refused=refused)
    return widths


def test_it_doubles_while_answers_are_good():
    """From two, up to what the connection allows."""
    assert drained(Limiter(), rounds=5) == [2, 4, 8, 8, 8]


def test_whoever_was_told_a_number_begins_with_it():
    """`max_concurrency` of the connection."""
    assert drained(Limiter(), Pace(10, 10), rounds=2) == [10, 10]


@pytest.mark.parametrize(("pace", "learns"), [(Pace(), True), (Pace(4, 4), False), (Pace(1, 1), False)])
def test_what_all_may_have_open_together_is_found_out_unless_somebody_said_it(pace, learns):
    """The broker is told so with each ask; of two connections to one Workfront the one that says a number counts."""
    share = Limiter().share.reached_with(HttpOptions(pace=pace))
    assert share.asking()["learns"] is learns

    assert share.reached_with(HttpOptions(pace=Pace(10, 10))).asking()["learns"] is False
    assert share.reached_with(HttpOptions(pace=Pace())).asking()["learns"] is False


def test_it_halves_once_for_a_round_of_refusals():
    """However many of the calls that were open together are refused."""
    limiter = Limiter()
    drained(limiter, rounds=2)
    assert drained(limiter, rounds=1, refused=5) == [8]

    assert limiter.width(CAREFUL) == 4


def test_after_a_refusal_it_grows_by_one_a_round():
    """Workfront's limit is near: it is felt for, not run into."""
    limiter = Limiter()
    drained(limiter, rounds=2)
    drained(limiter, refused=8)

    assert drained(limiter, rounds=5) == [4, 4, 5, 6, 7]


def test_one_call_is_always_let_through():
    """Whatever is refused."""
    limiter = Limiter()
    drained(limiter, rounds=20, refused=99)

    assert limiter.width(CAREFUL) == 1


def test_room_that_nobody_uses_proves_nothing():
    """One call after another does not widen the way."""
    limiter = Limiter()
    for _ in range(50):
        answered(limiter, taken(limiter, 1))

    assert limiter.width(CAREFUL) == 2


def test_first_come_first_served():
    """A patient client of a narrow pace is not overtaken for ever by a broad one."""
    limiter, woken = Limiter(), []
    open_now = taken(limiter, 4, Pace(4, 4))
    for name, pace in (("narrow", Pace(1, 1)), ("broad", Pace(4, 4))):
        limiter.ask(pace, lambda name=name: woken.append(name))
    for place in open_now[:3]:
        answered(limiter, [place])
    assert woken == []  # three have left, and the narrow one waits for the last
    answered(limiter, open_now[3:])

    assert woken == ["narrow", "broad"]


def test_who_gives_up_waiting_leaves_no_trace():
    """Its place in the queue is gone, and the next one moves up."""
    limiter, woken = Limiter(), []
    first = taken(limiter, 2)
    waiting = limiter.ask(CAREFUL, lambda: woken.append("gone"))
    limiter.ask(CAREFUL, lambda: woken.append("next"))
    limiter.leave(waiting)
    answered(limiter, first[:1])

    assert woken == ["next"]


def test_threads_and_loops_share_one_way():
    """Never more open than allowed, and everybody comes through."""
    lane, lock = Lane(pace=Pace(3, 3)), threading.Lock()
    now, peak, done = 0, 0, 0

    def enter(step):
        nonlocal now, peak, done
        with lock:
            now += step
            peak, done = max(peak, now), done + (step < 0)

    def blocking(_):
        with room(lane):
            enter(1)
            threading.Event().wait(0.005)
            enter(-1)

    async def on_loop():
        async with room_on_loop(lane):
            enter(1)
            await asyncio.sleep(0.005)
            enter(-1)

    async def many():
        await asyncio.gather(*(on_loop() for _ in range(40)))

    with ThreadPoolExecutor(12) as threads:
        ended = [threads.submit(blocking, number) for number in range(40)]
        ended.append(threads.submit(asyncio.run, many()))
    assert [end.result() for end in ended] == [None] * 41
    assert (done, peak) == (80, 3)


def test_a_task_that_is_cancelled_while_it_waits():
    """On a loop that goes on, nothing stays blocked."""

    async def story():
        lane = Lane()
        async with room_on_loop(lane):
            waiting = asyncio.ensure_future(_entered(lane))
            await asyncio.sleep(0)
            waiting.cancel()
        async with asyncio.timeout(5), room_on_loop(lane):
            return waiting.cancelled()

    assert asyncio.run(story())


async def _entered(lane):
    async with room_on_loop(lane):
        raise AssertionError("it was not cancelled")


def test_one_way_for_each_workfront():
    """Whatever the API version; another host has another."""
    here = lane_of("https://acme.my.workfront.com/attask/api/v21.0", CAREFUL)

    assert lane_of("https://acme.my.workfront.com/attask/api/v20.0", Pace()).limiter is here.limiter
    assert lane_of("https://acme.preview.workfront.com/attask/api/v21.0", CAREFUL).limiter is not here.limiter


@pytest.mark.process
def test_a_forked_child_has_a_way_of_its_own():
    """It has neither its parent's calls nor the thread that renews its parent's share."""
    code = """
import os
from airflow_provider_workfront.client.pace import Pace, lane_of
mine = lane_of("https://acme.my.workfront.com", Pace()).limiter
child = os.fork()
if not child:
    os._exit(lane_of("https://acme.my.workfront.com", Pace()).limiter is mine)
assert os.waitpid(child, 0)[1] == 0
assert lane_of("https://acme.my.workfront.com", Pace()).limiter is mine
"""
    subprocess.run([sys.executable, "-c", code], check=True)


# -- both clients, against the simulator on a socket


@pytest.fixture
def large():
    """Some 9,000 tasks, so that a search has five pages; each answer takes a while, three at once are borne."""
    simulator = Simulator(Options(latency_seconds=0.05, concurrency=3))
    fill(simulator.world, projects=20, tasks=9_000)
    return simulator


def read(client) -> list[str]:
    """Read all tasks, blocking."""
    with client:
        return [row["ID"] for row in client.search("TASK", fields=["name"])]


def read_on_a_loop(client) -> list[str]:
    """Read all tasks, on an event loop."""

    async def story():
        async with client:
            return [row["ID"] async for row in client.search("TASK", fields=["name"])]

    return asyncio.run(story())


class Ended(BaseException):
    """What Airflow's signal handler raises in a task that is told to end."""


def end(*_):
    raise Ended


def read_until_told_to_end(simulator, client):
    """Begin to read; then all answers take 20 s, and the signal comes."""
    with client:
        rows = client.search("TASK", fields=["name"])
        next(rows)
        simulator.faults.plan([Fault("slow", path="api", delay=20.0, times=9)])
        signal.setitimer(signal.ITIMER_REAL, 0.3)
        list(rows)


def test_a_task_that_is_told_to_end_ends(large):
    """In the middle of a wave: no answer is waited for."""
    before = signal.signal(signal.SIGALRM, end)
    try:
        with running(large) as server:
            session, options = ApiKeySession(large.credentials["api_key"]), HttpOptions(pace=Pace(3, 3))
            client = open_client(session, api_root=f"{server.url}/attask/api/v21.0", options=options)
            began = time.monotonic()
            with pytest.raises(Ended):
                read_until_told_to_end(large, client)
            assert time.monotonic() - began < 10
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


@pytest.mark.parametrize(
    ("opened", "reader"), [(open_client, read), (open_async_client, read_on_a_loop)], ids=["blocking", "on a loop"]
)
@pytest.mark.parametrize(("pace", "peak"), [(Pace(1, 1), 1), (Pace(3, 3), 3), (Pace(8, 8), 3)])
def test_pages_are_fetched_at_once(large, opened, reader, pace, peak):
    """As many as the pace allows; what Workfront does not bear is waited for and read all the same."""
    with running(large) as server:
        session = ApiKeySession(large.credentials["api_key"])
        got = reader(opened(session, api_root=f"{server.url}/attask/api/v21.0", options=HttpOptions(pace=pace)))

        assert sorted(got) == sorted(large.world.objects("TASK"))
        assert large.stats()["peak_concurrency"] == peak
        assert (large.stats()["rate_limited"] > 0) == (pace.most > 3)
