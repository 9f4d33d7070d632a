"""Music that is composed by rules."""

import functools
import hashlib
import itertools
import wave
from array import array
from pathlib import Path

import pytest
from pytest_django import Settings

from catalog.models import Recording, Sound
from config.demo import synthesis
from config.demo.artist_data import ARTISTS, MARA
from tests import factories

compose_once = functools.cache(synthesis.compose_samples)
"""Composing a piece takes a second."""


@pytest.fixture
def two_pieces_in_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where it does not matter which piece it is, only that the next is another."""
    seeds = itertools.cycle(["a", "b"])
    monkeypatch.setattr(synthesis, "compose_samples", lambda seed: compose_once(next(seeds)))


@pytest.fixture
def media(settings: Settings, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def test_a_piece_lasts_20_to_45_seconds_starts_and_ends_silent_and_never_clips() -> None:
    for seed in ["a", "b", "Salt Radio"]:
        piece = compose_once(seed)

        assert 20 <= len(piece) / synthesis.SAMPLE_RATE <= 45
        assert (abs(piece[0]) < 50, abs(piece[-1]) < 50) == (True, True)
        assert 20_000 < max(map(abs, piece)) <= 26_214
        quiet = max(
            max(map(abs, piece[at : at + synthesis.SAMPLE_RATE]))
            for at in range(0, len(piece) - synthesis.SAMPLE_RATE, synthesis.SAMPLE_RATE)
        )
        assert quiet > 2_000  # there is music in every second


def test_the_same_seed_makes_the_same_piece_and_another_seed_another_piece() -> None:
    once, again, other = compose_once("a"), synthesis.compose_samples("a"), compose_once("b")

    assert (once == again, once == other) == (True, False)


def test_a_composed_sound_is_a_file_that_matches_its_row(db: None, media: Path) -> None:
    recording = factories.create_recording(factories.create_artist())

    sound = synthesis.compose_recording(recording, "salt")

    content = (media / sound.path).read_bytes()
    assert (sound.content_type, sound.sha256) == ("audio/wav", hashlib.sha256(content).hexdigest())
    with wave.open(str(media / sound.path)) as file:
        samples = array("h", file.readframes(file.getnframes()))
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (22_050, 1, 2)
    assert sound.milliseconds == len(samples) * 1000 // 22_050
    assert [path.suffix for path in media.rglob("*.*")] == [".wav"]


@pytest.mark.usefixtures("two_pieces_in_turn")
def test_composing_again_replaces_the_sound(db: None, media: Path) -> None:
    recording = factories.create_recording(factories.create_artist())
    first = synthesis.compose_recording(recording, "one")

    second = synthesis.compose_recording(recording, "two")

    assert (first.pk, Sound.objects.count()) == (second.pk, 1)
    assert Sound.objects.get().sha256 != first.sha256


@pytest.mark.usefixtures("demo_database", "two_pieces_in_turn")
def test_sounds_are_composed_one_by_one_and_none_twice(media: Path) -> None:
    before = Recording.objects.count()

    composed = [synthesis.compose_next(), synthesis.compose_next()]

    sounds = list(Sound.objects.order_by("pk").values_list("recording__artist__slug", "recording__title"))
    assert (composed, sounds) == ([True, True], [(MARA, "Salt Radio"), (MARA, "Night Bus")])
    assert all((media / sound.path).exists() for sound in Sound.objects.all())
    assert Recording.objects.count() == before >= sum(len(artist.songs) for artist in ARTISTS)
