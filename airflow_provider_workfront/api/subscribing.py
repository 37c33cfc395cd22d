"""See to it that a subscription is there, once, as it shall be: however often this is run."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Literal

from airflow_provider_workfront.api.errors import InvalidRequestError, NotFoundError
from airflow_provider_workfront.api.event_filters import (
    EVENT_TYPES,
    Filter,
    checked_filters,
    event_code,
    one_of,
    same_filters,
)
from airflow_provider_workfront.api.operation import Job, Steps
from airflow_provider_workfront.api.subscriptions import (
    VERSIONS,
    ChangeVersion,
    CreateSubscription,
    DeleteSubscription,
    ListSubscriptions,
    Subscription,
    checked_url,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from airflow_provider_workfront.api.call import Retry

CONFLICT = 409
SHORT_TOKEN = 8  # reference 9.3: up to here a token is masked as a whole, else all but its last four characters


class Ensured(StrEnum):
    """What had to be done."""

    KEPT = "kept"
    CREATED = "created"
    REPLACED = "replaced"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What had to be done, the subscription's ID, and the IDs of those that it took the place of."""

    what: Ensured
    subscription_id: str
    replaced: tuple[str, ...] = ()
    trouble: str = ""
    """Why Workfront delivers nothing there at present, if it does not."""


@dataclass(frozen=True, slots=True)
class EnsureSubscription(Job[Outcome]):
    """Keep the subscription with this object type, object, event type and address, or create it.

    One whose filters, encoding or token differ is replaced, since Workfront cannot change it. Two subscriptions that
    shall differ by their filters only need two addresses, such as ``?for=finance`` and ``?for=marketing``.
    """

    obj_code: str
    event_type: str
    url: str
    auth_token: str = field(repr=False)
    obj_id: str = ""
    filters: Sequence[Filter] | None = None
    filter_connector: Literal["AND", "OR"] = "AND"
    base64_encoding: bool = False

    def steps(self, retry: Retry) -> Steps[Outcome]:
        """Look, then do what is missing."""
        wanted = self._wanted()
        wanted.request()  # what cannot be is refused before anything is asked
        found = yield from ListSubscriptions().steps(retry)
        alike = [each for each in found if _identity(each) == _identity(wanted)]
        kept = next((each for each in alike if self._is_same(each, wanted)), None)
        others = [each for each in alike if each is not kept]
        if kept is not None:
            yield from _ended(others, retry)
            return Outcome(Ensured.KEPT, kept.id, _ids(others), _trouble(kept))
        in_the_way = [each for each in others if _is_duplicate(each, wanted)]
        yield from _ended(in_the_way, retry)  # Workfront counts it as a duplicate
        made = yield from _created(wanted, retry)
        yield from _ended([each for each in others if each not in in_the_way], retry)
        return Outcome(Ensured.REPLACED if others else Ensured.CREATED, made, _ids(others))

    def _wanted(self) -> CreateSubscription:
        """Give the subscription as it shall be, as Workfront will show it: else it would never be found again."""
        code, event_type = event_code(self.obj_code), one_of("event_type", self.event_type, EVENT_TYPES)
        return CreateSubscription(
            code,
            event_type,
            checked_url(self.url),
            self.auth_token,
            self.obj_id,
            checked_filters(self.filters, code, event_type),
            self.filter_connector.upper(),
            self.base64_encoding,
        )

    def _is_same(self, found: Subscription, wanted: CreateSubscription) -> bool:
        is_same_token = _may_be(found.masked_token, self.auth_token)
        return _is_duplicate(found, wanted) and found.base64_encoding == wanted.base64_encoding and is_same_token


def _is_duplicate(found: Subscription, wanted: CreateSubscription) -> bool:
    has_same_filters = same_filters(found.filters, wanted.filters or ())
    return has_same_filters and (not wanted.filters or found.filter_connector == wanted.filter_connector)


def _may_be(masked: str, token: str) -> bool:
    """Tell whether a masked token may be this one; a token that is masked as a whole tells nothing."""
    shown = masked.lstrip("*")
    return not shown or len(token) <= SHORT_TOKEN or token.endswith(shown)


def _created(wanted: CreateSubscription, retry: Retry) -> Steps[str]:
    """Create it; who is told that it exists already finds it: by a lost answer, or by another task at the same time."""
    try:
        return (yield from wanted.steps(retry))
    except InvalidRequestError as error:
        if error.status != CONFLICT:
            raise
        for each in (yield from ListSubscriptions().steps(retry)):
            if _identity(each) == _identity(wanted) and _is_duplicate(each, wanted):
                return each.id
        raise


def _identity(each: Subscription | CreateSubscription) -> tuple[str, ...]:
    """Give what makes it this subscription, however it is filtered."""
    return (each.obj_code, each.obj_id, each.event_type, each.url)


def _ended(subscriptions: Sequence[Subscription], retry: Retry) -> Steps[None]:
    """End these; one that is gone already is no error."""
    for each in subscriptions:
        try:
            yield from DeleteSubscription(each.id).steps(retry)
        except NotFoundError:
            continue


def _ids(subscriptions: Sequence[Subscription]) -> tuple[str, ...]:
    return tuple(each.id for each in subscriptions)


def _trouble(found: Subscription) -> str:
    """Say what Workfront thinks of the address (reference 9.7)."""
    if found.frozen_at:
        return (
            f"Workfront has frozen this address since {found.frozen_at}, after days of failures, and delivers nothing: "
            "mend the receiver, then ask Adobe to enable the address, or subscribe under another one (add ?v=2)"
        )
    if found.disabled_at:
        return (
            f"Workfront has disabled this address since {found.disabled_at}, after too many failures; it tries one "
            "event each ten minutes, and goes on once that is answered with 2xx"
        )
    return ""


@dataclass(frozen=True, slots=True)
class UpgradeSubscriptions(Job[list[str]]):
    """Bring these subscriptions to a version, without IDs all of the customer; give the IDs of those that were not."""

    subscription_ids: Sequence[str] | None = None
    version: str = "v2"

    def steps(self, retry: Retry) -> Steps[list[str]]:
        """Change only what has another version: each change doubles events for five minutes."""
        version = one_of("version", self.version, VERSIONS)
        found = {each.id: each for each in (yield from ListSubscriptions().steps(retry))}
        ids = list(found) if self.subscription_ids is None else list(self.subscription_ids)
        if unknown := [each for each in ids if each not in found]:
            raise ValueError(f"no such subscription: {', '.join(unknown)}; list them to see which there are")
        outdated = [each for each in ids if found[each].version != version]
        return (yield from ChangeVersion(outdated, version).steps(retry)) if outdated else []
