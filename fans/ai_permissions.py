"""What an artist lets AI do, in words for fans."""

from dataclasses import dataclass
from typing import Literal

from django.utils import timezone

from ai import unicode
from catalog.models import Artist
from rights import grants
from rights.models import Grant, Use
from web.times import write_date

LABELS = {"yes": "Yes", "not": "Not yet", "no": "No", "never": "Never"}


@dataclass(frozen=True, slots=True)
class AIPermission:
    answer: Literal["yes", "not", "no", "never"]
    use: str
    explanation: str = ""

    @property
    def label(self) -> str:
        return LABELS[self.answer]


def list_permissions(artist: Artist) -> list[AIPermission]:
    """One line for each use, from the artist's current grants, in one query. Uses Fanfare does not offer are "not"."""
    name = unicode.isolate(artist.name)
    versions = grants.list_versions(artist).filter(use=Use.PERSONAL_MESSAGE)
    return [
        _message_permission(name, next(iter(versions[:1]), None)),
        AIPermission("not", "Remix stems", "Fanfare does not offer this yet. Each artist is asked first."),
        AIPermission("not", "Make playlists and DJ sets", "Fanfare does not offer this yet."),
        AIPermission("never", f"Make {name}’s voice"),
        AIPermission("never", "Train on the music"),
    ]


def _message_permission(name: str, newest: Grant | None) -> AIPermission:
    """The newest version of a grant is the one that applies."""
    use = "Suggest messages"
    if newest is None:
        return AIPermission("not", use, f"{name} has not allowed it.")
    now = timezone.now()
    end = min((end for end in (newest.ended_at, newest.live_until) if end), default=None)
    if end and end <= now:
        return AIPermission("no", use, f"{name} ended it on {write_date(end)}.")
    where = f" In {newest.territories.replace(',', ', ')} only." if newest.territories else ""
    explanation = f"A person on {name}’s side approves each one first. Since {write_date(newest.live_from)}."
    return AIPermission("yes", use, explanation + where)
