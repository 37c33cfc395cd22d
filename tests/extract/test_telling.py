"""What a long read tells in the log."""

from __future__ import annotations

import logging

import pytest

from airflow_provider_workfront.extract.telling import TELL_EVERY, Telling, told


@pytest.mark.parametrize(
    ("total", "text"),
    [
        (20_000, "5,000 rows, 400 rows/s, 25 % of about 20,000, 38 s to go"),
        (200_000, "5,000 rows, 400 rows/s, 2 % of about 200,000, 8 min 8 s to go"),
        (4_000, "5,000 rows, 400 rows/s, 100 % of about 4,000, 0 s to go"),
        (None, "5,000 rows, 400 rows/s"),
        (0, "5,000 rows, 400 rows/s"),
    ],
)
def test_rows_pace_share_and_rest(total, text):
    """What an earlier try had read does not make this one faster."""
    assert told(5_000, 1_000, 10.0, total) == text


def test_nothing_is_said_of_a_pace_without_time():
    """No division by zero at the first page."""
    assert told(5_000, 0, 0.0, 10_000) == "5,000 rows, 0 rows/s"


def test_it_is_told_every_few_seconds(caplog):
    """Not at every page: a fast read would fill the log."""
    telling = Telling("GET task/search", lambda: 10_000)
    with caplog.at_level(logging.INFO):
        telling.add(2_000)
        telling.last -= TELL_EVERY
        telling.add(2_000)
        telling.add(2_000)

    assert [record.getMessage().split(" rows,")[0] for record in caplog.records] == ["GET task/search: 4,000"]
