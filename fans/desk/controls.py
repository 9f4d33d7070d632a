"""The controls of the desk as the page draws them: where each stands, and where the artist's limits are."""

from collections import Counter
from dataclasses import dataclass

from ai.remix.envelope import Envelope
from ai.remix.recipe import Recipe
from ai.remix.source import Source, Stem
from fans.desk import words

LEVEL_SCALE = (-48, -36, -24, -20, -16, -12, -8, -4, 0, 4, 8, 12)
"""Half decibels. All levels are drawn on this scale, so that one sees at a glance how far each may go."""
STEPS = 12
"""A road has so many columns."""
TEMPO_SCALE = (70, 140)


@dataclass(frozen=True, slots=True)
class Road:
    """A slider between walls. `first` and `last` are the columns of the walls; `at_wall` is "low", "high" or ""."""

    name: str
    value: int
    low: int
    high: int
    recorded: int
    first: int
    last: int

    @property
    def x(self) -> float:
        """Where the value stands between the walls, from 0 to 100."""
        return self._x_of(self.value)

    @property
    def recorded_x(self) -> float | None:
        """Where the recording stands; None where that is beyond a wall."""
        return self._x_of(self.recorded) if self.low <= self.recorded <= self.high else None

    def _x_of(self, value: int) -> float:
        return round((value - self.low) * 100 / max(self.high - self.low, 1), 1)

    @property
    def at_wall(self) -> str:
        if self.low == self.high:
            return ""
        return "low" if self.value <= self.low else "high" if self.value >= self.high else ""


@dataclass(frozen=True, slots=True)
class Level:
    """The slider of one stem, with the switch that turns it off where that is allowed."""

    id: str
    name: str
    now: str
    road: Road
    may_mute: bool
    is_off: bool

    @property
    def low_words(self) -> str:
        return words.decibels(self.road.low)

    @property
    def high_words(self) -> str:
        return words.decibels(self.road.high)

    @property
    def says(self) -> str:
        if self.road.high > 0:
            return "Softer or louder." if self.road.low < 0 else "Louder."
        return "Softer." if self.road.low < 0 else "Stays as it is."


@dataclass(frozen=True, slots=True)
class Piece:
    """One section of the recording, how often it comes now, and how often it may."""

    id: str
    name: str
    times: int
    choices: tuple[tuple[int, str], ...]
    may_begin: bool

    @property
    def stays(self) -> bool:
        """It comes once, and nothing else is allowed."""
        return [times for times, _ in self.choices] == [1]


@dataclass(frozen=True, slots=True)
class Controls:
    """Choices are pairs of the value that is sent and its words."""

    tempo: Road
    beats: tuple[int, int, int, int]
    """Beats a minute: now, as recorded, at the lower wall and at the upper one."""
    pitches: tuple[tuple[int, str], ...]
    pitch: int
    levels: tuple[Level, ...]
    pieces: tuple[Piece, ...]
    begin: str
    rooms: tuple[tuple[str, str], ...]
    room: str
    colours: tuple[tuple[str, str], ...]
    colour: str
    length: tuple[str, str]
    """The length as recorded and now, as 3:26."""

    @property
    def openings(self) -> list[Piece]:
        """The sections that may open a remix before an earlier one."""
        return [piece for piece in self.pieces if piece.may_begin]


def build_controls(source: Source, envelope: Envelope, recipe: Recipe) -> Controls:
    """Every control of the desk for this recipe. The recipe is inside the envelope."""
    begin, sections = split_begin(source, envelope, recipe)
    low, high = envelope.pitch_semitones
    tempos = (recipe.tempo_percent, 100, *envelope.tempo_percent)
    now, recorded, slowest, fastest = (words.beats_a_minute(source, tempo) for tempo in tempos)
    return Controls(
        tempo=_tempo_road(envelope, recipe),
        beats=(now, recorded, slowest, fastest),
        pitches=tuple((step, words.key_name(source, step)) for step in range(low, high + 1)),
        pitch=recipe.pitch_semitones,
        levels=tuple(_level(envelope, recipe, stem) for stem in source.stems if stem.role != "master"),
        pieces=_pieces(source, envelope, sections),
        begin=begin,
        rooms=tuple((room, words.ROOM_NAMES[room]) for room in envelope.rooms),
        room=recipe.room,
        colours=tuple((colour, words.COLOUR_NAMES[colour]) for colour in envelope.colours),
        colour=recipe.colour,
        length=words.describe_lengths(source, recipe),
    )


def split_begin(source: Source, envelope: Envelope, recipe: Recipe) -> tuple[str, tuple[str, ...]]:
    """The section that opens before an earlier one, or "", and the rest, which is in the recorded order."""
    opening, rest = recipe.sections[0], recipe.sections[1:]
    positions = source.section_positions
    if opening in envelope.begin_with and rest and positions[rest[0]] < positions[opening]:
        return opening, rest
    return "", recipe.sections


def _tempo_road(envelope: Envelope, recipe: Recipe) -> Road:
    low, high = envelope.tempo_percent
    width = TEMPO_SCALE[1] - TEMPO_SCALE[0]
    first, last = ((bound - TEMPO_SCALE[0]) * STEPS // width for bound in (low, high))
    return Road("tempo", recipe.tempo_percent, low, high, 100, first, max(last, first + 1))


def _level(envelope: Envelope, recipe: Recipe, stem: Stem) -> Level:
    bounds, change = envelope.stems[stem.id], recipe.stems[stem.id]
    low, high = bounds.gain_half_db
    first, last = column_of(low), column_of(high)
    road = Road(f"level-{stem.id}", change.gain_half_db, low, high, 0, min(first, STEPS - 1), max(last, first + 1))
    name, now = words.STEM_NAMES[stem.role], words.stem_words(change)
    return Level(stem.id, name, now, road, bounds.may_mute, change.mute)


def column_of(half_decibels: int) -> int:
    """The column of the road in which a wall at this level stands, from 0 to 12."""
    return sum(half_decibels > step for step in LEVEL_SCALE)


def _pieces(source: Source, envelope: Envelope, sections: tuple[str, ...]) -> tuple[Piece, ...]:
    times = Counter(sections)
    return tuple(
        Piece(
            section.id,
            section.name,
            times[section.id],
            tuple((count, words.times_words(count)) for count in range(int(bounds.required), bounds.max_times + 1)),
            section.id in envelope.begin_with,
        )
        for section in source.sections
        for bounds in [envelope.sections[section.id]]
    )
