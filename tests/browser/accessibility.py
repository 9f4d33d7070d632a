"""Runs axe on an open page."""

from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

RULES = {"resultTypes": ["violations"], "preload": False, "rules": {"target-size": {"enabled": True}}}
SCRIPT = Axe().axe_script


def find_violations(page: Page) -> list[dict[str, Any]]:
    """The violations, each with its nodes.

    The page keeps axe for the next time, and hands out nothing but violations: what passed is most of axe's answer.
    """
    if not page.evaluate("'axe' in window"):
        page.evaluate(SCRIPT)
    return page.evaluate("rules => axe.run(rules).then(results => results.violations)", RULES)
