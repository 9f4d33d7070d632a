"""Allow: the artist's yes to a use goes on or off, and every open page of the team hears of it."""

from django.db import transaction

from accounts.models import Person
from artists.notifications import artist_notices
from catalog.models import Artist
from live import notices
from rights import grants


def switch_on(artist: Artist, use: str, *, by: Person, fresh: bool) -> None:
    """Raises as `rights.grants.switch_on` does."""
    with transaction.atomic():
        grants.switch_on(artist, use, by=by, fresh=fresh)
        notices.post(artist_notices("grant.changed", artist))


def switch_off(artist: Artist, use: str, *, by: Person) -> None:
    with transaction.atomic():
        grants.switch_off(artist, use, by=by)
        notices.post(artist_notices("grant.changed", artist))
