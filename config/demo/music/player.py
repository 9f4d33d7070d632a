"""Play a song: four stems in stereo, balanced against each other, which end in silence."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from random import Random

import numpy as np
from numpy.typing import NDArray
from scipy import signal

from ai.remix.source import SAMPLE_RATE
from config.demo.music import instruments, patterns, voice
from config.demo.music.score import BEATS_PER_BAR, Chord, Note, Section, Song, Syllable, read_chords, read_melody

type Stereo = NDArray[np.float32]

LEVELS = {"drums": -19.5, "bass": -21.0, "chords": -23.0, "vocals": -18.5}
"""How loud each stem is where it plays, in decibels below full scale (root mean square)."""
ROOMS = {"drums": 0.10, "bass": 0.0, "chords": 0.22, "vocals": 0.20}
"""How much of the room is heard."""
ROOM_SECONDS = 1.3
LOUDEST = 0.85
LATEST = 0.008
"""People are late by up to so many seconds, and never early: a section can be cut on its first beat."""
CHORD_RANGE = (55, 67)


@dataclass
class Stem:
    """Samples of one stem while notes are added."""

    song: Song
    samples: Stereo = field(init=False)

    def __post_init__(self) -> None:
        self.samples = np.zeros((self.song.frames, 2), np.float32)

    def add(self, at: float, sound: NDArray[np.float32], loud: float, side: float = 0.0) -> None:
        """Add a sound at this second. `side` is -1 for left to 1 for right, at the same power everywhere."""
        start = round(at * SAMPLE_RATE)
        part = sound[max(-start, 0) : self.song.frames - start]
        turn = (side + 1) * np.pi / 4
        start = max(start, 0)
        for channel, level in enumerate((np.cos(turn), np.sin(turn))):
            self.samples[start : start + len(part), channel] += part * np.float32(loud * level)


def play(song: Song) -> dict[str, Stereo]:
    """Role -> samples between -1 and 1. The same song gives the same samples."""
    stems = {role: _finish(role, player(song)) for role, player in PLAYERS.items()}
    mixed = np.sum([*stems.values()], axis=0)
    scale = min(1.0, LOUDEST / float(np.abs(mixed).max()))
    return {role: samples * np.float32(scale) for role, samples in stems.items()}


def _finish(role: str, stem: Stem) -> Stereo:
    """Put the stem into its room, at its level, without what is below 30 Hz, and with silence at its end."""
    samples = stem.samples
    if wet := ROOMS[role]:
        room = voice.space(ROOM_SECONDS, stem.song.seed)
        samples = samples + wet * signal.oaconvolve(samples, room, axes=0)[: len(samples)]
    low = signal.butter(2, 30, "highpass", fs=SAMPLE_RATE, output="sos")
    samples = np.asarray(signal.sosfilt(low, samples, axis=0), np.float32)
    power = (samples.astype(np.float64) ** 2).mean(axis=1)
    power = power[: len(power) // SAMPLE_RATE * SAMPLE_RATE].reshape(-1, SAMPLE_RATE).mean(axis=1)
    heard = power[power > power.max() / 100].mean()
    samples *= np.float32(10 ** (LEVELS[role] / 20) / np.sqrt(heard))
    end = int(0.5 * SAMPLE_RATE)
    samples[-end:] *= np.linspace(1, 0, end, dtype=np.float32)[:, None] ** 2
    samples[-SAMPLE_RATE // 10 :] = 0
    return samples


def _play_drums(song: Song) -> Stem:
    stem, random = Stem(song), Random(f"{song.seed} drums")  # noqa: S311 - music, no secret
    for first, section, next_beat in _sections_with_next(song):
        for bar in range(section.bars):
            is_fill = bar == section.bars - 1 and next_beat and section.beat not in ("", "quiet")
            rows = patterns.BEATS.get(section.beat, {}) | (patterns.FILL if is_fill else {})
            for name, row in rows.items():
                _add_strokes(stem, section, name, row, (first + bar) * BEATS_PER_BAR, random)
        if section.kind == "chorus":
            stem.add(song.seconds_at(first * BEATS_PER_BAR), instruments.stroke("crash", 0), 0.4, -0.4)
    return stem


def _add_strokes(stem: Stem, section: Section, name: str, row: str, at: float, random: Random) -> None:
    """A bar of one drum."""
    _, side, level = instruments.STROKES[name]
    for place, letter in enumerate(row):
        if letter != ".":
            start = stem.song.seconds_at(at + place / 4) + random.uniform(0, 0.003)
            loud = (1.0 if letter == "X" else 0.65) * random.uniform(0.88, 1.0) * section.level
            stem.add(start, instruments.stroke(name, random.randrange(4)), loud * level, side)


def _sections_with_next(song: Song) -> Iterator[tuple[int, Section, str]]:
    """Each section with its first bar, and the beat of the one after it."""
    following = [*(section.beat for section in song.sections[1:]), ""]
    for (first, section), beat in zip(song.place_sections(), following, strict=True):
        yield first, section, beat


def _play_bass(song: Song) -> Stem:
    stem, random = Stem(song), Random(f"{song.seed} bass")  # noqa: S311 - music, no secret
    for note in write_bass(song):
        seconds = round(note.beats * song.beat_seconds, 3)
        at = song.seconds_at(note.at) + random.uniform(0, LATEST / 2)
        stem.add(at, instruments.bass(note.pitch, seconds), note.loud * random.uniform(0.9, 1.0))
    return stem


def write_bass(song: Song) -> Iterator[Note]:
    """The notes of the bass, between E1 and about an octave above."""
    for first, section in song.place_sections():
        chords = read_chords(song, section)
        for bar, (chord, following) in enumerate(zip(chords, [*chords[1:], chords[0]], strict=True)):
            root = _lowest(chord.root, 28)
            for beat, beats, which in patterns.BASS.get(section.bass, ()):
                goal = _lowest(following.root, 28)
                pitch = {
                    "root": root,
                    "fifth": root + (chord.notes[2] - chord.root) % 12,
                    "octave": root + 12,
                    "lead": _step_below(song, goal),
                }[which]
                yield Note((first + bar) * BEATS_PER_BAR + beat, beats, pitch, section.level)


def _lowest(note: int, floor: int) -> int:
    """The lowest pitch of this note from the floor on."""
    return floor + (note - floor) % 12


def _step_below(song: Song, pitch: int) -> int:
    """The next lower note of the scale."""
    notes = {(song.tonic + step) % 12 for step in song.scale}
    return next(below for below in range(pitch - 1, pitch - 4, -1) if below % 12 in notes)


def _play_chords(song: Song) -> Stem:
    stem, random = Stem(song), Random(f"{song.seed} chords")  # noqa: S311 - music, no secret
    voicing: list[int] = []
    for first, section in song.place_sections():
        for bar, chord in enumerate(read_chords(song, section)):
            voicing = lead_voices(chord, voicing)
            at = (first + bar) * BEATS_PER_BAR
            _add_bar(stem, section, voicing, at, random)
            if section.plucks:
                _add_plucks(stem, section, voicing, at, random)
    return stem


def lead_voices(chord: Chord, before: list[int]) -> list[int]:
    """The notes of a chord, each as near as possible to where the notes before were."""
    low, high = CHORD_RANGE
    options = []
    for turn in range(3):
        notes = chord.notes[turn:] + chord.notes[:turn]
        pitches = [_lowest(notes[0], low)]
        for note in notes[1:]:
            pitches.append(_lowest(note, pitches[-1] + 1))
        if pitches[0] <= high:
            options.append(pitches)
    goal = before or [60, 64, 67]
    return min(options, key=lambda found: sum(abs(a - b) for a, b in zip(found, goal, strict=True)))


def _add_bar(stem: Stem, section: Section, voicing: list[int], at: float, random: Random) -> None:
    """A bar of strings, and of the electric piano."""
    song = stem.song
    bar = round(BEATS_PER_BAR * song.beat_seconds - 0.1, 3)
    for pitch in voicing:
        for side, cents in ((-0.7, -4.0), (0.7, 4.0)):
            stem.add(song.seconds_at(at), instruments.pad(pitch, bar, cents), 0.16 * section.level, side)
    for beat, beats in patterns.KEYS.get(section.keys, ()):
        start, seconds = song.seconds_at(at + beat), round(beats * song.beat_seconds, 3)
        for place, pitch in enumerate([voicing[0] - 12, *voicing]):
            late = 0.004 * place + random.uniform(0, LATEST / 2)
            loud = random.uniform(0.22, 0.3) * section.level
            stem.add(start + late, instruments.keys(pitch, seconds), loud, 0.25 - 0.15 * place)


def _add_plucks(stem: Stem, section: Section, voicing: list[int], at: float, random: Random) -> None:
    """The chord in eighths, an octave higher, from one side to the other."""
    song = stem.song
    pitches = [pitch + 12 for pitch in (*voicing, voicing[0] + 12)]
    for place, choice in enumerate((0, 1, 2, 3, 2, 1, 2, 1)):
        start = song.seconds_at(at + place / 2) + random.uniform(0, LATEST / 2)
        loud = random.uniform(0.16, 0.22) * section.level
        stem.add(start, instruments.pluck(pitches[choice], 0.5), loud, 0.6 if place % 2 else -0.6)


def _play_vocals(song: Song) -> Stem:
    """The lead in the middle; in some sections a double and a third above it, at the sides."""
    stem = Stem(song)
    lead = voice.Singer(seed=0)
    choir = (
        (voice.Singer(seed=1, cents=6, late=0.014, harmonics=18), -0.6, 0.32),
        (voice.Singer(seed=2, shift=2, cents=-5, late=0.009, harmonics=18), 0.6, 0.30),
    )
    for first, section in song.place_sections():
        sung = read_melody(song, section, first)
        for singer, side, loud in ((lead, 0.0, 1.0), *(choir if section.choir else ())):
            for phrase in voice.phrases(_shift(song, sung, singer.shift)):
                at, sound = voice.sing(song, phrase, singer)
                stem.add(at, sound, loud * (0.7 + 0.3 * section.level), side)
    return stem


def _shift(song: Song, sung: list[Syllable], steps: int) -> list[Syllable]:
    """The same line so many steps of the scale higher."""
    if not steps:
        return sung
    degrees = {song.pitch(degree): degree for degree in range(-7, 20)}
    return [replace(one, pitch=song.pitch(degrees[one.pitch] + steps)) for one in sung]


PLAYERS: dict[str, Callable[[Song], Stem]] = {
    "drums": _play_drums,
    "bass": _play_bass,
    "chords": _play_chords,
    "vocals": _play_vocals,
}
