"""The frame of the tests in a browser: one house and one Chromium for all of them, and what is kept when one fails."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Error
from pytest_django import DjangoDbBlocker

from tests.browser.browsers import Browsers
from tests.browser.chromium import NoBrowser, run_chromium
from tests.browser.full_site import FullSite, run_full_site, skip_without_broker
from tests.servers import Database


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Playwright's loop runs in this thread meanwhile. Django takes that for a mistake of ours unless told otherwise;
    not for the whole run, because other tests have loops of their own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        try:
            with run_chromium() as found:
                yield found
        except NoBrowser as reason:
            pytest.skip(str(reason))


@pytest.fixture(scope="package")
def house(
    browser: Browser, template: Database, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[FullSite]:
    skip_without_broker()
    with django_db_blocker.unblock(), run_full_site(template, tmp_path_factory.mktemp("house")) as found:
        yield found


@pytest.fixture
def guests(house: FullSite, browser: Browser) -> Iterator[Browsers]:
    found = Browsers(browser, house.site.url)
    yield found
    found.leave()


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Iterator[object]:
    """A page that writes an error on its console, a refusal of its policy for example, fails the test."""
    result = yield
    for name in ("guests", "opened"):
        found = getattr(pyfuncitem.funcargs.get(name), "guests", pyfuncitem.funcargs.get(name))
        if isinstance(found, Browsers):
            assert found.unforgiven() == []
    return result


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[pytest.TestReport]:
    report = yield
    arguments = getattr(item, "funcargs", {})
    found = arguments.get("guests") or getattr(arguments.get("opened"), "guests", None)
    if report.failed and call.when == "call" and found:
        try:
            report.sections += [("kept", str(file)) for file in found.keep(item.name)]
        except Error as reason:
            report.sections.append(("kept", f"not all: {reason}"))
    house = arguments.get("house")
    if report.failed and house:
        report.sections += [(log.name, _log_tail(log)) for log in house.processes.logs]
    return report


def _log_tail(log: Path) -> str:
    return os.linesep.join(log.read_text(errors="replace").splitlines()[-25:])
