"""Every loop over answers has a bound: a walk through the code finds those that have none."""

from __future__ import annotations

import ast
import itertools
from pathlib import Path

import httpx
import pytest
from clients import blocking, on_a_loop

import airflow_provider_workfront
from airflow_provider_workfront.api.errors import ServerError
from airflow_provider_workfront.api.subscriptions import MOST_PAGES, ListSubscriptions

ROOT = Path(airflow_provider_workfront.__file__).parent
ENDLESS = {"count", "cycle", "repeat"}
SENDING = {"run", "drive", "send", "request", "search", "rows", "pages", "slices", "begin", "exchange", "result"}
"""Methods by which a call is made, or awaited."""

BOUNDED_ELSEWHERE = {
    # reads: `_Reader._pay` raises where the calls are too many for the rows that they brought
    "api/pages.py _Reader.read": "each turn pays for its calls",
    "api/pages.py _Reader.read_in_order": "each turn pays for its calls",
    "api/pages.py _Reader._fetch": "each turn halves the size, which is 2,000 at most",
    "client/awaiting.py AsyncClient._read": "takes the steps of a read",
    "client/blocking.py Client._read": "takes the steps of a read",
    "operators/missed.py WorkfrontMissedEventsOperator._done": "takes the rows of a search, whose window is closed",
    "extract/parts.py Feed.next_file": "takes the rows of a search",
    # calls: whoever makes the steps bounds them
    "client/awaiting.py AsyncClient.drive": "takes the steps of a job",
    "client/blocking.py Client.drive": "takes the steps of a job",
    "client/blocking.py _while_wanted": "takes the steps of a job",
    "cli/check_network.py asked_broker": "takes the steps of a session: a second time where clocks differ",
    "extract/discover.py _unreadable": "each lot is cut in halves, and a lot of one is not",
    "api/call.py call": "`Retry.is_spent` counts tries; redirects are counted, and a session is renewed once",
    # writes: each row of the input is settled once
    "api/hundred.py _Course.run": "parts are cut smaller after WHOLE_ROUNDS; a row alone is given up after LAST_ROUND",
    "client/awaiting.py AsyncClient.carried": "takes the hundreds of a finite input",
    "client/blocking.py Client.carried": "takes the hundreds of a finite input",
    "transfers/planning.py Planning._looked_up": "takes the hundreds of a finite input",
    # what goes on as long as it is wanted, with a pause in each turn
    "triggers/feed.py ChangeFeed.open_stream": "a trigger polls as long as it lives",
    "triggers/pool.py Pool._ask_over_one": "serves the triggers of a process as long as one is there",
    "triggers/waiting.py WorkfrontConditionTrigger._intervals": "gives pauses; whoever takes them has a deadline",
    "broker/service.py Broker._commit": "new tokens are stored when the database is back, or lost",
    "broker/server.py _resumed": "takes the steps of the broker, whose waits have a deadline",
    "broker/turns.py Desk._serve": "serves as long as somebody waits",
    "broker/slot_app.py _gone": "waits until the caller hangs up",
    # no answers, but files and causes
    "client/awaiting.py OnThreads.__aiter__": "reads a file",
    "client/http.py _causes": "walks the causes of one error",
    "client/unpack.py _Layer.feed": "unpacks a piece of an answer, which has a bound",
    "writing/reading.py Csv._records": "reads a file",
    "writing/reading.py _lines": "reads a file",
    "writing/reading.py _csv_lines": "reads a file",
}


def loops(tree):
    """Give each loop that may be endless, with the name of the function that it stands in."""
    inside = {}
    for node in ast.walk(tree):
        for child in ast.iter_child_nodes(node):
            inside[child] = node
    for node in ast.walk(tree):
        if isinstance(node, ast.While) or (isinstance(node, ast.For) and is_endless(node.iter)):
            names, at = [], node
            while at in inside:
                at = inside[at]
                names += [at.name] if isinstance(at, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) else []
            yield ".".join(reversed(names)), node


def is_endless(source):
    """Tell whether a `for` goes over `count()`, `cycle(...)`, `repeat(x)`, or `iter(call, sentinel)`."""
    if not isinstance(source, ast.Call):
        return False
    name = source.func.attr if isinstance(source.func, ast.Attribute) else getattr(source.func, "id", "")
    return name in ENDLESS or (name == "iter" and len(source.args) == 2)


def takes_answers(loop):
    """Tell whether a loop yields, awaits, or calls."""
    nodes = list(ast.walk(loop))
    waits = any(isinstance(node, ast.Yield | ast.YieldFrom | ast.Await) for node in nodes)
    calls = [node.func for node in nodes if isinstance(node, ast.Call)]
    return waits or any(isinstance(func, ast.Attribute) and func.attr in SENDING for func in calls)


def has_bound(loop):
    """Tell whether a number that the loop counts is compared in its condition, or in an `if` that leaves it."""
    counted = {ast.unparse(node.target) for node in ast.walk(loop) if isinstance(node, ast.AugAssign)}
    ends = [loop.test] if isinstance(loop, ast.While) else []
    ends += [node.test for node in ast.walk(loop) if isinstance(node, ast.If) and leaves(node)]
    compared = [node for end in ends for node in ast.walk(end) if isinstance(node, ast.Compare)]
    ordered = [node for node in compared if isinstance(node.ops[0], ast.Lt | ast.LtE | ast.Gt | ast.GtE)]
    return any(counted & {ast.unparse(part) for part in (node.left, *node.comparators)} for node in ordered)


def leaves(condition):
    """Tell whether an `if` leaves its loop."""
    return any(isinstance(each, ast.Raise | ast.Return | ast.Break) for each in condition.body)


def found(source):
    """Give the names of the functions whose loops take answers and show no bound."""
    return {name for name, loop in loops(ast.parse(source)) if takes_answers(loop) and not has_bound(loop)}


def test_every_loop_over_answers_has_a_bound():
    """A counter that ends it; or it stands in the list above, with what ends it instead."""
    files = [path for path in ROOT.rglob("*.py") if "simulator" not in path.parts]
    unbounded = {f"{path.relative_to(ROOT).as_posix()} {name}" for path in files for name in found(path.read_text())}
    assert sorted(unbounded - BOUNDED_ELSEWHERE.keys()) == []
    assert sorted(BOUNDED_ELSEWHERE.keys() - unbounded) == []


@pytest.mark.parametrize(
    ("body", "is_found"),
    [
        ("while True:\n  page = yield 1\n  if not page:\n   return", True),
        ("while page:\n  page = client.run(job)", True),
        ("for number in itertools.count():\n  page = yield number", True),
        ("for page in iter(lambda: client.run(job), None):\n  yield page", True),
        ("tries = 0\n while tries < 3:\n  tries += 1\n  yield tries", False),
        ("tries = 0\n while True:\n  tries += 1\n  yield tries\n  if tries > 3:\n   raise ValueError", False),
        ("for number in range(9):\n  yield number", False),
        ("while text:\n  text = text[1:]", False),
    ],
)
def test_the_walk_finds_loops_without_a_bound(body, is_found):
    """And leaves alone those that have one, or take no answers."""
    assert bool(found(f"def f(page, client, job, text):\n {body}\n")) == is_found


@pytest.mark.parametrize("opened", [blocking, on_a_loop])
def test_a_list_of_subscriptions_that_does_not_end_is_an_error(opened):
    """Each page is full, and all on it is new."""
    numbers = itertools.count()

    def answer(request):
        page = [{"id": str(next(numbers)), "objCode": "PROJ", "eventType": "UPDATE", "url": "https://a"}]
        return httpx.Response(200, json={"subscriptions": page, "meta": {"page_count": 10**6}})

    with opened(answer) as client, pytest.raises(ServerError, match=f"does not end: .* on {MOST_PAGES} pages"):
        client.run(ListSubscriptions())
    assert next(numbers) == MOST_PAGES
