"""Who is looking, and what Airflow lets them do: whatever auth manager it has."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from airflow.api_fastapi.app import get_auth_manager
from airflow.api_fastapi.auth.managers.models.resource_details import AccessView, ConnectionDetails
from airflow.api_fastapi.core_api.security import bearer_scheme, get_user
from airflow.models.connection import Connection
from fastapi import HTTPException

from airflow_provider_workfront.pages.flow import Refusal

if TYPE_CHECKING:
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
    def name(self) -> str:
        """Give the name for the log."""
        return f"Airflow user {self.user.get_name()!r}"

    def require_entry(self) -> None:
        """Raise Refusal unless this user may use Airflow's web pages at all."""
        if not get_auth_manager().is_authorized_view(access_view=AccessView.WEBSITE, user=self.user):
            raise Refusal(
                "Not for you", "Your Airflow user may not see Airflow's pages.", "Ask an administrator.", status=403
            )

    def may(self, method: Literal["GET", "PUT"], conn_id: str) -> bool:
        """Tell whether this user may see (GET) or edit (PUT) a connection."""
        details = ConnectionDetails(conn_id=conn_id, team_name=Connection.get_team_name(conn_id))
        return bool(get_auth_manager().is_authorized_connection(method=method, details=details, user=self.user))

    def require_edit(self, conn_id: str) -> None:
        """Raise Refusal unless this user may edit the connection: who authorizes it, changes it."""
        if not self.may("PUT", conn_id):
            raise Refusal(
                "You may not authorize this connection",
                f"That takes the permission to edit connection {conn_id!r}.",
                "Nothing was stored. Ask somebody who may edit connections in Airflow.",
                status=403,
            )


async def visitor_of(request: Request) -> Visitor:
    """Give who is logged in; raises NotLoggedIn."""
    try:
        return Visitor(await get_user(request, None, await bearer_scheme(request)))
    except HTTPException:
        raise NotLoggedIn from None
