"""Tell the open pages of all sides what became of a roster entry, a claim, an agreement or an import, as it changes.

A notice has the kind, which is the action in the audit trail, and the id, and no text.
"""

from collections.abc import Iterable

from django.db.models import Q, QuerySet

from accounts.models import Member
from live import notices
from live.notices import NewNotice
from rights.models import AgreementVersion, CatalogImport, Claim, IsrcPrefix, Party, RosterEntry
from rights.parties import acts_for

WAITING, DISPUTED = "claim.waiting", "claim.disputed"


def post_about_roster(action: str, entry: RosterEntry) -> None:
    """Post to everybody who acts for the rightsholder, and to the artist's team."""
    _post(acts_for([entry.label_id]) | Q(team__artist=entry.artist_id), action, f"roster:{entry.pk}")


def post_about_claim(action: str, claim: Claim) -> None:
    """Post to everybody who acts for one of its sides, and to the artist's team."""
    about = Q(team__artist__recordings=claim.recording_id) if claim.recording_id else Q()
    _post(acts_for(list_sides(claim)) | about, action, f"claim:{claim.pk}")


def list_sides(claim: Claim) -> QuerySet[Party]:
    """Whose claim it is, who claims a share there in the same role, and who holds the prefix of the ISRC."""
    same = Q(recording=claim.recording_id) if claim.recording_id else Q(work=claim.work_id)
    there = Claim.objects.filter(same, role=claim.role, live_until=None).values("party")
    isrc = claim.recording.isrc if claim.recording else None
    holders = IsrcPrefix.objects.filter(prefix=(isrc or "")[:5], ended_at=None).values("party")
    return Party.objects.filter(Q(pk__in=there) | Q(pk__in=holders) | Q(pk=claim.party_id))


def post_about_agreement(action: str, version: AgreementVersion) -> None:
    """Post to everybody who acts for a party of this version."""
    parties = Party.objects.filter(pk__in=version.parties.values("party"))
    _post(acts_for(parties), action, f"agreement:{version.pk}")


def post_about_import(catalog_import: CatalogImport) -> None:
    """Post to everybody who acts for the rightsholder how far the import of its file is."""
    _post(acts_for([catalog_import.party_id]), "catalog.import", f"import:{catalog_import.pk}")


def post_about_named(action: str, catalog_import: CatalogImport, named: Iterable[Party | int]) -> None:
    """Post to everybody who acts for these parties, whom an import names, or for the party that brought it."""
    _post(acts_for([catalog_import.party_id, *named]), action, f"import:{catalog_import.pk}")


def _post(who: Q, kind: str, reference: str) -> None:
    members = Member.objects.filter(who, person__is_active=True).order_by("person")
    people = members.values_list("person", flat=True).distinct()
    notices.post([NewNotice(person, kind, reference) for person in people])
