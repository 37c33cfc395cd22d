"""Which version and which object a path names (rules 1 to 6)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from airflow_provider_workfront.simulator.schema import NEWEST, ObjectType, find_type
from airflow_provider_workfront.simulator.wire import ILLEGAL_ARGUMENT, ApiError, illegal

if TYPE_CHECKING:
    from airflow_provider_workfront.simulator.options import Options

OLDEST = 18  # rule 1
OLDEST_LEGACY = 16
INTERNAL = "INTERNAL"  # reference 8.3: how texts call the unversioned paths

_PATH = re.compile(
    r"(?P<root>/attask/(?P<api>api/api-internal|api|api-internal|api-unsupported)(?:/v(?P<version>\d[^/]*))?)(?P<rest>/.*)?"
)
_VERSION = re.compile(r"(\d+)\.0")
_HEX = re.compile(r"[0-9a-fA-F]+")
_WORD = re.compile(r"[A-Za-z]+")


@dataclass(frozen=True, slots=True)
class Route:
    """Hold a path, taken apart."""

    root: str
    version: int
    label: str
    parts: tuple[str, ...]


def route(path: str, options: Options) -> Route:
    """Take a path apart; a version that does not answer is refused."""
    match = _PATH.fullmatch(path)
    if match is None:
        raise ApiError(404, ILLEGAL_ARGUMENT, f"unrecognized URI format: {path}")
    version = NEWEST if match["version"] is None else _version(match["version"], options)  # rule 3
    label = INTERNAL if match["api"].endswith("api-internal") else f"V{version}_0"
    parts = tuple(part for part in (match["rest"] or "").split("/") if part)
    return Route(match["root"], version, label, parts)


def _version(text: str, options: Options) -> int:
    match = _VERSION.fullmatch(text)
    version = int(match[1]) if match else 0
    if (OLDEST_LEGACY if options.legacy_versions else OLDEST) <= version <= NEWEST:
        return version
    status = 410 if 0 < version < OLDEST else 400  # statuses inferred
    raise ApiError(status, ILLEGAL_ARGUMENT, "Invalid API version")


def type_of(way: Route) -> ObjectType:
    """Find the type that the path begins with (rules 4 to 6)."""
    if not way.parts:
        raise ApiError(404, ILLEGAL_ARGUMENT, "unrecognized URI format: too few parts")
    found = find_type(way.parts[0])
    if found is None:
        raise illegal(f"Unknown object type: {way.parts[0]}")
    if found.removed_in and way.version >= found.removed_in:  # reference 1.4
        raise ApiError(410, ILLEGAL_ARGUMENT, f"{found.name} is no longer available in this API version")
    if found.secondary and way.parts[1:] != ("metadata",):
        raise illegal(f"{found.code} is not a top level object and can't be requested directly in internal")
    return found


def is_id(part: str) -> bool:
    """Tell an ID from the name of a query or an action: names have letters only, and not just a to f."""
    return _HEX.fullmatch(part) is not None or _WORD.fullmatch(part) is None


def target(way: Route) -> tuple[str, str]:
    """Give the ID and the verb that follow the object."""
    _, *rest = way.parts
    if len(rest) > 2:
        raise too_many_parts()
    if len(rest) == 2:
        return rest[0], rest[1]
    if not rest:
        return "", ""
    return (rest[0], "") if is_id(rest[0]) else ("", rest[0])


def too_many_parts() -> ApiError:
    """Make the error of a path that the verb does not take (rule 11)."""
    return illegal("unrecognized URI format: too many parts")
