"""Who is looking, and what Airflow lets them do: whatever auth manager it has."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from airflow.api_fastapi.app import get_auth_manager
from airflow.api_fastapi.auth.managers.models.resource_details import AccessView, ConnectionDetails
from airflow.api_fastapi.core_api.security import bearer_scheme, get_user
from airflow.models.connection import Connection
from fastapi import HTTPException

from airflow_provider_workfront.broker.trail import Who
from airflow_provider_workfront.pages.flow import Refusal

if TYPE_CHECKING:
    from collections.abc import Iterable

    from fastapi import Request


class NotLoggedIn(Exception):
    """Nobody is logged in to Airflow in this browser."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """A user of Airflow. All of its questions may ask the database: not on the event loop."""

    user: Any

    @property
    def id(self) -> str:
        """Give what tells this user from others."""
        return str(self.user.get_id())

    @property
    def who(self) -> Who:
        """Return who this is, for the log and for Airflow's audit log."""
        return Who(str(self.user.get_name()), "page")

    def require_entry(self) -> None:
        """Raise Refusal unless this user may use Airflow's web pages at all."""
        if not get_auth_manager().is_authorized_view(access_view=AccessView.WEBSITE, user=self.user):
            raise Refusal(
                "Not for you", "Your Airflow user may not see Airflow's pages.", "Ask an administrator.", status=403
            )

    def may(self, method: Literal["GET", "PUT"], conn_id: str) -> bool:
        """Return whether this user may see (GET) or edit (PUT) a connection, as Airflow's own API decides it."""
        details = ConnectionDetails(conn_id=conn_id, team_name=Connection.get_team_name(conn_id))
        return bool(get_auth_manager().is_authorized_connection(method=method, details=details, user=self.user))

    def may_add(self) -> bool:
        """Return whether this user may add connections."""
        return bool(get_auth_manager().is_authorized_connection(method="POST", user=self.user))

    def visible(self, conn_ids: Iterable[str]) -> set[str]:
        """Return those connections that this user may see, as the list of Airflow's own API does.

        A connection outside the database (environment, secrets backend, deleted) has no team.
        """
        by_team: dict[str | None, set[str]] = {}
        ids = set(conn_ids)
        teams = Connection.get_conn_id_to_team_name_mapping(list(ids))
        for conn_id in ids:
            by_team.setdefault(teams.get(conn_id), set()).add(conn_id)
        allowed = get_auth_manager().filter_authorized_connections
        return {
            conn_id
            for team, members in by_team.items()
            for conn_id in allowed(conn_ids=members, user=self.user, method="GET", team_name=team)
        }

    def require_sight(self, conn_id: str) -> None:
        """Raise the Refusal of a missing connection unless this user may see it: the two must not differ."""
        if not self.may("GET", conn_id):
            raise missing(conn_id)

    def require_edit(self, conn_id: str) -> None:
        """Raise Refusal unless this user may see and edit the connection: who authorizes it, changes it."""
        self.require_sight(conn_id)
        if not self.may("PUT", conn_id):
            raise Refusal(
                "You may not authorize this connection",
                f"That takes the permission to edit connection {conn_id!r}.",
                "Nothing was stored. Ask somebody who may edit connections in Airflow.",
                status=403,
            )


def missing(conn_id: str) -> Refusal:
    """Return the one answer for a connection that does not exist, and for one that this user may not see."""
    happened = f"There is no Workfront connection {conn_id!r}, or your Airflow user may not see it."
    return Refusal("No such connection", happened, "Check the ID, or ask an administrator of Airflow.", status=404)


async def visitor_of(request: Request) -> Visitor:
    """Give who is logged in; raises NotLoggedIn."""
    try:
        return Visitor(await get_user(request, None, await bearer_scheme(request)))
    except HTTPException:
        raise NotLoggedIn from None
