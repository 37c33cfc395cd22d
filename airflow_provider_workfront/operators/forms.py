"""Custom forms on objects, and what Workfront computes anew when told to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflow_provider_workfront.api.everyday.forms import AttachForm, Calculate
from airflow_provider_workfront.operators.errand import ErrandOperator, templated

if TYPE_CHECKING:
    from collections.abc import Mapping


class WorkfrontAttachFormOperator(ErrandOperator):
    """Attach a custom form to an object and fill in its fields; return the object with these fields.

    The forms that are there stay, and one that is attached already is no error. Should Workfront refuse a value, the
    form stays attached.

    :param obj_code: type of the object, e.g. ``PROJ``
    :param obj_id: its ID
    :param category: ID or name of the form
    :param values: what to fill in, e.g. ``{"DE:Region": "EMEA"}``
    :param workfront_conn_id: the Airflow connection
    """

    errand = AttachForm
    template_fields = templated(AttachForm)

    def __init__(
        self, *, obj_code: str, obj_id: str, category: str, values: Mapping[str, Any] | None = None, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.obj_code = obj_code
        self.obj_id = obj_id
        self.category = category
        self.values = values


class WorkfrontCalculateOperator(ErrandOperator):
    """Have Workfront compute an object anew; it does so by itself too, but not at once.

    :param obj_code: type of the object, e.g. ``PROJ``
    :param obj_id: its ID
    :param what: ``timeline`` (of a project or a template), ``finance`` (of a project) or ``custom_data`` (calculated
        custom fields)
    :param workfront_conn_id: the Airflow connection
    """

    errand = Calculate
    template_fields = templated(Calculate)

    def __init__(self, *, obj_code: str, obj_id: str, what: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.obj_code = obj_code
        self.obj_id = obj_id
        self.what = what
