"""One understood request: what `rest` makes of the wire, and what reads and writes work from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from airflow_provider_workfront.simulator.http import Request
    from airflow_provider_workfront.simulator.schema import ObjectType

RESERVED = frozenset(  # rule 19: never field values
    (
        *("method", "fields", "filters", "listOptions", "updates", "options", "action", "id", "copySourceID"),
        *("sessionID", "apiKey", "username", "password", "atomic", "force", "map", "uri", "concurrent"),
    )
)


def is_reserved(name: str) -> bool:
    """Tell whether a parameter steers the call instead of naming a field."""
    return name in RESERVED or name.startswith("$$")


@dataclass(frozen=True, slots=True)
class Params:
    """Parameters in the order of their appearance; names may repeat."""

    pairs: tuple[tuple[str, str], ...] = ()

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return iter(self.pairs)

    def get(self, name: str, default: str = "") -> str:
        """Give the first value of a name."""
        return next((value for key, value in self.pairs if key == name), default)

    def all(self, name: str) -> list[str]:
        """Give every value of a name."""
        return [value for key, value in self.pairs if key == name]

    def has(self, name: str) -> bool:
        """Tell whether a name was sent, with or without a value."""
        return any(key == name for key, _ in self.pairs)

    def flag(self, name: str) -> bool:
        """Tell whether a switch such as `atomic` is on."""
        return self.get(name).lower() == "true"


@dataclass(frozen=True, slots=True)
class Call:
    """A request below the version segment, its parameters and body sorted out."""

    method: str
    """GET, POST, PUT or DELETE, after the `method` parameter had its say (rule 10)."""
    type: ObjectType
    params: Params
    """Everything of the query string and a form body; where both name one, the query string's (rule 15)."""
    user_id: str
    version: int
    label: str
    """How texts call the version: `V21_0`, or `INTERNAL`."""
    verb: str = ""
    """What follows the object or its ID in the path, or the `action` parameter: an action, `search`, `share`…"""
    ids: tuple[str, ...] = ()
    """From the path, or else from `id`/`ID`; `$$USER` is already replaced."""
    updates: Any = None
    """Field values or action arguments: a dict, or a list of dicts for bulk; JSON values are kept as sent."""
    from_json: bool = False
    """Whether `updates` came as JSON, not as flat form or query fields (rules 90, 91)."""
    request: Request | None = None
    """The raw request, for uploads."""

    @property
    def obj_id(self) -> str:
        """The single ID, or an empty string."""
        return self.ids[0] if len(self.ids) == 1 else ""
