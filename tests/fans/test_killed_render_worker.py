"""The worker that makes the sound of remixes is killed in the middle of a whole one, and started again."""

import hashlib
import signal
from pathlib import Path

import msgspec
import pytest
from django.db import transaction
from django.db.models import F
from pytest_django import Settings

from ai.provenance import keys
from ai.remix.recipe import original
from ai.remix.source import Source
from catalog import audio
from fans import renders
from fans.models import Render
from rights import clearance
from rights.clearance_result import Clearance
from tests import factories
from tests.artists import remix_scene
from tests.servers import Database, Processes, wait_until

SECONDS = 60
"""To wait at most. The first render on a machine compiles code."""


@pytest.fixture
def folder(tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the worker keeps everything; what it has begun is in `begun`."""
    (tmp_path / "begun").mkdir()
    keys.create(tmp_path / "keys", organisation="Fanfare test")
    names = {"AUDIO_ROOT": "audio", "PROVENANCE_FOLDER": "keys", "RENDER_CACHE": "cache", "TMPDIR": "begun"}
    for name, part in names.items():
        monkeypatch.setenv(name, str(tmp_path / part))
    settings.PROVENANCE_FOLDER = tmp_path / "keys"
    return tmp_path


@transaction.atomic
def want_remix(folder: Path, settings: Settings) -> Render:
    """A remix of 40 seconds, wanted for a fan."""
    scene = remix_scene.create_sounding_scene(factories.create_artist("Mara Veil"), settings, folder)
    scene.sign(scene.save())
    cleared = clearance.clear("remix", scene.recording.artist, [scene.recording], territory="PT")
    assert isinstance(cleared, Clearance)
    recorded = original(Source.parse(scene.source.content))
    recipe = msgspec.structs.replace(recorded, tempo_percent=110, sections=recorded.sections * 2)
    return renders.want_whole(scene.source, recipe, cleared, person=factories.create_fan("Ana"), choice="hand")


def list_stored(folder: Path) -> list[str]:
    """The names of the files that were made, in the storage of audio."""
    found = [path.relative_to(folder / "audio") for path in (folder / "audio").rglob("*") if path.is_file()]
    return sorted(str(name) for name in found if name.parts[0] in ("remixes", "renders"))


def has_begun(folder: Path) -> bool:
    return any(mix.stat().st_size for mix in (folder / "begun").glob("render-*/.part-*/mix.f32"))


def test_a_worker_that_is_killed_leaves_nothing_half_done_and_the_next_one_makes_it(
    committing_db: Database, processes: Processes, folder: Path, settings: Settings
) -> None:
    render = want_remix(folder, settings)
    worker = processes.start("work", "renders")
    wait_until(lambda: has_begun(folder), seconds=SECONDS)

    worker.send_signal(signal.SIGKILL)
    assert worker.wait(10) == -signal.SIGKILL

    render.refresh_from_db()
    assert (render.state, render.files.count(), list_stored(folder)) == ("rendering", 0, [])
    Render.objects.filter(pk=render.pk).update(due_at=F("created_at"))  # as if its lease were over
    processes.start("work", "renders")
    wait_until(lambda: Render.objects.get(pk=render.pk).state == "ready", seconds=SECONDS)

    render.refresh_from_db()
    files = {renders.fan_file_name(render, file.name): file.sha256 for file in render.files.all()}
    assert (render.attempts, len(files)) == (2, 2)
    assert list_stored(folder) == sorted([*files, renders.file_name(render.cache_key)])
    for name, sha256 in files.items():
        assert hashlib.sha256(audio.local_path(name).read_bytes()).hexdigest() == sha256
