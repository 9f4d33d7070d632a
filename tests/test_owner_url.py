"""Who knows the owner's address of the database: `prepare`, and no process that serves or works."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest

from config.processes import app_environment, manage_argv, manage_process
from tests.servers import Database, Processes
from worker.embedded import find_free_port
from worker.supervisor import spawn, terminate

OWNER_URL = "postgresql://fanfare_owner:secret@localhost:1/fanfare"


@pytest.mark.parametrize("command", [["serve"], ["relay"], ["consume"], ["work", "all"]], ids=" ".join)
def test_a_process_that_serves_or_works_refuses_the_owners_address(processes: Processes, command: list[str]) -> None:
    status = processes.start(*command, DATABASE_OWNER_URL=OWNER_URL).wait(30)

    said = processes.logs[0].read_text()
    assert status == 1
    assert (
        said == "CommandError: Unset DATABASE_OWNER_URL here: only `manage.py prepare` may know the owner's address.\n"
    )


@pytest.mark.parametrize("command", [["serve"], ["relay"], ["consume"], ["work", "all"]], ids=" ".join)
def test_a_process_that_serves_or_works_refuses_to_be_the_owner(
    processes: Processes, committing_db: Database, command: list[str]
) -> None:
    status = processes.start(*command, DATABASE_URL=committing_db.owner_url).wait(30)

    said = processes.logs[0].read_text()
    assert status == 1
    assert said.startswith("CommandError: The role of DATABASE_URL owns tables (")
    assert said.endswith("DATABASE_URL is for the app role; the owner's address goes into DATABASE_OWNER_URL.\n")


def test_the_demo_and_the_smoke_run_start_their_processes_without_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_OWNER_URL", OWNER_URL)

    started = manage_process("web", "serve", LOG_LEVEL="WARNING").env

    assert started == {**app_environment(), "LOG_LEVEL": "WARNING"}
    assert started.keys() >= os.environ.keys() - {"DATABASE_OWNER_URL"}
    assert "secret" not in str(started)


@pytest.fixture
def web_process(committing_db: Database) -> Iterator[subprocess.Popen[bytes]]:
    """A web process that is no fork: the system shows with which environment a program was started."""
    argv = manage_argv("serve", "--port", str(find_free_port()))
    process = spawn(argv, env=app_environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    yield process
    terminate(process)


@pytest.mark.parametrize("role", ["fanfare_owner", "postgres"])
def test_from_a_web_processs_environment_nobody_connects_as_owner_or_superuser(
    web_process: subprocess.Popen[bytes], committing_db: Database, role: str
) -> None:
    known = dict(
        line.split("=", 1)
        for line in Path(f"/proc/{web_process.pid}/environ").read_bytes().decode().split("\0")
        if "=" in line
    )
    owner = urlsplit(committing_db.owner_url)

    with psycopg.connect(known["DATABASE_URL"]) as app:
        assert app.execute("SELECT current_user, current_database()").fetchone() == ("fanfare_app", committing_db.name)
    assert owner.password
    assert [name for name, value in known.items() if owner.password in value] == []
    secrets = {urlsplit(known["DATABASE_URL"]).password, "", *known.values()}
    for secret in (secret for secret in secrets if len(secret or "") < 100):
        with pytest.raises(psycopg.OperationalError, match="password"):
            psycopg.connect(known["DATABASE_URL"], user=role, password=secret)
