"""List what changed about an artist's rights, whoever changed it: switches, agreements, rosters and shares."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from accounts.models import Person
from artists import rights_changes
from artists.rights_changes import RightsChange
from catalog.models import Artist
from rights.models import AgreementVersion, Claim, Grant, ImportedArtist, RosterEntry


def list_changes(
    artist: Artist, reader: Person, *, before: datetime | None = None, limit: int = rights_changes.SHOWN
) -> tuple[list[RightsChange], datetime | None]:
    """The newest changes up to `before`, newest first, and the `before` of the next page; two queries."""
    return rights_changes.read_changes(_sources(artist), reader, before=before, limit=limit)


def _sources(artist: Artist) -> Iterator[QuerySet[Any]]:
    for grants, own in _grants(artist):
        yield from rights_changes.of_switches(grants, Q(party__artist=artist), own=own)
    yield from rights_changes.of_agreements(AgreementVersion.objects.filter(parties__party__artist=artist))
    yield from rights_changes.of_roster(RosterEntry.objects.filter(artist=artist))
    yield from rights_changes.of_imports(ImportedArtist.objects.filter(artist=artist))
    yield from rights_changes.of_shares(Claim.objects.all(), artist)
    yield from rights_changes.of_ended_works(artist)


def _grants(artist: Artist) -> Iterator[tuple[QuerySet[Grant], bool]]:
    """The artist's own, those of others about the artist or a song, and those of its owners about all they own."""
    said = Grant.objects.all()
    others = said.exclude(party__artist=artist)
    owners = Claim.objects.filter(recording__artist=artist, live_until=None).values("party")
    yield said.filter(party__artist=artist), True
    yield others.filter(artist=artist), False
    yield others.filter(artist=None, recording__artist=artist), False
    yield others.filter(artist=None, recording=None, work=None, party__in=owners), False
