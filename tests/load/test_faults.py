"""What a database refuses is found, and told without what it should not tell."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.exc import DataError, IdentifierError, IntegrityError, OperationalError, ProgrammingError

from airflow_provider_workfront.api.errors import WorkfrontError
from airflow_provider_workfront.failures import Unworkable
from airflow_provider_workfront.load.faults import blamed, explained, first_fault, is_of_values, row_error, said

SECRET = {"name": "what a row says"}


@given(st.integers(1, 300), st.data())
def test_the_first_fault_is_found(count, data):
    """Wherever it stands among however many, with others behind it."""
    bad = data.draw(st.sets(st.integers(0, count - 1), min_size=1))
    tried = []

    def attempt(start, stop):
        tried.append(stop - start)
        return ValueError() if bad & set(range(start, stop)) else None

    assert first_fault(0, count, attempt) == min(bad)
    assert sum(tried) <= count


@given(st.lists(st.integers(0, 20), min_size=2, unique=False).filter(lambda keys: len(set(keys)) < len(keys)))
def test_a_row_that_is_at_fault_only_beside_another_is_found(keys):
    """What could be done stays done: of two rows with one key, the second is named."""
    kept: list[int] = []

    def attempt(start, stop):
        new = keys[start:stop]
        if len({*kept, *new}) < len(kept) + len(new):
            return ValueError()
        kept.extend(new)
        return None

    assert first_fault(0, len(keys), attempt) == next(at for at, key in enumerate(keys) if key in keys[:at])


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (ProgrammingError("insert", SECRET, Exception("permission denied for table projects")), Unworkable),
        (IntegrityError("insert", SECRET, Exception("duplicate")), Unworkable),
        (OperationalError("insert", SECRET, Exception("server closed the connection")), WorkfrontError),
        (IdentifierError("Identifier 'x' exceeds maximum length"), Unworkable),
    ],
)
def test_only_what_may_go_away_is_retried(error, kind):
    """A permission does not come by itself, a connection may; the message has neither statement nor values."""
    with pytest.raises(WorkfrontError) as caught, explained("database warehouse"):
        raise error

    assert type(caught.value) is kind
    assert str(caught.value).startswith("database warehouse: ")
    assert SECRET["name"] not in str(caught.value)
    assert "insert" not in str(caught.value)


def test_other_errors_pass():
    """They are not the database's."""
    with pytest.raises(KeyError), explained("database warehouse"):
        raise KeyError


def test_values_are_at_fault_only_where_the_database_says_so():
    """Rows are not searched for a fault that is none of theirs."""
    assert is_of_values(DataError("", {}, Exception()))
    assert is_of_values(OverflowError())
    assert not is_of_values(OperationalError("", {}, Exception()))
    assert not is_of_values(ProgrammingError("", {}, Exception()))


def test_the_column_is_taken_from_what_sqlite_says():
    """Of the one kind of message that names it."""
    assert blamed(IntegrityError("", {}, Exception("NOT NULL constraint failed: projects.name"))) == "name"
    assert blamed(IntegrityError("", {}, Exception("CHECK constraint failed: length(name) < 5"))) == ""


def test_a_row_is_named_briefly():
    """A long value is cut, and its length told."""
    error = row_error("table t", "5f", "description", "x" * 5000, DataError("", {}, Exception("value too long")))

    assert len(str(error)) < 200
    assert str(error).startswith("table t refused row 5f, column description = 'xxx")
    assert str(error).endswith("... (5,002 characters): value too long; nothing was written")
    assert said(ValueError("plain")) == "plain"
