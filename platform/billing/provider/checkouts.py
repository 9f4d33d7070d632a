"""Checkout: the provider's page where a fan pays, or lets us hold an amount."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from stripe import StripeClient
from stripe.params.checkout import (
    SessionCreateParams,
    SessionCreateParamsLineItemPriceData,
    SessionCreateParamsPaymentIntentData,
    SessionCreateParamsSubscriptionData,
)

from billing.provider.client import errors_translated
from billing.provider.conversion import Answer, id_of, metadata_of, read, text, time
from billing.provider.currencies import to_provider_units
from billing.provider_objects import CheckoutSession, Metadata

OPEN_TIME = timedelta(hours=1)
"""How long a session can be paid. The provider wants half an hour at least."""
LEAST_TIME = timedelta(minutes=32)
"""Before its end, in which the provider still makes a session for what has none."""


@dataclass(frozen=True, slots=True)
class CheckoutTerms:
    """What every checkout says. Nothing that comes back with the browser is believed: `fetch` says what happened."""

    customer: str
    reference: str
    """Our id of what is bought."""
    metadata: Metadata
    success_url: str
    cancel_url: str
    expires_at: datetime
    """30 minutes to 24 hours from now."""
    locale: str = "auto"


@dataclass(frozen=True, slots=True)
class Checkouts:
    client: StripeClient

    @errors_translated()
    def subscribe(
        self, terms: CheckoutTerms, price: str, *, key: str, trial_days: int = 0, coupon: str = ""
    ) -> CheckoutSession:
        """Of a subscription, by card alone: other ways pay days later. After a trial without a card it ends."""
        data: SessionCreateParamsSubscriptionData = {"metadata": dict(terms.metadata)}
        if trial_days:
            data["trial_period_days"] = trial_days
            data["trial_settings"] = {"end_behavior": {"missing_payment_method": "cancel"}}
        params: SessionCreateParams = {
            **_session_params(terms),
            "mode": "subscription",
            "allowed_payment_method_types": ["card"],
            "line_items": [{"price": price, "quantity": 1}],
            "subscription_data": data,
        }
        if coupon:
            params["discounts"] = [{"coupon": coupon}]
        return self._create(params, key)

    @errors_translated()
    def hold(self, terms: CheckoutTerms, amount: int, currency: str, name: str, *, key: str) -> CheckoutSession:
        """Of an amount that is captured later or released. Only cards can be held."""
        data: SessionCreateParamsPaymentIntentData = {"capture_method": "manual", "metadata": dict(terms.metadata)}
        return self._create(_payment_params(terms, amount, currency, name, data), key)

    @errors_translated()
    def pay(self, terms: CheckoutTerms, amount: int, currency: str, name: str, *, key: str) -> CheckoutSession:
        """Of an amount that is paid at once, such as a gift."""
        data: SessionCreateParamsPaymentIntentData = {"metadata": dict(terms.metadata)}
        return self._create(_payment_params(terms, amount, currency, name, data), key)

    @errors_translated()
    def fetch(self, session: str) -> CheckoutSession:
        return _session(read(self.client.v1.checkout.sessions.retrieve(session)))

    @errors_translated()
    def expire(self, session: str, *, key: str) -> CheckoutSession:
        """Nobody can pay there any more. Raises InvalidRequest if somebody has, or if it is over already."""
        return _session(read(self.client.v1.checkout.sessions.expire(session, options={"idempotency_key": key})))

    def list_since(self, since: datetime) -> Iterator[CheckoutSession]:
        with errors_translated():
            sessions = self.client.v1.checkout.sessions.list({"created": {"gte": int(since.timestamp())}, "limit": 100})
            for session in sessions.auto_paging_iter():
                yield _session(read(session))

    def _create(self, params: SessionCreateParams, key: str) -> CheckoutSession:
        return _session(read(self.client.v1.checkout.sessions.create(params, {"idempotency_key": key})))


def _session_params(terms: CheckoutTerms) -> SessionCreateParams:
    return {
        "customer": terms.customer,
        "client_reference_id": terms.reference,
        "metadata": dict(terms.metadata),
        "success_url": terms.success_url,
        "cancel_url": terms.cancel_url,
        "expires_at": int(terms.expires_at.timestamp()),
        "locale": terms.locale,
    }


def _payment_params(
    terms: CheckoutTerms, amount: int, currency: str, name: str, data: SessionCreateParamsPaymentIntentData
) -> SessionCreateParams:
    price: SessionCreateParamsLineItemPriceData = {
        "currency": currency.lower(),
        "unit_amount": to_provider_units(amount, currency),
        "product_data": {"name": name},
        "tax_behavior": "inclusive",
    }
    return {
        **_session_params(terms),
        "mode": "payment",
        "allowed_payment_method_types": ["card"],
        "line_items": [{"price_data": price, "quantity": 1}],
        "payment_intent_data": data,
    }


def _session(answer: Answer) -> CheckoutSession:
    return CheckoutSession(
        id=answer["id"],
        url=text(answer.get("url")),
        status=text(answer.get("status")),
        payment_status=answer["payment_status"],
        customer=id_of(answer.get("customer")),
        subscription=id_of(answer.get("subscription")),
        payment_intent=id_of(answer.get("payment_intent")),
        client_reference_id=text(answer.get("client_reference_id")),
        metadata=metadata_of(answer),
        expires_at=time(answer["expires_at"]),
        livemode=answer["livemode"],
    )
