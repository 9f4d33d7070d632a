"""List what changed between a rightsholder and an artist: its switches, their agreements, the roster and its shares."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from accounts.models import Person
from artists import rights_changes
from artists.rights_changes import RightsChange
from catalog.models import Artist, RecordingWork
from rights.models import AgreementVersion, Claim, Grant, ImportedArtist, Party


def list_changes(
    party: Party, artist: Artist, reader: Person, *, before: datetime | None = None, limit: int = rights_changes.SHOWN
) -> tuple[list[RightsChange], datetime | None]:
    """The newest changes up to `before`, newest first, and the `before` of the next page; two queries."""
    return rights_changes.read_changes(_sources(party, artist), reader, before=before, limit=limit)


def _sources(party: Party, artist: Artist) -> Iterator[QuerySet[Any]]:
    said = _list_said(party, artist)
    agreed = AgreementVersion.objects.filter(pk__in=said.values("agreement_version"))
    yield from rights_changes.of_switches(said, Q(party=party), own=True)
    yield from rights_changes.of_agreements(agreed)
    yield from rights_changes.of_roster(party.roster.filter(artist=artist))
    yield from rights_changes.of_imports(ImportedArtist.objects.filter(artist=artist, catalog_import__party=party))
    yield from rights_changes.of_shares(_list_claims(party), artist)


def _list_said(party: Party, artist: Artist) -> QuerySet[Grant]:
    """What the party ever said about the artist or a song of theirs, or about all it owns."""
    works = RecordingWork.objects.filter(recording__artist=artist).values("work")
    songs = Q(recording=None, work=None) | Q(recording__artist=artist) | Q(work__in=works)
    return party.grants.filter(Q(artist=artist) | Q(songs, artist=None))


def _list_claims(party: Party) -> QuerySet[Claim]:
    """Its own shares, and those of writers for whom it says yes."""
    return Claim.objects.filter(Q(party=party) | Q(administered_by=party))
