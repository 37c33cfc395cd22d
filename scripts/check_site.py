"""Check the built documentation as a plain file server would serve it: each link, anchor and picture leads somewhere.

`make docs` runs this: `python check_site.py <folder of the site>`. Sphinx checks the links that pages write; this
checks those of the finished pages, with the theme's own. Addresses elsewhere are left to `make docs-links`, which needs
the network.
"""

from __future__ import annotations

import sys
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit


class Page(HTMLParser):
    """What a page refers to, and what can be referred to in it."""

    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []
        self.loaded: list[str] = []
        self.anchors: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take an element's identifier and its addresses."""
        if tag in {"script", "img", "iframe"} or (tag, dict(attrs).get("rel")) == ("link", "stylesheet"):
            self.loaded += [value for name, value in attrs if name in {"href", "src"} and value]
        for name, value in attrs:
            if name in {"href", "src"} and value:
                self.links.append(value)
            elif name in {"id", "name"} and value:
                self.anchors.add(value)


@cache
def read(path: Path) -> Page:
    """Parse a page once."""
    page = Page()
    page.feed(path.read_text())
    return page


def pages_of(site: Path) -> list[Path]:
    """List the pages of a site, without the templates that a theme keeps beside its styles."""
    return [path for path in sorted(site.rglob("*.html")) if "_static" not in path.relative_to(site).parts]


def dead_links(site: Path) -> list[str]:
    """Return one line for each link below `site` that leads nowhere, or that works at the root of a server only."""
    found = []
    for path in pages_of(site):
        page = read(path)
        problems = [(link, check_link(site, path, link)) for link in page.links]
        problems += [(link, "loaded from elsewhere") for link in page.loaded if urlsplit(link).netloc]
        found += [f"{path.relative_to(site)}: {link}: {problem}" for link, problem in problems if problem]
    return found


def check_link(site: Path, path: Path, link: str) -> str:
    """Return what is wrong with a link of a page, or an empty string."""
    parts = urlsplit(link)
    if parts.scheme or parts.netloc:
        return ""
    if parts.path.startswith("/"):
        return "absolute: it works at the root of a server only"
    goal = (path.parent / unquote(parts.path)).resolve() if parts.path else path
    if goal.is_dir():
        return "a folder: a plain file does not lead to its index"
    if not goal.is_file() or not goal.is_relative_to(site):
        return "no such file"
    anchor = unquote(parts.fragment)
    if anchor and goal.suffix == ".html" and anchor not in read(goal).anchors:
        return "no such anchor"
    return ""


def main() -> int:
    """Print what is wrong; return the exit code."""
    site = Path(sys.argv[1]).resolve()
    pages = len(pages_of(site))
    found = dead_links(site) if (site / "index.html").is_file() else ["index.html: no such file"]
    for line in found:
        print(f"[site] {line}", file=sys.stderr)
    print(f"[site] {pages} pages, {len(found)} links that lead nowhere")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
