"""Event subscriptions: Workfront tells of changes by HTTP, so that nobody has to ask again and again."""

from __future__ import annotations

import json
from abc import abstractmethod
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import quote

from airflow.sdk import BaseHook, BaseOperator
from airflow.sdk.configuration import conf

from airflow_provider_workfront.api.errors import NotFoundError
from airflow_provider_workfront.api.subscribing import EnsureSubscription, UpgradeSubscriptions
from airflow_provider_workfront.api.subscriptions import DeleteSubscription, ListSubscriptions, checked_token
from airflow_provider_workfront.extract.xcom import within_bounds
from airflow_provider_workfront.failures import Unworkable, failing_for_good
from airflow_provider_workfront.spelling import check_spelling, flag

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from airflow.sdk import Context

    from airflow_provider_workfront.client import Client
    from airflow_provider_workfront.hooks import WorkfrontHook

EVENTS_PATH = "/workfront/events/"
"""Where this provider's plugin takes events in, below Airflow's own address; the connection's ID follows."""


class SubscriptionOperator(BaseOperator):
    """Deal with event subscriptions, as a system administrator."""

    template_fields: Sequence[str] = ("workfront_conn_id",)
    template_fields_renderers = dict.fromkeys(("filters", "subscription_ids"), "json")
    ui_color = "#fbe3cf"

    def __init__(self, *, workfront_conn_id: str = "workfront_default", **kwargs: Any) -> None:
        check_spelling(type(self), kwargs, self.template_fields)
        super().__init__(**kwargs)
        self.workfront_conn_id = workfront_conn_id

    def execute(self, context: Context) -> Any:  # noqa: ARG002
        """Do it; an argument that cannot be is no reason to try again."""
        from airflow_provider_workfront.hooks import WorkfrontHook

        hook = WorkfrontHook(self.workfront_conn_id)
        with failing_for_good():
            try:
                return self._done(hook)
            except (TypeError, ValueError) as error:
                raise Unworkable(f"{self.task_type}: {error}") from error

    @abstractmethod
    def _done(self, hook: WorkfrontHook) -> Any:
        """Do it and give the result."""


class WorkfrontEnsureSubscriptionOperator(SubscriptionOperator):
    """See to it that Workfront tells of these changes, once; return the subscription's ID and what was done.

    What is there already is ``kept``. One with the same object type, object, event type and address whose filters,
    encoding or token differ is ``replaced``, since Workfront cannot change it. The token is the connection's field
    *Token of events*, or the password of another connection; it appears nowhere else.

    :param obj_code: type of the objects, e.g. ``PROJ``, ``TASK`` or ``OPTASK``
    :param event_type: ``CREATE``, ``UPDATE`` or ``DELETE``
    :param url: where the events go, with ``https://``; without it this Airflow: ``[api] base_url`` and
        ``/workfront/events/<connection ID>``
    :param obj_id: ID of the one object to hear of
    :param filters: which changes, e.g. ``[{"fieldName": "status", "fieldValue": "CUR", "comparison": "eq"}]``
    :param filter_connector: whether all filters must hold (``AND``) or one of them (``OR``)
    :param base64_encoding: whether both states come as base64, which spares them from firewalls
    :param token_conn_id: Airflow connection whose password is the token, for a receiver other than this Airflow
    :param workfront_conn_id: the Airflow connection
    """

    template_fields = (
        *("obj_code", "event_type", "url", "obj_id", "filters", "filter_connector", "base64_encoding"),
        *("token_conn_id", "workfront_conn_id"),
    )

    def __init__(  # noqa: PLR0913 a name each, since .partial() and editors read the signature
        self,
        *,
        obj_code: str,
        event_type: str,
        url: str | None = None,
        obj_id: str | None = None,
        filters: Sequence[Mapping[str, Any]] | None = None,
        filter_connector: Literal["AND", "OR"] = "AND",
        base64_encoding: bool | str = False,
        token_conn_id: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.obj_code = obj_code
        self.event_type = event_type
        self.url = url
        self.obj_id = obj_id
        self.filters = filters
        self.filter_connector = filter_connector
        self.base64_encoding = base64_encoding
        self.token_conn_id = token_conn_id

    def _done(self, hook: WorkfrontHook) -> dict[str, Any]:
        url = self.url or own_address(self.workfront_conn_id)
        ensure = EnsureSubscription(
            self.obj_code,
            self.event_type,
            url,
            token_of(self.token_conn_id) if self.token_conn_id else hook.events_token(),
            self.obj_id or "",
            listed("filters", self.filters),
            self.filter_connector,
            self.base64_encoding != "" and flag("base64_encoding", self.base64_encoding),
        )
        with hook.get_conn() as workfront:
            done = workfront.run(ensure)
        about = f"{self.event_type} of {self.obj_code} to {url.partition('?')[0]}"
        replaced = f", in place of {', '.join(done.replaced)}" if done.replaced else ""
        self.log.info("Workfront subscription %s, %s: %s%s", done.subscription_id, about, done.what, replaced)
        if done.trouble:
            self.log.warning("%s", done.trouble)
        return {"id": done.subscription_id, "outcome": str(done.what), "replaced": list(done.replaced), "url": url}


class WorkfrontListSubscriptionsOperator(SubscriptionOperator):
    """List the event subscriptions of the customer, those of other tools too; tokens are left out.

    :param url: only those whose address begins with this
    :param workfront_conn_id: the Airflow connection
    """

    template_fields = ("url", "workfront_conn_id")

    def __init__(self, *, url: str | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.url = url

    def _done(self, hook: WorkfrontHook) -> list[dict[str, Any]]:
        with hook.get_conn() as workfront:
            found = workfront.run(ListSubscriptions())
        rows = [each.record() for each in found if each.url.startswith(self.url or "")]
        self.log.info("Workfront has %s event subscriptions, %s of them asked for", len(found), len(rows))
        return within_bounds(rows, "list of subscriptions", lambda: len(rows))


class WorkfrontDeleteSubscriptionOperator(SubscriptionOperator):
    """End event subscriptions; return the IDs of those that were still there.

    :param subscription_ids: one ID or a list of IDs; what is gone already is no error
    :param workfront_conn_id: the Airflow connection
    """

    template_fields = ("subscription_ids", "workfront_conn_id")

    def __init__(self, *, subscription_ids: str | Sequence[str], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.subscription_ids = subscription_ids

    def _done(self, hook: WorkfrontHook) -> list[str]:
        ids = listed("subscription_ids", self.subscription_ids) or []
        with hook.get_conn() as workfront:
            ended = [each for each in ids if _ended(workfront, each)]
        self.log.info("Workfront subscriptions ended: %s of %s", len(ended), len(ids))
        return ended


class WorkfrontUpgradeSubscriptionsOperator(SubscriptionOperator):
    """Bring event subscriptions to another version of their messages; return the IDs of those that were not yet.

    For five minutes after a change Workfront delivers each event in both versions.

    :param subscription_ids: one ID or a list of IDs; without it all of the customer, those of other tools too
    :param version: ``v2`` or ``v1``
    :param workfront_conn_id: the Airflow connection
    """

    template_fields = ("subscription_ids", "version", "workfront_conn_id")

    def __init__(
        self, *, subscription_ids: str | Sequence[str] | None = None, version: str = "v2", **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.subscription_ids = subscription_ids
        self.version = version

    def _done(self, hook: WorkfrontHook) -> list[str]:
        all_there_are = self.subscription_ids is None  # but not a template without a result: that is none
        ids = None if all_there_are else listed("subscription_ids", self.subscription_ids) or []
        upgrade = UpgradeSubscriptions(ids, self.version)
        with hook.get_conn() as workfront:
            changed = workfront.run(upgrade)
        self.log.info("Workfront subscriptions brought to %s: %s", self.version, len(changed))
        return changed


def own_address(conn_id: str) -> str:
    """Give the address at which this Airflow takes in a connection's events."""
    base = (conf.get("api", "base_url", fallback="") or "").rstrip("/")
    if not base.startswith("http"):
        raise ValueError(
            "url is missing, and [api] base_url does not say where this Airflow is reached; give one of them"
        )
    return f"{base}{EVENTS_PATH}{quote(conn_id, safe='')}"


def token_of(conn_id: str) -> str:
    """Give the password of an Airflow connection, which Airflow masks in logs."""
    token = BaseHook.get_connection(conn_id).password
    if not token:
        raise ValueError(f"connection {conn_id} has no password to be the token of events")
    return checked_token(token)


def listed(name: str, value: Any) -> list[Any] | None:
    """Read a list, one member, or the JSON that a template made of a list."""
    if value is None or value == "":
        return None
    if isinstance(value, str):
        if not value.lstrip().startswith("["):
            return [value]
        try:
            return list(json.loads(value))
        except ValueError:
            raise ValueError(f"{name} is the text of a list; pass it as an object, or write `| tojson`") from None
    if isinstance(value, dict):
        raise TypeError(f"{name} must be a list, not a dict: put it into [ ]")
    return list(value)


def _ended(workfront: Client, subscription_id: str) -> bool:
    try:
        return workfront.run(DeleteSubscription(subscription_id))
    except NotFoundError:
        return False
