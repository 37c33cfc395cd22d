"""What is special about creating and changing objects of certain types."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflow_provider_workfront.simulator import special_records as records
from airflow_provider_workfront.simulator import special_work as work

if TYPE_CHECKING:
    from collections.abc import Callable

    from airflow_provider_workfront.simulator.ledger import Ledger
    from airflow_provider_workfront.simulator.table import Row

    Values = dict[str, Any]
    Prepare = Callable[[Ledger, Values, Values], Values]  # ledger, checked values, all that was sent
    Complete = Callable[[Ledger, Row, Values], None]  # ledger, the new row, all that was sent
    Adjust = Callable[[Ledger, Row, Values], Values]  # ledger, the row before, checked values

BEFORE_CREATE: dict[str, Prepare] = {
    "PROJ": work.new_project,
    "TASK": work.new_task,
    "OPTASK": work.new_issue,
    "ASSGN": work.new_assignment,
    "HOUR": records.new_hour,
    "NOTE": records.new_note,
    "USER": records.new_user,
    "PARAM": records.new_parameter,
    "TTSK": work.new_template_task,
    "DOCU": records.new_document,
    "DOCV": records.new_version,
}
AFTER_CREATE: dict[str, Complete] = {
    "PROJ": work.finish_project,
    "TASK": work.finish_task,
    "OPTASK": work.finish_issue,
    "ASSGN": work.finish_assignment,
    "NOTE": records.finish_note,
    "DOCU": records.finish_document,
    "DOCV": records.finish_version,
}
BEFORE_UPDATE: dict[str, Adjust] = {
    "PROJ": work.changed_project,
    "TASK": work.changed_task,
    "OPTASK": work.changed_issue,
    "HOUR": records.changed_hour,
    "NOTE": records.changed_note,
    "USER": records.changed_user,
    "PARAM": records.changed_parameter,
    "TTSK": work.changed_template_task,
}
AFTER_UPDATE: dict[str, Complete] = {
    "TASK": work.reassign_task,
    "OPTASK": work.reassign_issue,
    "ASSGN": work.finish_assignment,
}
