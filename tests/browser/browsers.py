"""Browsers for the people in a test.

An error on the console of a page fails the test. The pages of a failed test are saved with screenshots.
"""

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page

from accounts.models import Person
from config import BASE_DIR
from config.smoke.sessions import create_session

FAILURES = BASE_DIR / "var" / "failures"
DESKTOP: dict[str, Any] = {"viewport": {"width": 1280, "height": 900}}
PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
SOCKET_CLOSED_EARLY = re.compile("WebSocket is closed before the connection is established")  # not an error of the page
REFUSED = re.compile(r"the server responded with a status of (403|404|409|422|429)")

# The innermost elements that end beyond the right edge, at most five, as "<right edge> <HTML>".
OVERFLOW_SCRIPT = """width => {
    if (document.scrollingElement.scrollWidth <= width) return [];
    const right = each => Math.round(each.getBoundingClientRect().right);
    const wide = [...document.body.querySelectorAll(":not(svg *)")].filter(each => right(each) > width);
    return wide.filter(each => !wide.some(other => other !== each && each.contains(other)))
        .map(each => `${right(each)} ${each.outerHTML.slice(0, 160)}`).slice(0, 5);
}"""


def find_overflow(page: Page, *widths: int) -> dict[int, list[str]]:
    """The widths at which the page scrolls sideways, each with the elements that are too wide."""
    overflow = {}
    for width in widths:
        page.set_viewport_size({"width": width, "height": 900})
        if elements := page.evaluate(OVERFLOW_SCRIPT, width):
            overflow[width] = elements
    return overflow


@dataclass
class Browsers:
    """The browser contexts that one test opens: one for each person."""

    browser: Browser
    site: str
    contexts: list[BrowserContext] = field(default_factory=list)
    pages: list[Page] = field(default_factory=list)
    console_lines: dict[int, list[str]] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)
    ignored: list[re.Pattern[str]] = field(default_factory=lambda: [SOCKET_CLOSED_EARLY])

    def new_context(self, person: Person | None = None, *, fresh: bool = False, **options: Any) -> BrowserContext:
        """Open a browser context, signed in if a person is given; `fresh`: with a password typed just now.

        `options` are Playwright's.
        """
        context = self.browser.new_context(base_url=self.site, **{**DESKTOP, "locale": "en-GB", **options})
        context.set_default_timeout(15_000)
        if person:
            self.sign_in(context, person, fresh=fresh)
        context.on("page", self._watch)
        self.contexts.append(context)
        return context

    def sign_in(self, context: BrowserContext, person: Person, *, fresh: bool = False) -> None:
        cookie = {"name": "sessionid", "value": create_session(person, fresh=fresh), "url": self.site}
        context.add_cookies([cookie])  # type: ignore[list-item]

    def open_page(self, path: str, person: Person | None = None, **options: Any) -> Page:
        page = self.new_context(person, **options).new_page()
        page.goto(path)
        return page

    def ignore_console_errors(self, *patterns: str) -> None:
        """Ignore console errors that the test causes on purpose."""
        self.ignored += [re.compile(pattern) for pattern in patterns]

    def _watch(self, page: Page) -> None:
        lines = self.console_lines[id(page)] = []
        self.pages.append(page)

        def record(message: ConsoleMessage) -> None:
            lines.append(f"{message.type}: {message.text}")
            if message.type in {"error", "warning"}:
                self.errors.append(f"{page.url}: {message.type}: {message.text}")

        page.on("console", record)
        page.on("pageerror", lambda error: self.errors.append(f"{page.url}: {error}"))

    def unexpected_errors(self) -> list[str]:
        return [error for error in self.errors if not any(pattern.search(error) for pattern in self.ignored)]

    def save_failure(self, name: str) -> Iterator[Path]:
        """Save a screenshot, the HTML and the console of every open page. Yields the screenshots."""
        folder = FAILURES / re.sub(r"[^\w.-]+", "-", name)[:120]
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        for number, page in enumerate(self.pages):
            if page.is_closed():
                continue
            path = folder / str(number)
            path.with_suffix(".txt").write_text("\n".join([page.url, *self.console_lines[id(page)]]))
            path.with_suffix(".html").write_text(page.content())
            page.screenshot(path=path.with_suffix(".png"), full_page=True, timeout=5_000)
            yield path.with_suffix(".png")

    def close(self) -> None:
        for context in self.contexts:
            context.close()
