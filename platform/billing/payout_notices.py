"""Tell the open pages of those who act for a payee what is new. A notice has ids alone."""

from collections.abc import Iterable

from accounts.models import Member
from live import notices
from live.notices import NewNotice
from rights.parties import acts_for

PAYEE, PAYOUT = "payee.changed", "payout.changed"


def post(kind: str, parties: Iterable[int]) -> None:
    """Once to each person who acts for one of these parties, in the transaction of what it tells."""
    wanted = sorted(set(parties))
    if not wanted:
        return
    found = {}
    for party in wanted:
        members = Member.objects.filter(acts_for([party]), person__is_active=True).order_by("person")
        for person in members.values_list("person", flat=True).distinct():
            found[person] = NewNotice(person, kind, f"party:{party}")
    notices.post(list(found.values()))
