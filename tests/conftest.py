"""The frame of all tests: the app role on a copy of what the owner migrated, real brokers, no way to the network."""

import os
import socket
import sys
import uuid
from collections.abc import Iterator
from dataclasses import replace
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core.cache import caches
from pytest_django import DjangoDbBlocker, Settings

from config.database import migrate, use_database
from tests import servers
from tests.servers import Broker, Database, Processes, RestartableBroker, ServerUnavailable, Site


def pytest_configure(config: pytest.Config) -> None:
    missing = [name for name in ("DATABASE_URL", "DATABASE_OWNER_URL") if not os.environ.get(name)]
    if missing:
        raise pytest.UsageError(f"No {' and '.join(missing)}: run `make test`, or `manage.py embedded -- pytest …`.")
    sys.addaudithook(_block_network)


def _block_network(event: str, arguments: tuple[Any, ...]) -> None:
    """No test talks to anything but this machine. Children and C libraries are on their honour."""
    if event == "socket.connect" and arguments[0].family != socket.AF_UNIX:
        host = arguments[1][0]
    elif event == "socket.getaddrinfo":
        host = arguments[0]
    else:
        return
    name = host.decode() if isinstance(host, bytes) else host
    if name not in (None, "", "localhost") and not _is_loopback(name):
        raise RuntimeError(f"A test tried to reach {name}: tests stay on this machine.")


def _is_loopback(name: str) -> bool:
    try:
        return ip_address(name.partition("%")[0]).is_loopback
    except ValueError:
        return False


# The database


@pytest.fixture(scope="session")
def template(django_db_blocker: DjangoDbBlocker) -> Iterator[Database]:
    """What every test's database is a copy of: migrated by the owner, once a run."""
    with servers.create_database() as made, django_db_blocker.unblock():
        migrate(NAME=made.name)
        yield made


@pytest.fixture(scope="session")
def django_db_setup(template: Database, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """`db` tests: the app role on a copy, rolled back after each test."""
    with servers.create_database(template=template) as made, django_db_blocker.unblock(), use_database(NAME=made.name):
        yield


@pytest.fixture
def committing_db(
    template: Database, django_db_blocker: DjangoDbBlocker, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Database]:
    """A database of the test's own, for a test that commits or that starts other processes."""
    with servers.create_database(template=template) as made:
        urls = {"DATABASE_URL": made.url, "DATABASE_OWNER_URL": made.owner_url}
        for name, url in urls.items():
            monkeypatch.setenv(name, url)
        settings.DATABASE_OWNER_URL = made.owner_url
        with django_db_blocker.unblock(), use_database(NAME=made.name):
            yield made


FLAKY_PATHS = ("tests/browser/", "tests/test_faults.py")
"""A browser that drives pages and processes that are killed may stumble on a busy machine: they may try once more."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.nodeid.startswith(FLAKY_PATHS):
            item.add_marker(pytest.mark.flaky(reruns=1))
        marker = item.get_closest_marker("django_db")
        if marker and marker.kwargs.get("transaction"):
            raise pytest.UsageError(f"{item.nodeid}: history refuses the flush after it; use committing_db instead.")


@pytest.fixture(autouse=True)
def _clear_sums_cache() -> None:
    """Every test has numbers of its own database, which begin at 1."""
    caches["sums"].clear()


# The brokers


@pytest.fixture(
    scope="session",
    params=[pytest.param("tansu", marks=pytest.mark.broker), pytest.param("kafka", marks=pytest.mark.broker)],
)
def broker_server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    if request.param == "tansu":
        if not django_settings.KAFKA_BOOTSTRAP_SERVERS:
            pytest.skip("no KAFKA_BOOTSTRAP_SERVERS: run under `manage.py embedded --`")
        yield Broker("tansu", ",".join(django_settings.KAFKA_BOOTSTRAP_SERVERS), 20)
        return
    try:
        with servers.run_apache_kafka(tmp_path_factory.mktemp("kafka")) as broker:
            yield broker
    except ServerUnavailable as reason:
        pytest.skip(str(reason))


@pytest.fixture
def broker(broker_server: Broker, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Broker:
    """Every broker there is, in turn; the topics of this test are its own."""
    return _use_broker(replace(broker_server, prefix=f"t{uuid.uuid4().hex[:8]}."), settings, monkeypatch)


@pytest.fixture
def fragile_broker(settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[RestartableBroker]:
    """A Tansu that this test may kill and start again."""
    fragile = RestartableBroker(tmp_path)
    _use_broker(Broker("tansu", f"127.0.0.1:{fragile.port}", 20), settings, monkeypatch)
    yield fragile
    fragile.kill()


def _use_broker(broker: Broker, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Broker:
    settings.KAFKA_BOOTSTRAP_SERVERS = broker.address.split(",")
    settings.KAFKA_FETCH_MAX_WAIT_MS = broker.fetch_max_wait_ms
    settings.KAFKA_TOPIC_PREFIX = broker.prefix
    monkeypatch.setenv("KAFKA_BOOTSTRAP_SERVERS", broker.address)
    monkeypatch.setenv("KAFKA_FETCH_MAX_WAIT_MS", str(broker.fetch_max_wait_ms))
    monkeypatch.setenv("KAFKA_TOPIC_PREFIX", broker.prefix)
    return broker


# Other processes


@pytest.fixture
def processes(committing_db: Database, tmp_path: Path) -> Iterator[Processes]:
    """`processes.start("consume")` runs a command of ours against the test's own database and broker."""
    folder = tmp_path / "processes"
    folder.mkdir()
    started = Processes(folder)
    yield started
    started.end()


@pytest.fixture
def live_site(processes: Processes, tmp_path: Path) -> Site:
    """The site on a free port, on the test's own database; its mail lies in tmp_path/mail."""
    return servers.start_site(processes, MAIL_DIR=str(tmp_path / "mail"))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    """A test that fails shows what its processes said."""
    report = yield
    started = getattr(item, "funcargs", {}).get("processes")
    if report.failed and started:
        report.sections += [(log.name, log.read_text(errors="replace")) for log in started.logs]
    return report


# What could not run


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    reasons = [report.longrepr[2] for report in terminalreporter.stats.get("skipped", []) if report.longrepr]
    if not reasons:
        terminalreporter.write_line("Everything could run.")
        return
    terminalreporter.section("could not run")
    for reason in sorted(set(reasons)):
        terminalreporter.write_line(f"{reasons.count(reason)} x {reason.removeprefix('Skipped: ')}")


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Where everything must run (.ci/run), a skip is a failure."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("FANFARE_REQUIRE_ALL") == "1" and reporter and reporter.stats.get("skipped"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
