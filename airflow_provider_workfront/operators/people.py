"""Who works on a task or an issue, and who may see an object."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflow_provider_workfront.api.everyday.people import Assign, Share
from airflow_provider_workfront.operators.errand import ErrandOperator, templated

if TYPE_CHECKING:
    from collections.abc import Sequence


class WorkfrontAssignOperator(ErrandOperator):
    """Assign users, roles and teams to a task or an issue; return all who are assigned then, as lists of IDs.

    Nobody is taken off, unless `add` is false. Workfront sends mails to those who are new.

    :param obj_code: ``TASK`` or ``OPTASK``
    :param obj_id: its ID
    :param user_ids: users, by ID or e-mail address
    :param role_ids: IDs of roles
    :param team_ids: IDs of teams
    :param add: whether those who are assigned stay; if not, these take the place of all
    :param workfront_conn_id: the Airflow connection
    """

    errand = Assign
    template_fields = templated(Assign)

    def __init__(
        self,
        *,
        obj_code: str,
        obj_id: str,
        user_ids: str | Sequence[str] | None = None,
        role_ids: str | Sequence[str] | None = None,
        team_ids: str | Sequence[str] | None = None,
        add: bool = True,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.obj_code = obj_code
        self.obj_id = obj_id
        self.user_ids = user_ids
        self.role_ids = role_ids
        self.team_ids = team_ids
        self.add = add


class WorkfrontShareOperator(ErrandOperator):
    """Share an object with a user, a team, a role, a group or a company; the other rules of its sharing stay.

    :param obj_code: type of the object, e.g. ``PROJ``
    :param obj_id: its ID
    :param accessor_id: ID of the one to share with; of a user also the e-mail address
    :param accessor_obj_code: ``USER``, ``TEAMOB``, ``ROLE``, ``GROUP`` or ``CMPY``
    :param core_action: ``VIEW``, ``LIMITED_EDIT``, ``EDIT``, ``DELETE`` ...
    :param workfront_conn_id: the Airflow connection
    """

    errand = Share
    template_fields = templated(Share)

    def __init__(
        self,
        *,
        obj_code: str,
        obj_id: str,
        accessor_id: str,
        accessor_obj_code: str,
        core_action: str,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.obj_code = obj_code
        self.obj_id = obj_id
        self.accessor_id = accessor_id
        self.accessor_obj_code = accessor_obj_code
        self.core_action = core_action
