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
USES = {Use.PERSONAL_MESSAGE: "Suggest messages", Use.REMIX: "Remix stems"}
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
    said = list(grants.list_versions(artist).filter(use__in=USES)[: MAX_COUNTRIES * len(USES)])
    return [
        *(_describe(name, use, [grant for grant in said if grant.use == use]) for use in USES),
        AIPermission("not", "Make playlists and DJ sets", "Fanfare does not offer this yet."),
        AIPermission("never", f"Make {name}’s voice"),
        AIPermission("never", "Train on the music"),
    ]


def _describe(name: str, key: Use, said: list[Grant]) -> AIPermission:
    """The newest version of a grant is the one that applies; it has a row for each of its countries."""
    use = USES[key]
    if not said:
        return AIPermission("not", use, f"{name} has not allowed it.")
    newest = said[0]
    version = [grant for grant in said if grant.version == newest.version]
    now = timezone.now()
    end = min((end for end in (newest.ended_at, newest.live_until) if end), default=None)
    if end and end <= now:
        return AIPermission("no", use, f"{name} ended it on {write_date(end)}.")
    countries = sorted(grant.country for grant in version if grant.country)
    where = f" In {', '.join(countries)} only." if countries else ""
    limits = f"Inside limits that {name} signs for each song. " if key == Use.REMIX else ""
    signed = f", or {name} signed its words for all" if key == Use.PERSONAL_MESSAGE else ""
    explanation = f"A person on {name}’s side approves each one first{signed}. Since {write_date(newest.live_from)}."
    return AIPermission("yes", use, limits + explanation + where)
