"""What a database refuses: found out, and said so that somebody can act on it."""

from __future__ import annotations

import re
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from sqlalchemy.exc import DataError, DBAPIError, IdentifierError, IntegrityError, ProgrammingError, StatementError

from airflow_provider_workfront.api.errors import WorkfrontError
from airflow_provider_workfront.failures import Unworkable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Fault = (StatementError, OverflowError)
"""Whatever a statement with values may end in; sqlite3 says by an OverflowError that a number is too big."""
SHOWN = 80
NARROWER = "name fewer fields, spread them over several tables, or write files (docs/sql.md)"
LIMITS = "54"
"""How PostgreSQL's codes of an exceeded limit begin: too many columns, a row that fits no page."""


@contextmanager
def explained(where: str) -> Iterator[None]:
    """Say in errors of the database which one it was; what its statement cannot do at all is no matter for a retry."""
    try:
        yield
    except IdentifierError as error:
        raise Unworkable(f"{where}: {error}") from error
    except StatementError as error:
        is_too_big = _is_too_big(error)
        for_good = is_too_big or isinstance(error, ProgrammingError | DataError | IntegrityError)
        kind = Unworkable if for_good else WorkfrontError
        raise kind(f"{where}: {said(error)}{f'; {NARROWER}' if is_too_big else ''}") from error


def said(error: Exception) -> str:
    """Give the database's own words; without its details, which may be a whole row."""
    origin: Any = getattr(error, "orig", None) or error
    primary = getattr(getattr(origin, "diag", None), "message_primary", None)
    return str(primary or origin).strip()


def _is_too_big(error: Exception) -> bool:
    """Tell whether a table has too many columns, or a row too many long ones, for what the database can hold at all."""
    origin: Any = getattr(error, "orig", None)
    code = getattr(origin, "sqlstate", None) or getattr(origin, "pgcode", None) or ""
    return code.startswith(LIMITS) or str(origin).startswith("too many ")


def is_of_values(error: Exception) -> bool:
    """Tell whether a value is at fault, and not the connection, a permission or the statement."""
    if isinstance(error, DBAPIError):
        return isinstance(error, DataError | IntegrityError)
    return isinstance(error, Fault)


def first_fault(start: int, stop: int, attempt: Callable[[int, int], Exception | None]) -> int:
    """Find the first of many that fail together, in about as much work as all of them are.

    What an attempt could do stays done, since a row may be at fault only beside one before it.
    """
    while stop - start > 1:
        middle = (start + stop) // 2
        if attempt(start, middle) is None:
            start = middle
        else:
            stop = middle
    return start


def blamed(error: Exception) -> str:
    """Name the column that the database blames, if it does."""
    origin: Any = getattr(error, "orig", None)
    column = getattr(getattr(origin, "diag", None), "column_name", None)
    sqlite = re.search(r"constraint failed: (?:\S+\.)?(\w+)$", str(origin))
    return column or (sqlite[1] if sqlite else "")


def row_error(where: str, obj_id: Any, column: str, value: Any, error: Exception) -> Unworkable:
    """Say which row the database refused, where in it, and in which words."""
    shown = repr(value)
    if len(shown) > SHOWN:
        shown = f"{shown[:SHOWN]}... ({len(shown):,} characters)"
    at = f", column {column} = {shown}" if column else ""
    return Unworkable(f"{where} refused row {obj_id}{at}: {said(error)}; nothing was written")
