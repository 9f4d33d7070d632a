"""Tell the open pages of everybody who acts for a party that an agreement was proposed, is in force, or ended."""

from django.db.models import Q

from accounts.models import Member
from live import notices
from live.notices import NewNotice
from rights.models import AgreementVersion, Party

PROPOSED = "agreement.proposed"
ACCEPTED = "agreement.accepted"
IN_FORCE = "agreement.in_force"
ENDED = "agreement.ended"


def post(kind: str, version: AgreementVersion) -> None:
    """Post a notice to each member of the teams of all parties, in the transaction of the change."""
    parties = Party.objects.filter(pk__in=version.parties.values("party"))
    teams = Q(team__artist__party__in=parties) | Q(team__party__in=parties) | Q(team__party__represents__in=parties)
    members = Member.objects.filter(teams, person__is_active=True).order_by("person")
    people = members.values_list("person", flat=True).distinct()
    notices.post([NewNotice(person, kind, f"agreement:{version.pk}") for person in people])
