"""Servers and processes for tests: databases, Apache Kafka, our own commands, a site on a free port."""

import fcntl
import os
import shutil
import signal
import socket
import subprocess
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import psycopg

from config import BASE_DIR, database
from config.processes import app_environment
from tests.fork_server import ForkedProcess, get_fork_server
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
# Clients come in as users with a password, and nobody but the administrator may do what no rule allows.
GUARDED_PROPERTIES = """
listeners=GUARDED://127.0.0.1:{port},PLAINTEXT://127.0.0.1:{inner},CONTROLLER://127.0.0.1:{controller}
advertised.listeners=GUARDED://127.0.0.1:{port},PLAINTEXT://127.0.0.1:{inner}
listener.security.protocol.map=GUARDED:SASL_PLAINTEXT,PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
sasl.enabled.mechanisms=SCRAM-SHA-512
listener.name.guarded.scram-sha-512.sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required;
authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer
super.users=User:admin;User:ANONYMOUS
"""


class ServerUnavailable(Exception):
    """A server cannot run on this machine. The message says what is missing."""


def wait_until[T](get: Callable[[], T], *, seconds: float = 10, every: float = 0.02) -> T:
    """Call `get` until its result is true, and return that. Fails after `seconds`."""
    deadline = time.monotonic() + seconds
    while not (result := get()):
        assert time.monotonic() < deadline, f"still {result!r} after {seconds} s"
        time.sleep(every)
    return result


def accepts_connections(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


# Databases


@dataclass(frozen=True)
class Database:
    """A database for one test or one run: its name and the URL for each role."""

    name: str

    @property
    def url(self) -> str:
        return urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{self.name}").geturl()

    @property
    def owner_url(self) -> str:
        return database.owner_url(self.name)


@contextmanager
def create_database(*, template: Database | None = None) -> Iterator[Database]:
    """Yield an empty database or a copy of `template`, owned by the owner role. It is dropped afterwards."""
    created = Database(f"fanfare_test_{uuid.uuid4().hex[:12]}")
    options = f"TEMPLATE {template.name} STRATEGY FILE_COPY" if template else ""
    owner_url = database.owner_url()
    with psycopg.connect(owner_url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {created.name} {options}")
    try:
        yield created
    finally:
        with psycopg.connect(owner_url, autocommit=True) as connection:
            database.drop_database(connection, created.name)


# Brokers


@dataclass(frozen=True)
class Broker:
    """The address of a broker, and the topic prefix that separates one test from the others."""

    kind: str
    address: str
    fetch_max_wait_ms: int
    prefix: str = ""


@contextmanager
def run_apache_kafka(folder: Path, *, users: Sequence[str] = ()) -> Iterator[Broker]:
    """Run one node of Apache Kafka from Maven artifacts, with its files in `folder`. Raises ServerUnavailable.

    With `users` it asks for a password, which is `<user>-secret`, and `admin` grants the others their rights.
    """
    libraries = _kafka_libraries()
    port, controller, inner = (embedded.find_free_port() for _ in range(3))
    properties = KAFKA_PROPERTIES + (GUARDED_PROPERTIES if users else "")
    where = {"port": port, "controller": controller, "inner": inner, "folder": folder}
    (folder / "server.properties").write_text(properties.format(**where))
    # A quick compiler and a simple garbage collector: for a few minutes of work the others cost twice the time.
    java = ["java", "-Xmx512m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-cp", f"{libraries}/*"]
    options = ["--cluster-id", "ZmFuZmFyZS10ZXN0cy0tMQ", "-c", "server.properties"]
    for user in users:
        options += ["--add-scram", f"SCRAM-SHA-512=[name={user},password={user}-secret]"]
    storage_format = [*java, "kafka.tools.StorageTool", "format", *options]
    done = subprocess.run(storage_format, cwd=folder, capture_output=True, text=True, check=False)
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
    """The folder of the jars, which are downloaded once into var/."""
    home = BASE_DIR / "var" / "kafka"
    if not shutil.which("java"):
        raise ServerUnavailable("Apache Kafka needs Java")
    if (home / "libs" / "complete").exists():
        return home / "libs"
    if not shutil.which("mvn"):
        raise ServerUnavailable("Apache Kafka is fetched with Maven (mvn)")
    home.mkdir(parents=True, exist_ok=True)
    with (home / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # the processes of one test run fetch it one after the other
        if not (home / "libs" / "complete").exists():
            _fetch_kafka(home)
    return home / "libs"


def _fetch_kafka(home: Path) -> None:
    (home / "pom.xml").write_text(KAFKA_POM)
    fetch = ["mvn", "-q", "-B", "dependency:copy-dependencies", "-DoutputDirectory=libs"]
    done = subprocess.run(fetch, cwd=home, capture_output=True, text=True, check=False)
    if done.returncode:
        raise ServerUnavailable(f"Maven could not fetch Apache Kafka: {done.stdout[-300:]}")
    (home / "libs" / "complete").touch()


class RestartableBroker:
    """A Tansu that a test can kill. After start() it is empty and has the same port."""

    def __init__(self, folder: Path) -> None:
        self.definition, self.port = embedded.tansu_process(folder, database.EMBEDDED_FOLDER)
        self.start()

    def start(self) -> None:
        definition: Process = self.definition
        self.child = spawn(definition.argv, stop_signal=signal.SIGKILL, cwd=definition.cwd, stdout=subprocess.DEVNULL)
        wait_until(lambda: accepts_connections(self.port))

    def kill(self) -> None:
        terminate(self.child, signal.SIGKILL)


# Our own processes


@dataclass
class Processes:
    """Child processes with the database and broker of the test. They end with the test."""

    folder: Path
    running: list[ForkedProcess] = field(default_factory=list)
    logs: list[Path] = field(default_factory=list)
    sites: dict[frozenset[tuple[str, str]], "Site"] = field(default_factory=dict)

    def start(self, *command: str, **env: str) -> ForkedProcess:
        """Start `manage.py <command>` with the environment of the test and `env`.

        The owner's address is only for `prepare`, which looks for it itself where the servers are embedded.
        """
        inherited = dict(os.environ) if command[0] == "prepare" else app_environment()
        log = self.folder / f"{len(self.logs)}-{command[0]}.log"
        log.touch()
        child = get_fork_server().start(command, env={**inherited, **env}, log=log)
        self.running.append(child)
        self.logs.append(log)
        return child

    def end(self) -> None:
        for child in self.running:
            if child.poll() is None:
                child.terminate()
        for child in self.running:
            terminate(child)


@contextmanager
def run_processes(folder: Path) -> Iterator[Processes]:
    """Yield processes whose logs are in a new `folder`, and end them afterwards."""
    folder.mkdir()
    processes = Processes(folder)
    try:
        yield processes
    finally:
        processes.end()


@dataclass(frozen=True)
class Site:
    """A running site and its URLs for HTTP and WebSocket."""

    url: str
    socket_url: str
    process: ForkedProcess


def find_or_start_site(processes: Processes, **env: str) -> Site:
    """The site with these settings. It runs already where the tests of a module share their processes."""
    settings = frozenset(env.items())
    if settings not in processes.sites:
        processes.sites[settings] = start_site(processes, **env)
    return processes.sites[settings]


def start_site(processes: Processes, **env: str) -> Site:
    """Start `manage.py serve` on a free port and wait until it accepts connections."""
    port = embedded.find_free_port()
    url = f"http://127.0.0.1:{port}"
    process = processes.start("serve", "--port", str(port), **{"SITE_URL": url, **env})

    def is_ready() -> bool:
        assert process.poll() is None, processes.logs[-1].read_text()
        return accepts_connections(port)

    wait_until(is_ready, seconds=30)
    return Site(url, f"ws://127.0.0.1:{port}", process)
