"""Where it is decided which errors no retry can mend."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from airflow.sdk.exceptions import AirflowFailException

from airflow_provider_workfront.api.errors import WorkfrontError

if TYPE_CHECKING:
    from collections.abc import Iterator


class Unworkable(WorkfrontError):
    """Report a task that cannot work as it is written: a wrong argument, a result too big for XCom."""

    permanent = True


@contextmanager
def failing_for_good() -> Iterator[None]:
    """Turn a permanent error into Airflow's refusal to try again; leave all others to its retries."""
    try:
        yield
    except WorkfrontError as error:
        if not error.permanent:
            raise
        raise AirflowFailException(str(error)) from error
