"""The browser that this machine has: named by CHROMIUM, Debian's, or the one that Playwright brought."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage", "--force-color-profile=srgb",
]  # fmt: skip


class NoBrowser(Exception):
    """Says where we looked."""


@contextmanager
def chromium() -> Iterator[Browser]:
    """A running browser without a window. Only one at a time: Playwright keeps a loop in this thread."""
    with sync_playwright() as playwright:
        found = _executable_path(playwright.chromium.executable_path)
        browser = playwright.chromium.launch(executable_path=found, args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()


def _executable_path(brought: str) -> str:
    named = os.environ.get("CHROMIUM")
    if named:
        if not shutil.which(named):
            raise NoBrowser(f"CHROMIUM={named} is no program")
        return named
    system = next((path for name in CHROMIUM_NAMES if (path := shutil.which(name))), None)
    if system:
        return system
    if Path(brought).exists():
        return brought
    raise NoBrowser("no Chromium: apt-get install chromium, or playwright install chromium, or set CHROMIUM")
