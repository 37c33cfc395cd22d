"""What a check found, as a value, and how it is printed."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Literal

from airflow_provider_workfront.api.errors import ResponseError, WorkfrontError

State = Literal["ok", "warn", "fail", "skip"]
WIDTH = 20  # of the names of checks


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of a diagnosis; what is not ok says what to do."""

    check: str
    state: State
    found: str
    remedy: str = ""


def ok(check: str, found: str) -> Finding:
    """Report that all is well."""
    return Finding(check, "ok", found)


def warn(check: str, found: str, remedy: str) -> Finding:
    """Report what works, and should not stay."""
    return Finding(check, "warn", found, remedy)


def fail(check: str, found: str, remedy: str) -> Finding:
    """Report what does not work."""
    return Finding(check, "fail", found, remedy)


def skip(check: str, why: str) -> Finding:
    """Report what could not be looked at."""
    return Finding(check, "skip", why)


def failed(check: str, error: WorkfrontError, remedy: str) -> Finding:
    """Report an error; Workfront's own refusals bring what to do."""
    if not isinstance(error, ResponseError):
        return fail(check, str(error), remedy)
    return fail(check, f"{error.request}: {error.status} {error.message}", error.hint or error.advice or remedy)


def line(finding: Finding) -> str:
    """Write a finding for people."""
    told = f"{finding.state:4}  {finding.check:{WIDTH}}  {finding.found}"
    return f"{told}\n{'':6}{'':{WIDTH}}  -> {finding.remedy}" if finding.remedy else told


def record(finding: Finding) -> dict[str, str]:
    """Write a finding for programs."""
    return asdict(finding)


def has_failed(findings: list[Finding]) -> bool:
    """Tell whether anything does not work; a warning is no failure."""
    return any(finding.state == "fail" for finding in findings)
