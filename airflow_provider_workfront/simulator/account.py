"""`/session` and `/info`: who am I, and what is this (rule 43)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflow_provider_workfront.simulator.derived import COMPUTED

if TYPE_CHECKING:
    from airflow_provider_workfront.simulator.world import World

NEWEST, OLDEST = 22, 18


def session_data(world: World, user_id: str, session_id: str) -> dict[str, Any]:
    """Describe the session and its user."""
    user = world.objects("USER")[user_id]
    return {
        "sessionID": session_id,
        "userID": user_id,
        "userCompanyID": user.get("companyID"),
        "isAdmin": COMPUTED["USER.isAdmin"][1](world, user),
        "timeZone": user.get("timeZone"),
        "timeZoneName": _zone_name(world, user_id),
        "locale": user.get("locale") or "en_US",
        "iso3Country": "USA",
        "iso3Language": "eng",
        "customerID": world.customer_id,
        "tenantID": world.customer_id,
        "hasInsightsAccess": False,
        "currency": {
            "ID": "USD",
            "useNegativeSign": False,
            "fractionDigits": 2,
            "symbol": "USD",
            "groupingSeparator": ",",
            "decimalSeparator": ".",
        },
        "versionInformation": _version_information(),
    }


def _zone_name(world: World, user_id: str) -> str:
    """Give the name of the user's zone, which is not its ID (recorded answers of the JavaScript client)."""
    return str(world.now().astimezone(world.zone(user_id)).tzname())


def info_data() -> dict[str, Any]:
    """Describe the service."""
    sso = {"ssoType": "SAML_2_0", "providerURL": None, "providerPort": None, "signoutURL": None}
    return {"sso": sso, "versions": [f"v{number}.0" for number in range(OLDEST, NEWEST + 1)]}


def _version_information() -> dict[str, Any]:
    versions = [f"v{number}.0" for number in range(OLDEST, NEWEST + 1)]
    return {
        "currentAPI": versions[-1],
        "buildNumber": "1",
        "apiVersions": {version: f"/attask/api/{version}/" for version in versions},
        "lastUpdated": "2026/11/02 09:00:00",
        "release": "26.11",
        "version": "26.11",
    }
