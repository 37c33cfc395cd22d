"""One action to carry out, its arguments checked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from airflow_provider_workfront.simulator.editing import visible
from airflow_provider_workfront.simulator.wire import illegal

if TYPE_CHECKING:
    from airflow_provider_workfront.simulator.ledger import Ledger
    from airflow_provider_workfront.simulator.table import Row


@dataclass(frozen=True, slots=True)
class Act:
    """Hold the arguments of an action and the object it is asked of."""

    ledger: Ledger
    args: dict[str, Any]

    @property
    def code(self) -> str:
        """Give the code of the object's type."""
        return self.ledger.call.type.code

    @property
    def row(self) -> Row:
        """Give the object, or refuse when there is none."""
        if not self.ledger.call.obj_id:
            raise illegal("ID is required and cannot be empty")
        return visible(self.ledger, self.code, self.ledger.call.obj_id)

    def text(self, name: str) -> str:
        """Give an argument that has to be there."""
        value = self.args.get(name)
        if not value:
            raise illegal(f"{name} is required and cannot be empty")
        return str(value)

    def strings(self, name: str) -> list[str]:
        """Give a list, empty if it was not sent."""
        return list(self.args.get(name) or [])

    def update(self, values: dict[str, Any]) -> None:
        """Change the object."""
        self.ledger.update(self.code, self.row["ID"], values)


Handler: TypeAlias = Callable[[Act], Any]
