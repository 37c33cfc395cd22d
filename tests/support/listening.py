"""A simulator that remembers every secret it ever gave out, for a search through all that was written down."""

from __future__ import annotations

import json

from airflow_provider_workfront.simulator import Simulator


class Listening(Simulator):
    """Play Workfront; note the tokens of the OAuth2 endpoints' answers."""

    def __init__(self, *arguments, **more) -> None:
        super().__init__(*arguments, **more)
        self.given = set(self.credentials.values()) - {self.credentials["client_id"]}

    def answer(self, request):
        """Answer, and note what was given."""
        response = super().answer(request)
        if request.path.startswith("/integrations/oauth2/api/") and response.status == 200:
            try:
                body = json.loads(response.body)
            except ValueError:  # a fault was ordered
                return response
            self.given |= {body[name] for name in ("access_token", "refresh_token") if body.get(name)}
        return response
