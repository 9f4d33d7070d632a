"""Store what the payment provider says has changed. What follows from it is worked out later, from what it is then."""

from collections.abc import Iterable

from billing.models import WebhookEvent
from billing.provider import API_VERSION
from billing.provider_objects import ProviderEvent
from ledger.models import Book

WANTED = frozenset(
    {
        "account",
        "charge",
        "checkout.session",
        "customer",
        "dispute",
        "invoice",
        "payment_intent",
        "payout",
        "refund",
        "subscription",
        "subscription_schedule",
        "transfer",
    }
)
"""The kinds of objects that we keep something about."""
CHANNEL = "webhooks"
"""A trigger notifies it of new events."""
OF_PAYEES = frozenset({"account", "payout"})
"""Of the account of a payee, only these concern us. Nobody pays there."""


def store(events: Iterable[ProviderEvent], *, book: str, is_listed: bool = False) -> None:
    """Store events that the provider sent or listed. One that is stored already changes nothing.

    A listed one that was quarantined for its version alone is worked on.
    A list brings events in the version of the account at the provider, which is not ours to choose.
    """
    rows = [make_row(event, book, find_doubt(event, book, is_listed=is_listed)) for event in events]
    WebhookEvent.objects.bulk_create(rows, ignore_conflicts=True)
    if is_listed:
        _believe([row.event_id for row in rows if row.state == WebhookEvent.State.RECEIVED], book)


def _believe(listed: list[str], book: str) -> None:
    """What came in another version of the API before is worked on, because the provider lists it as ours."""
    doubted = WebhookEvent.objects.filter(book=book, event_id__in=listed, state=WebhookEvent.State.QUARANTINED)
    doubted.filter(doubt=WebhookEvent.Doubt.VERSION).update(state=WebhookEvent.State.RECEIVED, doubt=None)


def find_doubt(event: ProviderEvent, book: str, *, is_listed: bool) -> str | None:
    """Why an event is not believed, or None. Its signature is right, but it may be meant for somebody else."""
    if event.livemode != (book == Book.LIVE):
        return WebhookEvent.Doubt.MODE
    if event.api_version != API_VERSION and not is_listed:
        return WebhookEvent.Doubt.VERSION
    if event.account and event.object_type not in OF_PAYEES:
        return WebhookEvent.Doubt.ACCOUNT
    return None


def make_row(event: ProviderEvent, book: str, doubt: str | None) -> WebhookEvent:
    state = WebhookEvent.State.RECEIVED
    if doubt:
        state = WebhookEvent.State.QUARANTINED
    elif event.object_type not in WANTED:
        state = WebhookEvent.State.IGNORED
    return WebhookEvent(
        book=book,
        account=event.account,
        event_id=event.id,
        type=event.type,
        livemode=event.livemode,
        api_version=event.api_version,
        object_type=event.object_type,
        object_id=event.object_id,
        related=dict(event.related),
        created=event.created,
        state=state,
        doubt=doubt,
    )
