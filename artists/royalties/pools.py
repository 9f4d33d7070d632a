"""Close the pools: what each fan paid for a month is shared among what this fan used in it.

So no fan's use moves another fan's money. What a fan paid who used nothing is shared as the artist's own income.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet, Sum

from artists.models import ExperienceUse
from artists.royalties.lines import Fractions, Use, weigh, write_lines
from artists.royalties.uses import read_fractions, record_heard
from billing import postings
from billing.earnings import POOL, earn, store
from billing.models import EarnedPart, EarnedShare, Subscription
from ledger.models import Transaction
from ledger.posting import post
from rights import splits
from rights.models import Party, SplitScheme
from rights.owners import party_key
from rights.sales import PLATFORM
from rights.shares import WHOLE, Role
from rights.splits import RecordingShares, ShareKey

BATCH = 500


@dataclass
class BaseFractions:
    """How each version of the split divides an artist's own income."""

    known: dict[tuple[int, int], Fractions] = field(default_factory=dict)

    def find(self, scheme: int, artist: int) -> Fractions:
        if (scheme, artist) not in self.known:
            roles = {Role(line.role): line.share for line in SplitScheme.objects.get(pk=scheme).lines.all()}
            own = {Role.FEATURED_ARTIST: {party_key(Party.objects.get(artist=artist).pk): WHOLE}}
            self.known[scheme, artist] = splits.resolve(roles, [RecordingShares("", own)], platform=PLATFORM)
        return self.known[scheme, artist]


def close_all(*, book: str) -> int:
    """Close every pool that has something, in batches that commit. Doing it again changes nothing."""
    base = BaseFractions()
    return sum(_close(pool, base, book) for pool in _list_open(book))


def _pools(book: str) -> QuerySet[EarnedShare]:
    return EarnedShare.objects.filter(party__startswith=POOL, book=book)


def _list_open(book: str) -> list[str]:
    totals = _pools(book).values_list("party").annotate(total=Sum("amount"))
    return [pool for pool, _ in totals.filter(total__gt=0).order_by("party")]


def _close(pool: str, base: BaseFractions, book: str) -> int:
    count, last = 0, 0
    while True:
        with transaction.atomic():
            found = _close_batch(pool, last, base, book)
        if not found:
            return count
        count, last = count + len(found), found[-1]


def _close_batch(pool: str, after: int, base: BaseFractions, book: str) -> list[int]:
    """Close the next parts, and return them.

    The subscriptions are locked first and what is left is read afterwards, so that no refund comes in between.
    """
    rest = _pools(book).filter(party=pool).values_list("part").annotate(total=Sum("amount")).filter(total__gt=0)
    ids = [part for part, _ in rest.filter(part__gt=after).order_by("part")[:BATCH]]
    owners = Subscription.objects.filter(invoices__parts__in=ids).values("pk")
    list(Subscription.objects.filter(pk__in=owners).order_by("pk").select_for_update(no_key=True).values_list("pk"))
    left = dict(rest.filter(part__in=ids))
    parts = list(EarnedPart.objects.filter(pk__in=left).select_related("invoice__subscription").order_by("pk"))
    if parts:  # all of one artist and month, as the pool is
        record_heard({_person(part) for part in parts}, parts[0].month, parts[0].artist_id)
    by_currency: dict[str, list[EarnedPart]] = defaultdict(list)
    for part in parts:
        by_currency[part.currency].append(part)
    for currency, some in by_currency.items():
        _store(pool, currency, some, left, base, book)
    return ids


def _store(
    pool: str, currency: str, parts: Sequence[EarnedPart], left: dict[int, int], base: BaseFractions, book: str
) -> None:
    shared = list(_share(parts, left, base))
    totals: defaultdict[ShareKey, int] = defaultdict(int)
    for _, _, shares in shared:
        for key, amount in shares.items():
            totals[ShareKey(key.party, key.role)] += amount
    number = Transaction.objects.filter(book=book, key__startswith=f"{pool}:").count() + 1
    closed = post(postings.close_pool(pool, number, totals, currency=currency, artist=parts[0].artist_id), book=book)
    rows: list[EarnedShare] = []
    for part, uses, shares in shared:
        out = earn(part, pool)
        out.transaction_id, out.amount, out.basis = closed.pk, -left[part.pk], 0
        rows += [out, *write_lines(part, closed, shares, uses, left[part.pk])]
    store(rows)


def _share(
    parts: Sequence[EarnedPart], left: dict[int, int], base: BaseFractions
) -> Iterator[tuple[EarnedPart, list[Use], dict[ShareKey, int]]]:
    """Each part with the uses that it is shared for, and who gets what of it."""
    used = _find_uses(parts)
    for part in parts:
        own = base.find(part.scheme_id, part.artist_id)
        uses = [_read_use(one, own, part.scheme_id) for one in used[_person(part), part.month]]
        uses = uses or [Use("", part.use, own, part.scheme_id)]
        yield part, uses, splits.split(left[part.pk], weigh(uses), rotate_by=str(part))


def _read_use(one: ExperienceUse, own: Fractions, scheme: int) -> Use:
    return Use(str(one.experience_id), one.use, read_fractions(one) or own, one.scheme_id or scheme, one.weight)


def _find_uses(parts: Sequence[EarnedPart]) -> dict[tuple[UUID | None, str], list[ExperienceUse]]:
    used: dict[tuple[UUID | None, str], list[ExperienceUse]] = defaultdict(list)
    people, months = {_person(part) for part in parts}, {part.month for part in parts}
    found = ExperienceUse.objects.filter(person__in=people, month__in=months, artist=parts[0].artist_id)
    for one in found.order_by("pk"):
        used[one.person_id, one.month].append(one)
    return used


def _person(part: EarnedPart) -> UUID | None:
    assert part.invoice is not None
    return part.invoice.subscription.person_id
