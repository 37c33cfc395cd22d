"""The button on a task that opens its Workfront object."""

from __future__ import annotations

from typing import TYPE_CHECKING

from airflow.sdk import BaseOperatorLink

if TYPE_CHECKING:
    from airflow.sdk import BaseOperator
    from airflow.sdk.types import TaskInstanceKey


class WorkfrontObjectLink(BaseOperatorLink):
    """Open the object that the task created, read or changed.

    Airflow asks for the address once, in the task's own process, and keeps it as XCom; the UI reads it there.
    """

    name = "Open in Workfront"

    def get_link(self, operator: BaseOperator, *, ti_key: TaskInstanceKey) -> str:  # noqa: ARG002
        """Give the address that the operator left behind; empty if there is no object to show."""
        return getattr(operator, "object_url", "")
