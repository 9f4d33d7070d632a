"""Migrates databases of tests: once for each state of the migrations, and from then on by a dump of the result."""

import fcntl
import hashlib
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.db.migrations.state import ProjectState

from config import BASE_DIR
from config.database import APP_FOLDERS, migrate, owner_url
from tests import servers
from worker import embedded_postgres

DUMPS = BASE_DIR / "var" / "migrated"
"""Holds the dump of the newest migrations that tests used here."""

OTHER_SOURCES = ("config/settings.py", "requirements-dev.txt", "platform/worker/embedded_postgres.py")
IMPORTED = re.compile(r"^(?:from|import) ([\w.]+)", re.MULTILINE)
DUMP = ("pg_dump", "--restrict-key=fanfare")
RESTORE = ("psql", "--no-psqlrc", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1", "--output=/dev/null")


def fill(name: str) -> None:
    """Give the empty database `name` our tables: by the dump, or by migrating it, which makes the dump."""
    DUMPS.mkdir(parents=True, exist_ok=True)
    with (DUMPS / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # of the processes of a run, one migrates
        dump = DUMPS / f"{_fingerprint()}.sql"
        if not dump.exists():
            migrate(NAME=name)
            _write(dump, name)
            return
    restore(dump.read_text(), owner_url(name))


def restore(dump: str, url: str) -> None:
    _run(*RESTORE, url, given=dump)


def _write(dump: Path, name: str) -> None:
    """Dump the database, in place of older dumps. What is restored from it has the same dump, or this fails."""
    text = _run(*DUMP, owner_url(name))
    with servers.create_database() as copy:
        restore(text, copy.owner_url)
        assert _without_casts(_run(*DUMP, copy.owner_url)) == _without_casts(text)
    for older in DUMPS.glob("*.sql"):
        older.unlink()
    dump.write_text(text)


def _without_casts(text: str) -> str:
    """A list of names in a constraint is cast as a whole before, and name by name after it was restored."""
    return re.sub(r"::(character varying|text)(\[\])?|[()]", "", text)


def _run(program: str, *arguments: str, given: str = "") -> str:
    argv = [embedded_postgres._postgres_binary(program), *arguments]
    done = subprocess.run(argv, input=given, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def _fingerprint() -> str:
    """Of every file that says what a migrated database holds: migrations, what they import, models and settings."""
    found = hashlib.sha256()
    for file in sorted(_sources()):
        found.update(f"{file.relative_to(BASE_DIR)}\n".encode() + file.read_bytes())
    return found.hexdigest()[:16]


def _sources() -> set[Path]:
    migrations = {file for folder in APP_FOLDERS for file in folder.glob("*/migrations/*.py")}
    apps = {file.parents[1] for file in migrations}
    models = {file for app in apps for file in (*app.glob("models.py"), *app.glob("models/*.py"))}
    imported = {file for each in migrations for file in _imported_files(each)}
    return models | migrations | imported | {BASE_DIR / name for name in OTHER_SOURCES}


def _imported_files(source: Path) -> Iterator[Path]:
    for name in IMPORTED.findall(source.read_text()):
        files = (folder / f"{name.replace('.', '/')}.py" for folder in APP_FOLDERS)
        yield from (file for file in files if file.exists())


def render_fewer_models() -> None:
    """Let a migration add a constraint or an index without making the classes of all related models anew.

    Only the class of the model itself learns of it. Processes of a test migrate as in production.
    """
    ProjectState._append_option = _append_option


def _append_option(state: ProjectState, app_label: str, model_name: str, option: str, added: Any) -> None:
    options = state.models[app_label, model_name].options
    options[option] = [*options[option], added]
    if "apps" in vars(state):
        setattr(state.apps.get_model(app_label, model_name)._meta, option, options[option])
