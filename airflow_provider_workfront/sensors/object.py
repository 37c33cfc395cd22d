"""Wait until a field of an object reaches, changes from or passes a value."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from airflow_provider_workfront.api.condition import FieldStands
from airflow_provider_workfront.api.filters import named_fields
from airflow_provider_workfront.api.objects import browser_url
from airflow_provider_workfront.api.values import plain
from airflow_provider_workfront.links import WorkfrontObjectLink
from airflow_provider_workfront.sensors.sensor import WorkfrontSensor
from airflow_provider_workfront.spelling import LIST_AS_TEXT, flag

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import date

    from airflow.sdk import BaseOperatorLink

    from airflow_provider_workfront.api.condition import Verdict
    from airflow_provider_workfront.api.filters import Fields
    from airflow_provider_workfront.api.operation import Record
    from airflow_provider_workfront.client import Client

Value = str | float | bool


class WorkfrontObjectSensor(WorkfrontSensor):
    """Wait until a field of an object stands as wanted, and return the object's fields.

    Give one of `reaches`, `changes_from` and `passes`. A status that waits for approval (``CPL:A``) is not the status.

    :param obj_code: type of the object, e.g. ``PROJ``
    :param obj_id: its ID
    :param field: the field, e.g. ``status``, ``percentComplete``, ``project:status`` or ``DE:Region``
    :param reaches: the value, or a list of values of which one is enough; ``""`` for none
    :param changes_from: the value, or the values, that the field must no longer have; ``""`` waits for any value
    :param passes: the number or date that the field has to come to or be beyond, e.g. ``50`` or ``"2026-12-01"``
    :param pending: whether a status counts that still waits for approval
    :param fields: further fields to return, e.g. ``["name", "owner:name"]``
    :param workfront_conn_id: the Airflow connection
    :param deferrable: whether to wait in the triggerer; without it as ``[operators] default_deferrable`` says
    """

    template_fields = (
        "obj_code",
        "obj_id",
        "field",
        "reaches",
        "changes_from",
        "passes",
        "pending",
        "fields",
        "workfront_conn_id",
    )
    operator_extra_links: Collection[BaseOperatorLink] = (WorkfrontObjectLink(),)

    object_url = ""
    """Address of the object, for the extra link."""

    def __init__(  # noqa: PLR0913 a name each, since .partial() and editors read the signature
        self,
        *,
        obj_code: str,
        obj_id: str,
        field: str,
        reaches: Value | Sequence[Value] | None = None,
        changes_from: Value | Sequence[Value] | None = None,
        passes: float | str | date | None = None,
        pending: bool | str = False,
        fields: Fields = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.obj_code = obj_code
        self.obj_id = obj_id
        self.field = field
        self.reaches = reaches
        self.changes_from = changes_from
        self.passes = passes
        self.pending = pending
        self.fields = fields
        ways = {"reaches": reaches, "changes_from": changes_from, "passes": passes}
        if len(given := [way for way, value in ways.items() if value is not None]) != 1:
            raise TypeError(
                f"{type(self).__name__}: give one of reaches, changes_from and passes, not {given or 'none'}"
            )

    def _condition(self) -> FieldStands:
        named_fields(self.fields)
        return FieldStands(
            self.obj_code,
            self.obj_id,
            self.field,
            reaches=_read("reaches", self.reaches),
            changes_from=_read("changes_from", self.changes_from),
            passes=plain(self.passes, "passes"),
            pending=flag("pending", self.pending),
        )

    def _asked(self, workfront: Client, condition: FieldStands) -> tuple[Verdict, Record]:
        base_url = workfront.api_root.partition("/attask/")[0]
        self.object_url = browser_url(base_url, condition.obj_code, condition.obj_id) or ""
        fields = list(dict.fromkeys([condition.field, *named_fields(self.fields)]))
        record: Record = workfront.get(condition.obj_code, condition.obj_id, fields)
        return condition.verdict(record), record


def _read(name: str, value: Any) -> Any:
    """Read a value or several, also of the text that a template made of a list."""
    if not isinstance(value, str) or not LIST_AS_TEXT.fullmatch(value):
        return plain(value, name)
    try:
        return json.loads(value)
    except ValueError as error:
        raise ValueError(f"{name} is the text of a list; pass the list itself, or write `| tojson`") from error
