"""What the owners of a song agreed to for its remixes: read it, say it in words, and compare limits with it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.db import connection
from django.utils.text import get_text_list

from ai.remix.bounds import OuterBounds, within
from ai.remix.check import Violation
from ai.remix.envelope import MAX_GAIN, MAX_TEMPO, MIN_GAIN, MIN_TEMPO, Envelope
from artists.remixes.envelope_text import format_gain, format_reach, format_steps
from catalog.models import Recording
from fans.desk.words import format_length
from rights.models import Party
from rights.refusals import name_party

PARTS = {"drums": "drums", "bass": "bass", "chords": "chords", "vocals": "the voice", "other": "other parts"}
"""What the stems of a song can be: the first of each role has its name as its id, the second `drums-2`."""
EXPORTS = {"stream": "play it here", "download": "keep it as a file", "share": "offer it to other fans here"}


@dataclass(frozen=True, slots=True)
class OwnersBounds:
    """What one owner whose yes counts now agreed to."""

    party: Party
    bounds: OuterBounds

    @property
    def name(self) -> str:
        return name_party(self.party.name, self.party.kind)

    @property
    def words(self) -> list[str]:
        return describe(self.bounds)


def list_of(recording: Recording) -> list[OwnersBounds]:
    """The bounds of everybody whose yes to remixes of the song counts now and is of an agreement that states some."""
    with connection.cursor() as cursor:  # in SQL: the database asks the same function when an envelope holds
        cursor.execute("SELECT party_id, remix_bounds FROM rights_bounds_on_remixes(%s) ORDER BY 1, 2", [recording.pk])
        rows = cursor.fetchall()
    parties = Party.objects.in_bulk({party for party, _ in rows})
    # The artist accepted what the rightsholders beside it state, so it is named where nobody else is.
    bounds = [OwnersBounds(parties[party], OuterBounds.parse(text)) for party, text in rows]
    return [one for one in bounds if one.party.artist_id is None] or bounds


def find_beyond(recording: Recording, envelope: Envelope) -> list[str]:
    """Where the limits go beyond what somebody agreed to, as sentences that name the owner and the bound."""
    return [
        f"{owner.name} agreed to less: {words}."
        for owner in list_of(recording)
        for words in dict.fromkeys(_describe_violation(one, owner.bounds) for one in within(envelope, owner.bounds))
    ]


def describe(bounds: OuterBounds) -> list[str]:
    """What the bounds say, each in some words. Nothing where they say nothing."""
    return [words for _, words in _list_words(bounds)]


def _describe_violation(violation: Violation, bounds: OuterBounds) -> str:
    parts = violation.path.split(".")
    of_stem = {"may_mute": "may_not_mute"}.get(parts[-1], parts[-1])
    name = {"vocals": "vocals_pitch_semitones", "sections": "max_times", "stems": of_stem}
    return dict(_list_words(bounds))[name.get(parts[0], parts[0])]


def _list_words(bounds: OuterBounds) -> Iterator[tuple[str, str]]:
    """The name of each bound that is stated, and its words."""
    yield from _list_ranges(bounds)
    yield from _list_sections(bounds)
    yield from _list_stems(bounds)
    for name, allowed in (("rooms", bounds.rooms), ("colours", bounds.colours)):
        if allowed is not None:
            named = [str(one) for one in allowed if one != "none"]
            yield name, f"of all {name} only {get_text_list(named, 'and')}" if named else f"no {name}"
    if bounds.export is not None:
        forbidden = [words for name, words in EXPORTS.items() if not getattr(bounds.export, name)]
        yield "export", f"fans may not {get_text_list(forbidden, 'or')}" if forbidden else "fans may keep and share it"
    if bounds.expires:
        yield "expires", f"until {bounds.expires.day} {bounds.expires:%B %Y}"


def _list_ranges(bounds: OuterBounds) -> Iterator[tuple[str, str]]:
    if tempo := bounds.tempo_percent:
        yield "tempo_percent", f"tempo {_write_range(*tempo, MIN_TEMPO, MAX_TEMPO)} % of the recording"
    if pitch := bounds.pitch_semitones:
        low, high = (format_steps(steps) for steps in pitch)
        yield "pitch_semitones", f"key {low}" if low == high else f"key from {low} to {high}"
    if bounds.vocals_pitch_semitones is not None:
        yield "vocals_pitch_semitones", f"the voice moves {format_reach(bounds.vocals_pitch_semitones)}"
    if bounds.seconds:
        shortest, longest = bounds.seconds
        yield "seconds", f"{format_length(shortest)} to {format_length(longest)} long"


def _list_sections(bounds: OuterBounds) -> Iterator[tuple[str, str]]:
    if bounds.max_times is not None:
        yield "max_times", f"each section at most {bounds.max_times} {'time' if bounds.max_times == 1 else 'times'}"
    if bounds.order == "recorded":
        yield "order", "the sections in the recorded order"


def _list_stems(bounds: OuterBounds) -> Iterator[tuple[str, str]]:
    if bounds.may_not_mute:
        yield "may_not_mute", f"never without {get_text_list([name_part(stem) for stem in bounds.may_not_mute], 'or')}"
    if bounds.gain_half_db:
        levels = [
            f"{name_part(stem)} {_write_range(*gain, MIN_GAIN, MAX_GAIN, format_gain)}"
            for stem, gain in sorted(bounds.gain_half_db.items())
        ]
        yield "gain_half_db", f"the level of {get_text_list(levels, 'and')}"


def name_part(stem: str) -> str:
    """What a stem is called within a sentence, by its id."""
    return PARTS.get(stem, stem.replace("-", " "))


def _write_range(low: int, high: int, least: int, most: int, write: Callable[[int], str] = str) -> str:
    if low == high:
        return f"exactly {write(low)}"
    if low <= least:
        return f"at most {write(high)}"
    return f"at least {write(low)}" if high >= most else f"from {write(low)} to {write(high)}"
