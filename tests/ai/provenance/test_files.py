"""The files that a fan gets: what is in them, that they are signed, and that one changed bit is noticed."""

import hashlib
from dataclasses import asdict, replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
import soundfile

from ai.provenance import files, keys, manifest, tags, watermark
from ai.provenance.exceptions import InvalidKey, NotSigned
from ai.provenance.files import File, MarkedFiles
from ai.provenance.keys import Keys
from ai.provenance.label import Kind
from tests.ai.provenance.samples import WATERMARK_KEY, make_label, song, write_render

SECONDS = 14


class Made(NamedTuple):
    folder: Path
    render: Path
    keys: Keys
    files: MarkedFiles


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    folder = tmp_path_factory.mktemp("marked")
    keys.create(folder / "keys", organisation="Fanfare test")
    kept = keys.read_folder(folder / "keys")
    render = write_render(folder / "render.flac", song(SECONDS))
    marked = files.mark_files(render, make_label(), folder, keys=kept)
    return Made(folder, render, kept, marked)


def both(made: Made) -> list[File]:
    return [made.files.master, made.files.stream]


def test_there_is_a_lossless_and_a_lossy_file_with_their_digests_and_nothing_else(made: Made) -> None:
    infos = [soundfile.info(file.path) for file in both(made)]

    assert [(info.format, info.subtype) for info in infos] == [("FLAC", "PCM_24"), ("MP3", "MPEG_LAYER_III")]
    assert [info.frames for info in infos] == [SECONDS * 44_100] * 2
    assert [file.sha256 for file in both(made)] == [
        hashlib.sha256(file.path.read_bytes()).hexdigest() for file in both(made)
    ]
    assert sorted(path.name for path in made.folder.iterdir()) == ["keys", "master.flac", "render.flac", "stream.mp3"]


def test_the_file_for_listening_begins_where_the_lossless_one_does(made: Made) -> None:
    lossless, lossy = (soundfile.read(file.path, dtype="float32", always_2d=True)[0][:, 0] for file in both(made))
    middle = lossless[200_000:230_000]

    match = np.correlate(lossy[199_000:231_000], middle, mode="valid")

    assert int(match.argmax()) == 1000
    assert len(lossy) == len(lossless)


def test_the_watermark_of_both_files_is_the_number_of_the_render(made: Made) -> None:
    found = []
    for file in both(made):
        with soundfile.SoundFile(file.path) as sound:
            found.append(watermark.find(files.blocks_of(sound), key=made.keys.watermark))

    assert found == [make_label().render_id] * 2


def test_the_manifest_of_both_files_is_trusted_with_our_root_and_valid_without(made: Made, tmp_path: Path) -> None:
    keys.create(tmp_path / "others", organisation="Somebody else")
    others = keys.read_folder(tmp_path / "others").anchors

    readings = [manifest.read(file.path, file.media_type, anchors=made.keys.anchors) for file in both(made)]
    foreign = [manifest.read(file.path, file.media_type, anchors=others) for file in both(made)]

    assert readings == [manifest.Reading("Trusted", make_label().render_id, "Fanfare test provenance")] * 2
    assert [reading.state for reading in foreign if reading] == ["Valid", "Valid"]


@pytest.mark.parametrize("name", ["master", "stream"])
def test_one_flipped_bit_of_the_sound_makes_the_manifest_invalid(made: Made, tmp_path: Path, name: str) -> None:
    file: File = getattr(made.files, name)
    content = bytearray(file.path.read_bytes())
    content[len(content) * 3 // 4] ^= 1
    (tmp_path / "changed").write_bytes(content)

    reading = manifest.read(tmp_path / "changed", file.media_type, anchors=made.keys.anchors)

    assert reading is not None
    assert reading.state == "Invalid"


def test_a_file_without_a_manifest_has_none(made: Made) -> None:
    assert manifest.read(made.render, files.FLAC, anchors=made.keys.anchors) is None


def test_tags_name_the_render_its_source_its_recipe_and_how_it_was_made(made: Made) -> None:
    expected = {
        "TITLE": "Nächster Bus (remix)",
        "ARTIST": "Nova",
        "AI_DISCLOSURE": make_label().description,
        "DIGITAL_SOURCE_TYPE": make_label().disclosure.digital_source_type,
        "RECIPE_SHA256": "b" * 64,
        "SOURCE_SHA256": "a" * 64,
        "FANFARE_RENDER": "3735928559",
        "ENVELOPE": "3@2",
        "ENCODER": "fanfare-1 test",
        "SOURCE_ISRC": "PTABC2600001",
    }

    assert tags.of(make_label()) == expected
    for file in both(made):
        content = file.path.read_bytes()[:20_000]
        assert [text for text in expected.values() if text.encode() not in content] == []
        with soundfile.SoundFile(file.path) as sound:
            assert (sound.title, sound.artist) == ("Nächster Bus (remix)", "Nova")


def test_a_song_without_an_isrc_has_no_tag_for_it() -> None:
    assert "SOURCE_ISRC" not in tags.of(make_label(source_isrc=None))


def test_the_manifest_says_what_was_done_to_what_and_that_nobody_may_train_on_it() -> None:
    described = manifest.describe(make_label(kind=Kind.PREVIEW))

    assertions = {each["label"]: each["data"] for each in described["assertions"]}
    opened, edited = assertions["c2pa.actions.v2"]["actions"]
    assert (opened["action"], edited["action"]) == ("c2pa.opened", "c2pa.edited")
    assert edited["description"].startswith("Try-out, not approved. No sound was generated by AI.")
    assert edited["digitalSourceType"].endswith("/algorithmicallyEnhanced")
    assert {entry["use"] for entry in assertions["cawg.training-mining"]["entries"].values()} == {"notAllowed"}
    assert len(assertions["cawg.training-mining"]["entries"]) == 4
    assert assertions[manifest.RENDER] == {
        "render": 3_735_928_559,
        "kind": "preview",
        "source": {"isrc": "PTABC2600001", "sha256": "a" * 64},
        "disclosure": {name: str(value) for name, value in asdict(make_label().disclosure).items()},
    }
    assert described["ingredients"][0]["relationship"] == "parentOf"


def test_the_same_render_key_and_number_give_the_same_bytes_until_they_are_signed(made: Made, tmp_path: Path) -> None:
    digests = []
    for number, render_id in enumerate((7, 7, 8)):
        folder = tmp_path / str(number)
        folder.mkdir()
        files.encode(made.render, folder, ("flac", "mp3"), watermark_key=WATERMARK_KEY, render_id=render_id)
        digests.append([hashlib.sha256((folder / name).read_bytes()).digest() for name in ("plain.flac", "plain.mp3")])

    assert digests[0] == digests[1]
    assert set(digests[0]).isdisjoint(digests[2])


def test_a_try_out_gets_the_file_for_listening_alone(made: Made, tmp_path: Path) -> None:
    stream = files.mark_stream(made.render, make_label(kind=Kind.PREVIEW), tmp_path, keys=made.keys)

    assert list(tmp_path.iterdir()) == [stream.path]
    assert b"Try-out, not approved." in stream.path.read_bytes()[:20_000]


def test_a_signing_key_is_never_replaced_and_only_its_owner_reads_it(made: Made) -> None:
    assert {path.name: oct(path.stat().st_mode & 0o777) for path in (made.folder / "keys").iterdir()} == {
        "root.pem": "0o600",
        "root-key.pem": "0o600",
        "signing.pem": "0o600",
        "watermark.key": "0o600",
    }
    with pytest.raises(FileExistsError):
        keys.create(made.folder / "keys", organisation="Fanfare test")


def test_a_file_that_holds_no_key_is_refused(made: Made, tmp_path: Path) -> None:
    keys.create(tmp_path / "other", organisation="Other")
    root = (made.folder / "keys" / "root-key.pem").read_bytes()
    (tmp_path / "mixed.pem").write_bytes(root + (tmp_path / "other" / "root.pem").read_bytes())
    (tmp_path / "words.pem").write_text("no key")

    for name, reason in (("words.pem", "holds no private key"), ("mixed.pem", "is not the key's own")):
        with pytest.raises(InvalidKey, match=reason):
            keys.read(tmp_path / name)
    with pytest.raises(InvalidKey, match="holds no private key"):
        keys.read(tmp_path / "missing.pem")


def test_a_time_stamp_server_that_does_not_answer_leaves_no_files(made: Made, tmp_path: Path) -> None:
    stamped = replace(made.keys, signing=replace(made.keys.signing, time_stamps="http://127.0.0.1:9/"))

    with pytest.raises(NotSigned):
        files.mark_files(made.render, make_label(), tmp_path, keys=stamped)

    assert list(tmp_path.iterdir()) == []
