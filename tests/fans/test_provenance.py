"""The site's keys mark files and know them again; for practice they are made when they are needed."""

from io import StringIO
from pathlib import Path

import pytest
import soundfile
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from pytest_django import Settings

from ai.provenance import files, fingerprint
from ai.provenance.exceptions import InvalidKey
from ai.provenance.identify import Identified
from ai.provenance.label import Kind
from catalog import audio
from catalog.models import Artist
from fans import provenance, renders
from fans.models import Render
from tests.ai.provenance.samples import make_label, song, write_render
from tests.artists import shelf_scene
from tests.artists.remix_scene import create_scene, make_sound


def use_practice_keys(settings: Settings, folder: Path) -> None:
    settings.PROVENANCE_PRACTICE, settings.PROVENANCE_FOLDER = True, folder / "keys"


def make_corner(artist: Artist, settings: Settings, folder: Path, sound: Path) -> Render:
    """The first corner of an envelope, with this as its stored sound."""
    folder.mkdir()
    envelope = create_scene(artist, settings, folder).save()
    make_sound(envelope)
    render = Render.objects.filter(pk__in=envelope.corners.values("render")).earliest("pk")
    audio.put(sound, renders.file_name(render.cache_key))
    return render


def run_identify(*words: str | Path) -> str:
    out = StringIO()
    call_command("identify", *map(str, words), stdout=out)
    return out.getvalue()


def cut(source: Path, target: Path, start: int, end: int) -> Path:
    """Seconds of a file, as MP3 of 96 kbit/s without any tags."""
    samples, rate = soundfile.read(source, dtype="float32")
    soundfile.write(
        target, samples[start * rate : end * rate], rate, format="MP3", compression_level=0.75, bitrate_mode="CONSTANT"
    )
    return target


def test_a_render_is_marked_and_known_again_with_keys_for_practice(settings: Settings, tmp_path: Path) -> None:
    use_practice_keys(settings, tmp_path)
    render = write_render(tmp_path / "render.flac", song(5))

    marked = provenance.mark_files(render, make_label(), tmp_path)
    again = provenance.mark_files(render, make_label(render_id=7), tmp_path)

    assert marked.stream.media_type == files.MP3
    assert provenance.identify_file(again.master.path) == Identified(7, "manifest", "Trusted")


def test_without_a_folder_of_keys_nothing_is_marked(settings: Settings, tmp_path: Path) -> None:
    settings.PROVENANCE_PRACTICE, settings.PROVENANCE_FOLDER = False, None

    with pytest.raises(ImproperlyConfigured, match="provenance_key create"):
        provenance.read_keys()

    settings.PROVENANCE_FOLDER = tmp_path / "missing"
    with pytest.raises(InvalidKey):
        provenance.read_keys()


def test_the_command_makes_keys_once_and_says_until_when_they_count(settings: Settings, tmp_path: Path) -> None:
    settings.PROVENANCE_FOLDER, out = tmp_path / "keys", StringIO()

    call_command("provenance_key", "create", str(tmp_path / "keys"), "--organisation", "Nova Records", stdout=out)
    call_command("provenance_key", "show", stdout=out)

    assert sorted(path.name for path in (tmp_path / "keys").iterdir()) == [
        "root-key.pem",
        "root.pem",
        "signing.pem",
        "watermark.key",
    ]
    assert "counts until 20" in out.getvalue()
    assert "PRIVATE" not in out.getvalue()
    with pytest.raises(CommandError, match="there already"):
        call_command("provenance_key", "create", str(tmp_path / "keys"), "--organisation", "Nova Records")


def test_identify_names_the_entry_of_a_copy_from_the_shelf_and_the_receipt_of_the_remix(
    db: None, artist: Artist, settings: Settings, tmp_path: Path
) -> None:
    use_practice_keys(settings, tmp_path)
    (tmp_path / "audio").mkdir()
    shelf = shelf_scene.create(artist, settings, tmp_path / "audio")
    entry, sound = shelf.put_on(), write_render(tmp_path / "render.flac", song(36))
    assert entry.render_id
    marked = provenance.mark_stream(sound, make_label(render_id=entry.render_id, kind=Kind.SHELF), tmp_path)

    as_made = run_identify(marked.path)
    from_cut = run_identify(cut(marked.path, tmp_path / "cut.mp3", 5, 35))

    assert f"Known by its manifest: render {entry.render_id}." in as_made
    assert f"Known by its watermark: render {entry.render_id}." in from_cut
    for said in (as_made, from_cut):
        assert f"The copy of {entry}: on the shelf." in said
        assert f"/r/{shelf.experience.receipt_key}" in said


def test_identify_names_the_render_of_a_file_of_a_cut_copy_and_of_an_unmarked_copy(
    db: None, artist: Artist, settings: Settings, tmp_path: Path
) -> None:
    use_practice_keys(settings, tmp_path)
    sound = write_render(tmp_path / "render.flac", song(36))
    render = make_corner(artist, settings, tmp_path / "audio", sound)
    marked = provenance.mark_files(sound, make_label(render_id=render.pk), tmp_path)

    as_made = run_identify(marked.master.path)
    from_cut = run_identify(cut(marked.stream.path, tmp_path / "cut.mp3", 5, 35))
    unmarked = run_identify(cut(sound, tmp_path / "unmarked.mp3", 5, 35))

    assert as_made == (
        "Its manifest is ours, and the file is as it was signed.\n"
        f"Known by its manifest: render {render.pk}.\n"
        f"a corner of an envelope of “{render.recording.title}” by {artist} ({render.recording.isrc})\n"
        f"made {render.done_at:%Y-%m-%d %H:%M} UTC, by the recipe {render.recipe}\n"
        "It was never delivered, so it has no receipt.\n"
    )
    assert from_cut.splitlines()[:2] == ["It has no manifest.", f"Known by its watermark: render {render.pk}."]
    assert unmarked.splitlines()[1] == f"Known by its fingerprint: render {render.pk}."


def test_a_fingerprint_that_was_not_taken_with_the_sound_is_taken_once(
    db: None, artist: Artist, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_practice_keys(settings, tmp_path)
    sound = write_render(tmp_path / "render.flac", song(15))
    render = make_corner(artist, settings, tmp_path / "audio", sound)

    first = list(provenance.list_fingerprints())

    assert first == [(render.pk, fingerprint.take(sound))]
    monkeypatch.setattr(fingerprint, "take", pytest.fail)
    assert list(provenance.list_fingerprints()) == first


def test_identify_says_when_it_finds_nothing_and_why_it_cannot_read(
    db: None, artist: Artist, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_practice_keys(settings, tmp_path)
    make_corner(artist, settings, tmp_path / "audio", write_render(tmp_path / "render.flac", song(15)))
    stranger = write_render(tmp_path / "stranger.flac", song(15, seed=9))
    (tmp_path / "words.mp3").write_text("no sound")

    with pytest.raises(CommandError, match="like no stored sound's"):
        run_identify(stranger)
    with pytest.raises(CommandError, match="not an audio file"):
        run_identify(tmp_path / "words.mp3")
    with pytest.raises(CommandError, match="No such file"):
        run_identify(tmp_path / "missing.mp3")
    monkeypatch.setenv("PATH", "/nonexistent")
    with pytest.raises(CommandError, match="fpcalc is not installed"):
        run_identify(stranger)


def test_a_render_that_is_no_longer_kept_is_still_named(settings: Settings, tmp_path: Path, db: None) -> None:
    use_practice_keys(settings, tmp_path)
    sound = write_render(tmp_path / "render.flac", song(5))
    marked = provenance.mark_stream(sound, make_label(render_id=4_000_000_000), tmp_path)

    assert run_identify(marked.path).splitlines()[1:] == [
        "Known by its manifest: render 4000000000.",
        "That render is no longer kept.",
    ]
