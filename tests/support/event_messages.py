"""Messages of events as literals."""

from __future__ import annotations

import json
from typing import Any

OBJ_ID = "5f1a" * 8
STATE = {"ID": OBJ_ID, "objCode": "PROJ", "name": "Secret plan", "lastUpdateDate": "2026-11-02T13:48:56.980-0600"}


def message(second: int = 1, **values: Any) -> bytes:
    """Write a message about a project, which happened at this second, with other parts as told."""
    said = {
        "eventType": "UPDATE",
        "subscriptionId": "s1",
        "eventTime": {"epochSecond": second, "nano": 0},
        "eventVersion": "v2",
        "newState": STATE | {"status": "CUR"},
        "oldState": STATE | {"status": "PLN"},
    }
    return json.dumps(said | values).encode()
