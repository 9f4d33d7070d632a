"""Imports that run at the same time, and processes that end in the middle of one."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from catalog.models import Recording
from rights.imports import work
from rights.models import CatalogImport, Claim, Party
from tests import factories
from tests.concurrency import run_at_once
from tests.rights import factories as owners
from tests.rights.imports.factories import counts, read, request, work_all

ROWS = [f"Song {each},Mara Veil,PTPLR25{each:05},3:45" for each in range(300)]


@pytest.fixture
def labels(committing_db: None) -> list[Party]:
    artist = factories.create_artist()
    labels = [owners.create_party(name=name) for name in ("Harbor Lane", "Second Shore")]
    for label in labels:
        owners.add_to_roster(label, artist)
    return labels


def test_two_labels_import_the_same_recordings_in_opposite_order_and_one_is_told(labels: list[Party]) -> None:
    brought = [read(labels[0], *ROWS), read(labels[1], *reversed(ROWS))]
    for each in brought:
        request(each)

    results = run_at_once(work.work_next, work.work_next)
    work_all()

    assert not [result for result in results if isinstance(result, Exception)]
    assert Recording.objects.count() == len(ROWS)
    assert Claim.objects.filter(disputed_at=None).count() == len(ROWS)
    assert sorted(CatalogImport.objects.values_list("state", flat=True)) == ["done", "ready"]
    loser = CatalogImport.objects.get(state="ready")
    assert loser.problem == work.CHANGED_MEANWHILE
    assert counts(loser) == {"waits": len(ROWS)}


def test_two_processes_work_at_one_file_once(labels: list[Party]) -> None:
    brought = read(labels[0], *ROWS)
    request(brought)

    results = run_at_once(work.work_next, work.work_next)
    work_all()

    assert True in results
    assert Recording.objects.count() == len(ROWS)


KILLED = """
import config, django, os, signal
django.setup()
from rights.imports import catalog_rows, work
write = catalog_rows.write
def write_and_die(catalog_import):
    write(catalog_import)
    os.kill(os.getpid(), signal.SIGKILL)
catalog_rows.write = write_and_die
work.work_next()
"""


def test_a_process_that_is_killed_in_the_middle_leaves_nothing_half_and_the_next_one_does_it(
    labels: list[Party],
) -> None:
    brought = read(labels[0], *ROWS)
    request(brought)

    assert _run_until_killed() == -signal.SIGKILL
    assert not Recording.objects.exists()
    assert not Claim.objects.exists()
    brought.refresh_from_db()
    assert brought.state == "requested"

    work_all()

    assert Recording.objects.count() == len(ROWS)
    assert Claim.objects.filter(disputed_at=None).count() == len(ROWS)


def _run_until_killed() -> int:
    """Import in another process, which is killed after the last row was written and before the commit."""
    env = {**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings"}
    command = [sys.executable, "-c", KILLED]
    return subprocess.run(command, cwd=Path(__file__).parents[3], env=env, timeout=60, check=False).returncode
