"""The artist's grants: read the one for personal messages, and switch uses on and off for the API and the studio."""

from django.db import transaction

from accounts.models import Person
from artists.notifications import artist_notices
from catalog.models import Artist
from live import notices
from rights import clearance, grants
from rights.models import Grant, Use


def get_message_grant(artist: Artist) -> Grant | None:
    """The artist's live grant for personal messages."""
    return clearance.get_live_grant(Use.PERSONAL_MESSAGE, artist)


def switch_on(artist: Artist, use: str, *, by: Person, fresh: bool) -> None:
    """Permit a use and notify the team's open pages. Raises what `rights.grants.switch_on` raises."""
    with transaction.atomic():
        grants.switch_on(artist, use, by=by, fresh=fresh)
        notices.post(artist_notices("grant.changed", artist))


def switch_off(artist: Artist, use: str, *, by: Person) -> None:
    """End the grant of a use and notify the team's open pages."""
    with transaction.atomic():
        grants.switch_off(artist, use, by=by)
        notices.post(artist_notices("grant.changed", artist))
