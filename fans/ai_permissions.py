"""Allow: what an artist lets a machine do, in words that fans read."""

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from ai import unicode
from catalog.models import Artist
from rights import grants
from rights.models import Grant, Use


@dataclass(frozen=True, slots=True)
class AIPermission:
    answer: str
    """yes, not, no or never"""
    what: str
    how: str = ""

    @property
    def word(self) -> str:
        return {"yes": "Yes", "not": "Not yet", "no": "No", "never": "Never"}[self.answer]


def list_permissions(artist: Artist) -> list[AIPermission]:
    """From the grants as they stand, in one query. What the house does not offer nobody can have allowed."""
    name = unicode.isolate(artist.name)
    versions = grants.list_versions(artist).filter(use=Use.PERSONAL_MESSAGE)
    return [
        _message_permission(name, next(iter(versions[:1]), None)),
        AIPermission("not", "Remix stems", "Fanfare does not offer it. Each artist is asked before it does."),
        AIPermission("not", "Make playlists and DJ sets", "The same."),
        AIPermission("never", f"Make {name}’s voice"),
        AIPermission("never", "Train on the music"),
    ]


def _message_permission(name: str, newest: Grant | None) -> AIPermission:
    """The newest version is the one that stands, if any does."""
    what = "Suggest messages"
    if newest is None:
        return AIPermission("not", what, f"{name} has not said yes to it.")
    now = timezone.now()
    end = min((end for end in (newest.ended_at, newest.live_until) if end), default=None)
    if end and end <= now:
        return AIPermission("no", what, f"{name} ended it on {_format_day(end)}.")
    where = f" In {newest.territories.replace(',', ', ')} only." if newest.territories else ""
    yes = f"A person on {name}’s side says yes to each one before it goes. Since {_format_day(newest.live_from)}."
    return AIPermission("yes", what, yes + where)


def _format_day(at: datetime) -> str:
    return f"{at.day} {at:%B %Y}"
