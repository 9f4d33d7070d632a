"""`manage.py embedded -- COMMAND` with real servers: environment, signals, kill -9."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import psycopg
import pytest

from config import BASE_DIR
from tests.servers import accepts_connections, wait_until
from worker.embedded_postgres import find_owner_url

NAMES = ("DATABASE_URL", "DATABASE_OWNER_URL", "KAFKA_BOOTSTRAP_SERVERS", "KAFKA_FETCH_MAX_WAIT_MS")
PRINT_ENVIRONMENT = """
import json, os, signal, sys, time
def interrupted(number, frame):
    print("signal", number, flush=True)
    time.sleep(0.5)
    sys.exit(5)
signal.signal(signal.SIGINT, interrupted)
signal.signal(signal.SIGTERM, interrupted)
print(json.dumps({"pid": os.getpid(), **os.environ}), flush=True)
for _ in range(600):  # a signal that comes just before a sleep is handled only when that sleep is over
    time.sleep(0.1)
"""
SIGNAL_WHILE_THE_COMMAND_STARTS = """
import os, signal, subprocess, sys
import config
from config.management.commands import embedded
from worker.supervisor import Supervisor

spawn = embedded.spawn

def spawn_then_get_signal(command, **options):
    child = spawn(command, stdout=subprocess.PIPE, **options)
    child.stdout.readline()
    os.kill(os.getpid(), signal.SIGTERM)
    return child

embedded.spawn = spawn_then_get_signal
for number in embedded.STOP_SIGNALS:
    signal.signal(number, embedded._exit_on_signal)
sys.exit(embedded._run_command([sys.executable, "-c", sys.argv[1]], Supervisor(), dict(os.environ)))
"""
type Start = Callable[..., subprocess.Popen[str]]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of these runs, in place of the checkout's, whose database may be of another version."""
    return tmp_path_factory.mktemp("embedded")


@pytest.fixture
def start(home: Path) -> Iterator[Start]:
    """A function that starts `manage.py embedded -- COMMAND` in an environment that names no servers."""
    started: list[subprocess.Popen[str]] = []

    def run(*command: str, env: dict[str, str] | None = None, **options: Any) -> subprocess.Popen[str]:
        bare = {name: value for name, value in os.environ.items() if name not in NAMES}
        argv = [sys.executable, "manage.py", "embedded", "--", *(command or (sys.executable, "-c", PRINT_ENVIRONMENT))]
        options = {"stdin": subprocess.DEVNULL, "start_new_session": True, **options}
        child = subprocess.Popen(
            argv, cwd=BASE_DIR, env={**bare, "EMBEDDED_FOLDER": str(home), **(env or {})}, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **options,
        )  # fmt: skip
        started.append(child)
        return child

    yield run
    for child in started:
        child.kill()
        child.communicate()


def read_environment(child: subprocess.Popen[str]) -> dict[str, Any]:
    """Return the environment that the command prints."""
    assert child.stdout
    line = child.stdout.readline()
    assert line.startswith("{"), line + child.stdout.read()
    return json.loads(line)


def socket_folder(url: str) -> Path:
    return Path(parse_qs(urlsplit(url).query)["host"][0])


def folder_of(env: dict[str, str]) -> Path:
    """Return the folder of a run."""
    links = Path(env["EMBEDDED_FOLDER"]).glob("*/socket")
    return next(link.parent for link in links if link.readlink() == socket_folder(env["DATABASE_URL"]))


def port_of(env: dict[str, str]) -> int:
    return int(env["KAFKA_BOOTSTRAP_SERVERS"].rpartition(":")[2])


def children(pid: int) -> dict[str, int]:
    pids = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return {Path(f"/proc/{child}/comm").read_text().strip(): int(child) for child in pids}


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_a_command_finds_its_servers_and_its_exit_code_is_passed_on(start: Start) -> None:
    script = "import os, psycopg; psycopg.connect(os.environ['DATABASE_URL']).close(); raise SystemExit(7)"
    child = start("python", "-W", "ignore", "-c", script)

    output, _ = child.communicate(timeout=60)

    assert (child.returncode, output) == (7, "")


def test_the_app_role_owns_nothing_and_cannot_make_anything(start: Start) -> None:
    env = read_environment(start())
    with psycopg.connect(env["DATABASE_URL"]) as app:
        role = app.execute(
            "SELECT rolname, rolsuper, rolcreatedb, rolcreaterole FROM pg_roles WHERE rolname = current_user"
        ).fetchone()
        owned = app.execute("SELECT count(*) FROM pg_shdepend JOIN pg_roles r ON r.oid = refobjid "
                            "WHERE rolname = current_user AND deptype = 'o'").fetchone()  # fmt: skip
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            app.execute("CREATE TABLE mine ()")

    assert (role, owned) == (("fanfare_app", False, False, False), (0,))


def test_two_runs_are_separate_and_only_folder_0_is_kept(start: Start) -> None:
    first, second = start(), start()
    envs = [read_environment(first), read_environment(second)]
    folders = [folder_of(env) for env in envs]

    for child in (first, second):
        child.terminate()
        child.communicate(timeout=20)

    assert len(set(folders)) == len({port_of(env) for env in envs}) == 2
    assert [folder for folder in folders if folder.exists() and folder.name != "0"] == []
    assert [socket_folder(env["DATABASE_URL"]).exists() for env in envs] == [False, False]


def test_servers_named_by_the_environment_are_used(start: Start) -> None:
    named = {"DATABASE_URL": "postgresql://elsewhere/x", "KAFKA_BOOTSTRAP_SERVERS": "elsewhere:9092"}
    child = start(env=named)

    env = read_environment(child)

    assert {name: env.get(name) for name in NAMES} == dict.fromkeys(NAMES) | named
    assert list(children(child.pid).values()) == [env["pid"]]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_reaches_the_command_and_everything_ends(start: Start, number: signal.Signals) -> None:
    child = start()
    env = read_environment(child)
    servers = children(child.pid)

    child.send_signal(number)
    output, _ = child.communicate(timeout=20)

    expected = (129, "") if number == signal.SIGHUP else (5, f"signal {number}\n")
    assert (child.returncode, output) == expected
    assert [name for name, pid in servers.items() if alive(pid)] == []
    assert not socket_folder(env["DATABASE_URL"]).exists()


def test_a_signal_that_comes_while_the_command_starts_reaches_it() -> None:
    argv = [sys.executable, "-c", SIGNAL_WHILE_THE_COMMAND_STARTS, PRINT_ENVIRONMENT]

    done = subprocess.run(argv, check=False, cwd=BASE_DIR, timeout=60, stdin=subprocess.DEVNULL)

    assert done.returncode == 5


def test_ctrl_c_at_a_terminal_reaches_the_command_once(start: Start) -> None:
    keyboard, terminal = os.openpty()
    child = start(stdin=terminal, start_new_session=False, preexec_fn=lambda: become_terminal_of_session(terminal))
    read_environment(child)
    servers = children(child.pid)

    os.write(keyboard, b"\x03")
    output, _ = child.communicate(timeout=20)
    os.close(keyboard)
    os.close(terminal)

    assert (child.returncode, output) == (5, "signal 2\n")
    assert [name for name, pid in servers.items() if alive(pid)] == []


def become_terminal_of_session(terminal: int) -> None:
    """Start a session with this terminal, as a shell has one."""
    out, err = os.dup(1), os.dup(2)
    os.login_tty(os.dup(terminal))
    os.dup2(out, 1)
    os.dup2(err, 2)


def test_after_kill_9_servers_and_command_are_gone(start: Start) -> None:
    child = start()
    env = read_environment(child)
    servers = children(child.pid)
    assert set(servers) >= {"postgres", "tansu"}

    child.kill()

    wait_until(lambda: not any(alive(pid) for pid in [*servers.values(), env["pid"]]), seconds=6)


def test_a_killed_broker_comes_back_on_its_port(start: Start) -> None:
    child = start()
    env = read_environment(child)
    broker = children(child.pid)["tansu"]

    os.kill(broker, signal.SIGKILL)

    wait_until(
        lambda: children(child.pid).get("tansu", broker) != broker and accepts_connections(port_of(env)), seconds=5
    )


def test_a_killed_database_comes_back_with_what_was_committed(start: Start) -> None:
    child = start()
    env = read_environment(child)
    owner_url = find_owner_url(Path(env["EMBEDDED_FOLDER"]), str(socket_folder(env["DATABASE_URL"]))) or ""
    with psycopg.connect(owner_url) as owner:
        owner.execute("CREATE TABLE kept AS SELECT 42 AS answer")

    os.kill(children(child.pid)["postgres"], signal.SIGKILL)

    def read() -> tuple[Any, ...] | None:
        try:
            with psycopg.connect(owner_url) as owner:
                return owner.execute("SELECT answer FROM kept").fetchone()
        except psycopg.OperationalError:
            return None

    assert wait_until(read, seconds=10) == (42,)
