"""Processes that are started before PostgreSQL and Kafka: they say so once, wait, and go on."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from django.db import transaction
from pytest_django import DjangoDbBlocker, Settings

from artists.models import Draft
from config.database import use_database
from events import outbox
from listens import event
from tests import factories, migrations, servers
from tests.listens.factories import listen_event, make_incoming
from tests.servers import Processes, RestartableBroker, accepts_connections, wait_until
from worker import embedded, embedded_postgres
from worker.supervisor import spawn, terminate
from worker.wheels import CLEAN_ENVIRONMENT

COMMANDS = {"serve": ["serve"], "relay": ["relay"], "consume": ["consume"], "work": ["work", "all"]}
WAITING = "The database is unavailable, waiting for it"
PASSWORD = "app-secret"
# Only the app role needs a password.
ACCESS_RULES = "local all fanfare_app scram-sha-256\nlocal all all trust\n"
CREATE_ROLES = f"""
CREATE ROLE fanfare_owner LOGIN CREATEDB; CREATE ROLE fanfare_app LOGIN PASSWORD '{PASSWORD}';
"""


class LatePostgres:
    """A PostgreSQL of its own that a test starts and stops. Its socket's address is known before."""

    def __init__(self, folder: Path, sockets: str) -> None:
        self.folder, self.sockets = folder, sockets
        self.child: subprocess.Popen[bytes] | None = None
        initdb = [
            embedded_postgres._postgres_binary("initdb"),
            "-D",
            "data",
            "-U",
            "postgres",
            "-A",
            "trust",
            "--no-sync",
        ]
        self._spawn([*initdb, "-E", "UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]).wait()
        (folder / "data" / "pg_hba.conf").write_text(ACCESS_RULES)

    def _spawn(self, argv: list[str]) -> subprocess.Popen[bytes]:
        with (self.folder / "postgres.log").open("ab") as log:
            options = {"cwd": self.folder, "env": CLEAN_ENVIRONMENT, "stdout": log, "stderr": log}
            return spawn(argv, stop_signal=signal.SIGINT, before_exec=embedded_postgres._as_other_user(), **options)

    def url(self, role: str, database: str = "fanfare") -> str:
        return f"postgresql://{role}@/{database}?host={self.sockets}"

    def start(self) -> None:
        argv = [
            embedded_postgres._postgres_binary("postgres"),
            "-D",
            "data",
            "-k",
            self.sockets,
            "-h",
            "",
            "-c",
            "fsync=off",
        ]
        self.child = self._spawn(argv)

        wait_until(self.connect).close()

    def stop(self) -> None:
        if self.child:
            terminate(self.child, signal.SIGINT)

    def connect(self) -> psycopg.Connection | None:
        try:
            return psycopg.connect(self.url("postgres", "postgres"), autocommit=True)
        except psycopg.OperationalError:
            return None

    def create_database(self) -> None:
        with wait_until(self.connect) as superuser:
            superuser.execute(CREATE_ROLES)
            superuser.execute("CREATE DATABASE fanfare OWNER fanfare_owner")


@pytest.fixture(scope="module")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LatePostgres]:
    sockets = tempfile.mkdtemp(prefix="fanfare-late-", dir="/tmp")
    late = LatePostgres(tmp_path_factory.mktemp("postgres"), sockets)
    late.start()
    late.create_database()
    late.stop()
    yield late
    late.stop()
    shutil.rmtree(sockets)


@pytest.fixture
def late_processes(tmp_path: Path) -> Iterator[Processes]:
    with servers.run_processes(tmp_path / "processes") as started:
        yield started


@pytest.fixture
def late_database(
    postgres: LatePostgres,
    django_db_blocker: DjangoDbBlocker,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[LatePostgres]:
    """A migrated database on a server that is stopped now. This process can use it once it is started."""
    app = {"USER": "fanfare_app", "PASSWORD": PASSWORD, "HOST": postgres.sockets, "NAME": "fanfare"}
    monkeypatch.setenv("DATABASE_URL", postgres.url(f"fanfare_app:{PASSWORD}"))
    monkeypatch.delenv("DATABASE_OWNER_URL", raising=False)
    settings.DATABASE_OWNER_URL = postgres.url("fanfare_owner")
    postgres.start()
    with django_db_blocker.unblock(), use_database(**app):
        migrations.fill("fanfare")
        postgres.stop()
        yield postgres


@pytest.mark.broker
def test_all_processes_can_be_started_before_postgresql_and_kafka(
    late_database: LatePostgres, fragile_broker: RestartableBroker, late_processes: Processes
) -> None:
    fragile_broker.kill()
    port = str(embedded.find_free_port())
    for name, words in COMMANDS.items():
        late_processes.start(
            *words, *(["--port", port] if name == "serve" else []), SITE_URL=f"http://127.0.0.1:{port}"
        )
    wait_until(lambda: all(WAITING in log.read_text() for log in late_processes.logs), seconds=60)
    time.sleep(3)  # several more attempts

    assert [(child.poll(), log.read_text().count("\n")) for child, log in processes_and_logs(late_processes)] == [
        (None, 1)
    ] * 4

    late_database.start()
    wait_until(lambda: accepts_connections(int(port)), seconds=30)
    wait_until(lambda: all(log.read_text().count("Kafka") for log in late_processes.logs[:3]), seconds=30)
    time.sleep(3)
    artist = factories.create_artist()
    factories.create_recording(artist, "Night Train")
    factories.create_program(artist, nth=1)
    fan = factories.create_fan(opted_in=artist)
    with transaction.atomic():
        track = {"artists": [{"name": artist.name}], "artist_credit": artist.name}
        value = make_incoming(listen_event(fan.pk, track=track)).value
        outbox.put([event.to_outgoing(fan.pk, value or b"")])
    fragile_broker.start()

    wait_until(Draft.objects.exists, seconds=60)  # through relay, consume and work
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=10) as answer:
        assert answer.status == 200
    for child, log in processes_and_logs(late_processes):
        text = log.read_text()
        assert (child.poll(), "Traceback" in text) == (None, False), text
        assert [text.count(words) for words in (WAITING, "The database is available")] == [1, 1]
        assert sum(("unavailable" in line or "no notices" in line) and "database" not in line
                   for line in text.splitlines()) <= 1, text  # fmt: skip


def processes_and_logs(processes: Processes) -> list[tuple[subprocess.Popen[bytes], Path]]:
    return list(zip(processes.running, processes.logs, strict=True))


def test_a_process_that_waits_ends_at_once_when_it_is_told_to(
    postgres: LatePostgres, late_processes: Processes
) -> None:
    postgres.stop()
    child = late_processes.start("work", "delivery", DATABASE_URL=postgres.url("fanfare_app"))
    wait_until(lambda: WAITING in late_processes.logs[0].read_text(), seconds=30)

    child.terminate()

    assert child.wait(30) == 0
    assert late_processes.logs[0].read_text().count("\n") == 1


@pytest.mark.parametrize(
    ("command", "role", "database", "reason"),
    [
        ("serve", "fanfare_app:wrong", "fanfare", 'password authentication failed for user "fanfare_app"'),
        ("relay", f"fanfare_app:{PASSWORD}", "fan_fare", 'database "fan_fare" does not exist'),
        ("consume", "nobody", "fanfare", 'role "nobody" does not exist'),
        ("work", "fanfare_app", "fanfare", "fe_sendauth: no password supplied"),
    ],
)
def test_a_server_that_refuses_us_ends_the_process_with_one_sentence(
    postgres: LatePostgres, late_processes: Processes, command: str, role: str, database: str, reason: str
) -> None:
    postgres.start()

    code = late_processes.start(*COMMANDS[command], DATABASE_URL=postgres.url(role, database)).wait(30)
    postgres.stop()

    printed = late_processes.logs[0].read_text()
    assert (code, printed.count("\n")) == (1, 1), os.linesep + printed
    assert printed.startswith("CommandError: PostgreSQL refuses the connection: ")
    assert reason in printed
