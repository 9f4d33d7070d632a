"""Servers and processes that only tests run: a database each, Apache Kafka, our own commands, a site on a free port."""

import os
import shutil
import signal
import socket
import subprocess
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
from django.conf import settings

from config import BASE_DIR
from config.database import drop_database
from config.processes import manage_argv
from worker import embedded
from worker.supervisor import Process, spawn, terminate

KAFKA_POM = """<project><modelVersion>4.0.0</modelVersion><groupId>fanfare</groupId><artifactId>kafka</artifactId>
<version>1</version><packaging>pom</packaging><dependencies><dependency><groupId>org.apache.kafka</groupId>
<artifactId>kafka_2.13</artifactId><version>4.4.0</version></dependency></dependencies></project>"""
KAFKA_PROPERTIES = """process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:{controller}
listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}
advertised.listeners=PLAINTEXT://127.0.0.1:{port}
controller.listener.names=CONTROLLER
inter.broker.listener.name=PLAINTEXT
log.dirs={folder}/data
offsets.topic.replication.factor=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
group.initial.rebalance.delay.ms=0
"""


class ServerUnavailable(Exception):
    """A server cannot run here; says what is not there."""


def wait_until[T](ask: Callable[[], T], *, seconds: float = 10, every: float = 0.02) -> T:
    """What `ask` answers once that is true; fails when it never is."""
    give_up = time.monotonic() + seconds
    while not (answer := ask()):
        assert time.monotonic() < give_up, f"still {answer!r} after {seconds} s"
        time.sleep(every)
    return answer


def accepts_connections(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


# Databases


@dataclass(frozen=True)
class Database:
    """One that nobody else uses: its name and where each role finds it."""

    name: str

    @property
    def url(self) -> str:
        return _with_database_name(os.environ["DATABASE_URL"], self.name)

    @property
    def owner_url(self) -> str:
        return _with_database_name(os.environ["DATABASE_OWNER_URL"], self.name)


def _with_database_name(url: str, name: str) -> str:
    return urlsplit(url)._replace(path=f"/{name}").geturl()


@contextmanager
def create_database(*, template: Database | None = None) -> Iterator[Database]:
    """An empty database, or a copy of a template, owned by the owner role; gone afterwards, whoever still uses it."""
    made = Database(f"fanfare_test_{uuid.uuid4().hex[:12]}")
    copied = f"TEMPLATE {template.name} STRATEGY FILE_COPY" if template else ""
    address = settings.DATABASE_OWNER_URL
    with psycopg.connect(address, autocommit=True) as owner:
        owner.execute(f"CREATE DATABASE {made.name} {copied}")
    try:
        yield made
    finally:
        with psycopg.connect(address, autocommit=True) as owner:
            drop_database(owner, made.name)


# Brokers


@dataclass(frozen=True)
class Broker:
    """Where a broker listens, and the prefix that keeps the topics of one test to itself."""

    kind: str
    address: str
    fetch_max_wait_ms: int
    prefix: str = ""


@contextmanager
def run_apache_kafka(folder: Path) -> Iterator[Broker]:
    """One node of Apache Kafka, from Maven's artifacts, its files in `folder`."""
    libraries = _kafka_libraries()
    port, controller = embedded.find_free_port(), embedded.find_free_port()
    (folder / "server.properties").write_text(KAFKA_PROPERTIES.format(port=port, controller=controller, folder=folder))
    java = ["java", "-Xmx512m", "-cp", f"{libraries}/*"]
    form = [
        *java,
        "kafka.tools.StorageTool",
        "format",
        "--cluster-id",
        "ZmFuZmFyZS10ZXN0cy0tMQ",
        "-c",
        "server.properties",
    ]
    done = subprocess.run(form, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    with (folder / "kafka.log").open("wb") as log:
        child = spawn(
            [*java, "kafka.Kafka", "server.properties"], stop_signal=signal.SIGKILL, cwd=folder, stdout=log, stderr=log
        )
    try:
        wait_until(lambda: accepts_connections(port), seconds=60)
        yield Broker("kafka", f"127.0.0.1:{port}", 500)
    finally:
        terminate(child)


def _kafka_libraries() -> Path:
    """The jars, fetched once into var/."""
    home = BASE_DIR / "var" / "kafka"
    if not shutil.which("java"):
        raise ServerUnavailable("Apache Kafka needs Java")
    if (home / "libs" / "complete").exists():
        return home / "libs"
    if not shutil.which("mvn"):
        raise ServerUnavailable("Apache Kafka is fetched with Maven (mvn)")
    home.mkdir(parents=True, exist_ok=True)
    (home / "pom.xml").write_text(KAFKA_POM)
    fetch = ["mvn", "-q", "-B", "dependency:copy-dependencies", "-DoutputDirectory=libs"]
    done = subprocess.run(fetch, cwd=home, capture_output=True, text=True, check=False)
    if done.returncode:
        raise ServerUnavailable(f"Maven could not fetch Apache Kafka: {done.stdout[-300:]}")
    (home / "libs" / "complete").touch()
    return home / "libs"


class RestartableBroker:
    """A Tansu of the test's own, to be killed. It comes back empty, on the same port."""

    def __init__(self, folder: Path) -> None:
        self.program, self.port = embedded.tansu_process(folder, BASE_DIR / "var" / "embedded")
        self.start()

    def start(self) -> None:
        program: Process = self.program
        self.child = spawn(program.argv, stop_signal=signal.SIGKILL, cwd=program.cwd, stdout=subprocess.DEVNULL)
        wait_until(lambda: accepts_connections(self.port))

    def kill(self) -> None:
        terminate(self.child, signal.SIGKILL)


# Our own processes


@dataclass
class Processes:
    """Children that run against the test's database and broker, and are ended with the test."""

    folder: Path
    running: list[subprocess.Popen[bytes]] = field(default_factory=list)
    logs: list[Path] = field(default_factory=list)

    def start(self, *command: str, **env: str) -> subprocess.Popen[bytes]:
        """`manage.py <command>` with the environment of the test, and `env`."""
        log = self.folder / f"{len(self.logs)}-{command[0]}.log"
        with log.open("wb") as output:
            child = spawn(
                manage_argv(*command),
                cwd=BASE_DIR,
                env={**os.environ, **env},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        self.running.append(child)
        self.logs.append(log)
        return child

    def end(self) -> None:
        for child in self.running:
            if child.poll() is None:
                child.terminate()
        for child in self.running:
            terminate(child)


@dataclass(frozen=True)
class Site:
    """A running site, over HTTP and WebSocket."""

    url: str
    socket_url: str
    process: subprocess.Popen[bytes]


def start_site(processes: Processes, **env: str) -> Site:
    """The site as everybody runs it, on a free port."""
    port = embedded.find_free_port()
    url = f"http://127.0.0.1:{port}"
    process = processes.start("serve", "--port", str(port), **{"SITE_URL": url, **env})

    def ready() -> bool:
        assert process.poll() is None, processes.logs[-1].read_text()
        return accepts_connections(port)

    wait_until(ready, seconds=30)
    return Site(url, f"ws://127.0.0.1:{port}", process)
