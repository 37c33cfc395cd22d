"""The project's pages, taken apart: blocks of code, sections, tables, headings."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

PROJECT = Path(__file__).parents[2]
PAGES = {page.name: page.read_text() for page in (PROJECT / "README.md", *sorted((PROJECT / "docs").glob("*.md")))}
LINKED = [
    PROJECT / "README.md",
    PROJECT / "CONTRIBUTING.md",
    PROJECT / "SECURITY.md",
    *sorted((PROJECT / "docs").rglob("*.md")),
]


class Fence(NamedTuple):
    """A block of code in a page."""

    page: str
    line: int
    language: str
    text: str

    @property
    def is_dag(self) -> bool:
        """Tell whether it belongs into a DAG file."""
        return self.language == "python" and "Operator" in self.text

    @property
    def is_script(self) -> bool:
        """Tell whether it is Python that runs by itself."""
        return self.language == "python" and not self.is_dag


def fences(page: str) -> list[Fence]:
    """Give the blocks of a page."""
    text = PAGES[page]
    found = re.finditer(r"^```(\w*)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    return [Fence(page, text[: match.start()].count("\n") + 2, match[1], match[2]) for match in found]


ALL = [fence for page in PAGES for fence in fences(page)]


def section(page: str, heading: str) -> str:
    """Give the text below a heading of the second level."""
    (found,) = re.findall(rf"^## {re.escape(heading)}\n(.*?)(?=^## |\Z)", PAGES[page], re.MULTILINE | re.DOTALL)
    return found


def rows(text: str) -> list[list[str]]:
    """Give the cells of all tables, with their heads."""
    lines = [line for line in text.splitlines() if line.startswith("|") and not line.startswith("|---")]
    cells = [re.split(r"(?<!\\)\|", line.strip("|")) for line in lines]
    return [[cell.strip().replace("\\|", "|") for cell in line] for line in cells]


def first_names(table: list[list[str]]) -> set[str]:
    """Give all code in the first cells."""
    return {name for row in table for name in re.findall(r"`([^`]+)`", row[0])}


def anchors(page: Path) -> set[str]:
    """Give what links may lead to within a page."""
    headings = re.findall(r"^#+ (.*)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}
