"""A simulator that remembers every secret it ever gave out, for a search through all that was written down."""

from __future__ import annotations

import json
import re

from airflow_provider_workfront.simulator import Simulator

_SECRETS = re.compile(r"[?&\"](?:code|code_verifier)(?:=|\": ?\")([A-Za-z0-9_-]{16,})")
"""A code on its way to the browser; a code or verifier in the body of a token request, a form or JSON."""


def _text(request) -> str:
    return (request.body or b"").decode("utf-8", "replace") if "/oauth2/api/" in request.path else ""


class Listening(Simulator):
    """Play Workfront; note codes, verifiers, and the tokens of the OAuth2 endpoints' answers."""

    def __init__(self, *arguments, **more) -> None:
        super().__init__(*arguments, **more)
        self.given = set(self.credentials.values()) - {self.credentials["client_id"]}

    def answer(self, request):
        """Answer, and note what was given."""
        response = super().answer(request)
        self.given |= set(_SECRETS.findall(f"{response.headers.get('location', '')}&{_text(request)}"))
        if request.path.startswith("/integrations/oauth2/api/") and response.status == 200:
            try:
                body = json.loads(response.body)
            except ValueError:  # a fault was ordered
                return response
            self.given |= {body[name] for name in ("access_token", "refresh_token") if body.get(name)}
        return response
