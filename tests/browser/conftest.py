"""Fixtures of the browser tests: one full site and one Chromium for all of them, and a record of every failure."""

import os
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from playwright.sync_api import Browser, Error
from pytest_django import DjangoDbBlocker

from tests.billing.simulated.process import start_provider
from tests.browser.browsers import Browsers
from tests.browser.chromium import NoBrowser, run_chromium
from tests.browser.full_site import FullSite, run_full_site, skip_without_broker
from tests.servers import Database


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """A headless Chromium.

    Playwright runs an event loop in this thread. Django refuses the ORM in such a thread unless this variable is set.
    It is set for these tests only, because other tests run event loops of their own.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        try:
            with run_chromium() as chromium:
                yield chromium
        except NoBrowser as reason:
            pytest.skip(str(reason))


@pytest.fixture(scope="package")
def full_site(
    browser: Browser,
    template_database: Database,
    django_db_blocker: DjangoDbBlocker,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[FullSite]:
    skip_without_broker()
    folder = tmp_path_factory.mktemp("full-site")
    with django_db_blocker.unblock(), run_full_site(template_database, folder) as running:
        yield running


@pytest.fixture(scope="package")
def payment_provider(full_site: FullSite) -> None:
    """The simulated provider, as a process of its own that ends with the site."""
    start_provider(full_site.processes, full_site.site.url, urlsplit(settings.STRIPE_URL).port or 0)


@pytest.fixture
def browsers(full_site: FullSite, browser: Browser) -> Iterator[Browsers]:
    opened = Browsers(browser, full_site.site.url)
    yield opened
    opened.close()


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Iterator[object]:
    """Fail the test if a page wrote an error on its console, for example a violation of its content security policy."""
    result = yield
    browsers = _browsers_of(pyfuncitem.funcargs)
    if browsers:
        assert browsers.unexpected_errors() == []
    return result


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[pytest.TestReport]:
    """Add the saved pages and the logs of the site to the report of a failed test."""
    report = yield
    arguments = getattr(item, "funcargs", {})
    browsers = _browsers_of(arguments)
    if report.failed and call.when == "call" and browsers:
        try:
            report.sections += [("saved", str(file)) for file in browsers.save_failure(item.name)]
        except Error as reason:
            report.sections.append(("saved", f"not all: {reason}"))
    full_site = arguments.get("full_site")
    if report.failed and full_site:
        report.sections += [(log.name, _log_tail(log)) for log in full_site.processes.logs]
    return report


def _browsers_of(arguments: dict[str, object]) -> Browsers | None:
    """The browsers of a test, from its fixture `browsers` or from `opened_page` of test_every_page."""
    browsers = arguments.get("browsers") or getattr(arguments.get("opened_page"), "browsers", None)
    return browsers if isinstance(browsers, Browsers) else None


def _log_tail(log: Path) -> str:
    return os.linesep.join(log.read_text(errors="replace").splitlines()[-25:])
