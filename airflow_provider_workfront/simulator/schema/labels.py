"""Labels of fields, as the metadata has them: "Planned Completion Date" for `plannedCompletionDate`."""

from __future__ import annotations

import re

_WORDS = re.compile(r"IDs|[A-Z]+(?=[A-Z][a-z]|$|\d)|[A-Z]?[a-z]+|[A-Z]+|\d+")

OTHERS = {  # where the published documents of version 17 say something else than the name does
    "actualWork": "Legacy Actual Hours",
    "actualWorkRequired": "Legacy Actual Hours",
    "approvalCompletionDate": "Approval Path Completion Date",
    "approvalEstStartDate": "Approval Estimated Start Date",
    "approvalProcessID": "Approval Processes ID",
    "approvalStartDate": "Approval Path Start Date",
    "bcwp": "BCWP",
    "bcws": "BCWS",
    "convertedOpTaskEntryDate": "Converted Request Entry Date",
    "convertedOpTaskName": "Converted Request Name",
    "cpi": "Cost Performance Index",
    "csi": "Cost Schedule Performance Index",
    "durationMinutes": "Duration in Minutes",
    "eac": "EAC",
    "eacCalculationMethod": "EAC Calculation Method",
    "estCompletionDate": "Estimated Due Date",
    "estStartDate": "Estimated Start Date",
    "extRefID": "External Reference ID",
    "numberOfChildren": "Number of Children",
    "numberOpenOpTasks": "Number of Open Requests",
    "originalWorkRequired": "Original Planned Hours",
    "previousStatus": "Previous status",
    "queueDefID": "Queue Definition ID",
    "roi": "ROI",
    "spi": "Schedule Performance Index",
    "totalOpTaskCount": "Total Request Count",
    "wbs": "Work Breakdown Structure",
    "workRequired": "Planned Hours",
}


def label_of(name: str) -> str:
    """Give the label of a field: its words, unless the documents have others."""
    return OTHERS.get(name) or " ".join(word[:1].upper() + word[1:] for word in _WORDS.findall(name))
