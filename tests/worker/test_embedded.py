"""The embedded servers, started for real: as whoever runs the tests, as somebody else, twice, and killed."""

import json
import os
import shutil
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
from worker import embedded

NAMES = ("DATABASE_URL", "DATABASE_OWNER_URL", "KAFKA_BOOTSTRAP_SERVERS", "KAFKA_FETCH_MAX_WAIT_MS")
TELL = """
import json, os, signal, sys, time
def interrupted(number, frame):
    print("signal", number, flush=True)
    time.sleep(0.5)
    sys.exit(5)
signal.signal(signal.SIGINT, interrupted)
signal.signal(signal.SIGTERM, interrupted)
print(json.dumps({"pid": os.getpid(), **os.environ}), flush=True)
time.sleep(60)
"""
SERVE = """
import sys; sys.path.append("platform")
from pathlib import Path
from worker import embedded
import os, psycopg
try:
    with embedded.run_servers(Path(sys.argv[1])) as (_, env), psycopg.connect(env["DATABASE_URL"]) as connection:
        print(os.geteuid(), connection.execute("SELECT current_user").fetchone()[0])
except embedded.ServerUnavailable as reason:
    sys.exit(str(reason))
"""
type Start = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def start() -> Iterator[Start]:
    """Starts `manage.py embedded -- COMMAND` as somebody would whose environment names no servers."""
    started: list[subprocess.Popen[str]] = []

    def run(*command: str, env: dict[str, str] | None = None, **options: Any) -> subprocess.Popen[str]:
        bare = {name: value for name, value in os.environ.items() if name not in NAMES}
        argv = [sys.executable, "manage.py", "embedded", "--", *(command or (sys.executable, "-c", TELL))]
        options = {"stdin": subprocess.DEVNULL, "start_new_session": True, **options}
        child = subprocess.Popen(
            argv, cwd=BASE_DIR, env={**bare, **(env or {})}, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **options,
        )  # fmt: skip
        started.append(child)
        return child

    yield run
    for child in started:
        child.kill()
        child.communicate()


def told(child: subprocess.Popen[str]) -> dict[str, Any]:
    """What the command says of its environment."""
    assert child.stdout
    line = child.stdout.readline()
    assert line.startswith("{"), line + child.stdout.read()
    return json.loads(line)


def socket_folder(url: str) -> Path:
    return Path(parse_qs(urlsplit(url).query)["host"][0])


def folder_of(env: dict[str, str]) -> Path:
    """Where this run keeps its files."""
    links = (BASE_DIR / "var" / "embedded").glob("*/socket")
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


def test_a_command_finds_its_servers_and_its_exit_code_is_ours(start: Start) -> None:
    script = "import os, psycopg; psycopg.connect(os.environ['DATABASE_URL']).close(); raise SystemExit(7)"
    child = start("python", "-W", "ignore", "-c", script)

    said, _ = child.communicate(timeout=60)

    assert (child.returncode, said) == (7, "")


def test_the_app_role_owns_nothing_and_cannot_make_anything(start: Start) -> None:
    env = told(start())
    with psycopg.connect(env["DATABASE_URL"]) as app:
        role = app.execute(
            "SELECT rolname, rolsuper, rolcreatedb, rolcreaterole FROM pg_roles WHERE rolname = current_user"
        ).fetchone()
        owned = app.execute("SELECT count(*) FROM pg_shdepend JOIN pg_roles r ON r.oid = refobjid "
                            "WHERE rolname = current_user AND deptype = 'o'").fetchone()  # fmt: skip
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            app.execute("CREATE TABLE mine ()")

    assert (role, owned) == (("fanfare_app", False, False, False), (0,))


def test_two_at_once_keep_apart_and_only_folder_0_stays(start: Start) -> None:
    first, second = start(), start()
    envs = [told(first), told(second)]
    folders = [folder_of(env) for env in envs]

    for child in (first, second):
        child.terminate()
        child.communicate(timeout=20)

    assert len(set(folders)) == len({port_of(env) for env in envs}) == 2
    assert [folder for folder in folders if folder.exists() and folder.name != "0"] == []
    assert [socket_folder(env["DATABASE_URL"]).exists() for env in envs] == [False, False]


def test_servers_that_the_environment_names_are_left_alone(start: Start) -> None:
    named = {"DATABASE_URL": "postgresql://elsewhere/x", "KAFKA_BOOTSTRAP_SERVERS": "elsewhere:9092"}
    child = start(env=named)

    env = told(child)

    assert {name: env.get(name) for name in NAMES} == dict.fromkeys(NAMES) | named
    assert list(children(child.pid).values()) == [env["pid"]]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_reaches_the_command_and_everything_ends(start: Start, number: signal.Signals) -> None:
    child = start()
    env = told(child)
    servers = children(child.pid)

    child.send_signal(number)
    said, _ = child.communicate(timeout=20)

    expected = (129, "") if number == signal.SIGHUP else (5, f"signal {number}\n")
    assert (child.returncode, said) == expected
    assert [name for name, pid in servers.items() if alive(pid)] == []
    assert not socket_folder(env["DATABASE_URL"]).exists()


def test_ctrl_c_at_a_terminal_reaches_the_command_once(start: Start) -> None:
    keyboard, terminal = os.openpty()
    child = start(stdin=terminal, start_new_session=False, preexec_fn=lambda: take(terminal))
    told(child)
    servers = children(child.pid)

    os.write(keyboard, b"\x03")
    said, _ = child.communicate(timeout=20)
    os.close(keyboard)
    os.close(terminal)

    assert (child.returncode, said) == (5, "signal 2\n")
    assert [name for name, pid in servers.items() if alive(pid)] == []


def take(terminal: int) -> None:
    """Make it the terminal of this new session, as a shell has one."""
    out, err = os.dup(1), os.dup(2)
    os.login_tty(os.dup(terminal))
    os.dup2(out, 1)
    os.dup2(err, 2)


def test_after_kill_9_servers_and_command_are_gone(start: Start) -> None:
    child = start()
    env = told(child)
    everybody = children(child.pid)
    assert set(everybody) >= {"postgres", "tansu"}

    child.kill()

    wait_until(lambda: not any(alive(pid) for pid in [*everybody.values(), env["pid"]]), seconds=6)


def test_what_a_killed_run_left_is_cleared_away(tmp_path: Path) -> None:
    sockets, home = tmp_path / "sockets", tmp_path / "home"
    sockets.mkdir()
    (home / "1" / "data").mkdir(parents=True)  # half a data folder
    (home / "1" / "socket").symlink_to(sockets)

    with (
        embedded.run_servers(home, database=False, broker=False),
        embedded.run_servers(home, broker=False) as (_, env),
    ):
        psycopg.connect(env["DATABASE_URL"]).close()

    assert (sockets.exists(), [path.name for path in home.iterdir() if path.is_dir()]) == (False, ["0"])


def test_a_killed_broker_comes_back_on_its_port(start: Start) -> None:
    child = start()
    env = told(child)
    broker = children(child.pid)["tansu"]

    os.kill(broker, signal.SIGKILL)

    wait_until(
        lambda: children(child.pid).get("tansu", broker) != broker and accepts_connections(port_of(env)), seconds=5
    )


def test_a_killed_database_comes_back_with_what_was_committed(start: Start) -> None:
    child = start()
    env = told(child)
    with psycopg.connect(env["DATABASE_OWNER_URL"]) as owner:
        owner.execute("CREATE TABLE kept AS SELECT 42 AS answer")

    os.kill(children(child.pid)["postgres"], signal.SIGKILL)

    def read() -> tuple[Any, ...] | None:
        try:
            with psycopg.connect(env["DATABASE_OWNER_URL"]) as owner:
                return owner.execute("SELECT answer FROM kept").fetchone()
        except psycopg.OperationalError:
            return None

    assert wait_until(read, seconds=10) == (42,)


def test_data_stay_between_runs_however_deep_the_checkout_lies(tmp_path: Path) -> None:
    home = tmp_path.joinpath(*["a folder, with a comma"] * 8)
    with embedded.run_servers(home, broker=False) as (_, env), psycopg.connect(env["DATABASE_OWNER_URL"]) as owner:
        owner.execute("CREATE TABLE kept AS SELECT 42 AS answer")

    with embedded.run_servers(home, broker=False) as (_, env), psycopg.connect(env["DATABASE_OWNER_URL"]) as owner:
        assert owner.execute("SELECT answer FROM kept").fetchone() == (42,)


def test_a_pid_file_of_before_a_reboot_stops_nobody(tmp_path: Path) -> None:
    with embedded.run_servers(tmp_path, broker=False):
        pass
    stranger = subprocess.Popen(["sleep", "60"])
    (tmp_path / "0" / "data" / "postmaster.pid").write_text(f"{stranger.pid}\n{tmp_path / '0' / 'data'}\n1\n5432\n")

    with embedded.run_servers(tmp_path, broker=False) as (_, env):
        psycopg.connect(env["DATABASE_URL"]).close()

    stranger.kill()
    stranger.wait()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else; every other test ran as a user")
def test_an_ordinary_user_needs_no_namespace(tmp_path: Path) -> None:
    if not shutil.which("setpriv"):
        pytest.skip("setpriv (util-linux) is not installed")
    shutil.chown(tmp_path, 65534, 65534)
    # The one capability lets this user read a checkout and a Python that lie in root's folders.
    become = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
    become += ["--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search"]

    done = subprocess.run(
        [*become, sys.executable, "-c", SERVE, tmp_path], cwd=BASE_DIR, capture_output=True, text=True, check=False
    )

    assert (done.stdout, done.returncode) == ("65534 fanfare_app\n", 0), done.stderr


@pytest.mark.skipif(os.geteuid() != 0, reason="namespaces matter to root alone")
def test_where_namespaces_are_refused_root_is_told_what_to_do(tmp_path: Path) -> None:
    forbid = 'echo 0 > /proc/sys/user/max_user_namespaces; exec "$@"'
    inside = ["unshare", "--user", "--map-root-user", "sh", "-c", forbid, "sh"]

    done = subprocess.run(
        [*inside, sys.executable, "-c", SERVE, tmp_path], cwd=BASE_DIR, capture_output=True, text=True, check=False
    )

    assert done.returncode == 1
    assert done.stderr == (
        "PostgreSQL refuses to run as root, and this machine refuses the user namespace that would hide it: "
        "run as an ordinary user, or set DATABASE_URL.\n"
    )


def test_a_broker_that_lost_its_executable_bit_is_copied_under_var(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wheel = tmp_path / "site" / "some_wheel"
    (wheel / "bin").mkdir(parents=True)
    (wheel / "__init__.py").touch()
    (wheel / "bin" / "tansu").write_text("#!/bin/sh\n")
    monkeypatch.syspath_prepend(wheel.parent)

    found = embedded._executable("some_wheel", "bin/tansu", tmp_path)

    assert (found, os.access(found, os.X_OK)) == (str(tmp_path / "tansu"), True)
