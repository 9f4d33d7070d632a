"""Hold back what a statement has of a share whose claim is disputed, and release it once that is settled."""

from collections.abc import Iterable

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Now

from artists.models import StatementHold, StatementLine
from billing import earnings, postings
from ledger.posting import post
from rights.models import Claim
from rights.owners import party_key, recording_key, work_key

BATCH = 100
OPEN = Q(disputed_at__isnull=False, settled_at=None) & (Q(live_until=None) | Q(live_until__gt=Now()))
"""Claims that are disputed, and that nobody ended."""


def find(lines: Iterable[StatementLine], *, most: int) -> list[StatementHold]:
    """What is held of these lines: all that a role of a song or a work got, while any claim on it is disputed."""
    got: dict[tuple[str, str], int] = {}
    titles: dict[tuple[str, str], str] = {}
    for line in lines:
        if owned := line.work or line.recording:
            got[owned, line.role] = got.get((owned, line.role), 0) + line.amount
            titles[owned, line.role] = line.title
    holds = []
    for claim in _list_disputed(owned for owned, _ in got):
        key = _key(claim)
        amount = min(got.pop(key, 0), most)
        if amount > 0:
            holds.append(StatementHold(claim=claim, title=titles[key], amount=amount))
            most -= amount
    return holds


def _list_disputed(owned: Iterable[str]) -> QuerySet[Claim]:
    ids: dict[str, set[int]] = {"recording": set(), "work": set()}
    for name in owned:
        kind, number = name.split(":")
        ids[kind].add(int(number))
    return Claim.objects.filter(OPEN, Q(recording__in=ids["recording"]) | Q(work__in=ids["work"])).order_by("pk")


def _key(claim: Claim) -> tuple[str, str]:
    owned = recording_key(claim.recording_id) if claim.recording_id else work_key(claim.work_id)
    return owned, claim.role


def release_next() -> bool:
    """Release what is held for claims that are settled or ended, where nobody disputes the same role any more."""
    same = Q(recording=OuterRef("claim__recording")) | Q(work=OuterRef("claim__work"))
    disputed = Claim.objects.filter(OPEN, same, role=OuterRef("claim__role"))
    settled = StatementHold.objects.filter(~Exists(disputed), release=None)
    found = settled.select_related("statement", "claim").order_by("pk")[:BATCH]
    released = [_release(hold) for hold in found]  # each of them
    return any(released)


def _release(hold: StatementHold) -> bool:
    statement = hold.statement
    party = party_key(statement.party_id)
    with transaction.atomic():
        earnings.lock_parties([party])
        posting = postings.release_statement(
            str(hold.pk), party, hold.amount, currency=statement.currency, claim=hold.claim_id
        )
        posted = post(posting, book=statement.book)
        return bool(StatementHold.objects.filter(pk=hold.pk, release=None).update(release=posted))
