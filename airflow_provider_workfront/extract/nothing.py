"""Say in the log why a search may have found nothing: an empty result is no error, and looks like one of no rights."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from airflow_provider_workfront.api.emptiness import needs_metadata, reasons_for_nothing
from airflow_provider_workfront.api.errors import WorkfrontError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from airflow_provider_workfront.api.reads import Search


class Describes(Protocol):
    """A client, as far as it is needed here."""

    def metadata(self, obj_code: str) -> Mapping[str, Any]:
        """Describe an object type."""


class Logs(Protocol):
    """Any logger."""

    def info(self, message: str, /, *args: Any) -> Any:
        """Write a line that nobody needs to act on."""

    def warning(self, message: str, /, *args: Any) -> Any:
        """Write a line that somebody should read."""


def tell_why_nothing(client: Describes, search: Search, log: Logs) -> None:
    """Write one line of likely reasons: a warning if any is in the filters, not only in rights.

    Metadata is asked for if it can tell more; without an answer, less is told.
    """
    reasons = reasons_for_nothing(search.filters, _metadata(client, search))
    say = log.warning if len(reasons) > 1 else log.info
    say("Workfront search %s found nothing. Possible reasons: %s", search.obj_code, " | ".join(reasons))


def _metadata(client: Describes, search: Search) -> Mapping[str, Any] | None:
    if not needs_metadata(search.filters):
        return None
    try:
        return client.metadata(search.obj_code)
    except WorkfrontError:
        return None
