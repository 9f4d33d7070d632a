"""Copy what moved on our balance at the provider, and post its payouts to our own bank."""

from collections.abc import Collection, Iterator
from datetime import timedelta

from django.conf import settings
from django.db import transaction

from billing import payout_postings
from billing.models import Movement
from billing.provider import get_provider
from billing.provider_objects import BalanceMovement
from ledger.posting import Posting, post_all

OVERLAP = timedelta(days=1)
"""So much is listed again: a movement may be listed a moment later than another that is newer."""
WITHDRAWALS = ("payout", "payout_failure", "payout_cancel")
BATCH = 500


def fetch() -> int:
    """Copy what is new, and return how many there were. Raises ProviderError."""
    known = Movement.objects.filter(book=settings.PAYMENTS).order_by("-created")
    newest = known.values_list("created", flat=True).first()
    count, batch = 0, list[BalanceMovement]()
    for moved in get_provider().transfers.list_movements(newest - OVERLAP if newest else None):
        batch.append(moved)
        if len(batch) == BATCH:
            count, batch = count + _store(batch), []
    return count + _store(batch)


def _store(listed: Collection[BalanceMovement]) -> int:
    ours = Movement.objects.filter(book=settings.PAYMENTS, provider_id__in=[moved.id for moved in listed])
    known = set(ours.values_list("provider_id", flat=True))
    new = [moved for moved in listed if moved.id not in known]
    with transaction.atomic():
        Movement.objects.bulk_create(map(_new_row, new), ignore_conflicts=True)
        post_all(_list_withdrawals(new), book=settings.PAYMENTS)
    return len(new)


def _new_row(moved: BalanceMovement) -> Movement:
    return Movement(
        book=settings.PAYMENTS,
        provider_id=moved.id,
        type=moved.type,
        source=moved.source,
        currency=moved.currency,
        amount=moved.amount,
        fee=moved.fee,
        net=moved.net,
        created=moved.created,
    )


def _list_withdrawals(new: Collection[BalanceMovement]) -> Iterator[Posting]:
    """What went from the provider to our bank, or came back because the bank refused it."""
    for moved in new:
        if moved.type in WITHDRAWALS and moved.net:
            key = f"payout:{moved.source}" if moved.type == "payout" else f"payout:{moved.source}:{moved.id}"
            yield payout_postings.withdraw(key, -moved.net, currency=moved.currency, movement=moved.id)
