"""Statuses, and the approvals that some of them wait for."""

from __future__ import annotations

from typing import Any

from airflow_provider_workfront.api.everyday.approving import Approve, SetStatus
from airflow_provider_workfront.operators.errand import ErrandOperator, templated


class WorkfrontStatusOperator(ErrandOperator):
    """Give a project, a task or an issue a status, and return it with the status that it has then.

    Where the status has to be approved first, that is for example ``CPL:A`` instead of ``CPL``; the log says so, too.

    :param obj_code: ``PROJ``, ``TASK`` or ``OPTASK``
    :param obj_id: its ID
    :param status: value or label of the status, e.g. ``CPL`` or ``Complete``; those of the project's group count, too
    :param workfront_conn_id: the Airflow connection
    """

    errand = SetStatus
    template_fields = templated(SetStatus)

    def __init__(self, *, obj_code: str, obj_id: str, status: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.obj_code = obj_code
        self.obj_id = obj_id
        self.status = status


class WorkfrontApprovalOperator(ErrandOperator):
    """Decide on what waits for approval, as the connection's user, and return it with the status that it has then.

    What waits for nothing is an error.

    :param obj_code: ``PROJ``, ``TASK`` or ``OPTASK``
    :param obj_id: its ID
    :param decision: ``approve``, ``reject`` or ``recall``
    :param note: what is said about it; not with ``recall``
    :param workfront_conn_id: the Airflow connection
    """

    errand = Approve
    template_fields = templated(Approve)

    def __init__(self, *, obj_code: str, obj_id: str, decision: str, note: str | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.obj_code = obj_code
        self.obj_id = obj_id
        self.decision = decision
        self.note = note
