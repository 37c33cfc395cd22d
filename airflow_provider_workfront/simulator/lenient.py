"""JSON as Workfront's documents print it: unquoted keys, single quotes (reference 3.3)."""

from __future__ import annotations

import json
import re
from typing import Any

from airflow_provider_workfront.simulator.wire import illegal

_TOKEN = re.compile(
    r"""(?P<double>"(?:[^"\\]|\\.)*")|(?P<single>'(?:[^'\\]|\\.)*')|(?P<key>[A-Za-z_$][\w$:]*)(?=\s*:)""", re.DOTALL
)


def read_json(text: str, *, lenient: bool) -> Any:
    """Read strict JSON, and if allowed what comes near it; else "JSON parsing error" (rule 18)."""
    try:
        return json.loads(text)
    except ValueError:
        if not lenient:
            raise illegal("JSON parsing error") from None
    try:
        return json.loads(_TOKEN.sub(_strict, text))
    except ValueError:
        raise illegal("JSON parsing error") from None


def _strict(match: re.Match[str]) -> str:
    if match["single"] is not None:
        return json.dumps(match["single"][1:-1].replace("\\'", "'"))
    return match["double"] or json.dumps(match["key"])
