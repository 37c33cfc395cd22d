"""The common operations, each as an operator of its own with its own arguments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflow_provider_workfront.operators.arguments import templated
from airflow_provider_workfront.operators.operator import WorkfrontOperator

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from airflow_provider_workfront.api.filters import Fields, Filters


class WorkfrontSearchOperator(WorkfrontOperator):
    """Search Workfront and return all rows found, or write them to a file.

    XCom takes 1,000 rows or about 1 MB; beyond that the task stops reading and asks for `output_path`.

    :param obj_code: what to search for, e.g. ``PROJ``, ``TASK`` or ``OPTASK``
    :param filters: which objects, e.g. ``{"status": "CUR"}``
    :param fields: fields to return, e.g. ``["name", "DE:Budget"]``; without them Workfront's short default
    :param sort: order, e.g. ``{"name": "asc"}``; without it rows come by ID, and none is lost or doubled
    :param limit: number of rows wanted at most
    :param output_path: where to write the rows as JSON Lines, e.g. ``s3://aws_default@bucket/tasks.jsonl.gz``;
        the task returns path and count then
    :param workfront_conn_id: the Airflow connection
    """

    template_fields = templated("search")
    operator_extra_links = ()

    def __init__(
        self,
        *,
        obj_code: str,
        filters: Filters = None,
        fields: Fields = None,
        sort: Mapping[str, str] | None = None,
        limit: int | None = None,
        output_path: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            operation="search",
            obj_code=obj_code,
            filters=filters,
            fields=fields,
            sort=sort,
            limit=limit,
            output_path=output_path,
            **kwargs,
        )


class WorkfrontGetOperator(WorkfrontOperator):
    """Get one object, or several by their IDs in the same order.

    :param obj_code: type of the object, e.g. ``PROJ``
    :param obj_id: its ID, or a list of IDs
    :param fields: fields to return, e.g. ``["name", "owner:name"]``; without them Workfront's short default
    :param output_path: where to write the objects as JSON Lines instead of returning them
    :param workfront_conn_id: the Airflow connection
    """

    template_fields = templated("get")

    def __init__(
        self,
        *,
        obj_code: str,
        obj_id: str | Sequence[str],
        fields: Fields = None,
        output_path: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            operation="get",
            obj_code=obj_code,
            obj_id=obj_id,
            fields=fields,
            output_path=output_path,
            **kwargs,
        )


class WorkfrontCountOperator(WorkfrontOperator):
    """Count the objects that match.

    :param obj_code: what to count, e.g. ``TASK``
    :param filters: which objects, e.g. ``{"status": "NEW"}``
    :param workfront_conn_id: the Airflow connection
    """

    template_fields = templated("count")
    operator_extra_links = ()

    def __init__(self, *, obj_code: str, filters: Filters = None, **kwargs: Any) -> None:
        super().__init__(operation="count", obj_code=obj_code, filters=filters, **kwargs)


class WorkfrontCreateOperator(WorkfrontOperator):
    """Create an object and return it, with its new ID.

    :param obj_code: type of the object, e.g. ``PROJ``
    :param values: its fields, e.g. ``{"name": "New", "DE:Budget": 100}``
    :param fields: fields to return; without them Workfront's short default
    :param workfront_conn_id: the Airflow connection
    """

    template_fields = templated("create")

    def __init__(self, *, obj_code: str, values: Mapping[str, Any], fields: Fields = None, **kwargs: Any) -> None:
        super().__init__(operation="create", obj_code=obj_code, values=values, fields=fields, **kwargs)


class WorkfrontUpdateOperator(WorkfrontOperator):
    """Change fields of an object and return it.

    A nested object or list among the values replaces the old one as a whole.

    :param obj_code: type of the object, e.g. ``TASK``
    :param obj_id: its ID
    :param values: the fields to change, e.g. ``{"status": "INP"}``
    :param fields: fields to return; without them Workfront's short default
    :param replace_collections: whether the update may take objects out of a collection, such as assignments
    :param workfront_conn_id: the Airflow connection
    """

    template_fields = templated("update")

    def __init__(
        self,
        *,
        obj_code: str,
        obj_id: str,
        values: Mapping[str, Any],
        fields: Fields = None,
        replace_collections: bool | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            operation="update",
            obj_code=obj_code,
            obj_id=obj_id,
            values=values,
            fields=fields,
            replace_collections=replace_collections,
            **kwargs,
        )


class WorkfrontDeleteOperator(WorkfrontOperator):
    """Delete an object; most types can be restored from Workfront's recycle bin for 30 days.

    :param obj_code: type of the object, e.g. ``OPTASK``
    :param obj_id: its ID
    :param force: whether to delete what depends on it too
    :param workfront_conn_id: the Airflow connection
    """

    template_fields = templated("delete")
    operator_extra_links = ()

    def __init__(self, *, obj_code: str, obj_id: str, force: bool | None = None, **kwargs: Any) -> None:
        super().__init__(operation="delete", obj_code=obj_code, obj_id=obj_id, force=force, **kwargs)


class WorkfrontCopyOperator(WorkfrontOperator):
    """Copy an object and return the copy.

    :param obj_code: type of the object, e.g. ``PROJ``
    :param obj_id: ID of the original
    :param values: fields of the copy that differ, e.g. ``{"name": "Copy"}``
    :param options: what is left out, e.g. ``["clearAssignments"]``
    :param fields: fields to return; without them Workfront's short default
    :param workfront_conn_id: the Airflow connection
    """

    template_fields = templated("copy")

    def __init__(
        self,
        *,
        obj_code: str,
        obj_id: str,
        values: Mapping[str, Any] | None = None,
        options: Sequence[str] | None = None,
        fields: Fields = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            operation="copy",
            obj_code=obj_code,
            obj_id=obj_id,
            values=values,
            options=options,
            fields=fields,
            **kwargs,
        )


class WorkfrontActionOperator(WorkfrontOperator):
    """Do what Workfront has a verb for, such as ``markDone`` or ``move``, and return its result.

    :param obj_code: type of the object, e.g. ``TASK``
    :param action: name of the action
    :param obj_id: ID of the object; an action of the whole type has none
    :param arguments: the action's arguments, e.g. ``{"projectID": "..."}``
    :param workfront_conn_id: the Airflow connection
    """

    template_fields = templated("action")

    def __init__(
        self,
        *,
        obj_code: str,
        action: str,
        obj_id: str | None = None,
        arguments: Mapping[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            operation="action", obj_code=obj_code, action=action, obj_id=obj_id, arguments=arguments, **kwargs
        )
