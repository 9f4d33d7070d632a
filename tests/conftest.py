"""Fixtures of all tests: migrated databases, an artist, real brokers, our own processes. The network is blocked."""

import copy
import os
import sys
import uuid
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import hypothesis
import pytest
from django.conf import settings as django_settings
from django.core.cache import caches
from django.db import transaction
from hypothesis import HealthCheck
from pytest_django import DjangoDbBlocker, Settings

from billing.simulated.server import FakeStripe
from catalog.models import Artist
from config.database import use_database
from rights.models import Party
from tests import factories, migrations, servers
from tests.billing import factories as billing
from tests.fork_server import hash_passwords_fast
from tests.network import block_network
from tests.rights import factories as owners
from tests.servers import Broker, Database, Processes, RestartableBroker, ServerUnavailable, Site


def pytest_configure(config: pytest.Config) -> None:
    if not os.environ.get("DATABASE_URL"):
        raise pytest.UsageError("No DATABASE_URL: run `make test`, or `manage.py embedded -- pytest …`.")
    if not os.environ.get("STRIPE_TEST_KEY"):  # with it, tests/billing/provider/test_accounts.py asks Stripe
        sys.addaudithook(block_network)
    hash_passwords_fast()
    migrations.render_fewer_models()
    # The seconds of an example say how busy the machine is.
    hypothesis.settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
    hypothesis.settings.load_profile("untimed")


# The database


@pytest.fixture(scope="session")
def template_database(django_db_blocker: DjangoDbBlocker) -> Iterator[Database]:
    """The migrated database that is copied for tests. Each process of a run makes it once."""
    with servers.create_database() as database, django_db_blocker.unblock():
        migrations.fill(database.name)
        yield database


@pytest.fixture(scope="session")
def django_db_setup(template_database: Database, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """The database of `db` tests: a copy, used with the app role and rolled back after each test."""
    copy = servers.create_database(template=template_database)
    with copy as database, django_db_blocker.unblock(), use_database(NAME=database.name):
        yield


@pytest.fixture(scope="module")
def module_db(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """What a fixture of the module writes is made once. Each `db` test finds it unchanged, because it is a savepoint.

    Hand out copies of the objects (`copy.deepcopy`): a test changes those, too.
    """
    outermost = transaction.atomic()
    outermost._from_testcase = True  # as Django's own: what is durable may be called in it
    with django_db_blocker.unblock(), outermost:
        yield
        transaction.set_rollback(True)


@pytest.fixture
def own_database(template_database: Database) -> Iterator[Database]:
    with servers.create_database(template=template_database) as database:
        yield database


@pytest.fixture(scope="module")
def module_database(template_database: Database) -> Iterator[Database]:
    with servers.create_database(template=template_database) as database:
        yield database


@pytest.fixture
def committing_db(
    request: pytest.FixtureRequest, django_db_blocker: DjangoDbBlocker, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Database]:
    """A database for one test that commits or that starts other processes. With `shared_site` it is the module's."""
    database: Database = request.getfixturevalue("module_database" if _shares_site(request) else "own_database")
    monkeypatch.setenv("DATABASE_URL", database.url)
    with django_db_blocker.unblock(), use_database(NAME=database.name):
        yield database


def _shares_site(request: pytest.FixtureRequest) -> bool:
    """Whether the test has the mark `shared_site`. Such tests look only at rows of their own."""
    return request.node.get_closest_marker("shared_site") is not None


FLAKY_PATHS = ("tests/browser/", "tests/test_faults.py")
"""Tests that may be repeated once, because browsers and killed processes are slow on a busy machine."""


FIXTURE_SECONDS = {
    "processes": 2.0,
    "late_processes": 4.0,
    "fragile_broker": 4.0,
    "guarded_kafka": 6.0,
    "broker": 0.5,
    "demo_database": 1.0,
    "committing_db": 0.2,
    "opened_page": 0.5,
    "browsers": 3.0,
}
"""What a fixture adds to a test, about, together with what is done with it."""

LONG_FILES = {"test_api_conformance.py": 120.0, "test_operator.py": 60.0}
"""The seconds of files whose few tests take much longer than their fixtures."""


FIRST_FILES = ("test_embedded_folders.py",)
"""It starts PostgreSQL from this process. As root that needs a child with one thread, but after a test of signed sound
each forked child has two."""

PACKAGE_FIRST = "browser"
"""Its files run one after the other: pytest ends their site and their Chromium when the next test is of another
package, and starting them again takes as long as several tests."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    _put_long_files_first(items)
    for item in items:
        if item.nodeid.startswith(FLAKY_PATHS):
            item.add_marker(pytest.mark.flaky(reruns=1))
        marker = item.get_closest_marker("django_db")
        if marker and marker.kwargs.get("transaction"):
            raise pytest.UsageError(f"{item.nodeid}: append-only tables refuse the flush after it; use committing_db.")


def _put_long_files_first(items: list[pytest.Item]) -> None:
    """So that two workers end at about the same time: `make test` gives them one file after the other."""
    seconds = Counter({item.path: LONG_FILES.get(item.path.name, 0.0) for item in items})
    for item in items:
        seconds[item.path] += 0.05 + sum(FIXTURE_SECONDS.get(name, 0) for name in item.fixturenames)
    items.sort(
        key=lambda item: (
            item.path.name not in FIRST_FILES,
            item.path.parent.name != PACKAGE_FIRST,
            -seconds[item.path],
        )
    )


@pytest.fixture(autouse=True)
def _clear_sums_cache() -> None:
    """Forget cached sums, because ids begin at 1 again in every database."""
    caches["sums"].clear()


# Who many tests are about


@pytest.fixture
def artist() -> Artist:
    return factories.create_artist()


@pytest.fixture(scope="module")
def module_artist(module_db: None) -> Artist:
    return factories.create_artist()


@pytest.fixture
def shared_artist(db: None, module_artist: Artist) -> Artist:
    """An artist who is made once a module, where no test commits and all are about this artist."""
    return copy.deepcopy(module_artist)


@pytest.fixture(scope="module")
def audio_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Holds the audio files of a scene that is made once a module."""
    return tmp_path_factory.mktemp("audio")


@pytest.fixture
def fake_provider(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> FakeStripe:
    """Payments are simulated, by a FakeStripe in this process."""
    settings.PAYMENTS = "simulated"
    return billing.connect_fake(monkeypatch)


@pytest.fixture
def no_undo_time(artist: Artist) -> None:
    """What the artist's team approves can be delivered at once."""
    factories.remove_undo_time(artist)


@pytest.fixture
def label() -> Party:
    return owners.create_party()


# The brokers


@pytest.fixture(scope="session")
def apache_kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    """One Apache Kafka for all tests of this process. It starts with the first that needs it."""
    try:
        with servers.run_apache_kafka(tmp_path_factory.mktemp("kafka")) as broker:
            yield broker
    except ServerUnavailable as reason:
        pytest.skip(str(reason))


@pytest.fixture(
    params=[pytest.param("tansu", marks=pytest.mark.broker), pytest.param("kafka", marks=pytest.mark.broker)]
)
def broker_server(request: pytest.FixtureRequest) -> Broker:
    if request.param == "kafka":
        return request.getfixturevalue("apache_kafka")
    if not django_settings.KAFKA_BOOTSTRAP_SERVERS:
        pytest.skip("no KAFKA_BOOTSTRAP_SERVERS: run under `manage.py embedded --`")
    return Broker("tansu", ",".join(django_settings.KAFKA_BOOTSTRAP_SERVERS), 20)


@pytest.fixture
def broker(broker_server: Broker, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Broker:
    """Each broker in turn, with a topic prefix for this test alone."""
    return _use_broker(replace(broker_server, prefix=f"t{uuid.uuid4().hex[:8]}."), settings, monkeypatch)


@pytest.fixture
def fragile_broker(settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[RestartableBroker]:
    """A Tansu that the test may kill and start again."""
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
def processes(request: pytest.FixtureRequest, committing_db: Database) -> Processes:
    """Runs our commands against the database and broker of the test: `processes.start("consume")`.

    With `shared_site` they run until the last test of the module has ended.
    """
    started: Processes = request.getfixturevalue("module_processes" if _shares_site(request) else "own_processes")
    return started


@pytest.fixture
def own_processes(committing_db: Database, tmp_path: Path) -> Iterator[Processes]:
    with servers.run_processes(tmp_path / "processes") as started:
        yield started


@pytest.fixture(scope="module")
def module_processes(module_database: Database, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Processes]:
    with servers.run_processes(tmp_path_factory.mktemp("module") / "processes") as started:
        yield started


@pytest.fixture
def live_site(processes: Processes) -> Site:
    """The site on a free port and on the database of the test. Its mail is in `processes.folder / "mail"`."""
    return servers.find_or_start_site(processes, MAIL_DIR=str(processes.folder / "mail"))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    """Add the logs of the processes to the report of a failed test."""
    report = yield
    started = getattr(item, "funcargs", {}).get("processes")
    if report.failed and started:
        report.sections += [(log.name, log.read_text(errors="replace")) for log in started.logs]
    return report


# What could not run

OPTIONAL = "optional: "
"""So begins the reason of a test that needs what only some people have, such as an account somewhere."""


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    reasons = _skip_reasons(terminalreporter)
    if not reasons:
        terminalreporter.write_line("Everything could run.")
        return
    terminalreporter.section("could not run")
    for reason in sorted(set(reasons)):
        terminalreporter.write_line(f"{reasons.count(reason)} x {reason}")


def _skip_reasons(reporter: pytest.TerminalReporter) -> list[str]:
    skipped = reporter.stats.get("skipped", [])
    return [report.longrepr[2].removeprefix("Skipped: ") for report in skipped if report.longrepr]


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail the run if a test was skipped where all tests must run (.ci/run), except those that are optional."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("FANFARE_REQUIRE_ALL") != "1" or not reporter:
        return
    if not all(reason.startswith(OPTIONAL) for reason in _skip_reasons(reporter)):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
