"""Comments and hours."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflow_provider_workfront.api.everyday.talking import Comment, LogHours
from airflow_provider_workfront.operators.errand import ErrandOperator, templated

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from decimal import Decimal


class WorkfrontCommentOperator(ErrandOperator):
    """Comment on an object and return the note, with its ID and the ID of its thread.

    Workfront sends mails: to those who are mentioned, and to a project's owner or an issue's assignee anyway.

    :param obj_code: type of the object, e.g. ``PROJ``, ``TASK`` or ``OPTASK``
    :param obj_id: its ID
    :param text: the comment, of 4,000 characters at most
    :param notify: users to mention, by ID or e-mail address
    :param reply_to: ID of the note that this answers
    :param is_private: whether only the own company may read it
    :param truncate: whether a text that is too long is cut, instead of refused
    :param workfront_conn_id: the Airflow connection
    """

    errand = Comment
    template_fields = templated(Comment)

    def __init__(  # noqa: PLR0913 a name each, since .partial() and editors read the signature
        self,
        *,
        obj_code: str,
        obj_id: str,
        text: str,
        notify: str | Sequence[str] | None = None,
        reply_to: str | None = None,
        is_private: bool | None = None,
        truncate: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.obj_code = obj_code
        self.obj_id = obj_id
        self.text = text
        self.notify = notify
        self.reply_to = reply_to
        self.is_private = is_private
        self.truncate = truncate


class WorkfrontLogHoursOperator(ErrandOperator):
    """Log hours on a project, a task or an issue and return the entry, with its ID.

    :param obj_code: ``PROJ``, ``TASK`` or ``OPTASK``
    :param obj_id: its ID
    :param hours: how many, e.g. ``1.5``
    :param entry_date: the day, e.g. ``{{ ds }}`` or a date
    :param hour_type_id: ID or name of the type of hours; without it Workfront's default
    :param owner_id: whose hours, by ID or e-mail address; without it those of the connection's user
    :param description: what was done
    :param ext_ref_id: a reference of the entry's own, e.g. ``{{ run_id }}/{{ ti.task_id }}/{{ ti.map_index }}``: an
        entry that has it is returned as it is, so that a retry logs nothing twice; one on another object or day, or of
        other hours, is a conflict
    :param workfront_conn_id: the Airflow connection
    """

    errand = LogHours
    template_fields = templated(LogHours)

    def __init__(  # noqa: PLR0913 a name each, since .partial() and editors read the signature
        self,
        *,
        obj_code: str,
        obj_id: str,
        hours: float | Decimal | str,
        entry_date: date | str,
        hour_type_id: str | None = None,
        owner_id: str | None = None,
        description: str | None = None,
        ext_ref_id: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.obj_code = obj_code
        self.obj_id = obj_id
        self.hours = hours
        self.entry_date = entry_date
        self.hour_type_id = hour_type_id
        self.owner_id = owner_id
        self.description = description
        self.ext_ref_id = ext_ref_id
