"""Chromium as a person uses it: it logs in, it looks, and says what a screen reader would stumble over."""

from __future__ import annotations

import json
import os
import re
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Frame, Page
    from support.deployment import Deployment

PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = (
    "--no-sandbox",  # CI runs as root
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",  # a page that needs the internet fails here
)
IMAGES = Path(__file__).parents[2] / "docs/images"
PATIENCE = 15_000.0  # ms that Playwright waits for what a test expects; a shared machine may be slow

expect.set_options(timeout=PATIENCE)


def chromium() -> str | None:
    """Find Chromium on the PATH; Playwright's own browsers are never downloaded."""
    return next((found for name in PROGRAMS if (found := shutil.which(name))), None)


def is_required() -> bool:
    """Tell whether a missing Chromium is an error, as in CI."""
    return os.environ.get("WORKFRONT_BROWSER") == "required"


@dataclass
class Visits:
    """Windows of one browser, each of a user of its own; all are closed together."""

    browser: Browser
    kept: dict[tuple[str, str], Any]  # cookies by deployment and user, so that each logs in once only
    opened: list[BrowserContext] = field(default_factory=list)

    def __call__(self, airflow: Deployment, user: str = "admin", path: str = "/", **options: Any) -> Page:
        """Open a page of an Airflow as one of its users; `options` are like `dark=True`, `width=600`."""
        key = (airflow.url, user)
        if key not in self.kept:
            page = self.stranger(airflow)
            log_in(page, airflow, user)
            self.kept[key] = page.context.storage_state()
        page = self.stranger(airflow, storage_state=self.kept[key], **options)
        page.goto(path)
        return page

    def stranger(
        self, airflow: Deployment, *, dark: bool = False, width: int = 1280, height: int = 900, **options: Any
    ) -> Page:
        """Give a new window in which nobody is logged in."""
        context = self.browser.new_context(
            base_url=airflow.url,
            color_scheme="dark" if dark else "light",
            viewport={"width": width, "height": height},
            locale="en-US",
            reduced_motion="reduce",
            **options,
        )
        context.set_default_timeout(PATIENCE)
        self.opened.append(context)
        return context.new_page()

    def close(self) -> None:
        """Close every window."""
        while self.opened:
            self.opened.pop().close()


def log_in(page: Page, airflow: Deployment, user: str) -> None:
    """Fill in the login page, of whichever auth manager it is, and arrive in Airflow."""
    fill_in(page, user, passwords(airflow)[user], f"{airflow.url}/")
    expect(page.get_by_role("link", name="Dags").first).to_be_visible()


def fill_in(page: Page, user: str, password: str, address: str = "/") -> None:
    """Send the login page."""
    page.goto(address)
    page.get_by_label("Username").fill(user)
    page.locator("input[name=password]").fill(password)
    page.get_by_role("button", name="Sign in").click()


def passwords(airflow: Deployment) -> dict[str, str]:
    """Give the password of each user; Airflow's simple auth manager makes them up where it finds none."""
    known: dict[str, str] = json.loads((airflow.home / "passwords.json").read_text())
    return known


def screenshot(page: Page, name: str, *, whole: bool = False) -> None:
    """Write `docs/images/<name>.png`, but only when asked to: `WORKFRONT_SCREENSHOTS=1`."""
    if os.environ.get("WORKFRONT_SCREENSHOTS") == "1":
        IMAGES.mkdir(exist_ok=True)
        page.mouse.move(0, 0)  # nothing hovered
        page.screenshot(path=IMAGES / f"{name}.png", full_page=whole, animations="disabled", caret="hide")


def violations(page: Page | Frame, within: str | None = None) -> list[str]:
    """Run axe-core on a page, a frame, or what a CSS selector finds in it; give a line for each element it blames."""
    found = Axe().run(page, context=within).response["violations"]
    return [
        f"{rule['id']} ({rule['impact']}): {rule['help']}: {re.sub(chr(10), ' ', node['html'])[:200]}"
        for rule in found
        for node in rule["nodes"]
    ]
