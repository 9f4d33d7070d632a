"""Tell the open pages of those who act for a payee what is new. A notice has ids alone."""

from collections.abc import Iterable

from accounts.models import Member
from live import notices
from live.notices import NewNotice
from rights.parties import acts_for

PARTIES = ("team__artist__party", "team__party", "team__party__represents", "team__party__verified_at")
"""For whom a member acts: an artist, the rightsholder of the team, and those that it represents once it is verified."""
PAYEE, PAYOUT = "payee.changed", "payout.changed"


def post(kind: str, parties: Iterable[int]) -> None:
    """Once to each person who acts for one of these parties, in the transaction of what it tells."""
    wanted = sorted(set(parties))
    if not wanted:
        return
    members = Member.objects.filter(acts_for(wanted), person__is_active=True).order_by("person")
    found = {}
    for person, *parties_of, deputy_since in members.values_list("person", *PARTIES).distinct():
        acting = parties_of if deputy_since else parties_of[:2]
        if party := next((one for one in acting if one in wanted), None):
            found[person] = NewNotice(person, kind, f"party:{party}")
    notices.post(list(found.values()))
