"""Compare the transfers of the last weeks with payouts, one by one, by their transfer groups."""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from billing import reversals
from billing.drifts import Found, write
from billing.exceptions import NotFound
from billing.failures import one_at_a_time
from billing.models import Drift, PayoutLine
from billing.models.payouts import DONE
from billing.payouts import OtherTransfer, require_same
from billing.provider import get_provider
from billing.provider_objects import ProviderTransfer

Kind = Drift.Kind
MEMORY = timedelta(days=60)
KINDS = (Kind.MISSING_TRANSFER, Kind.UNKNOWN_TRANSFER, Kind.SECOND_TRANSFER, Kind.OTHER_TRANSFER)


def compare_transfers() -> list[Found]:
    """Also follow what came back. Raises ProviderError."""
    since = timezone.now() - MEMORY
    listed = list(get_provider().transfers.list_since(since - timedelta(days=1)))
    lines = PayoutLine.objects.filter(book=settings.PAYMENTS, method="stripe", state__in=DONE, sent_at__gte=since)
    sent = {str(line.transfer_id): line for line in lines.select_related("account")}
    found = [*_compare_listed(listed, sent), *_find_missing(sent, {transfer.id for transfer in listed})]
    write(found, kinds=KINDS)
    for transfer in listed:
        with one_at_a_time(f"{transfer.id} was not compared"):
            reversals.sync_transfer(transfer.id)
    return found


def _compare_listed(listed: list[ProviderTransfer], sent: dict[str, PayoutLine]) -> Iterator[Found]:
    known = set(
        PayoutLine.objects.filter(transfer_id__in=[each.id for each in listed]).values_list("transfer_id", flat=True)
    )
    groups = Counter(transfer.group for transfer in listed if transfer.group)
    coming = {line.group for line in PayoutLine.objects.filter(book=settings.PAYMENTS, state="submitting")}
    for transfer in listed:
        line = sent.get(transfer.id)
        if line is not None and not _is_same(line, transfer):
            yield Found(Kind.OTHER_TRANSFER, transfer.id, transfer.currency, line.amount, transfer.amount)
        elif groups[transfer.group] > 1:
            yield Found(
                Kind.SECOND_TRANSFER, transfer.id, transfer.currency, line.amount if line else 0, transfer.amount
            )
        elif transfer.id not in known and transfer.group not in coming:
            yield Found(Kind.UNKNOWN_TRANSFER, transfer.id, transfer.currency, 0, transfer.amount)


def _is_same(line: PayoutLine, transfer: ProviderTransfer) -> bool:
    try:
        require_same(line, transfer)
    except OtherTransfer:
        return False
    return transfer.group == line.group


def _find_missing(sent: dict[str, PayoutLine], listed: Iterable[str]) -> Iterator[Found]:
    for name in sorted(sent.keys() - set(listed)):
        try:
            get_provider().transfers.fetch(name)
        except NotFound:
            yield Found(Kind.MISSING_TRANSFER, name, sent[name].currency, sent[name].amount, 0)
