"""Switch a use on or off for an artist. Every use is off until a principal switches it on."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Now

from accounts.exceptions import NotAllowed
from accounts.models import Person
from accounts.roles import may_manage, role_of
from audit import trail
from catalog.models import Artist
from rights.decisions import require_principal
from rights.models import Grant, Party, Use


def switch_on(
    artist: Artist,
    use: str,
    *,
    by: Person,
    fresh: bool,
    territories: Collection[str] = (),
    until: datetime | None = None,
) -> Grant:
    """Grant a use, as a new version that ends the version before.

    Without `territories` it holds everywhere, and without `until` it holds until it is switched off. Raises NotAllowed
    and ReauthenticationRequired.
    """
    require_principal(artist, by=by, fresh=fresh, what=f"switch on {Use(use).label.lower()}")
    with transaction.atomic():
        party = _lock_party(artist)
        versions = party.grants.filter(artist=artist, use=use)
        _end_versions(versions.filter(ended_at=None), by=by)
        newest = versions.order_by("-version").values_list("version", flat=True).first() or 0
        limits: dict[str, Any] = {"territories": ",".join(sorted(territories)), "live_until": until}
        grant = Grant.objects.create(party=party, artist=artist, use=use, version=newest + 1, by=by.actor, **limits)
        facts = {"artist": artist.pk, "use": use, "version": grant.version}
        trail.record("grant.switched_on", by=by.actor, subject=f"grant:{grant.pk}", **facts)
    grant.refresh_from_db()
    return grant


def switch_off(artist: Artist, use: str, *, by: Person) -> None:
    """End the grant of a use at once. A delivery that runs at this moment is waited for, and none follows.

    Switching off is easier than switching on: an owner may do it too, and nobody types a password. If the use is off
    already, nothing happens. Raises NotAllowed.
    """
    if not may_manage(role_of(by, artist.team_id)):
        raise NotAllowed(f"Only a principal or an owner of {artist.name}’s team may switch this off.")
    with transaction.atomic():
        party = _lock_party(artist)
        _end_versions(party.grants.filter(artist=artist, use=use, ended_at=None), by=by)


def list_versions(artist: Artist) -> QuerySet[Grant]:
    """Every version of every grant for this artist, newest first."""
    return Grant.objects.filter(artist=artist).select_related("party").order_by("-live_from", "-id")


def _lock_party(artist: Artist) -> Party:
    """The artist as a party, locked, so that versions are numbered one after the other."""
    Party.objects.get_or_create(artist=artist, defaults={"kind": Party.Kind.ARTIST, "name": artist.name})
    return Party.objects.select_for_update(no_key=True).get(artist=artist)


def _end_versions(live: QuerySet[Grant], *, by: Person) -> None:
    """End these grants. They are locked by a statement of their own, so that no delivery is dated after the end."""
    for grant in list(live.select_for_update(no_key=True)):
        live.filter(pk=grant.pk).update(ended_at=Now(), ended_by=by.actor)
        facts = {"artist": grant.artist_id, "use": grant.use, "version": grant.version}
        trail.record("grant.ended", by=by.actor, subject=f"grant:{grant.pk}", **facts)
