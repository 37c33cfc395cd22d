"""Move tasks, issues and documents; turn issues into projects and tasks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflow_provider_workfront.api.everyday.moving import Convert, Move
from airflow_provider_workfront.operators.errand import ErrandOperator, templated

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class WorkfrontConvertIssueOperator(ErrandOperator):
    """Turn an issue into a project or a task, and return the ID of that.

    The issue is gone afterwards, unless ``preserveIssue`` is among the options; then it is tied to what it became, and
    a retry makes no second one: it returns what the issue is tied to.

    :param obj_id: ID of the issue
    :param to: ``project`` or ``task``
    :param values: fields of what is made, e.g. ``{"name": "Fix it", "templateID": "..."}``; it has the issue's name
        unless they say otherwise
    :param options: ``preserveIssue``, ``preserveCompletionDate`` and ``preservePrimaryContact``, as far as wanted
    :param copy_native_fields: whether fields such as description and priority come along
    :param copy_categories: whether custom forms come along, with what is filled in
    :param workfront_conn_id: the Airflow connection
    """

    errand = Convert
    template_fields = templated(Convert)

    def __init__(
        self,
        *,
        obj_id: str,
        to: str,
        values: Mapping[str, Any] | None = None,
        options: Sequence[str] | None = None,
        copy_native_fields: bool | None = None,
        copy_categories: bool | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.obj_id = obj_id
        self.to = to
        self.values = values
        self.options = options
        self.copy_native_fields = copy_native_fields
        self.copy_categories = copy_categories


class WorkfrontMoveOperator(ErrandOperator):
    """Move a task, an issue or a document, and return it with the fields that say where it is.

    It is looked whether it arrived: an update of ``projectID`` is answered as if it had moved an issue, and does not.

    :param obj_code: ``TASK``, ``OPTASK`` or ``DOCU``
    :param obj_id: its ID
    :param project_id: ID of the project to go to; without it, the project of `parent_id`
    :param parent_id: ID of the task to go under
    :param options: what a task leaves behind, in Workfront's words, e.g. ``["clearAssignments"]``
    :param workfront_conn_id: the Airflow connection
    """

    errand = Move
    template_fields = templated(Move)

    def __init__(
        self,
        *,
        obj_code: str,
        obj_id: str,
        project_id: str | None = None,
        parent_id: str | None = None,
        options: Sequence[str] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.obj_code = obj_code
        self.obj_id = obj_id
        self.project_id = project_id
        self.parent_id = parent_id
        self.options = options
