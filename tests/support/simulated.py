"""Talk to a simulator in process: the shortest way from a test to an answer."""

from __future__ import annotations

import gzip
import json
from base64 import b64encode
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from airflow_provider_workfront.simulator import Options, Request, Response, Simulator

TOKEN = "/integrations/oauth2/api/v1/token"
API = "/attask/api/v21.0"
JSON = {"content-type": "application/json"}
FORM = {"content-type": "application/x-www-form-urlencoded"}


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer, decoded."""

    status: int
    body: Any

    @property
    def data(self) -> Any:
        """What was asked for."""
        assert self.status == 200, self.body
        return self.body["data"]

    @property
    def error(self) -> str:
        """The message of a refusal."""
        assert self.status != 200, self.body
        return self.body["error"]["message"]


def decoded(response: Response) -> Answer:
    """Unpack and parse a response."""
    packed = response.headers.get("content-encoding") == "gzip"
    return Answer(response.status, json.loads(gzip.decompress(response.body) if packed else response.body))


class Caller:
    """A logged-in administrator."""

    def __init__(self, options: Options | None = None, **rest: Any) -> None:
        self.simulator = Simulator(options, **rest)
        self.world = self.simulator.world
        self.token = self.simulator.sessions.open(self.world.admin_id)

    def token_call(self, body: dict[str, str], *, credentials: bool = True) -> Answer:
        """Ask the token endpoint, with Basic and JSON."""
        return decoded(self.simulator.answer(self.token_request(body, credentials=credentials)))

    def token_request(self, body: dict[str, str], *, credentials: bool = True) -> Request:
        """Build a request for the token endpoint."""
        known = self.simulator.credentials
        basic = b64encode(f"{known['client_id']}:{known['client_secret']}".encode()).decode()
        headers = JSON | ({"authorization": f"Basic {basic}"} if credentials else {})
        return Request("POST", TOKEN, headers, json.dumps(body).encode())

    def refresh(self, token: str | None = None) -> Answer:
        """Use a refresh token, the first one unless told."""
        known = self.simulator.credentials
        return self.token_call({"grant_type": "refresh_token", "refresh_token": token or known["refresh_token"]})

    def call(self, method: str, path: str, updates: Any = None, **params: Any) -> Answer:
        """Call the API with a JSON body."""
        return self.send(method, path, params, JSON, b"" if updates is None else json.dumps(updates).encode())

    def form(self, method: str, path: str, fields: dict[str, str], **params: Any) -> Answer:
        """Call the API with a form body."""
        return self.send(method, path, params, FORM, urlencode(fields).encode())

    def send(self, method: str, path: str, params: dict[str, Any], headers: dict[str, str], body: bytes) -> Answer:
        """Call the API."""
        query = urlencode({name.replace("__", "$$"): value for name, value in params.items()}, quote_via=quote)
        target = f"{API}/{path}{'?' if query else ''}{query}"
        request = Request(method, target, {"sessionid": self.token, **headers}, body)
        return decoded(self.simulator.answer(request))

    def control(self, method: str, order: str, body: Any = None) -> Any:
        """Give the simulator an order of its own kind."""
        content = b"" if body is None else json.dumps(body).encode()
        return decoded(self.simulator.answer(Request(method, f"/__simulator__/{order}", JSON, content))).body

    def make(self, code: str, **values: Any) -> str:
        """Create an object and give its ID."""
        return self.call("POST", code, values).data["ID"]

    def read(self, code: str, obj_id: str, *fields: str) -> dict[str, Any]:
        """Read fields of an object."""
        return self.call("GET", f"{code}/{obj_id}", fields=",".join(fields)).data

    def key(self, code: str, name: str) -> str:
        """Give the ID of an object of the named world."""
        return self.world.id_of(code, name)
