"""A copy is known by its manifest, else by its watermark, else by its fingerprint."""

import io
import os
from collections.abc import Sequence
from pathlib import Path

import c2pa
import pytest
import soundfile
import soxr

from ai.audio.exceptions import Refused
from ai.provenance import altered, files, fingerprint, keys, manifest
from ai.provenance.identify import Identified, identify
from ai.remix.sound.stretch import stretch
from tests.ai.provenance.samples import RATE, make_label, song, write_render

SECONDS = 45
NUMBER = make_label().render_id


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a render, its marked files and the keys."""
    folder = tmp_path_factory.mktemp("identified")
    keys.create(folder / "keys", organisation="Fanfare test")
    render = write_render(folder / "render.flac", song(SECONDS))
    files.mark_files(render, make_label(), folder, keys=keys.read_folder(folder / "keys"))
    write_render(folder / "stranger.flac", song(20, seed=9))
    return folder


def look(made: Path, path: Path, known: Sequence[tuple[int, bytes]] = ()) -> Identified:
    return identify(path, keys=keys.read_folder(made / "keys"), fingerprints=lambda: known)


@pytest.mark.parametrize("name", ["master.flac", "stream.mp3"])
def test_a_file_as_it_was_made_is_known_by_its_manifest(made: Path, name: str) -> None:
    assert look(made, made / name) == Identified(NUMBER, "manifest", "Trusted")


def test_a_manifest_beside_a_file_that_cannot_hold_one_is_read(made: Path, tmp_path: Path) -> None:
    """Ogg cannot hold a manifest. One that was made for other bytes is not believed."""
    kept, ogg, sidecar = keys.read_folder(made / "keys"), tmp_path / "copy.ogg", tmp_path / "copy.c2pa"
    soundfile.write(ogg, song(2), RATE, "VORBIS", format="OGG")
    info = c2pa.C2paSignerInfo(c2pa.C2paSigningAlg.ES256, kept.signing.certificates, kept.signing.private_key, None)
    with c2pa.Signer.from_info(info) as signer, c2pa.Builder(manifest.describe(make_label())) as builder:
        builder.set_no_embed()
        with ogg.open("rb") as file:
            sidecar.write_bytes(builder.sign(signer, "audio/ogg", file, io.BytesIO()))

    found = identify(ogg, keys=kept, fingerprints=list, sidecar=sidecar)
    ogg.write_bytes(ogg.read_bytes() + b"x")

    assert found == Identified(NUMBER, "manifest", "Trusted")
    assert identify(ogg, keys=kept, fingerprints=list, sidecar=sidecar).manifest == "Invalid"


def test_a_cut_and_encoded_copy_without_a_manifest_is_known_by_its_watermark(made: Path, tmp_path: Path) -> None:
    samples, _ = soundfile.read(made / "stream.mp3", dtype="float32")
    soundfile.write(
        tmp_path / "copy.mp3", samples[5 * RATE + 99 : 35 * RATE], RATE, format="MP3", compression_level=0.75
    )

    assert look(made, tmp_path / "copy.mp3") == Identified(NUMBER, "watermark", None)


def test_a_manifest_that_does_not_fit_its_file_is_not_believed(made: Path, tmp_path: Path) -> None:
    """Somebody changed the sound: the manifest says so, and the watermark still names the render."""
    content = bytearray((made / "stream.mp3").read_bytes())
    content[len(content) // 2] ^= 1
    (tmp_path / "changed.mp3").write_bytes(content)

    assert look(made, tmp_path / "changed.mp3") == Identified(NUMBER, "watermark", "Invalid")


def test_a_manifest_that_somebody_else_signed_is_not_believed(made: Path, tmp_path: Path) -> None:
    keys.create(tmp_path / "keys", organisation="Forger")
    forger = keys.read_folder(tmp_path / "keys")
    files.mark_files(made / "render.flac", make_label(render_id=7), tmp_path, keys=forger)

    assert look(made, tmp_path / "stream.mp3").render_id is None


def test_a_file_of_nobody_is_nobodys(made: Path) -> None:
    known = [(1, fingerprint.take(made / "render.flac"))] if fingerprint.is_available() else []

    assert look(made, made / "stranger.flac", known) == Identified(None, None, None, None, bool(known))


def test_a_copy_without_a_watermark_is_known_by_its_fingerprint(made: Path, tmp_path: Path) -> None:
    if not fingerprint.is_available():
        pytest.skip("fpcalc is not installed")
    known = [(1, fingerprint.take(made / "stranger.flac")), (2, fingerprint.take(made / "render.flac"))]
    samples, _ = soundfile.read(made / "render.flac", dtype="float32")
    soundfile.write(tmp_path / "copy.mp3", samples[10 * RATE : 40 * RATE], RATE, format="MP3", compression_level=0.75)

    found = look(made, tmp_path / "copy.mp3", known)

    assert (found.render_id, found.by, found.compared_fingerprints) == (2, "fingerprint", True)
    assert found.error is not None
    assert found.error < 0.15


def test_a_copy_at_another_speed_is_known_by_its_watermark_where_that_is_looked_for(made: Path, tmp_path: Path) -> None:
    samples, _ = soundfile.read(made / "stream.mp3", dtype="float32")
    faster = soxr.resample(samples[5 * RATE : 35 * RATE], RATE, RATE / 1.011)
    soundfile.write(tmp_path / "copy.mp3", faster, RATE, format="MP3", compression_level=0.75)
    kept = keys.read_folder(made / "keys")

    assert look(made, tmp_path / "copy.mp3").render_id is None
    found = identify(tmp_path / "copy.mp3", keys=kept, fingerprints=list, looks_for_altered=True)
    assert (found.render_id, found.by) == (NUMBER, "watermark")
    assert found.altered in ("about 0.8% faster", "about 1.2% faster")


def test_a_copy_in_another_key_and_tempo_is_known_by_its_fingerprint(
    made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not fingerprint.is_available():
        pytest.skip("fpcalc is not installed")
    known = [(1, fingerprint.take(made / "stranger.flac")), (2, fingerprint.take(made / "render.flac"))]
    higher = stretch(song(SECONDS)[: 40 * RATE], 104, 1)
    soundfile.write(tmp_path / "copy.flac", higher, RATE)
    assert fingerprint.closest(fingerprint.take(tmp_path / "copy.flac"), known) is None

    found = altered.find_fingerprint(higher, known, tmp_path)

    assert found
    assert (found.number, found.change) == (2, "+1 semitones")
    monkeypatch.setattr(altered, "CHANGES", altered.CHANGES[:2])
    assert altered.find_fingerprint(song(30, seed=3), known, tmp_path) is None


def test_a_long_copy_is_compared_at_some_places(made: Path) -> None:
    assert [len(fingerprint._windows(bytes(4 * items))) for items in (79, 80, 240, 280, 2000)] == [0, 1, 5, 6, 6]


def test_without_the_program_for_fingerprints_the_answer_says_so(made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")

    assert look(made, made / "render.flac") == Identified(None, None, None, None, compared_fingerprints=False)


@pytest.mark.parametrize("content", [os.urandom(3000), b"ID3\x04\x00\x00\x7f\x7f\x7f\x7f", b"", b"fLaC" + bytes(40)])
def test_what_is_no_audio_is_refused(made: Path, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "song.mp3").write_bytes(content)

    with pytest.raises(Refused):
        look(made, tmp_path / "song.mp3")
