"""What an envelope says in words, and the roads that its page draws."""

import datetime as dt
from dataclasses import dataclass
from typing import Self

import msgspec
from django.utils.text import get_text_list

from ai.remix.envelope import Envelope, Export, SectionBounds, StemBounds, VocalBounds
from ai.remix.recipe import original, seconds_of
from ai.remix.source import SAMPLE_RATE, Source
from fans.desk.words import format_length

ROAD = 240
"""How long a road is drawn."""
FIRST_MONTHS = 183
"""Days for which the first limits are proposed."""
CORNERS = {
    "slow-low": "Slow and low",
    "fast-low": "Fast and low",
    "slow-high": "Slow and high",
    "fast-high": "Fast and high",
    "voice-up": "Voice up, rest down",
    "loudest": "Everything loudest",
}


@dataclass(frozen=True, slots=True)
class Road:
    """Where the walls stand on a road from 0 to ROAD, and where the recording is."""

    low: int
    high: int
    recorded: int
    end: int = ROAD

    @classmethod
    def between(cls, walls: tuple[int, int], ends: tuple[int, int], *, recorded: int) -> Self:
        first, last = ends
        places = [(value - first) * ROAD // (last - first) for value in (*walls, recorded)]
        return cls(*places)


def propose(source: Source, today: dt.date) -> Envelope:
    """The limits that an artist begins with: little of everything, and no silence of the voice."""
    seconds = max(source.frames // SAMPLE_RATE, 1)
    unchanged = int(seconds_of(source, original(source)))
    stems = {
        stem.id: StemBounds((0, 0), may_mute=False)
        if stem.role == "master"
        else StemBounds((-8, 4) if stem.role == "vocals" else (-24, 4), may_mute=stem.role in {"drums", "chords"})
        for stem in source.stems
    }
    return Envelope(
        source=source.digest,
        tempo_percent=(90, 110),
        pitch_semitones=(-1, 1),
        stems=stems,
        sections={
            section.id: SectionBounds(required=section.kind == "chorus", max_times=2) for section in source.sections
        },
        order="recorded",
        begin_with=(),
        max_sections=min(len(source.sections) * 2, 64),
        seconds=(min(60, seconds, unchanged), min(seconds * 2, 1200)),
        rooms=("none", "kitchen", "hall"),
        colours=("none", "warm", "radio"),
        vocals=VocalBounds(1),
        export=Export(stream=True, download=False, share=False),
        expires=today + dt.timedelta(days=FIRST_MONTHS),
    )


def adopt(source: Source, envelope: Envelope, today: dt.date) -> Envelope:
    """The same limits for another source of the song, with the proposed ones for what is new in it."""
    fresh = propose(source, today)

    return msgspec.structs.replace(
        envelope,
        source=source.digest,
        stems={key: envelope.stems.get(key, bounds) for key, bounds in fresh.stems.items()},
        sections={key: envelope.sections.get(key, bounds) for key, bounds in fresh.sections.items()},
        begin_with=tuple(key for key in envelope.begin_with if key in fresh.sections),
    )


def format_tempo(source: Source, percent: int) -> str:
    beats = round(source.bpm_milli * percent / 100_000)
    return f"{beats} ({percent} %)"


def format_steps(steps: int) -> str:
    if not steps:
        return "as recorded"
    return f"{abs(steps)} {'step' if abs(steps) == 1 else 'steps'} {'up' if steps > 0 else 'down'}"


def format_reach(steps: int) -> str:
    return "never" if not steps else f"{steps} {'step' if steps == 1 else 'steps'} at most"


def format_gain(half_db: int) -> str:
    sign = "+" if half_db > 0 else "−" if half_db < 0 else ""
    return f"{sign}{abs(half_db) / 2:g} dB"


def name_corner(source: Source, name: str) -> str:
    if name.startswith("without-"):
        return f"Without {name_stem(source, name.removeprefix('without-'))}"
    return CORNERS[name]


def name_stem(source: Source, stem_id: str) -> str:
    """What a stem is called within a sentence: its role, or its id where a role comes twice."""
    roles: dict[str, str] = {stem.id: stem.role for stem in source.stems}
    role = roles[stem_id]
    names = {"vocals": "the voice", "other": stem_id.replace("-", " ")}
    return names.get(role, role) if [*roles.values()].count(role) == 1 else stem_id.replace("-", " ")


def write_sentence(source: Source, envelope: Envelope, title: str) -> str:
    """All of it in one sentence, which stands at the head of the page."""
    low, high = (round(source.bpm_milli * percent / 100_000) for percent in envelope.tempo_percent)
    silent = [name_stem(source, key) for key, bounds in sorted(envelope.stems.items()) if bounds.may_mute]
    shortest, longest = (format_length(seconds) for seconds in envelope.seconds)
    also = [
        words for words, allowed in (("keep", envelope.export.download), ("share", envelope.export.share)) if allowed
    ]
    parts = [
        f"Fans may play {title} between {low} and {high} beats a minute",
        _write_pitch(envelope.pitch_semitones),
        f"without {get_text_list(silent, 'or')}" if silent else "with all its parts",
        f"{shortest} to {longest} long",
        f"to {get_text_list(['play here', *also], 'and')}",
        f"until {envelope.expires.day} {envelope.expires:%B %Y}",
    ]
    return f"{', '.join(parts)}."


def _write_pitch(pitch: tuple[int, int]) -> str:
    if pitch == (0, 0):
        return "in its own key"
    low, high = (format_steps(steps) for steps in pitch)
    return f"from {low} to {high}"


def describe_source(source: Source) -> str:
    """The recording itself: its tempo, its key and its length."""
    note, *accidentals, mode = source.key.split("-")
    sign = {"sharp": "♯", "flat": "♭"}
    key = f"{note.upper()}{''.join(sign[one] for one in accidentals)} {mode}"
    return f"{round(source.bpm_milli / 1000)} beats a minute, {key}, {format_length(source.frames // SAMPLE_RATE)}"
