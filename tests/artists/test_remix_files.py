"""How long the sounds of remixes are kept, and whose a file is that somebody found."""

from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Literal

import pytest
from django.core.management import call_command
from django.db.models import F
from django.utils import timezone
from pytest_django import Settings

from ai.provenance.identify import Identified
from artists import erasure
from catalog import audio
from catalog.models import Artist
from fans import provenance, renders
from fans.models import Experience, Render, StoredSound
from fans.remixes import find_remix
from tests.artists import remix_drafts, shelf_scene
from tests.artists.shelf_scene import Shelf

pytestmark = pytest.mark.django_db


@pytest.fixture
def shelf(artist: Artist, settings: Settings, tmp_path: Path) -> Shelf:
    """A delivered remix, and a song that others can hear remixes of."""
    return shelf_scene.create(artist, settings, tmp_path)


def render_of(experience: Experience) -> Render:
    remix = find_remix(experience.maker, experience.text)
    assert remix
    return remix.render


def test_an_unmarked_sound_goes_some_time_after_the_last_remix_with_it(shelf: Shelf) -> None:
    """Meanwhile another fan wants the same: the time begins anew when that one goes."""
    first, second = shelf.experience, remix_drafts.deliver(remix_drafts.write_remix(shelf.song))
    key = render_of(first).cache_key
    unmarked = Path(audio.storage().path(renders.file_name(key)))
    unmarked.parent.mkdir(parents=True)
    unmarked.write_bytes(b"fLaC")
    erasure.erase_experience(first.pk, by="system:operator", reason="a test")
    renders.delete_expired()
    StoredSound.objects.update(stored_at=F("stored_at") - timedelta(days=100))
    month_ago = timezone.now() - timedelta(days=30)

    assert (renders.delete_sounds(month_ago), unmarked.exists()) == (0, True)  # the second fan has it
    erasure.erase_experience(second.pk, by="system:operator", reason="a test")
    renders.delete_expired()
    assert (renders.delete_sounds(month_ago), unmarked.exists()) == (0, True)  # until now
    StoredSound.objects.update(stored_at=F("stored_at") - timedelta(days=100))
    assert (renders.delete_sounds(month_ago), unmarked.exists(), renders.find_made(key)) == (1, False, None)


def test_remixes_with_the_same_sound_go_together(shelf: Shelf) -> None:
    """A withdrawal takes back many remixes that fans made alike, and all of them are old at once."""
    first, second = shelf.experience, remix_drafts.deliver(remix_drafts.write_remix(shelf.song))
    key = render_of(first).cache_key
    assert render_of(second).cache_key == key
    for experience in (first, second):
        erasure.erase_experience(experience.pk, by="system:operator", reason="a test")

    assert renders.delete_expired() == 2
    assert [sound.cache_key for sound in StoredSound.objects.all()] == [key]


def identified(monkeypatch: pytest.MonkeyPatch, render: Render, by: Literal["watermark", "fingerprint"]) -> str:
    """What the command says of a file that is known in this way."""
    found = Identified(render.pk, by, None)
    monkeypatch.setattr(provenance, "identify_file", lambda *args, **options: found)
    said = StringIO()
    call_command("identify", "some.mp3", stdout=said)
    return said.getvalue()


def test_whoever_runs_it_learns_the_receipt_of_a_file(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    """A watermark is one fan's or the shelf's, and a fingerprint is of all who have this sound."""
    first, second = shelf.experience, remix_drafts.deliver(remix_drafts.write_remix(shelf.song))
    copy = shelf.offer().render
    assert copy

    of_one = identified(monkeypatch, render_of(second), "watermark")
    of_shelf = identified(monkeypatch, copy, "watermark")
    of_all = identified(monkeypatch, render_of(second), "fingerprint")

    paths = [f"/r/{experience.receipt_key}" for experience in (first, second)]
    assert [path in of_one for path in paths] == [False, True]
    assert [path in of_shelf for path in paths] == [True, False]
    assert [path in of_all for path in paths] == [True, True]
    assert "Renders with the same sound: 2 more." in of_all
    assert "same sound" not in of_one
