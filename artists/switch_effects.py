"""Count what a press of a permission's switch changes, before anybody presses it."""

from dataclasses import dataclass

from django.db.models import QuerySet

from artists.models import Draft, Program, ProgramVersion
from catalog.models import Artist, Recording
from fans.models import Experience
from rights.models import AfterEnd, Use

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
    """What fans have already."""
    stopping: int
    """How much of that stops while the use is off. The rest stays with its fans."""

    @property
    def staying(self) -> int:
        return self.delivered - self.stopping


def measure_effect(artist: Artist, use: str, song: Recording | None = None) -> Effect:
    """Count in up to four queries on indexes. No drafts are counted beyond MAX_COUNTED, however many there are."""
    versions = ProgramVersion.objects.filter(program__artist=artist)
    if song:
        versions = versions.filter(recording=song)
    drafts = Draft.objects.filter(version__in=versions, use=use).order_by()
    waiting, delivered = drafts.filter(state__in=WAITING), drafts.filter(state=Draft.State.DELIVERED)
    return Effect(
        _count_programs(artist, use, song),
        waiting[: MAX_COUNTED + 1].count(),
        delivered[: MAX_COUNTED + 1].count(),
        _count_stopping(use, delivered),
    )


def _count_stopping(use: str, delivered: QuerySet[Draft]) -> int:
    """Of what was delivered, what stops, as it was frozen then. A message never does."""
    if use == Use.PERSONAL_MESSAGE:
        return 0
    counted = delivered.values("pk")[: MAX_COUNTED + 1]
    return Experience.objects.filter(draft__in=counted, after_end=AfterEnd.STOPS, withdrawn_at=None).count()


def _count_programs(artist: Artist, use: str, song: Recording | None) -> int:
    if use != Use.PERSONAL_MESSAGE:  # every program sends messages
        return 0
    live = Program.objects.filter(artist=artist, state=Program.State.LIVE)
    return (live.filter(current__recording=song) if song else live).count()
