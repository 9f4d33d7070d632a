"""The demo's songs become songs that fans may remix, by the way that every artist's songs take."""

from dataclasses import replace
from pathlib import Path

import pytest
from pytest_django import Settings

from accounts.models import Person
from ai.remix.source import Source
from artists.models import ProgramVersion, RemixEnvelope
from artists.stems import checking
from catalog.models import AudioUpload, Recording, Sound, SourceOutline
from config.demo import remixes
from config.demo.artist_data import MARA
from config.demo.music.songs import SALT_RADIO
from fans.models import OptIn, RecordingEngagement, RemixOffer, Render
from rights import clearance
from rights.clearance_result import Clearance
from rights.models import Use
from tests.artists import remix_scene
from tests.catalog import audio as files

pytestmark = pytest.mark.usefixtures("demo_database")
SHORT = replace(SALT_RADIO, sections=SALT_RADIO.sections[:3], seconds=54)


def find(slug: str, title: str) -> Recording:
    return Recording.objects.select_related("artist").get(artist__slug=slug, title=title)


def test_every_owner_permits_remixes_and_ana_follows_the_artists() -> None:
    for slug, song in remixes.SONGS:
        recording = find(slug, song.title)
        assert isinstance(clearance.clear(Use.REMIX, recording.artist, [recording], territory="PT"), Clearance)
        assert OptIn.objects.filter(person__handle="ana", artist=recording.artist, ended_at=None).exists()


def test_a_song_goes_step_by_step_from_its_stems_to_an_offer(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files.use_folder(settings, tmp_path)
    settings.MEDIA_ROOT = tmp_path
    monkeypatch.setattr(remixes, "SONGS", ((MARA, SHORT),))
    recording = find(MARA, SHORT.title)

    assert remixes.open_next()
    for upload in AudioUpload.objects.order_by("pk"):
        checking.check(upload)
    assert remixes.open_next()
    envelope = RemixEnvelope.objects.get()
    assert set(Render.objects.values_list("kind", "state")) == {("corner", "wanted")}
    assert remixes.open_next()  # nothing can be heard yet
    remix_scene.make_sound(envelope)
    assert not remixes.open_next()

    offer = RemixOffer.objects.open().get(recording=recording)
    source = Source.parse(offer.source.content)
    assert ([stem.role for stem in source.stems], source.bpm_milli) == (["drums", "bass", "chords", "vocals"], 96_000)
    assert [section.id for section in source.sections] == ["intro", "verse", "chorus"]
    assert (Sound.objects.get(recording=recording).seconds, SourceOutline.objects.get().is_wanted) == (54, True)
    assert not remixes.open_next()
    [version] = ProgramVersion.objects.live().filter(program__kind="remix")
    played = RecordingEngagement.objects.get(person__handle="ana", recording=recording).listens
    assert (version.recording, version.nth) == (recording, played + remixes.MORE_LISTENS)


def test_what_a_killed_run_left_is_removed_and_sent_again(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files.use_folder(settings, tmp_path)
    settings.MEDIA_ROOT = tmp_path
    monkeypatch.setattr(remixes, "SONGS", ((MARA, SHORT),))
    half = remixes.uploads.announce(find(MARA, SHORT.title), "drums.flac", 9_000, by=Person.objects.get(handle="mara"))

    assert remixes.open_next()

    assert not AudioUpload.objects.filter(pk=half.pk).exists()
    assert list(AudioUpload.objects.values_list("state", flat=True)) == ["waiting"] * 4
