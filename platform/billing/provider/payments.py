"""Payments: what is held, captured or released, charges, refunds and disputes."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote_plus

from stripe import StripeClient
from stripe.params import DisputeListParams, PaymentIntentRetrieveParams, RefundListParams

from billing.provider.client import errors_translated, get, list_all
from billing.provider.conversion import read
from billing.provider.currencies import to_provider_units
from billing.provider.payment_answers import charge, dispute, payment_intent, refund
from billing.provider_objects import (
    Metadata,
    ProviderCharge,
    ProviderDispute,
    ProviderPaymentIntent,
    ProviderRefund,
)

_REFUND_PARTS = ["balance_transaction", "failure_balance_transaction"]


@dataclass(frozen=True, slots=True)
class Payments:
    client: StripeClient

    @errors_translated()
    def fetch(self, intent: str) -> ProviderPaymentIntent:
        answer = self.client.v1.payment_intents.retrieve(intent, {"expand": ["latest_charge"]})
        return payment_intent(read(answer))

    @errors_translated()
    def fetch_with_charge(self, intent: str) -> tuple[str, ProviderCharge | None]:
        """Its status, and its newest charge with the fee."""
        params: PaymentIntentRetrieveParams = {"expand": ["latest_charge.balance_transaction"]}
        answer = get(self.client, f"/v1/payment_intents/{quote_plus(intent)}", params)
        newest = answer.get("latest_charge")
        return answer["status"], charge(newest) if newest else None

    @errors_translated()
    def capture(self, intent: str, *, key: str) -> ProviderPaymentIntent:
        """Take all that is held. Raises UnexpectedState if the hold is over, CardDeclined if the issuer dropped it."""
        answer = self.client.v1.payment_intents.capture(intent, {"expand": ["latest_charge"]}, {"idempotency_key": key})
        return payment_intent(read(answer))

    @errors_translated()
    def release(self, intent: str, *, key: str) -> ProviderPaymentIntent:
        """Give back what is held. Raises UnexpectedState if it was captured or is over."""
        answer = self.client.v1.payment_intents.cancel(
            intent, {"cancellation_reason": "abandoned", "expand": ["latest_charge"]}, {"idempotency_key": key}
        )
        return payment_intent(read(answer))

    @errors_translated()
    def fetch_charge(self, charge_id: str) -> ProviderCharge:
        return charge(read(self.client.v1.charges.retrieve(charge_id, {"expand": ["balance_transaction"]})))

    def list_since(self, since: datetime) -> Iterator[ProviderPaymentIntent]:
        with errors_translated():
            listed = self.client.v1.payment_intents.list(
                {"created": {"gte": int(since.timestamp())}, "limit": 100, "expand": ["data.latest_charge"]}
            )
            for intent in listed.auto_paging_iter():
                yield payment_intent(read(intent))

    @errors_translated()
    def refund(self, intent: str, amount: int, currency: str, *, metadata: Metadata, key: str) -> ProviderRefund:
        """Pay back a part of what was captured, or all. It can still fail: `fetch_refund` says so."""
        answer = self.client.v1.refunds.create(
            {
                "payment_intent": intent,
                "amount": to_provider_units(amount, currency),
                "metadata": dict(metadata),
                "expand": _REFUND_PARTS,
            },
            {"idempotency_key": key},
        )
        return refund(read(answer))

    @errors_translated()
    def fetch_refund(self, refund_id: str) -> ProviderRefund:
        return refund(read(self.client.v1.refunds.retrieve(refund_id, {"expand": _REFUND_PARTS})))

    def list_refunds(self, intent: str = "", *, since: datetime | None = None) -> Iterator[ProviderRefund]:
        params: RefundListParams = {"limit": 100, "expand": [f"data.{part}" for part in _REFUND_PARTS]}
        if intent:
            params["payment_intent"] = intent
        if since:
            params["created"] = {"gte": int(since.timestamp())}
        with errors_translated():
            yield from map(refund, list_all(self.client, "/v1/refunds", params))

    @errors_translated()
    def fetch_dispute(self, dispute_id: str) -> ProviderDispute:
        return dispute(read(self.client.v1.disputes.retrieve(dispute_id)))

    def list_disputes(self, intent: str) -> Iterator[ProviderDispute]:
        params: DisputeListParams = {"payment_intent": intent, "limit": 100}
        with errors_translated():
            yield from map(dispute, list_all(self.client, "/v1/disputes", params))
