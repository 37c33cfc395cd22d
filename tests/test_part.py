"""What one process may have open: its part as a value that changes."""

from __future__ import annotations

from math import inf

import pytest

from airflow_provider_workfront.client.part import IDLE, Part

ONE = {"share": 1, "kept": 1, "round": 3, "lease": 15.0, "again": 3.0, "ticket": "t"}


def part(now=0.0, most=4, **said):
    """A part that was told something at this moment."""
    made = Part(most=most)
    made.told(made.asking(now, at_least=1)["number"], ONE | said, now, now)
    return made


def told(made, now, **said):
    """What it asks, answered at once."""
    ask = made.asking(now)
    made.told(ask["number"], ONE | said, now, now)
    return ask


def test_without_a_broker_the_pace_decides():
    """Nothing is asked, whatever happens."""
    made = Part()
    made.counts(3, 2, 1.0)
    made.refused()

    assert (made.room(1.0), made.due(1.0)) == (None, inf)


def test_a_share_holds_for_its_lease():
    """Then nothing is begun, and the broker is asked."""
    made = part()
    made.counts(1, 0, 0.0)

    assert (made.room(14.9), made.room(15.0)) == (1, 0)
    assert made.due(0.0) == 3.0


def test_who_calls_renews():
    """It asks for what it has used at most, and keeps what it has."""
    made = part(share=3, kept=3)
    for count in (2, 3, 1):
        made.counts(count, 0, 1.0)
    ask = made.asking(3.0)

    assert (ask["want"], ask["keep"]) == (3, 3)


def test_who_lacks_slots_says_so_at_once():
    """But once only: what is not there cannot be had."""
    made = part()
    made.counts(1, 2, 1.0)
    assert made.due(1.0) == 1.0
    assert told(made, 1.0)["want"] == 4

    assert made.due(1.1) == 4.0


def test_who_has_too_much_ends_it_first():
    """The calls that are open may end; then what is over is given back at once."""
    made = part(share=3, kept=3)
    made.counts(3, 0, 1.0)
    told(made, 3.0, share=1, kept=3)
    assert (made.room(3.0), made.due(3.0)) == (1, 6.0)
    made.counts(1, 0, 4.0)

    assert made.due(4.0) == 4.0
    assert made.asking(4.0)["keep"] == 1


def test_what_is_open_is_kept_though_its_turn_is_over():
    """A renewal in the middle of its last call does not give away that call's slot."""
    made = part()
    made.counts(1, 0, 1.0)
    told(made, 3.0, share=0, kept=1)

    assert made.asking(6.0)["keep"] == 1


def test_who_rests_gives_all_back():
    """After a second without a call; the next call asks anew."""
    made = part()
    made.counts(0, 0, 1.0)
    assert made.due(1.0) == 1.0 + IDLE
    ask = told(made, 2.0, share=0, kept=0)
    assert (ask["want"], ask["keep"], made.due(2.1), made.room(2.1)) == (0, 0, inf, 0)
    made.counts(0, 1, 60.0)

    assert made.due(60.0) == 60.0


def test_a_short_pause_is_no_rest():
    """What it has is kept for a second."""
    made = part()
    made.counts(0, 0, 2.9)

    assert (made.asking(3.0)["want"], made.room(3.0)) == (1, 1)


def test_who_leaves_keeps_nothing():
    """The client is closed."""
    made = part()
    made.counts(0, 0, 0.1)
    ask = made.asking(0.1, leaves=True)

    assert (ask["want"], ask["keep"], made.room(0.2), made.due(0.2)) == (0, 0, 0, inf)


def test_an_answer_that_was_overtaken_allows_nothing():
    """The later ask promised to keep less; it is asked again."""
    made = part()
    made.counts(1, 1, 1.0)
    first, _ = made.asking(1.0), made.asking(1.0)
    made.told(first["number"], ONE | {"share": 4, "kept": 4}, 1.0, 1.0)

    assert (made.room(1.0), made.due(1.0)) == (1, 1.0)


def test_a_refusal_is_told_at_once_with_its_round():
    """So that all others slow down too."""
    made = part()
    made.counts(1, 0, 1.0)
    made.refused()

    assert made.due(1.0) == 1.0
    assert made.asking(1.0)["refused_in"] == 3
    assert made.asking(1.0)["refused_in"] is None


def test_when_the_broker_is_gone_the_lease_is_waited_for():
    """Then everybody goes on at his own pace, and asks now and then; what is open is said when it is back."""
    made = part()
    made.counts(1, 1, 1.0)
    made.failed(1.0)
    assert made.room(1.0) == 1
    assert 1.5 <= made.due(1.0) <= 2.5
    made.failed(15.0)
    assert made.room(15.0) is None
    assert made.due(15.0) > 15.0
    made.counts(3, 1, 20.0)

    assert made.asking(20.0)["keep"] == 3


def test_who_was_dismissed_asks_no_more():
    """An older api-server has no slots."""
    made = part()
    made.dismissed()
    made.counts(1, 5, 1.0)

    assert (made.room(1.0), made.due(1.0)) == (None, inf)


@pytest.mark.parametrize("said", [{}, {"share": "many"}, {"share": None}, {"again": []}])
def test_nonsense_is_told_from_an_answer(said):
    """Whoever takes it in learns that it is none."""
    made = Part()
    ask = made.asking(0.0)

    with pytest.raises((KeyError, TypeError, ValueError)):
        made.told(ask["number"], said, 0.0, 0.0)
