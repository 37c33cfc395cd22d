"""The task's side of a repair: tell the api-server which objects have changed; it knows what was told already."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from airflow_provider_workfront.api.call import Retry, call
from airflow_provider_workfront.api.errors import BrokerUnavailable, ResponseError
from airflow_provider_workfront.api.operation import Job, Steps
from airflow_provider_workfront.api.request import Repeat, Request
from airflow_provider_workfront.broker.session import broker_url

if TYPE_CHECKING:
    from collections.abc import Sequence

    from airflow_provider_workfront.connection import Configuration

MOST_MISSED = 100  # objects that are named at a time


def missed_url(conf: Configuration, conn_id: str) -> str:
    """Give the address at which the api-server takes in what was missed."""
    return f"{broker_url(conf)}missed/{quote(conn_id, safe='')}"


@dataclass(frozen=True, slots=True)
class TellMissed(Job[dict[str, int]]):
    """Tell of objects, each by its ID and `lastUpdateDate` as `event.updated` writes it; give how many came to what.

    It may be done again: what was told is told once. Raises BrokerUnavailable if the api-server takes in nothing.
    """

    url: str
    token: str = field(repr=False)
    obj_code: str
    objects: Sequence[tuple[str, str]]

    def steps(self, retry: Retry) -> Steps[dict[str, int]]:
        """Carry it out."""
        try:
            said: Any = yield from call(self._request(), retry)
            return {str(name): int(number) for name, number in said["outcomes"].items()}
        except ResponseError as error:
            raise BrokerUnavailable(f"{error.request}: {error.status} {error.message} {_ADVICE}") from error
        except (AttributeError, KeyError, TypeError, ValueError):
            raise BrokerUnavailable(f"{self._request().label}: an answer of an unknown form. {_ADVICE}") from None

    def _request(self) -> Request:
        return Request(
            "POST",
            self.url,
            json={"obj_code": self.obj_code, "objects": [list(each) for each in self.objects]},
            headers=(("authorization", f"Bearer {self.token}"),),
            anonymous=True,
            repeat=Repeat.ALWAYS,
        )


_ADVICE = (
    "- the provider's plugin in the api-server takes in events: it has to resolve the connection, its field "
    "events_token too, as tasks do; if it runs elsewhere, set [workfront] broker_url"
)
