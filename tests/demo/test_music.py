"""The songs that code plays: their scores fit their bars, and what is heard is in time, in tune, balanced and clean."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
import scipy.signal

from config.demo.artist_data import ARTISTS_BY_SLUG
from config.demo.music.instruments import hertz
from config.demo.music.player import LOUDEST, Stereo, play, write_bass
from config.demo.music.score import BEATS_PER_BAR, Song, Syllable, read_chords, read_melody
from config.demo.music.songs import SALT_RADIO
from config.demo.remixes import SONGS
from tests.ai.remix.sounds import measure_lufs

RATE = 44_100
EXCERPT = replace(SALT_RADIO, sections=SALT_RADIO.sections[1:3], seconds=44)
"""A verse and a chorus."""


@pytest.fixture(scope="module")
def stems() -> dict[str, Stereo]:
    return play(EXCERPT)


def sung(song: Song) -> list[Syllable]:
    return [note for bar, section in song.place_sections() for note in read_melody(song, section, bar)]


def test_each_song_is_of_another_key_and_tempo_and_as_long_as_its_recording() -> None:
    songs = [song for _, song in SONGS]

    assert len({song.key for song in songs}) == len({song.bpm_milli for song in songs}) == 3
    for slug, song in SONGS:
        end = song.seconds_at(BEATS_PER_BAR * sum(section.bars for section in song.sections))
        assert ARTISTS_BY_SLUG[slug].songs[song.title] == song.seconds >= 90
        assert 2 < song.seconds - end < 6  # the last chord rings, and then it is silent
        assert {"intro", "verse", "chorus", "bridge", "outro"} <= {section.kind for section in song.sections}


def test_melodies_fill_their_bars_and_stay_within_a_voice() -> None:
    for _, song in SONGS:
        for _, section in song.place_sections():
            beats = sum(float(word.partition(":")[2]) for word in section.melody.split())
            assert not beats or section.bars * BEATS_PER_BAR % beats == 0
        notes = sung(song)
        assert all(after.at >= before.at + before.beats - 0.01 for before, after in pairwise(notes))
        assert {55 <= note.pitch <= 78 for note in notes} == {True}


def test_the_bass_begins_each_bar_on_the_root_of_its_chord() -> None:
    for _, song in SONGS:
        first_notes = {note.at: note.pitch for note in write_bass(song) if note.at % BEATS_PER_BAR == 0}
        for bar, section in song.place_sections():
            for number, chord in enumerate(read_chords(song, section)):
                at = (bar + number) * BEATS_PER_BAR
                assert first_notes.get(at, chord.root) % 12 == chord.root


def test_the_same_song_is_the_same_samples(stems: dict[str, Stereo]) -> None:
    again = play(EXCERPT)

    assert {role: np.array_equal(stems[role], again[role]) for role in stems} == dict.fromkeys(
        ("drums", "bass", "chords", "vocals"), True
    )


def test_nothing_clips_and_the_end_is_silent(stems: dict[str, Stereo]) -> None:
    mixed = np.sum([*stems.values()], axis=0)

    assert (mixed.shape, float(np.abs(mixed).max()) <= LOUDEST + 1e-4) == ((EXCERPT.frames, 2), True)
    assert np.abs(mixed[-RATE // 10 :]).max() == 0


def test_the_stems_are_balanced_and_the_chorus_is_louder(stems: dict[str, Stereo]) -> None:
    mixed = np.sum([*stems.values()], axis=0)
    whole = measure_lufs(mixed)
    below = {role: whole - measure_lufs(samples) for role, samples in stems.items()}
    chorus = round(EXCERPT.seconds_at(8 * BEATS_PER_BAR) * RATE)

    assert {role: 1 < away < 12 for role, away in below.items()} == dict.fromkeys(below, True)
    assert min(below, key=lambda role: below[role]) == "vocals"
    assert 1.5 < measure_lufs(mixed[chorus:]) - measure_lufs(mixed[:chorus]) < 6


@pytest.mark.parametrize("role", ["bass", "chords"])
def test_no_note_clicks_at_its_edges(stems: dict[str, Stereo], role: str) -> None:
    """What a click has above 14 kHz, in two milliseconds, against the sound itself."""
    samples = stems[role].mean(axis=1)
    high = scipy.signal.sosfilt(scipy.signal.butter(4, 14_000, "high", fs=RATE, output="sos"), samples)
    bursts = np.sqrt(np.add.reduceat(high**2, np.arange(0, len(high), 88)) / 88)

    assert 20 * np.log10(bursts.max() / np.sqrt((samples**2).mean())) < -20


def test_the_voice_sings_the_notes_of_the_melody(stems: dict[str, Stereo]) -> None:
    samples = stems["vocals"].mean(axis=1)
    notes = [note for note in sung(EXCERPT) if note.at < 32 and note.beats >= 1]

    away = [abs(cents_from(samples, EXCERPT, note)) for note in notes]

    assert len(notes) > 10
    assert max(away) < 40, away
    assert np.mean(away) < 15


def cents_from(samples: np.ndarray, song: Song, note: Syllable) -> float:
    """How far the fundamental is from the note, in the second half of it; the vibrato evens out."""
    start, end = (round(song.seconds_at(note.at + note.beats * part) * RATE) for part in (0.45, 0.95))
    part = samples[start:end] * np.hanning(end - start)
    spectrum = np.abs(np.fft.rfft(part, 1 << 18))
    frequencies = np.fft.rfftfreq(1 << 18, 1 / RATE)
    near = np.abs(12 * np.log2(np.maximum(frequencies, 1) / hertz(note.pitch))) < 1
    centre = (frequencies[near] * spectrum[near] ** 2).sum() / (spectrum[near] ** 2).sum()
    return float(1200 * np.log2(centre / hertz(note.pitch)))
