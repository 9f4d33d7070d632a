"""All rows of one subscription, read at once and kept up to date with what is written of them."""

from collections.abc import Collection
from dataclasses import dataclass, field

from billing.leases import DECIDED, LOST, InvoiceState, Line, SubscriptionState
from billing.models import Dispute, Invoice, InvoiceLine, Payment, Refund, Subscription

UNDONE = frozenset({Refund.Status.FAILED, Refund.Status.CANCELED})


@dataclass(eq=False)
class SubscriptionRows:
    """Each kind of row by the provider's ids. The lines are by the ids of their invoices."""

    row: Subscription
    invoices: dict[str, Invoice] = field(default_factory=dict)
    lines: dict[str, list[InvoiceLine]] = field(default_factory=dict)
    payments: dict[str, Payment] = field(default_factory=dict)
    refunds: dict[str, Refund] = field(default_factory=dict)
    disputes: dict[str, Dispute] = field(default_factory=dict)

    def payments_of(self, invoice: Invoice) -> list[Payment]:
        return [one for one in self.payments.values() if one.invoice_id == invoice.pk]

    def refunds_of(self, payments: Collection[Payment]) -> list[Refund]:
        ids = {payment.pk for payment in payments}
        return [one for one in self.refunds.values() if one.payment_id in ids]

    def disputes_of(self, payments: Collection[Payment]) -> list[Dispute]:
        ids = {payment.pk for payment in payments}
        return [one for one in self.disputes.values() if one.payment_id in ids]

    def list_paid(self) -> list[tuple[Invoice, list[Payment]]]:
        """All invoices for which something was paid, with all payments."""
        paid = [one for one in self.invoices.values() if one.status == Invoice.Status.PAID and one.amount_paid > 0]
        return [(invoice, self.payments_of(invoice)) for invoice in paid]

    def get_state(self) -> SubscriptionState:
        """What the lease follows from."""
        row = self.row
        assert row.created is not None
        assert row.price_id is not None
        return SubscriptionState(
            status=row.status,
            created=row.created,
            price=row.price_id,
            trial_end=row.trial_end,
            is_collection_paused=row.is_collection_paused,
            invoices=[
                self._get_invoice_state(invoice)
                for invoice in sorted(self.invoices.values(), key=lambda one: (one.created, one.pk))
            ],
        )

    def _get_invoice_state(self, invoice: Invoice) -> InvoiceState:
        payments = self.payments_of(invoice)
        statuses = {dispute.status for dispute in self.disputes_of(payments)}
        refunds = [refund for refund in self.refunds_of(payments) if refund.status not in UNDONE]
        return InvoiceState(
            status=invoice.status,
            is_renewal=invoice.reason == "subscription_cycle",
            total=invoice.total,
            lines=[_get_line(line) for line in self.lines.get(invoice.provider_id, ()) if line.price_id],
            captured=sum(payment.amount for payment in payments),
            refunded=sum(refund.amount for refund in refunds),
            is_disputed=bool(statuses - DECIDED),
            is_lost=LOST in statuses,
        )


def _get_line(line: InvoiceLine) -> Line:
    assert line.price_id is not None
    return Line(line.price_id, line.period_end, line.amount, line.discount)


def read_rows(row: Subscription) -> SubscriptionRows:
    """The rows of a subscription that is locked, in one query a kind; in one for a subscription without invoices."""
    rows = SubscriptionRows(row, {one.provider_id: one for one in row.invoices.order_by("created", "pk")})
    by_pk = {invoice.pk: invoice for invoice in rows.invoices.values()}
    if not by_pk:
        return rows
    for line in InvoiceLine.objects.filter(invoice__in=by_pk).order_by("pk"):
        rows.lines.setdefault(by_pk[line.invoice_id].provider_id, []).append(line)
    for payment in Payment.objects.filter(invoice__in=by_pk).order_by("pk"):
        payment.invoice = by_pk[payment.invoice_id]
        rows.payments[payment.provider_id] = payment
    paid = [payment.pk for payment in rows.payments.values()]
    if paid:
        rows.refunds = {one.provider_id: one for one in Refund.objects.filter(payment__in=paid).order_by("pk")}
        rows.disputes = {one.provider_id: one for one in Dispute.objects.filter(payment__in=paid).order_by("pk")}
    return rows
