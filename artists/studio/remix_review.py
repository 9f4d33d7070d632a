"""What a reviewer hears and reads of a remix that waits: its sound, the original, what was changed, and the limits."""

from dataclasses import dataclass
from functools import cached_property

from ai.remix.envelope import Envelope
from artists.models import Draft
from artists.remixes import hearing, limits
from artists.studio.access import Studio
from fans import remixes, renders
from fans.desk import words
from fans.desk.words import format_length
from fans.models import RemixOffer
from fans.remix_player import RemixPlayer
from fans.remixes import Remix


@dataclass(frozen=True, slots=True)
class Limit:
    """One limit of the song in words, and where this remix stands."""

    name: str
    allowed: str
    here: str


@dataclass(frozen=True)
class RemixReview:
    """A remix that waits, for one member of the team."""

    draft: Draft
    studio: Studio
    remix: Remix

    @cached_property
    def heard(self) -> int:
        """How many seconds of exactly this file the reviewer has heard."""
        return hearing.find_heard(self.draft, by=self.studio.person) or 0

    @property
    def heard_words(self) -> str:
        return f"{format_length(self.heard)} of {self.remix.length}"

    @property
    def is_heard(self) -> bool:
        return self.heard >= self.remix.seconds

    @cached_property
    def player(self) -> RemixPlayer:
        sound = self.studio.url("review-sound", draft_id=self.draft.pk, name=remixes.STREAM)
        original = self.studio.url("review-sound", draft_id=self.draft.pk, name=ORIGINAL)
        has_original = renders.find_original(self.remix.render.source) is not None
        return self.remix.build_player(
            key=f"{self.draft}:{self.draft.revision}", sound_url=sound, original_url=original if has_original else ""
        )

    @cached_property
    def offer(self) -> RemixOffer | None:
        """The limits in force that allow it."""
        return limits.find_offers([self.draft]).get(self.draft.pk)

    @property
    def limits(self) -> list[Limit]:
        return list_limits(self.remix, Envelope.parse(self.offer.content)) if self.offer else []


ORIGINAL = "original"


def load(draft: Draft, studio: Studio) -> RemixReview | None:
    """None of words, and of a remix whose paper was erased."""
    remix = remixes.find_remix(draft.maker, draft.text)
    return RemixReview(draft, studio, remix) if remix else None


def list_limits(remix: Remix, envelope: Envelope) -> list[Limit]:
    """Tempo, key, the levels of stems and the length."""
    source, recipe = remix.source, remix.recipe
    slowest, fastest, now = (
        words.beats_a_minute(source, percent) for percent in (*envelope.tempo_percent, recipe.tempo_percent)
    )
    lowest, highest = (words.key_name(source, step) for step in envelope.pitch_semitones)
    shortest, longest = (format_length(seconds) for seconds in envelope.seconds)
    levels = []
    for stem in source.stems:
        bounds, here = envelope.stems[stem.id], words.stem_words(recipe.stems[stem.id])
        low, high = (words.decibels(level) for level in bounds.gain_half_db)
        levels.append(
            Limit(words.STEM_NAMES[stem.role], f"{'off or ' if bounds.may_mute else ''}{low} to {high} dB", here)
        )
    return [
        Limit("Tempo", f"{slowest} to {fastest}", str(now)),
        Limit("Key", f"{lowest} to {highest}", words.key_name(source, recipe.pitch_semitones)),
        *levels,
        Limit("Length", f"{shortest} to {longest}", words.describe_length(source, recipe)),
    ]
