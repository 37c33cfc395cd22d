"""What both clients share: all that neither sends, sleeps nor waits."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Protocol, TypeVar
from urllib.parse import urlsplit

from airflow_provider_workfront.api.call import Retry
from airflow_provider_workfront.api.errors import ClientClosedError
from airflow_provider_workfront.api.pages import After, Fetch, Fetched, Rows, read_pages, unknown
from airflow_provider_workfront.api.windows import Window
from airflow_provider_workfront.client.http import LONGEST_ANSWER, is_home, refuse_write
from airflow_provider_workfront.client.pace import Lane
from airflow_provider_workfront.client.stats import Progress, Stats
from airflow_provider_workfront.client.verbs import Verbs

if TYPE_CHECKING:
    from collections.abc import Callable

    from airflow_provider_workfront.api.call import Answer
    from airflow_provider_workfront.api.reads import Search
    from airflow_provider_workfront.api.request import Request
    from airflow_provider_workfront.auth.session import Credential, Session

Http = TypeVar("Http", bound="Closable")


class Closable(Protocol):
    """What is needed of an httpx client here."""

    @property
    def is_closed(self) -> bool:
        """Tell whether nothing can be sent any more."""


BOLDNESS = 4
"""Windows that a large read begins before it knows whether there is more than one."""

HUNDREDS_A_CALL = 2
"""Hundreds under way for each call that may be open: while one waits to look or to try again, another is sent."""


class Connected(Verbs, Generic[Http]):
    """Hold connections, session, settings and counts."""

    _new_lock: ClassVar[Any]  # a lock of threads or of tasks

    def __init__(  # noqa: PLR0913 `open_client` puts the parts together
        self,
        http: Http,
        session: Session,
        *,
        api_root: str,
        retry: Retry = Retry(),
        read_only: bool = False,
        conn_id: str = "",
        lane: Lane | None = None,
        longest: int = LONGEST_ANSWER,
    ) -> None:
        self.http = http
        self.session = session
        self.api_root = api_root
        self.retry = retry
        self.read_only = read_only
        self.conn_id = conn_id
        self.lane = lane or Lane()
        self.longest = longest
        self.stats = Stats(_label(api_root, conn_id))
        self._credential: Credential | None = None
        self._renewing = self._new_lock()

    def _needs_session(self, request: Request) -> bool:
        """Tell whether the session travels with a request; refuse what may not be sent: of a closed client nothing."""
        if self.http.is_closed:
            raise ClientClosedError(request.label, self.conn_id)
        refuse_write(request, self.conn_id, read_only=self.read_only)
        return is_home(request, self.api_root)

    def _held(self, refused: Credential | None) -> Credential | None:
        """Give the credential at hand, unless it is the one that was refused, or has come to its end."""
        held = self._credential
        return None if held is refused or (held and time.monotonic() >= held.stale_at) else held

    def _keep(self, credential: Credential, refused: Credential | None) -> Credential:
        self._credential = credential
        self.stats.user_id = credential.user_id
        self.stats.renewals += refused is not None
        return credential

    def _farewell(self, *, is_closed: bool) -> Request | None:
        """Give what to tell the broker when the client is closed: its share is free for other tasks."""
        return None if is_closed else self.lane.limiter.share.farewell()

    def _counted(self, answer: Answer, started: float, credential: Credential | None) -> Answer:
        if credential is not None:  # calls of the session itself are not the user's
            self.stats.count(answer, time.monotonic() - started)
        return answer


def _label(api_root: str, conn_id: str) -> str:
    """Say in the summary line where the calls went."""
    parts = urlsplit(api_root)
    return f"Workfront {parts.netloc}, API {parts.path.rpartition('/')[2]}, connection {conn_id or '(unnamed)'}"


class Paging:
    """Walks a search: says what to fetch, takes it in, gives the rows."""

    def __init__(
        self,
        search: Search,
        client: Connected[Any],
        after: After | None,
        expected: Callable[[], int | None] = unknown,
        *,
        sliced: bool = False,
    ) -> None:
        self.search = search
        self.sliced = sliced
        width = client.lane.width
        self._steps = read_pages(
            search.limit,
            proven=search.is_by_id,
            width=width,
            after=after,
            expected=expected,
            boldness=BOLDNESS if sliced else 1,  # who reads slices reads much
        )
        # whoever passes rows on as they came tells of it, and better
        self._progress = Progress("" if sliced else search.request().label, client.stats)

    def step(self, fetched: Fetched) -> Fetch | Rows | None:
        """Give the next step, None at the end."""
        step = next(self._steps, None) if fetched is None else self._sent(fetched)
        if isinstance(step, Rows):
            self._progress.add(len(step.rows))
        return step

    def windows(self, step: Fetch) -> list[Window]:
        """Give what fetches the windows that are to be begun."""
        return [Window(self.search, *window, sliced=self.sliced) for window in step.windows]

    def _sent(self, fetched: Fetched) -> Fetch | Rows | None:
        try:
            return self._steps.send(fetched)
        except StopIteration:
            return None
