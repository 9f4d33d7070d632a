"""All rows of one subscription, read at once and kept up to date with what is written of them."""

from collections.abc import Collection, Mapping, Sequence
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
    """The rows of a subscription that is locked."""
    [rows] = read_all_rows([row])
    return rows


def read_all_rows(rows: Sequence[Subscription]) -> list[SubscriptionRows]:
    """The rows of subscriptions that are locked, in one query a kind; in one for subscriptions without invoices."""
    found = {row.pk: SubscriptionRows(row) for row in rows}
    of: dict[int, SubscriptionRows] = {}
    invoices = {one.pk: one for one in Invoice.objects.filter(subscription__in=found).order_by("created", "pk")}
    for invoice in invoices.values():
        of[invoice.pk] = found[invoice.subscription_id]
        invoice.subscription = of[invoice.pk].row
        of[invoice.pk].invoices[invoice.provider_id] = invoice
    if invoices:
        _read_lines(invoices, of)
        _read_payments(invoices, of)
    return list(found.values())


def _read_lines(invoices: Mapping[int, Invoice], of: Mapping[int, SubscriptionRows]) -> None:
    for line in InvoiceLine.objects.filter(invoice__in=invoices).order_by("pk"):
        of[line.invoice_id].lines.setdefault(invoices[line.invoice_id].provider_id, []).append(line)


def _read_payments(invoices: Mapping[int, Invoice], of: Mapping[int, SubscriptionRows]) -> None:
    """With what came back of them."""
    payments = {one.pk: one for one in Payment.objects.filter(invoice__in=invoices).order_by("pk")}
    for payment in payments.values():
        payment.invoice = invoices[payment.invoice_id]
        of[payment.invoice_id].payments[payment.provider_id] = payment
    if payments:
        for refund in Refund.objects.filter(payment__in=payments).order_by("pk"):
            of[payments[refund.payment_id].invoice_id].refunds[refund.provider_id] = refund
        for dispute in Dispute.objects.filter(payment__in=payments).order_by("pk"):
            of[payments[dispute.payment_id].invoice_id].disputes[dispute.provider_id] = dispute
