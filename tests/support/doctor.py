"""What tests of the doctor share."""

from __future__ import annotations

from airflow_provider_workfront.cli.doctor import examined
from airflow_provider_workfront.cli.finding import Finding, line


def examine(site, conn_id: str = "wf") -> dict[str, Finding]:
    """Examine a connection; whatever is found, no refresh token is spent, no secret shown, no remedy missing."""
    before, live = site.simulator.stats()["refreshes"], site.live()
    found = list(examined(conn_id))
    shown = "\n".join(line(finding) for finding in found)

    assert (site.simulator.stats()["refreshes"], site.live()) == (before, live)
    assert [secret for secret in site.simulator.given if secret in shown] == []
    assert [finding for finding in found if finding.state in {"warn", "fail"} and not finding.remedy] == []
    return {finding.check: finding for finding in found}


def states(found: dict[str, Finding], *checks: str) -> list[str]:
    """Give the states of some checks."""
    return [found[check].state for check in checks]


def user_is(site, name: str) -> None:
    """Let the API key belong to another user."""
    world = site.simulator.world
    world.update("USER", world.admin_id, {"apiKey": None})
    world.update("USER", world.id_of("USER", f"{name}@acme.example"), {"apiKey": site.simulator.credentials["api_key"]})


def with_key(site, **changes) -> None:
    """Let the connection use the API key."""
    extra = {"auth": "api_key", "api_key": site.simulator.credentials["api_key"], "refresh_token": ""}
    site.connect(extra=extra | changes)
