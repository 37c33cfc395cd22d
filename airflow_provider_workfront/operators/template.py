"""Projects from templates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflow_provider_workfront.api.everyday.planting import CreateFromTemplate
from airflow_provider_workfront.operators.errand import ErrandOperator, templated

if TYPE_CHECKING:
    from collections.abc import Mapping

    from airflow_provider_workfront.api.filters import Fields


class WorkfrontCreateProjectFromTemplateOperator(ErrandOperator):
    """Create a project from a template and return it, with its ID.

    With a `key` the project is made once, however often the task runs: one that has the key's value is returned as it
    is, also after an answer that was lost. Without a key a retry may make another project.

    :param template_id: ID or name of the template
    :param values: the project's fields, at least its ``name``, e.g. ``{"name": "Spring", "extRefID": "CRM-7"}``
    :param key: field among the values that is the project's own, e.g. ``extRefID`` or ``DE:Order number``
    :param fields: fields to return; without them name and status
    :param workfront_conn_id: the Airflow connection
    """

    errand = CreateFromTemplate
    template_fields = templated(CreateFromTemplate)

    def __init__(
        self,
        *,
        template_id: str,
        values: Mapping[str, Any],
        key: str | None = None,
        fields: Fields = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.template_id = template_id
        self.values = values
        self.key = key
        self.fields = fields
