"""Write the lease of a subscription from our rows, and tell that it changed."""

from collections.abc import Iterable, Sequence

from django.conf import settings
from django.db.models import Prefetch

from billing.leases import DECIDED, LOST, InvoiceState, Lease, Line, SubscriptionState, compute_lease
from billing.models import Dispute, Entitlement, Invoice, InvoiceLine, Payment, Refund, Subscription, TierPrice
from events import cloudevents, outbox, topics

UNDONE = frozenset({Refund.Status.FAILED, Refund.Status.CANCELED})
FIELDS = ("tier_id", "version_id", "valid_until", "may_generate", "reason")
KIND = "fanfare.entitlement.changed.v1"


def read_state(row: Subscription) -> SubscriptionState:
    """What the lease follows from, as our rows have it."""
    payments = Prefetch("payments", Payment.objects.prefetch_related("refunds", "disputes"))
    invoices = row.invoices.order_by("created", "pk").prefetch_related("lines", payments)
    return make_state(row, [_read_invoice(invoice) for invoice in invoices])


def make_state(row: Subscription, invoices: Sequence[InvoiceState]) -> SubscriptionState:
    assert row.created is not None
    assert row.price_id is not None
    return SubscriptionState(
        status=row.status,
        created=row.created,
        price=row.price_id,
        trial_end=row.trial_end,
        is_collection_paused=row.is_collection_paused,
        invoices=invoices,
    )


def _read_invoice(invoice: Invoice) -> InvoiceState:
    payments = invoice.payments.all()
    refunds = [refund for payment in payments for refund in payment.refunds.all()]
    disputes = [dispute for payment in payments for dispute in payment.disputes.all()]
    return make_invoice_state(invoice, invoice.lines.all(), payments, refunds, disputes)


def make_invoice_state(
    invoice: Invoice,
    lines: Iterable[InvoiceLine],
    payments: Iterable[Payment],
    refunds: Iterable[Refund],
    disputes: Iterable[Dispute],
) -> InvoiceState:
    statuses = {dispute.status for dispute in disputes}
    return InvoiceState(
        status=invoice.status,
        is_renewal=invoice.reason == "subscription_cycle",
        total=invoice.total,
        lines=[_read_line(line) for line in lines if line.price_id],
        captured=sum(payment.amount for payment in payments),
        refunded=sum(refund.amount for refund in refunds if refund.status not in UNDONE),
        is_disputed=bool(statuses - DECIDED),
        is_lost=LOST in statuses,
    )


def _read_line(line: InvoiceLine) -> Line:
    assert line.price_id is not None
    return Line(line.price_id, line.period_end, line.amount, line.discount)


def write_lease(row: Subscription) -> bool:
    """Write the entitlement of a locked subscription. Returns whether it changed."""
    assert row.person_id is not None
    assert row.artist_id is not None
    lease = compute_lease(read_state(row), grace=settings.GRACE)
    entitlement = Entitlement.objects.filter(subscription=row).first()
    if lease is None:
        return entitlement is not None and _end(entitlement)
    entitlement = entitlement or Entitlement(
        subscription=row,
        source=str(row),
        person_id=row.person_id,
        artist_id=row.artist_id,
        book=row.book,
        valid_from=lease.valid_from,
    )
    price = row.price if row.price and row.price_id == lease.price else None
    return _write(entitlement, lease, price or TierPrice.objects.select_related("version").get(pk=lease.price))


def _write(entitlement: Entitlement, lease: Lease, price: TierPrice) -> bool:
    version = price.version
    before = _values(entitlement)
    entitlement.tier_id, entitlement.version_id, entitlement.valid_until = (
        version.tier_id,
        version.pk,
        lease.valid_until,
    )
    entitlement.may_generate, entitlement.reason = lease.may_generate, lease.reason
    if _values(entitlement) == before:
        return False
    entitlement.save(update_fields=FIELDS if entitlement.pk else None)
    _publish(entitlement)
    return True


def _end(entitlement: Entitlement) -> bool:
    if entitlement.valid_until == entitlement.valid_from:
        return False
    entitlement.valid_until, entitlement.reason = entitlement.valid_from, "ended"
    entitlement.save(update_fields=FIELDS)
    _publish(entitlement)
    return True


def _values(entitlement: Entitlement) -> tuple[object, ...]:
    return tuple(getattr(entitlement, name) for name in FIELDS)


def _publish(entitlement: Entitlement) -> None:
    """Put an event into the outbox. It holds ids and times, and nobody's name."""
    logged = entitlement.log.latest("pk")
    data = {
        "entitlement": entitlement.pk,
        "artist": entitlement.artist_id,
        "tier": entitlement.tier_id,
        "tier_version": entitlement.version_id,
        "book": entitlement.book,
        "valid_until": entitlement.valid_until.isoformat(),
        "may_generate": entitlement.may_generate,
        "reason": entitlement.reason,
    }
    outbox.put(
        [
            outbox.Outgoing(
                topic=topics.ENTITLEMENTS,
                key=str(entitlement.pk).encode(),
                value=cloudevents.encode(
                    KIND, source="/billing", subject=str(entitlement), idempotency_key=f"log:{logged.pk}", data=data
                ),
                keep_until_counted=False,
                headers=cloudevents.STRUCTURED_HEADERS,
            )
        ]
    )
