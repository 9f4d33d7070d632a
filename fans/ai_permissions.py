"""What an artist lets AI do, in words for fans."""

from dataclasses import dataclass
from typing import Literal

from django.utils import timezone

from ai import unicode
from catalog.models import Artist
from rights import grants
from rights.models import Grant, Use
from web.times import write_date

MAX_COUNTRIES = 250
"""More grants than one version can have: there is one for each country."""
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
    said = list(grants.list_versions(artist).filter(use=Use.PERSONAL_MESSAGE)[:MAX_COUNTRIES])
    return [
        _message_permission(name, [grant for grant in said if grant.version == said[0].version]),
        AIPermission("not", "Remix stems", "Fanfare does not offer this yet. Each artist is asked first."),
        AIPermission("not", "Make playlists and DJ sets", "Fanfare does not offer this yet."),
        AIPermission("never", f"Make {name}’s voice"),
        AIPermission("never", "Train on the music"),
    ]


def _message_permission(name: str, version: list[Grant]) -> AIPermission:
    """The newest version of a grant is the one that applies; it has a row for each of its countries."""
    use = "Suggest messages"
    if not version:
        return AIPermission("not", use, f"{name} has not allowed it.")
    newest = version[0]
    now = timezone.now()
    end = min((end for end in (newest.ended_at, newest.live_until) if end), default=None)
    if end and end <= now:
        return AIPermission("no", use, f"{name} ended it on {write_date(end)}.")
    countries = sorted(grant.country for grant in version if grant.country)
    where = f" In {', '.join(countries)} only." if countries else ""
    explanation = f"A person on {name}’s side approves each one first. Since {write_date(newest.live_from)}."
    return AIPermission("yes", use, explanation + where)
