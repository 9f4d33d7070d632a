"""Count what a press of a permission's switch changes, before anybody presses it."""

from dataclasses import dataclass

from artists.models import Draft, Program, ProgramVersion
from catalog.models import Artist, Recording
from rights.models import Use

MAX_COUNTED = 9_999
"""The page says "9,999+" beyond this, so that nobody waits for the count of a million drafts."""
WAITING = (Draft.State.PENDING, Draft.State.AWAITING, Draft.State.APPROVED)


@dataclass(frozen=True, slots=True)
class Effect:
    """What belongs to one use of one song, or of all songs."""

    programs: int
    """Live programs, which start or stop."""
    waiting_drafts: int
    """Drafts that are not delivered yet. While the use is off, they are refused."""
    delivered: int
    """What fans have already. It stays with them."""


def measure_effect(artist: Artist, use: str, song: Recording | None = None) -> Effect:
    """Count in three queries on indexes. No drafts are counted beyond MAX_COUNTED, however many there are."""
    versions = ProgramVersion.objects.filter(program__artist=artist)
    if song:
        versions = versions.filter(recording=song)
    drafts = Draft.objects.filter(version__in=versions, use=use).order_by()
    waiting, delivered = drafts.filter(state__in=WAITING), drafts.filter(state=Draft.State.DELIVERED)
    return Effect(
        _count_programs(artist, use, song),
        waiting[: MAX_COUNTED + 1].count(),
        delivered[: MAX_COUNTED + 1].count(),
    )


def _count_programs(artist: Artist, use: str, song: Recording | None) -> int:
    if use != Use.PERSONAL_MESSAGE:  # every program sends messages
        return 0
    live = Program.objects.filter(artist=artist, state=Program.State.LIVE)
    return (live.filter(current__recording=song) if song else live).count()
