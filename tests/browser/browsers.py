"""Guests: people at a browser. What their pages complain of fails the test, and what it looked like is kept."""

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
SOCKET_CLOSED_EARLY = re.compile("WebSocket is closed before the connection is established")  # no fault of the page's
REFUSED = re.compile(r"the server responded with a status of (403|404|409|422|429)")

# What sticks out: the innermost elements that end beyond the edge, as far as they are seen.
OVERFLOW_SCRIPT = """width => {
    if (document.scrollingElement.scrollWidth <= width) return [];
    const right = each => Math.round(each.getBoundingClientRect().right);
    const out = [...document.body.querySelectorAll(":not(svg *)")].filter(each => right(each) > width);
    return out.filter(each => !out.some(other => other !== each && each.contains(other)))
        .map(each => `${right(each)} ${each.outerHTML.slice(0, 160)}`).slice(0, 5);
}"""


def find_overflow(page: Page, *widths: int) -> dict[int, list[str]]:
    """At which of these widths one would have to scroll sideways, and because of what."""
    found = {}
    for width in widths:
        page.set_viewport_size({"width": width, "height": 900})
        if out := page.evaluate(OVERFLOW_SCRIPT, width):
            found[width] = out
    return found


@dataclass
class Browsers:
    """Everybody who visits the site in one test."""

    browser: Browser
    site: str
    contexts: list[BrowserContext] = field(default_factory=list)
    pages: list[Page] = field(default_factory=list)
    said: dict[int, list[str]] = field(default_factory=dict)
    complaints: list[str] = field(default_factory=list)
    forgiven: list[re.Pattern[str]] = field(default_factory=lambda: [SOCKET_CLOSED_EARLY])

    def enter(self, person: Person | None = None, **how: Any) -> BrowserContext:
        """A browser of their own, signed in unless nobody is named."""
        context = self.browser.new_context(base_url=self.site, **{**DESKTOP, "locale": "en-GB", **how})
        context.set_default_timeout(15_000)
        if person:
            self.sign_in(context, person)
        context.on("page", self._watch)
        self.contexts.append(context)
        return context

    def sign_in(self, context: BrowserContext, person: Person) -> None:
        cookie = {"name": "sessionid", "value": create_session(person), "url": self.site}
        context.add_cookies([cookie])  # type: ignore[list-item]

    def open(self, path: str, person: Person | None = None, **how: Any) -> Page:
        page = self.enter(person, **how).new_page()
        page.goto(path)
        return page

    def forgive(self, *words: str) -> None:
        """Errors that the test brings about itself, and that a browser writes on its console."""
        self.forgiven += [re.compile(each) for each in words]

    def _watch(self, page: Page) -> None:
        said = self.said[id(page)] = []
        self.pages.append(page)

        def heard(message: ConsoleMessage) -> None:
            said.append(f"{message.type}: {message.text}")
            if message.type in {"error", "warning"}:
                self.complaints.append(f"{page.url}: {message.type}: {message.text}")

        page.on("console", heard)
        page.on("pageerror", lambda error: self.complaints.append(f"{page.url}: {error}"))

    def unforgiven(self) -> list[str]:
        return [each for each in self.complaints if not any(known.search(each) for known in self.forgiven)]

    def keep(self, name: str) -> Iterator[Path]:
        """What every page looks like now, its source, and what its console says."""
        folder = FAILURES / re.sub(r"[^\w.-]+", "-", name)[:120]
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        for number, page in enumerate(self.pages):
            if page.is_closed():
                continue
            at = folder / str(number)
            at.with_suffix(".txt").write_text("\n".join([page.url, *self.said[id(page)]]))
            at.with_suffix(".html").write_text(page.content())
            page.screenshot(path=at.with_suffix(".png"), full_page=True, timeout=5_000)
            yield at.with_suffix(".png")

    def leave(self) -> None:
        for context in self.contexts:
            context.close()
