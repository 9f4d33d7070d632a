"""What a rightsholder that holds a key sees: the song and its use, who else is asked, and nothing of the fan."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count
from django.urls import reverse

from artists import second_key
from catalog.models import Recording
from fans.remixes import is_remix
from rights.models import Party, Use

PAGE_SIZE = 50


@dataclass(frozen=True, slots=True)
class Approval:
    """A draft that waits for the party. The draft itself, which has the fan's text and facts, is not handed on."""

    pk: int
    revision: int
    artist: str
    song: Recording | None
    use: str
    deadline: datetime
    sound_url: str
    """Where to hear it; "" of what has no sound."""
    others: list[str]
    """The other rightsholders that have not said yes."""

    @property
    def use_label(self) -> str:
        return str(Use(self.use).label)


def list_waiting(party: Party) -> list[Approval]:
    """The drafts that wait for the party, earliest deadline first, at most PAGE_SIZE. One query."""
    return [
        Approval(
            draft.pk,
            draft.revision,
            draft.artist.name,
            draft.song,
            draft.use,
            draft.deadline,
            reverse("label-approval-sound", args=[party.pk, draft.pk]) if is_remix(draft.maker) else "",
            [name for name in draft.waits_for if name != party.name],
        )
        for draft in second_key.list_awaiting(party)[:PAGE_SIZE]
    ]


def count_undecided(party: Party) -> list[tuple[str, int]]:
    """For each artist the drafts that its team has to decide first, by name."""
    counts = second_key.list_undecided(party).order_by().values("artist__name").annotate(count=Count("pk"))
    return list(counts.order_by("artist__name").values_list("artist__name", "count"))
