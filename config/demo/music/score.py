"""Scores of songs: sections with chords, melody and patterns, and the notes that they say."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import cycle, islice

from ai.remix.source import SAMPLE_RATE, SectionKind

BEATS_PER_BAR = 4
SCALES = {"major": (0, 2, 4, 5, 7, 9, 11), "minor": (0, 2, 3, 5, 7, 8, 10)}


@dataclass(frozen=True)
class Section:
    """Some bars. Chords are degrees of the scale, one a bar and over again; "5+" has a major third in a minor key.

    `melody` is the sung line: "5:1.5" is the fifth of the scale for one and a half beats, "r" a rest, 8 the octave.
    The patterns are named in `patterns.py`; an empty name is silence.
    """

    kind: SectionKind
    name: str
    bars: int
    chords: str
    melody: str = ""
    words: str = ""
    """Syllables to sing, over again: an optional consonant and a vowel, as in "sa lu mi"."""
    beat: str = ""
    bass: str = ""
    keys: str = ""
    plucks: bool = False
    choir: bool = False
    """A second and a third voice sing along."""
    level: float = 1.0


@dataclass(frozen=True)
class Song:
    """`tonic` is the MIDI number of the first degree as it is sung; `swing` delays every second eighth, in beats."""

    title: str
    bpm_milli: int
    key: str
    tonic: int
    seconds: int
    sections: tuple[Section, ...]
    swing: float = 0.0
    seed: int = 1
    first_beat_frame: int = SAMPLE_RATE // 2

    @property
    def scale(self) -> tuple[int, ...]:
        return SCALES[self.key.rpartition("-")[2]]

    @property
    def frames(self) -> int:
        return self.seconds * SAMPLE_RATE

    @property
    def beat_seconds(self) -> float:
        return 60_000 / self.bpm_milli

    def seconds_at(self, beat: float) -> float:
        """When a beat is, counted from the first; every second eighth comes late by the swing."""
        late = self.swing if abs(beat % 1 - 0.5) < 0.01 else 0.0
        return self.first_beat_frame / SAMPLE_RATE + (beat + late) * self.beat_seconds

    def pitch(self, degree: int) -> int:
        """The MIDI number of a degree of the scale; 0 is the one below the first."""
        octave, step = divmod(degree - 1, 7)
        return self.tonic + 12 * octave + self.scale[step]

    def place_sections(self) -> Iterator[tuple[int, Section]]:
        """Each section with the bar on which it begins."""
        bar = 0
        for section in self.sections:
            yield bar, section
            bar += section.bars


@dataclass(frozen=True)
class Chord:
    """Three notes of the scale, in semitones above C; the first is the root."""

    notes: tuple[int, int, int]

    @property
    def root(self) -> int:
        return self.notes[0]


@dataclass(frozen=True)
class Note:
    """`at` and `beats` count beats from the first one; `loud` is 0 to 1."""

    at: float
    beats: float
    pitch: int
    loud: float = 1.0


@dataclass(frozen=True)
class Syllable:
    """A sung note: a consonant, which may be empty, and a vowel."""

    at: float
    beats: float
    pitch: int
    consonant: str
    vowel: str


def read_chords(song: Song, section: Section) -> list[Chord]:
    """One chord for each bar."""
    return list(islice(cycle(_chord(song, word) for word in section.chords.split()), section.bars))


def _chord(song: Song, word: str) -> Chord:
    degree = int(word.rstrip("+"))
    root, third, fifth = (song.pitch(degree + step) for step in (0, 2, 4))
    return Chord((root % 12, (root + 4 if "+" in word else third) % 12, fifth % 12))


def read_melody(song: Song, section: Section, first_bar: int) -> list[Syllable]:
    """The sung notes of a section. Its melody has as many beats as its bars have, or a part of them and over again."""
    syllables = cycle(section.words.split())
    tokens = [(word.partition(":")[0], float(word.partition(":")[2])) for word in section.melody.split()]
    sung: list[Syllable] = []
    at, end = float(first_bar * BEATS_PER_BAR), float((first_bar + section.bars) * BEATS_PER_BAR)
    for what, beats in cycle(tokens) if tokens else ():
        if at >= end:
            break
        if what != "r":
            syllable = next(syllables)
            sung.append(Syllable(at, beats, song.pitch(int(what)), syllable[:-1], syllable[-1]))
        at += beats
    return sung
