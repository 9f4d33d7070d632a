"""Tell the open pages of all sides what became of a roster entry, a claim or an agreement, as it changes.

A notice has the kind, which is the action in the audit trail, and the id, and no text.
"""

from django.db.models import Q, QuerySet

from accounts.models import Member
from live import notices
from live.notices import NewNotice
from rights.models import AgreementVersion, Claim, IsrcPrefix, Party, RosterEntry

WAITING, DISPUTED = "claim.waiting", "claim.disputed"


def post_about_roster(action: str, entry: RosterEntry) -> None:
    """Post to everybody who acts for the rightsholder, and to the artist's team."""
    own = Q(team__party=entry.label_id) | Q(team__party__represents=entry.label_id)
    _post(own | Q(team__artist=entry.artist_id), action, f"roster:{entry.pk}")


def post_about_claim(action: str, claim: Claim) -> None:
    """Post to everybody who acts for one of its sides, and to the artist's team."""
    there = list_sides(claim).values("pk")
    parties = Q(team__party__in=there) | Q(team__party__represents__in=there) | Q(team__artist__party__in=there)
    about = Q(team__artist__recordings=claim.recording_id) if claim.recording_id else Q()
    _post(parties | about, action, f"claim:{claim.pk}")


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
    teams = Q(team__artist__party__in=parties) | Q(team__party__in=parties) | Q(team__party__represents__in=parties)
    _post(teams, action, f"agreement:{version.pk}")


def _post(teams: Q, kind: str, reference: str) -> None:
    members = Member.objects.filter(teams, person__is_active=True).order_by("person")
    people = members.values_list("person", flat=True).distinct()
    notices.post([NewNotice(person, kind, reference) for person in people])
