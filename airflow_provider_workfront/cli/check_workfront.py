"""Checks that need a session: who the connection acts as, and what that user sees."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from airflow_provider_workfront.api.errors import TokenError, WorkfrontError
from airflow_provider_workfront.api.request import Lost, Response, loads
from airflow_provider_workfront.cli.finding import Finding, failed, ok, skip, warn

if TYPE_CHECKING:
    from airflow_provider_workfront.client import Client

READ = {"PROJ": "projects", "TASK": "tasks", "OPTASK": "issues"}
REFRESHED = "run a task, or `airflow workfront query USER --limit 1`: both may refresh it; then look again"
CREDENTIALS = "check the credentials in the connection"


def user(workfront: Client, *, has_grant: bool) -> Finding:
    """Ask who the session belongs to; a stored access token that has ended is no failure."""
    try:
        found = workfront.get("USER", "$$USER", fields=["name", "username"])
    except TokenError as error:
        if has_grant:
            return warn("user", "Workfront does not take the stored access token any more", REFRESHED)
        return failed("user", error, CREDENTIALS)
    except WorkfrontError as error:
        return failed("user", error, CREDENTIALS)
    return ok("user", f"{found.get('name')} ({found.get('username')})")


def session_of(workfront: Client) -> dict[str, Any]:
    """Read what Workfront says of the session; nothing if it does not."""
    try:
        found = workfront.request("GET", "session")
    except WorkfrontError:
        return {}
    return found if isinstance(found, dict) else {}


def offered(information: Response | Lost, session: dict[str, Any]) -> list[str]:
    """Read which versions Workfront offers, from `/info` or from the session (reference 2.9)."""
    said = _versions(information)
    told = session.get("versionInformation") or {}
    return said or (sorted(told.get("apiVersions") or {}) if isinstance(told, dict) else [])


def version(wanted: str, versions: list[str]) -> Finding:
    """Tell whether the version in the connection is among those offered."""
    if not versions:
        return skip("versions offered", "Workfront does not say")
    told = ", ".join(sorted(versions, key=lambda name: (len(name), name)))
    if wanted in versions:
        return ok("versions offered", told)
    return warn("versions offered", f"{told}: {wanted} is not among them", "set api_version in the connection")


def visible(workfront: Client, obj_code: str) -> Finding:
    """Count what the user may read of a type."""
    check = f"reads {obj_code}"
    try:
        number = workfront.count(obj_code)
    except WorkfrontError as error:
        return failed(check, error, "try again later")
    if not number:
        return warn(check, f"no {READ[obj_code]} are visible", "share some with the user, or raise its access level")
    return ok(check, f"{number} {READ[obj_code]} are visible")


def time_zone(session: dict[str, Any]) -> Finding:
    """Tell how Workfront reads dates without an offset (reference 7.2)."""
    zone = session.get("timeZone")
    if not zone:
        return skip("time zone", "Workfront does not say")
    if _is_utc(str(zone)):
        return ok("time zone", str(zone))
    found = f"{zone}: dates without an offset are read in it, and days begin by it"
    return warn("time zone", found, "write dates with an offset, or set the user's time zone to UTC in Workfront")


def _versions(information: Response | Lost) -> list[str]:
    try:
        said = loads(information.body)["data"]["versions"] if isinstance(information, Response) else []
    except (ValueError, KeyError, TypeError):
        return []
    return [str(name) for name in said] if isinstance(said, list) else []


def _is_utc(zone: str) -> bool:
    """Tell whether a zone is UTC by another name: no offset in winter, none in summer."""
    try:
        known = ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError):
        return False
    noons = (datetime(2026, month, 1, 12, tzinfo=UTC) for month in (1, 7))
    return not any(noon.astimezone(known).utcoffset() for noon in noons)
