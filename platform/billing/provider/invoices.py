"""Invoices of subscriptions: what was paid for which period, and by which payment."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from stripe import StripeClient
from stripe.params import InvoiceListParams

from billing.provider.client import errors_translated, list_all
from billing.provider.conversion import (
    Answer,
    amount,
    currency_of,
    id_of,
    ids_of,
    path,
    read,
    text,
    time,
    time_or_none,
)
from billing.provider.currencies import from_provider_units
from billing.provider_objects import InvoiceLine, ProviderInvoice


@dataclass(frozen=True, slots=True)
class Invoices:
    client: StripeClient

    @errors_translated()
    def fetch(self, invoice: str) -> ProviderInvoice:
        return self._read_whole(read(self.client.v1.invoices.retrieve(invoice, {"expand": ["payments"]})))

    def list_of(self, subscription: str) -> Iterator[ProviderInvoice]:
        """All invoices of a subscription, the newest first."""
        return self._list({"subscription": subscription})

    def list_since(self, since: datetime) -> Iterator[ProviderInvoice]:
        return self._list({"created": {"gte": int(since.timestamp())}})

    @errors_translated()
    def find_paid_by(self, intent: str) -> tuple[str, ...]:
        """The ids of the invoices that a payment paid. None if it paid for something else."""
        paid = self.client.v1.invoice_payments.list(
            {"payment": {"type": "payment_intent", "payment_intent": intent}, "limit": 100}
        )
        return ids_of([read(payment).get("invoice") for payment in paid.auto_paging_iter()])

    def _list(self, params: InvoiceListParams) -> Iterator[ProviderInvoice]:
        with errors_translated():
            params = {**params, "limit": 100, "expand": ["data.payments"]}
            for invoice in list_all(self.client, "/v1/invoices", params):
                yield self._read_whole(invoice)

    def _read_whole(self, answer: Answer) -> ProviderInvoice:
        """With all lines and payments, of which an invoice brings the first ten alone."""
        lines, payments = answer["lines"], answer.get("payments") or {"data": []}
        all_lines, all_payments = lines["data"], payments["data"]
        if lines.get("has_more"):
            listed = self.client.v1.invoices.line_items.list(answer["id"], {"limit": 100})
            all_lines = [read(line) for line in listed.auto_paging_iter()]
        if payments.get("has_more"):
            paid = self.client.v1.invoice_payments.list({"invoice": answer["id"], "limit": 100})
            all_payments = [read(payment) for payment in paid.auto_paging_iter()]
        return _invoice(answer, all_lines, all_payments)


def _invoice(answer: Answer, lines: list[Answer], payments: list[Answer]) -> ProviderInvoice:
    return ProviderInvoice(
        id=answer["id"],
        customer=id_of(answer.get("customer")),
        subscription=id_of(path(answer, "parent", "subscription_details", "subscription")),
        status=text(answer.get("status")),
        billing_reason=text(answer.get("billing_reason")),
        currency=currency_of(answer),
        total=amount(answer, "total"),
        amount_paid=amount(answer, "amount_paid"),
        tax=_tax(answer.get("total_taxes"), currency_of(answer)),
        created=time(answer["created"]),
        paid_at=time_or_none(path(answer, "status_transitions", "paid_at")),
        next_payment_attempt=time_or_none(answer.get("next_payment_attempt")),
        hosted_invoice_url=text(answer.get("hosted_invoice_url")),
        lines=tuple(map(_line, lines)),
        payment_intents=ids_of([path(payment, "payment", "payment_intent") for payment in payments]),
        livemode=answer["livemode"],
    )


def _line(answer: Answer) -> InvoiceLine:
    parent = answer.get("parent") or {}
    item = parent.get("subscription_item_details") or parent.get("invoice_item_details") or {}
    currency, discounts = currency_of(answer), answer.get("discount_amounts") or []
    discount = sum(each["amount"] for each in discounts)
    return InvoiceLine(
        id=answer["id"],
        price=id_of(path(answer, "pricing", "price_details", "price")),
        subscription=id_of(answer.get("subscription")) or id_of(item.get("subscription")),
        amount=from_provider_units(answer["amount"] - discount, currency),
        discount=from_provider_units(discount, currency),
        tax=_tax(answer.get("taxes"), currency),
        period_start=time(answer["period"]["start"]),
        period_end=time(answer["period"]["end"]),
        is_proration=bool(item.get("proration")),
    )


def _tax(taxes: list[Any] | None, currency: str) -> int:
    return from_provider_units(sum(each["amount"] for each in taxes or []), currency)
