"""What a rightsholder that holds a key sees: song, sound and recipe, who else is asked, and nothing of the fan."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count
from django.urls import reverse

from artists import second_key
from artists.models import Draft
from catalog.models import Artist, Recording
from fans.remixes import find_remixes
from rights.models import Party, Use

PAGE_SIZE = 50


@dataclass(frozen=True, slots=True)
class Approval:
    """A draft that waits for the party. The draft itself, which has the fan's text and facts, is not handed on."""

    pk: int
    revision: int
    artist: Artist
    song: Recording | None
    use: str
    deadline: datetime
    sound_url: str
    """Where to hear it; "" of what has no sound."""
    changes: list[tuple[str, str]]
    """What was changed of the recording, as what and how."""
    waits_for: list[str]
    """The rightsholders that have not said yes, by name."""
    others: list[str]
    """Those of them that are not the reader."""

    @property
    def use_label(self) -> str:
        return str(Use(self.use).label)


def list_waiting(party: Party) -> list[Approval]:
    """The drafts that wait for the party, earliest deadline first, at most PAGE_SIZE. Two queries."""
    return read_drafts(list(second_key.list_awaiting(party)[:PAGE_SIZE]), party)


def read_drafts(drafts: Collection[Draft], party: Party) -> list[Approval]:
    """What the party sees of drafts of `second_key.list_awaiting`. One query."""
    remixes = find_remixes({draft.pk: (draft.maker, draft.text) for draft in drafts})
    return [
        Approval(
            draft.pk,
            draft.revision,
            draft.artist,
            draft.song,
            draft.use,
            draft.deadline,
            reverse("label-approval-sound", args=[party.pk, draft.pk]) if draft.pk in remixes else "",
            remixes[draft.pk].changes if draft.pk in remixes else [],
            draft.waits_for,
            [name for name in draft.waits_for if name != party.name],
        )
        for draft in drafts
    ]


def count_undecided(party: Party) -> list[tuple[str, int]]:
    """For each artist the drafts that its team has to decide first, by name."""
    counts = second_key.list_undecided(party).order_by().values("artist__name").annotate(count=Count("pk"))
    return list(counts.order_by("artist__name").values_list("artist__name", "count"))
