"""Operators: one for any operation, a named one for each common operation, and those for everyday work."""

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
