"""Operators: one for any operation, a named one for each common operation, and those for everyday work.

Each is loaded when it is asked for, so that a DAG pays for those that it uses whenever it is parsed.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from airflow_provider_workfront.operators.approving import WorkfrontApprovalOperator, WorkfrontStatusOperator
    from airflow_provider_workfront.operators.documents import (
        WorkfrontDownloadDocumentOperator,
        WorkfrontUploadDocumentOperator,
    )
    from airflow_provider_workfront.operators.forms import WorkfrontAttachFormOperator, WorkfrontCalculateOperator
    from airflow_provider_workfront.operators.missed import WorkfrontMissedEventsOperator
    from airflow_provider_workfront.operators.moving import WorkfrontConvertIssueOperator, WorkfrontMoveOperator
    from airflow_provider_workfront.operators.named import (
        WorkfrontActionOperator,
        WorkfrontCopyOperator,
        WorkfrontCountOperator,
        WorkfrontCreateOperator,
        WorkfrontDeleteOperator,
        WorkfrontGetOperator,
        WorkfrontSearchOperator,
        WorkfrontUpdateOperator,
    )
    from airflow_provider_workfront.operators.operator import WorkfrontOperator
    from airflow_provider_workfront.operators.people import WorkfrontAssignOperator, WorkfrontShareOperator
    from airflow_provider_workfront.operators.subscriptions import (
        WorkfrontDeleteSubscriptionOperator,
        WorkfrontEnsureSubscriptionOperator,
        WorkfrontListSubscriptionsOperator,
        WorkfrontUpgradeSubscriptionsOperator,
    )
    from airflow_provider_workfront.operators.talking import WorkfrontCommentOperator, WorkfrontLogHoursOperator
    from airflow_provider_workfront.operators.template import WorkfrontCreateProjectFromTemplateOperator

__all__ = [
    "WorkfrontActionOperator",
    "WorkfrontApprovalOperator",
    "WorkfrontAssignOperator",
    "WorkfrontAttachFormOperator",
    "WorkfrontCalculateOperator",
    "WorkfrontCommentOperator",
    "WorkfrontConvertIssueOperator",
    "WorkfrontCopyOperator",
    "WorkfrontCountOperator",
    "WorkfrontCreateOperator",
    "WorkfrontCreateProjectFromTemplateOperator",
    "WorkfrontDeleteOperator",
    "WorkfrontDeleteSubscriptionOperator",
    "WorkfrontDownloadDocumentOperator",
    "WorkfrontEnsureSubscriptionOperator",
    "WorkfrontGetOperator",
    "WorkfrontListSubscriptionsOperator",
    "WorkfrontLogHoursOperator",
    "WorkfrontMissedEventsOperator",
    "WorkfrontMoveOperator",
    "WorkfrontOperator",
    "WorkfrontSearchOperator",
    "WorkfrontShareOperator",
    "WorkfrontStatusOperator",
    "WorkfrontUpdateOperator",
    "WorkfrontUpgradeSubscriptionsOperator",
    "WorkfrontUploadDocumentOperator",
]

_MODULES = {
    "approving": ("WorkfrontApprovalOperator", "WorkfrontStatusOperator"),
    "documents": ("WorkfrontDownloadDocumentOperator", "WorkfrontUploadDocumentOperator"),
    "forms": ("WorkfrontAttachFormOperator", "WorkfrontCalculateOperator"),
    "missed": ("WorkfrontMissedEventsOperator",),
    "moving": ("WorkfrontConvertIssueOperator", "WorkfrontMoveOperator"),
    "named": (
        "WorkfrontActionOperator",
        "WorkfrontCopyOperator",
        "WorkfrontCountOperator",
        "WorkfrontCreateOperator",
        "WorkfrontDeleteOperator",
        "WorkfrontGetOperator",
        "WorkfrontSearchOperator",
        "WorkfrontUpdateOperator",
    ),
    "operator": ("WorkfrontOperator",),
    "people": ("WorkfrontAssignOperator", "WorkfrontShareOperator"),
    "subscriptions": (
        "WorkfrontDeleteSubscriptionOperator",
        "WorkfrontEnsureSubscriptionOperator",
        "WorkfrontListSubscriptionsOperator",
        "WorkfrontUpgradeSubscriptionsOperator",
    ),
    "talking": ("WorkfrontCommentOperator", "WorkfrontLogHoursOperator"),
    "template": ("WorkfrontCreateProjectFromTemplateOperator",),
}
_WHERE = {name: module for module, names in _MODULES.items() for name in names}


def __getattr__(name: str) -> Any:
    if name not in _WHERE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_WHERE[name]}"), name)


def __dir__() -> list[str]:
    return __all__
