"""A read ends, whatever others do: an executable model of Workfront under churn, against the real reader.

All small tables with every single change after each of the first answers, and random large ones. A longer run, with
its figures: ``python tests/api/test_read_bound.py 200`` (reads for each pattern).
"""

import argparse
import itertools
import math
import random
from collections import Counter

import pytest

from airflow_provider_workfront.api.errors import TornReadError
from airflow_provider_workfront.api.pages import After, Fetch, read_pages

SIZE = 2000
PATTERNS = {
    "appended": ("append",),
    "deleted in front": ("pop front",),
    "deleted anywhere": ("pop",),
    "deleted at the end": ("pop back",),
    "inserted in front": ("insert front",),
    "inserted anywhere": ("insert",),
    "appended and deleted": ("append", "pop"),
    "appended, deleted in front": ("append", "pop front"),
    "appended, deleted at the end": ("append", "pop back"),
    "inserted and deleted in front": ("insert front", "pop front"),
    "moved to the end": ("move",),  # a row leaves, and one of another ID comes
    "all at once": ("append", "pop", "pop front", "pop back", "insert", "insert front", "move"),
}
CHANGES = [1, 2, 5, 10, 20, 50, 100, 200, 350, 500]
TABLES = [1, 1999, 2000, 2001, 5000, 20_000, 100_000]


class Model:
    """Rows in one order; `change` is called after each answer."""

    def __init__(self, count, change):
        self.rows = list(range(count))
        self.next, self.gone, self.calls, self.change = count, set(), 0, change

    def answer(self, first, size):
        """Give a window, then change."""
        self.calls += 1
        page = [{"ID": str(row)} for row in self.rows[first : first + size]]
        self.change(self)
        return page

    def insert(self, at):
        """Add a row."""
        self.rows.insert(at, self.next)
        self.next += 1

    def pop(self, at):
        """Remove a row."""
        if self.rows:
            self.gone.add(self.rows.pop(at))


def churning(kinds, changes, seed):
    """Make so many changes after each answer, of these kinds in turn."""
    play, turns = random.Random(seed), itertools.cycle(kinds)  # noqa: S311 play

    def change(model):
        for kind in itertools.islice(turns, changes):
            count = len(model.rows)
            reach = max(1, count // 20 if "front" in kind else count)
            where = count - play.randrange(1, min(count, 50) + 1) if "back" in kind and count else play.randrange(reach)
            if kind.startswith(("pop", "move")):
                model.pop(where)
            if kind.startswith(("append", "move")):
                model.insert(len(model.rows))
            elif kind.startswith("insert"):
                model.insert(where)

    return change


def read(model, width=1, play=None, **options):
    """Read with so many windows under way, fetched in any order; None if the read is torn."""
    steps, got, fetched, begun = read_pages(width=lambda: width, **options), [], None, []
    try:
        while True:
            step = steps.send(fetched)
            fetched = None
            if not isinstance(step, Fetch):
                got += [int(row["ID"]) for row in step.rows]
                continue
            begun = [] if step.anew else begun
            begun += [[window, None] for window in step.windows]
            for entry in play.sample(begun, len(begun)) if play else begun[:1]:
                entry[1] = model.answer(*entry[0]) if entry[1] is None else entry[1]
            fetched = begun.pop(0)[1]
    except StopIteration:
        return got
    except TornReadError:
        return None


def judged(count, model, got):
    """Give calls over the bound, rows lost and rows doubled."""
    over = max(0, model.calls - 3 * math.ceil(count / SIZE) - 20)
    if got is None:
        return over, 0, 0
    return over, len(set(range(count)) - model.gone - set(got)), len(got) - len(set(got))


def one(name, changes, count, seed, width=1, **options):
    """Read one churning table."""
    model = Model(count, churning(PATTERNS[name], changes, seed))
    got = read(model, width, random.Random(seed), **options)  # noqa: S311 play
    return model, got


@pytest.mark.parametrize("name", PATTERNS)
@pytest.mark.parametrize("width", [1, 4])
def test_a_read_of_a_churning_table_ends_within_the_bound(name, width):
    """And has lost and doubled nothing; with up to 20 changes an answer it is never torn."""
    for changes, count in itertools.product([1, 20, 100, 500], [1, 2000, 5000, 20_000]):
        model, got = one(name, changes, count, changes, width)
        assert judged(count, model, got) == (0, 0, 0)
        assert got is not None or changes > 20


@pytest.mark.parametrize("count", range(8))
def test_every_single_change_of_a_small_table_is_survived(count):
    """After each of the first three answers: none, any row deleted, or one inserted at any place."""
    for choices in itertools.product(range(2 * count + 3), repeat=3):
        left = iter(choices)

        def change(model, left=left):
            choice = next(left, 0)
            if choice % 2:
                model.insert(min(choice // 2, len(model.rows)))
            elif choice and choice // 2 <= len(model.rows):
                model.pop(choice // 2 - 1)

        model = Model(count, change)
        got = read(model, size=4)
        assert model.calls <= 3 * math.ceil(count / 4) + 20
        if got is not None:
            assert set(range(count)) - model.gone <= set(got)
            assert len(got) == len(set(got))


@pytest.mark.parametrize("name", PATTERNS)
def test_a_resumed_read_of_a_churning_table_ends_within_the_bound(name):
    """It goes on behind rows that an earlier read handed out."""
    for changes in (1, 20, 500):
        model = Model(12_000, churning(PATTERNS[name], changes, changes))
        known = model.rows[:5000]
        got = read(model, after=After(5000, tuple(map(str, known[-SIZE:]))))
        assert judged(12_000, model, got if got is None else known + got) == (0, 0, 0)


@pytest.mark.parametrize("name", PATTERNS)
def test_a_read_in_an_order_of_ones_own_ends_too(name):
    """It promises no more than that."""
    for changes, count in itertools.product([1, 100, 500], [2000, 20_000]):
        model, _ = one(name, changes, count, changes, proven=False)
        assert model.calls <= 3 * math.ceil(count / SIZE) + 20


def main():
    """Print, by the number of changes, what many reads came to."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("reads", type=int, help="reads for each pattern, number of changes and table")
    parser.add_argument("--most", type=int, default=TABLES[-1], help="rows of the largest table")
    asked = parser.parse_args()
    for changes in CHANGES:
        told = Counter()
        for name, count, seed in itertools.product(PATTERNS, TABLES, range(asked.reads)):
            if count <= asked.most:
                model, got = one(name, changes, count, seed, (1, 4, 10)[seed % 3])
                over, lost, doubled = judged(count, model, got)
                told.update(reads=1, calls=model.calls, over=bool(over), lost=lost, doubled=doubled, torn=got is None)
                told[f"torn: {name} {count}"] += got is None
        print(changes, {key: value for key, value in told.items() if value or ":" not in key})  # noqa: T201


if __name__ == "__main__":
    main()
