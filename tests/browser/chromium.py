"""Find a Chromium on this machine, or install Playwright's, and start it."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Error, sync_playwright

CHROMIUM_NAMES = (
    "chromium-headless-shell", "chromium", "chromium-browser", "google-chrome-stable", "google-chrome",
)  # fmt: skip
"""Programs of the system. The first, Debian's, has no windows at all and shows a page for a third of the CPU time."""
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage", "--force-color-profile=srgb",
]  # fmt: skip
INSTALL_TIMEOUT_SECONDS = 600
HOW_TO_INSTALL = (
    "install one (apt-get install chromium-headless-shell; playwright install chromium), or set CHROMIUM to its path"
)


class NoBrowser(Exception):
    """No Chromium could be started; the message says why and what to do."""


@contextmanager
def run_chromium() -> Iterator[Browser]:
    """Yield a headless browser. Only one at a time: Playwright runs its event loop in this thread."""
    with sync_playwright() as playwright:
        path = find_chromium(Path(playwright.chromium.executable_path))
        try:
            browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        except Error as error:
            raise NoBrowser(f"{path} does not start: {str(error).splitlines()[0]}; {HOW_TO_INSTALL}") from error
        try:
            yield browser
        finally:
            browser.close()


def find_chromium(playwright_path: Path) -> str:
    """The path of CHROMIUM, of the system's Chromium, or of Playwright's own, which is installed where none is found.

    Raises NoBrowser.
    """
    named = os.environ.get("CHROMIUM")
    if named:
        if not shutil.which(named):
            raise NoBrowser(f"CHROMIUM={named} is no program")
        return named
    system = next((path for name in CHROMIUM_NAMES if (path := shutil.which(name))), None)
    if system:
        return system
    if not playwright_path.exists():
        install_chromium()
    if not playwright_path.exists():
        raise NoBrowser(f"playwright install chromium left no {playwright_path}; {HOW_TO_INSTALL}")
    return str(playwright_path)


def install_chromium() -> None:
    """Run `playwright install chromium`, and tell the person who waits. Raises NoBrowser."""
    _tell("No Chromium found. Running `playwright install chromium`: about 150 MB, a minute or two …")
    began = time.monotonic()
    command = [sys.executable, "-m", "playwright", "install", "chromium"]
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, check=False, timeout=INSTALL_TIMEOUT_SECONDS, errors="replace"
        )
    except subprocess.TimeoutExpired as error:
        raise NoBrowser(
            f"no Chromium, and `playwright install chromium` took over {INSTALL_TIMEOUT_SECONDS} s; {HOW_TO_INSTALL}"
        ) from error
    if done.returncode:
        lines = [line.strip() for line in done.stderr.splitlines() if line.strip()]
        reason = next((line for line in lines if "rror" in line), lines[-1] if lines else "no reason given")
        raise NoBrowser(f"no Chromium, and `playwright install chromium` failed: {reason[:200]}; {HOW_TO_INSTALL}")
    _tell(f"Chromium was installed in {time.monotonic() - began:.0f} s.")


def _tell(line: str) -> None:
    """Write to the terminal itself: pytest captures sys.stderr."""
    print(f"\n{line}", file=sys.__stderr__, flush=True)
