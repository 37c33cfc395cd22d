"""How long Adobe supports each version of the API: two a year, three years each (reference 1.4 [D])."""

from __future__ import annotations

import re
from datetime import date

DEFAULT_VERSION = "v21.0"
SUPPORT_ENDS = {  # Adobe names the release ("28.10"), not the day; its month's first day stands for it
    16: date(2026, 4, 1),
    17: date(2026, 10, 1),
    18: date(2027, 4, 1),
    19: date(2027, 10, 1),
    20: date(2028, 4, 1),
    21: date(2028, 10, 1),
    22: date(2029, 4, 1),
}
OLDEST = min(SUPPORT_ENDS)


def normal_version(value: object) -> str:
    """Give `v21.0`, as addresses have it, of `21`, `v21`, `21.0` or `v21.0`; raise ValueError else."""
    match = re.fullmatch(r"v?(\d{1,3})(\.0)?", str(value).strip().lower())
    if not match:  # there are no minor versions: v18.5 is refused by Workfront too (reference 1.3 [T])
        raise ValueError(f"must be a version such as {DEFAULT_VERSION}")
    number = int(match[1])
    if number < OLDEST:
        raise ValueError(f"v{number}.0 was removed by Adobe; choose a later one: {schedule()}")
    return f"v{number}.0"


def support_warning(version: str, today: date) -> str:
    """Say what is wrong with the age of a version; an empty text if nothing is."""
    number = int(version[1:-2])
    if number not in SUPPORT_ENDS:
        return f"API version {version} is newer than this provider, which was written for {DEFAULT_VERSION}"
    if today >= SUPPORT_ENDS[number]:
        return f"Adobe ended its support of API version {version}; choose a later one: {schedule()}"
    return ""


def schedule() -> str:
    """Give Adobe's schedule in one line."""
    return ", ".join(f"v{number}.0 is supported until {end:%B %Y}" for number, end in SUPPORT_ENDS.items())
