"""The authorize endpoint and its consent page (rules 20 to 22)."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlsplit

from airflow_provider_workfront.simulator.http import Response
from airflow_provider_workfront.simulator.wire import HTML_HEADERS, page

if TYPE_CHECKING:
    from airflow_provider_workfront.simulator.grants import Grants
    from airflow_provider_workfront.simulator.http import Request
    from airflow_provider_workfront.simulator.oauth import App, Apps
    from airflow_provider_workfront.simulator.options import Options
    from airflow_provider_workfront.simulator.world import World

AUTHORIZE = "/integrations/oauth2/authorize"
MOST_USERS = 50  # on the consent page of a large world

CONSENT = """<!doctype html><html><head><title>Workfront simulator: allow access?</title></head><body>
<h1>Allow {client} to use Workfront for you?</h1><form method="get" action="{path}">{hidden}
<label>You are <select name="user">{users}</select></label>
<button name="decision" value="allow">Allow</button> <button name="decision" value="deny">Deny</button>
</form></body></html>"""


class Authorize:
    """Ask a person, or at once grant what was asked for."""

    def __init__(self, options: Options, apps: Apps, grants: Grants, world: World) -> None:
        self._options = options
        self._apps = apps
        self._grants = grants
        self._world = world

    def answer(self, request: Request) -> Response:
        """Answer with the consent page, a redirect to the application, or an error page."""
        asked = dict(request.query)
        app = self._apps.find(asked.get("client_id", ""))
        if app is None:
            return page(400, "Unknown client_id")
        if asked.get("redirect_uri") not in app.redirect_uris:
            wanted = escape(asked.get("redirect_uri", ""))  # rule 21: never redirect there
            return page(400, f"redirect_uri is not registered; start the simulator with --redirect-uri {wanted}")
        if asked.get("response_type") != "code":
            return page(400, "response_type must be code")
        if not _challenge_is_sound(app, asked):
            return page(400, "code_challenge with code_challenge_method=S256 is required")
        if self._options.interactive and "decision" not in asked:
            return self._consent(asked)
        return self._decide(asked)

    def _decide(self, asked: dict[str, str]) -> Response:
        if asked.get("decision") == "deny":
            return _redirect(asked, {"error": "access_denied"})  # reference 2.2 [I]
        user_id = asked.get("user") or self._world.admin_id
        if self._world.get("USER", user_id) is None:
            return page(400, "Unknown user")
        challenge = asked.get("code_challenge", "")
        code = self._grants.code(asked["client_id"], asked["redirect_uri"], user_id, challenge)
        return _redirect(asked, {"code": code, "domain": self._options.domain, "lane": self._options.lane})

    def _consent(self, asked: dict[str, str]) -> Response:
        users = list(self._world.objects("USER").values())[:MOST_USERS]
        choices = (f'<option value="{escape(user["ID"])}">{escape(str(user["name"]))}</option>' for user in users)
        hidden = (f'<input type="hidden" name="{escape(k)}" value="{escape(v)}">' for k, v in asked.items())
        text = CONSENT.format(
            client=escape(asked["client_id"]), path=AUTHORIZE, hidden="".join(hidden), users="".join(choices)
        )
        return Response(200, dict(HTML_HEADERS), text.encode())


def _challenge_is_sound(app: App, asked: dict[str, str]) -> bool:
    if "code_challenge" in asked:
        return asked.get("code_challenge_method") == "S256"  # reference 2.6: always S256
    return bool(app.client_secret)


def _redirect(asked: dict[str, str], answer: dict[str, str]) -> Response:
    if "state" in asked:
        answer = {**answer, "state": asked["state"]}
    target = asked["redirect_uri"]
    joint = "&" if urlsplit(target).query else "?"
    return Response(302, {"location": f"{target}{joint}{urlencode(answer)}"})
