"""Reading all pages: nothing lost, nothing doubled, and always an end."""

import itertools
import random

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from airflow_provider_workfront.api.errors import InvalidRequestError, TornReadError
from airflow_provider_workfront.api.pages import After, Fetch, read_pages

TOO_LARGE = "The response holds more than 50,000 objects"


class Server:
    """Rows in one fixed order that the reader does not know; they come and go between any two answers.

    After `lasting` answers they rest: a table that outgrows its reader for ever has no end to find.
    """

    lasting = 300

    def __init__(  # noqa: PLR0913 every way to be hostile
        self, count, *, seed=0, deletes=0, inserts=0, appends=0, front=1.0, most=10**9
    ):
        self.random = random.Random(seed)  # noqa: S311 play
        self.names = (f"{number:06d}" for number in range(10**9))
        self.rows = [next(self.names) for _ in range(count)]
        self.random.shuffle(self.rows)
        self.first, self.gone = set(self.rows), set()
        self.deletes, self.inserts, self.appends, self.front, self.most = deletes, inserts, appends, front, most
        self.windows = []

    def answer(self, first, size):
        """Give one window, then let the rows change."""
        self.windows.append((first, size))
        if size > self.most:
            return InvalidRequestError(422, TOO_LARGE)
        page = [{"ID": row} for row in self.rows[first : first + size]]
        if len(self.windows) > self.lasting:
            return page
        for _ in range(self.deletes):
            if self.rows:
                self.gone.add(self.rows.pop(self.random.randrange(max(1, int(len(self.rows) * self.front)))))
        for _ in range(self.inserts):
            self.rows.insert(self.random.randrange(int(len(self.rows) * self.front) + 1), next(self.names))
        self.rows += [next(self.names) for _ in range(self.appends)]
        return page


class Driver:
    """Begins windows when told, fetches those under way in any order, and answers in theirs."""

    def __init__(self, server):
        self.server, self.begun, self.most = server, [], 0

    def answer(self, step):
        """Give the oldest window's rows; each of the others may have been fetched before, or not yet."""
        if step.anew:
            self.begun = []
        self.begun += [[window, None] for window in step.windows]
        self.most = max(self.most, len(self.begun))
        order = self.begun[:]
        self.server.random.shuffle(order)
        for entry in order[: self.server.random.randint(0, len(order))]:
            self._fetch(entry)
        self._fetch(self.begun[0])
        return self.begun.pop(0)[1]

    def _fetch(self, entry):
        if entry[1] is None:
            entry[1] = self.server.answer(*entry[0])


def read(server, **options):
    """Read as a client does."""
    width = options.pop("width", 1)
    widths = itertools.cycle([width] if isinstance(width, int) else width)
    steps, got, fetched = read_pages(width=lambda: next(widths), **options), [], None
    driver = Driver(server)
    while True:
        try:
            step = steps.send(fetched)
        except StopIteration:
            return got
        fetched = driver.answer(step) if isinstance(step, Fetch) else None
        got += [] if isinstance(step, Fetch) else [row["ID"] for row in step.rows]


@pytest.mark.parametrize("width", [1, 2, 4])
@pytest.mark.parametrize("count", [0, 1, 19, 20, 21, 99, 100, 101, 180, 181, 260, 999, 1000])
def test_still_rows_are_read_once_and_in_order(count, width):
    """Whatever their number: multiples of the page or the stride too."""
    server = Server(count)
    assert read(server, size=100, width=width) == server.rows


def test_an_empty_result_takes_one_call():
    """There is nothing to confirm."""
    server = Server(0)
    assert read(server) == []
    assert server.windows == [(0, 2000)]


def test_neighbouring_windows_overlap_by_twenty_rows():
    """And the end is confirmed by asking again at its last row."""
    server = Server(250)
    read(server, size=100)
    assert server.windows == [(0, 100), (80, 100), (160, 100), (249, 100)]


@settings(max_examples=150, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    count=st.integers(0, 700),
    churn=st.tuples(st.integers(0, 8), st.integers(0, 8), st.integers(0, 8)),
    front=st.sampled_from([0.1, 0.5, 1.0]),
    width=st.lists(st.integers(1, 6), min_size=1, max_size=5),
    size=st.sampled_from([40, 64, 100]),
)
@example(seed=1420, count=745, churn=(0, 16, 2), front=0.1, width=[4], size=100)  # known pages in a row
@example(seed=0, count=49, churn=(0, 7, 0), front=0.5, width=[6], size=40)  # pages that reach further back
def test_no_row_is_lost_or_doubled_while_others_change(seed, count, churn, front, width, size):
    """Every row that was there throughout comes out exactly once, or the read says that it is torn."""
    deletes, inserts, appends = churn
    server = Server(count, seed=seed, deletes=deletes, inserts=inserts, appends=appends, front=front)
    try:
        got = read(server, size=size, width=width)
    except TornReadError:
        return
    assert server.first - server.gone - set(got) == set()
    assert len(got) == len(set(got))


@pytest.mark.parametrize(
    ("changes", "most_calls"),
    [
        ({}, 1.2),
        ({"deletes": 1, "inserts": 1, "appends": 1}, 1.3),
        ({"deletes": 15, "front": 0.1}, 8.0),
        ({"inserts": 15, "front": 0.1}, 8.0),
        ({"appends": 40}, 4.0),
    ],
)
def test_heavy_change_costs_calls_not_rows(changes, most_calls):
    """Proof is cheap while little changes; it never gives up within these bounds."""
    for seed in range(10):
        server = Server(4000, seed=seed, **changes)
        got = read(server, size=200, width=2)
        assert server.first - server.gone - set(got) == set()
        assert len(server.windows) <= most_calls * 4000 / 180 + 3


def test_a_storm_is_reported_not_hidden():
    """When most of every page vanishes before the next, nothing can be proven."""
    server = Server(4000, seed=1, deletes=150, inserts=60, appends=40, front=0.1)
    with pytest.raises(TornReadError, match=r"rows (vanish|change) faster"):
        read(server, size=200)


def test_rows_that_are_appended_for_ever_are_not_chased():
    """The fifth confirmation is believed."""
    server = Server(50, appends=30)
    got = read(server, size=100)
    assert server.first <= set(got)
    assert len(server.windows) < 20


@pytest.mark.parametrize("limit", [1, 2, 7, 100, 101, 150, 260, 1000])
def test_a_limit_ends_the_read_early(limit):
    """Not a row too many, and no call after the last one needed."""
    server = Server(250)
    assert read(server, size=100, limit=limit) == server.rows[:limit]
    if limit <= 100:
        assert server.windows == [(0, limit)]
    elif limit <= 180:
        assert len(server.windows) == 2


@pytest.mark.parametrize("limit", [0, -1])
def test_a_limit_is_at_least_one(limit):
    """Nought would read as "no limit" to some."""
    with pytest.raises(ValueError, match="1 or more"):
        read(Server(5), limit=limit)


@pytest.mark.parametrize("most", [1500, 99, 30, 7])
@pytest.mark.parametrize("width", [1, 3])
def test_windows_are_halved_until_they_fit(most, width):
    """Collections in `fields` count towards the limit of one answer."""
    server = Server(500, most=most)
    assert read(server, width=width) == server.rows


def test_a_window_that_fits_at_first_may_be_too_large_later():
    """Some projects have more tasks than others."""
    server = Server(3000)
    steps, sizes, got, fetched = read_pages(size=1000), [], [], None
    while True:
        try:
            step = steps.send(fetched)
        except StopIteration:
            break
        fetched = None
        if isinstance(step, Fetch):
            ((first, size),) = step.windows
            sizes.append(size)
            too_large = first > 1500 and size > 300
            fetched = InvalidRequestError(422, TOO_LARGE) if too_large else server.answer(first, size)
        else:
            got += [row["ID"] for row in step.rows]
    assert got == server.rows
    assert min(sizes) == 250


def test_a_row_that_never_fits_is_an_error():
    """Halving ends."""
    with pytest.raises(InvalidRequestError, match="50,000"):
        read(Server(500, most=1))


def test_other_refusals_are_not_taken_for_size():
    """A misspelt field fails at once."""
    steps = read_pages()
    next(steps)
    with pytest.raises(InvalidRequestError, match="nmae"):
        steps.send(InvalidRequestError(422, "APIModel V21_0 does not support field nmae (Project)"))


@pytest.mark.parametrize("row", [{"name": "a"}, {"ID": None}, "a"])
def test_rows_without_id_cannot_be_joined(row):
    """Workfront always returns it; something else answered here."""
    steps = read_pages()
    next(steps)
    with pytest.raises(TornReadError, match="without its ID"):
        steps.send([row])


@pytest.mark.parametrize("count", [0, 1, 99, 100, 101, 250, 300])
def test_an_order_of_ones_own_is_read_by_plain_offsets(count):
    """No overlap, no proof, and nothing but the rows."""
    server = Server(count)
    assert read(server, size=100, proven=False) == server.rows
    assert server.windows == [(first, 100) for first in range(0, count + 1, 100)]


def test_an_order_of_ones_own_may_be_limited_and_halved():
    """As any other read."""
    server = Server(250, most=60)
    assert read(server, size=100, proven=False, limit=120) == server.rows[:120]


def test_little_is_remembered():
    """Whatever the number of rows, the IDs of a few pages."""
    steps = read_pages(size=100)
    server, fetched, sizes = Server(5000), None, []
    while True:
        try:
            step = steps.send(fetched)
        except StopIteration:
            break
        fetched = server.answer(*step.windows[0]) if isinstance(step, Fetch) else None
        reader = steps.gi_frame.f_locals["self"] if steps.gi_frame else None
        sizes.append(len(reader.trail.line) + len(reader.trail.beyond) if reader else 0)
    assert max(sizes) <= 400


def play(size, *answers):
    """Answer each window with these rows in turn; give the rows read and the offsets asked for."""
    steps, got, offsets, fetched, answers = read_pages(size=size), [], [], None, list(answers)
    while True:
        try:
            step = steps.send(fetched)
        except StopIteration:
            assert not answers, "answers were left over"
            return "".join(got), offsets
        fetched = None
        if isinstance(step, Fetch):
            offsets += [first for first, _ in step.windows]
            fetched = [{"ID": row} for row in answers.pop(0)]
        else:
            got += [row["ID"] for row in step.rows]


def test_a_short_page_in_between_does_not_end_the_read():
    """Rows that the user may not see might be left out after the window was cut."""
    assert play(10, "abcdefg", "ghijklmnop", "lmnopqrs", "s")[0] == "abcdefghijklmnopqrs"


def test_an_end_that_is_not_there_any_more_is_looked_for():
    """Rows before it vanished meanwhile: the read steps back until it touches known ground."""
    assert play(10, "abcdefg", "", "defghij", "j") == ("abcdefghij", [0, 6, 1, 7])


def test_a_full_page_is_no_end():
    """However little it brings: rows were inserted before it."""
    rows, offsets = play(10, "abcdefg", "XYZabcdefg", "fghijk", "k")
    assert (rows, offsets) == ("abcdefghijk", [0, 6, 11, 16])


def test_as_many_windows_as_there_is_room_for_are_under_way():
    """The next is begun as soon as one came, so that all room is used all the time."""
    server, driver = Server(2000), None
    steps, fetched, open_windows = read_pages(size=100, width=lambda: 4), None, []
    driver = Driver(server)
    while True:
        try:
            step = steps.send(fetched)
        except StopIteration:
            break
        fetched = None
        if isinstance(step, Fetch):
            fetched = driver.answer(step)
            open_windows.append((len(step.windows), step.anew))
    assert driver.most == 4
    assert open_windows[:4] == [(1, True), (4, True), (1, False), (1, False)]
    assert open_windows[-1] == (1, True)  # the end is asked for again, and nothing else is wanted any more


@pytest.mark.parametrize("cut", [1, 10, 99, 100, 101, 180, 499, 500])
@pytest.mark.parametrize("proven", [True, False])
def test_a_read_goes_on_where_another_ended(cut, proven):
    """Both together give every row once."""
    server = Server(500)
    after = After(cut, tuple(server.rows[max(0, cut - 60) : cut]))
    assert read(server, size=100, after=after, proven=proven, width=3) == server.rows[cut:]


@settings(max_examples=100, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    cut=st.integers(1, 400),
    churn=st.tuples(st.integers(0, 5), st.integers(0, 5), st.integers(0, 5)),
    away=st.integers(0, 100),
)
@example(seed=10952, cut=142, churn=(2, 4, 0), away=22)  # a row inserted between those that are known
def test_a_read_that_goes_on_loses_nothing_though_rows_changed_meanwhile(seed, cut, churn, away):
    """However many rows vanished in front while nobody read."""
    deletes, inserts, appends = churn
    server = Server(400, seed=seed, deletes=deletes, inserts=inserts, appends=appends)
    head = read(server, size=100, limit=cut)
    vanished = set(server.rows[:away]) - set(head[-100:])
    server.gone |= vanished
    server.rows = [row for row in server.rows if row not in vanished]
    try:
        tail = read(server, size=100, after=After(len(head), tuple(head[-100:])), width=2)
    except TornReadError:
        return
    assert server.first - server.gone - {*head, *tail} == set()
    assert len({*head, *tail}) == len(head) + len(tail)


def test_a_read_cannot_go_on_behind_rows_that_are_all_gone():
    """It says so instead of guessing where it was."""
    with pytest.raises(TornReadError, match="nothing joins after 100 rows"):
        read(Server(500), size=100, after=After(100, ("vanished",)))


@pytest.mark.parametrize("expected", [None, 0, 990, 1000, 1010, 5000])
def test_what_is_expected_spares_calls_behind_the_end_and_is_but_a_hint(expected):
    """A wrong number costs a call or two, never a row."""
    server = Server(1000)
    assert read(server, size=100, width=6, expected=lambda: expected) == server.rows
    behind = [first for first, _ in server.windows if first >= 1000]
    assert len(behind) <= (0 if expected in {0, 990, 1000} else 5)


@pytest.mark.parametrize("count", [0, 1, 99, 100, 101, 250, 500])
@pytest.mark.parametrize("boldness", [1, 3, 9])
def test_a_bold_read_begins_with_several_windows(count, boldness):
    """As many as there is room for; the rows are the same."""
    server = Server(count)
    assert read(server, size=100, width=4, boldness=boldness) == server.rows
    assert {(80 * step, 100) for step in range(min(boldness, 4))} <= {
        *server.windows,
        (80, 100),
        (160, 100),
        (240, 100),
    }


def test_the_end_is_asked_for_while_the_last_pages_are_under_way():
    """Where it is expected; so a read of known length takes no round more than its pages do."""
    driver = Driver(Server(1000))
    steps, fetched, begun = read_pages(size=100, width=lambda: 4, expected=lambda: 1000), None, []
    while True:
        try:
            step = steps.send(fetched)
        except StopIteration:
            break
        fetched = None
        if isinstance(step, Fetch):
            begun.append(step)
            fetched = driver.answer(step)
    assert [step.windows for step in begun if (999, 100) in step.windows] == [((999, 100),)]
    assert not any(step.anew for step in begun[2:])
    assert begun[-1] == Fetch(())


@settings(max_examples=150, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    count=st.integers(0, 700),
    churn=st.tuples(st.integers(0, 8), st.integers(0, 8), st.integers(0, 8)),
    off=st.integers(-300, 300),
    width=st.integers(1, 6),
    boldness=st.integers(1, 5),
)
def test_no_hint_loses_a_row(seed, count, churn, off, width, boldness):
    """However wrong what was expected, however bold the beginning."""
    deletes, inserts, appends = churn
    server = Server(count, seed=seed, deletes=deletes, inserts=inserts, appends=appends)
    try:
        got = read(server, size=64, width=width, boldness=boldness, expected=lambda: max(0, count + off))
    except TornReadError:
        return
    assert server.first - server.gone - set(got) == set()
    assert len(got) == len(set(got))


@pytest.mark.parametrize("limit", ["5", 5.0, True])
def test_a_limit_is_a_number(limit):
    """A template gives a text."""
    with pytest.raises(TypeError, match="int"):
        read_pages(limit)
