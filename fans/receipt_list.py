"""The receipts of a fan: what was paid for tiers and for requests, the newest first."""

from datetime import datetime
from typing import NamedTuple

from django.conf import settings
from django.urls import reverse

from accounts.models import Person
from billing import own
from billing.models import Authorisation
from billing.own import MAX_PAYMENTS, Paid

REQUEST = "request:"
"""What the reference of a request's payment begins with. Its number follows."""


class ListedReceipt(NamedTuple):
    """A payment, with the page that says where it went. Amounts are in minor units."""

    name: str
    artist: str
    at: datetime
    paid: int
    returned: int
    currency: str
    url: str


def list_receipts(person: Person) -> list[ListedReceipt]:
    """The newest receipts, in five queries."""
    charged = Authorisation.objects.filter(
        person=person, book=settings.PAYMENTS, captured_at__isnull=False, reference__startswith=REQUEST
    ).select_related("artist")
    rows = [*map(_of_tier, own.list_paid(person)), *map(_of_request, charged.order_by("-captured_at")[:MAX_PAYMENTS])]
    return sorted(rows, key=lambda row: row.at, reverse=True)[:MAX_PAYMENTS]


def _of_tier(paid: Paid) -> ListedReceipt:
    invoice, artist = paid.invoice, paid.invoice.subscription.artist
    return ListedReceipt(
        paid.name,
        artist.name if artist else "",
        invoice.paid_at or invoice.created,
        invoice.amount_paid,
        paid.refunded,
        invoice.currency,
        reverse("payment", args=[invoice.pk]),
    )


def _of_request(row: Authorisation) -> ListedReceipt:
    assert row.captured_at is not None
    return ListedReceipt(
        row.description,
        row.artist.name,
        row.captured_at,
        row.captured_amount or 0,
        row.returned_amount,
        row.currency,
        f"{reverse('request', args=[row.reference.removeprefix(REQUEST)])}#paid",
    )
