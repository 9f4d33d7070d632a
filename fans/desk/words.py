"""What changes of a recipe are called on pages, in plain words: "13 slower", "6 dB softer", "skipped"."""

from collections.abc import Mapping
from dataclasses import dataclass

from ai.remix.changes import Change, list_changes
from ai.remix.moods import Mood
from ai.remix.recipe import Recipe, StemChange, seconds_of
from ai.remix.source import Source

NOTES = ("C", "C♯", "D", "E♭", "E", "F", "F♯", "G", "A♭", "A", "B♭", "B")
PITCHES = {"c": 0, "d": 2, "e": 4, "f": 5, "g": 7, "a": 9, "b": 11}
STEM_NAMES = {
    "drums": "Drums",
    "bass": "Bass",
    "chords": "Chords",
    "vocals": "Voice",
    "other": "Other parts",
    "master": "Song",
}
ROOM_NAMES = {"none": "As recorded", "kitchen": "Kitchen", "hall": "Hall"}
COLOUR_NAMES = {"none": "As recorded", "warm": "Warm", "radio": "Radio", "echo": "Echo"}
MOOD_NAMES: Mapping[Mood, tuple[str, str, tuple[int, ...]]] = {
    "original": ("As recorded", "nothing changed", (26, 31, 36, 41, 46)),
    "after_midnight": ("After midnight", "slower, in a hall", (27, 36, 45)),
    "first_bus": ("First bus", "faster, warm", (24, 28, 32, 36, 40, 44)),
    "kitchen": ("Kitchen", "no drums", (28, 37)),
    "old_radio": ("Old radio", "thin", (33, 36, 39)),
}
"""Name, what it does, and the grooves of the record that is drawn: wide ones are slow."""
TIMES = {0: "skip", 1: "once", 2: "twice"}


def describe(source: Source, recipe: Recipe) -> list[tuple[str, str]]:
    """Each change as what and how: ("Drums", "6 dB softer")."""
    names = {stem.id: STEM_NAMES[stem.role] for stem in source.stems}
    names |= {section.id: section.name for section in source.sections}
    return [
        _describe_sound(source, change) if not change.what else (names[change.what], _how(change))
        for change in list_changes(source, recipe)
    ]


def list_facts(source: Source, recipe: Recipe) -> list[tuple[str, str]]:
    """Each change, and the length that the remix has then."""
    return [*describe(source, recipe), ("Length", describe_length(source, recipe))]


def _describe_sound(source: Source, change: Change) -> tuple[str, str]:
    """A change of the whole: tempo, key, room or colour."""
    if change.kind == "tempo":
        return "Tempo", f"{beats_a_minute(source, 100)} → {beats_a_minute(source, int(change.value))}"
    if change.kind == "pitch":
        return "Key", f"{key_name(source, 0)} → {key_name(source, int(change.value))}"
    names = ROOM_NAMES if change.kind == "room" else COLOUR_NAMES
    return change.kind.capitalize(), names[str(change.value)].lower()


def _how(change: Change) -> str:
    """A change of one stem or section."""
    if change.kind == "gain":
        return level_words(int(change.value))
    if change.kind == "repeated":
        return times_words(int(change.value))
    return {"mute": "off", "skipped": "skipped", "moved": "comes first"}[change.kind]


@dataclass(frozen=True, slots=True)
class MoodWords:
    key: Mood
    name: str
    says: str
    grooves: tuple[int, ...]
    is_on: bool


def describe_moods(moods: Mapping[Mood, Recipe], now: Recipe) -> list[MoodWords]:
    """The moods as the page lists them; the one that is on the desk now is marked."""
    return [MoodWords(mood, *MOOD_NAMES[mood], is_on=recipe == now) for mood, recipe in moods.items()]


def beats_a_minute(source: Source, tempo_percent: int) -> int:
    return (source.bpm_milli * tempo_percent + 50_000) // 100_000


def key_name(source: Source, semitones: int) -> str:
    """The key after a shift, for example "B♭ minor"."""
    letter, *accidentals, mode = source.key.split("-")
    shift = semitones + ("sharp" in accidentals) - ("flat" in accidentals)
    return f"{NOTES[(PITCHES[letter] + shift) % 12]} {mode}"


def level_words(half_decibels: int) -> str:
    """As "6 dB softer"; "as recorded" for 0."""
    if not half_decibels:
        return "as recorded"
    return f"{abs(half_decibels) / 2:g} dB {'louder' if half_decibels > 0 else 'softer'}"


def stem_words(change: StemChange) -> str:
    """As "off" or "6 dB softer"."""
    return "off" if change.mute else level_words(change.gain_half_db)


def decibels(half_decibels: int) -> str:
    """As +2 or −12."""
    number = f"{abs(half_decibels) / 2:g}"
    return f"−{number}" if half_decibels < 0 else f"+{number}" if half_decibels else "0"


def times_words(times: int) -> str:
    return TIMES.get(times, f"{times} times")


def describe_lengths(source: Source, recipe: Recipe) -> tuple[str, str]:
    """How long the recording is, and how long its remix, as 3:53."""
    return format_length(source.frames // source.sample_rate), describe_length(source, recipe)


def describe_length(source: Source, recipe: Recipe) -> str:
    """How long the remix is."""
    return format_length(round(seconds_of(source, recipe)))


def format_length(seconds: int) -> str:
    """Minutes and seconds: 3:53."""
    return f"{seconds // 60}:{seconds % 60:02}"
