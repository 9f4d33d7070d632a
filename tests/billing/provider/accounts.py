"""Accounts at a provider that tests can pay with: at the simulated one, and a test account at Stripe itself."""

import time
import uuid
from dataclasses import dataclass
from typing import Any, Protocol

import stripe

from billing.provider import Provider
from billing.provider.client import connect_client
from billing.simulated import disputes
from billing.simulated.server import FakeStripe
from tests.billing import in_process
from tests.billing.simulated import scenarios

PAGE = "https://fanfare.example/"


class ProviderAccount(Protocol):
    """What the adapter leaves to the provider's pages, such as paying with a card, an account does by itself."""

    provider: Provider
    pages: tuple[str, ...]
    """How the addresses of its pages begin."""

    def create_customer(self) -> str:
        """Somebody whose card always works."""

    def hold(self, customer: str, amount: int) -> str:
        """The payment intent of an amount of euros that is held."""

    def dispute(self, customer: str, amount: int) -> str:
        """The payment intent of an amount of euros that was paid, and that the cardholder will dispute."""

    def subscribe(self, customer: str, price: str, coupon: str = "", trial_days: int = 0) -> str:
        """A subscription of which the first month is paid, with the metadata of tests."""


def new_key() -> str:
    return f"test:{uuid.uuid4()}"


class SimulatedAccount:
    pages = ("http://", "https://")

    def __init__(self) -> None:
        self.fake = FakeStripe(wall_clock=time.time, start=int(time.time()))
        self.client = in_process.sdk(self.fake)
        self.provider = Provider.of(self.client)

    def create_customer(self) -> str:
        return self.provider.customers.create(str(uuid.uuid4()), email="fan@example.com", key=new_key()).id

    def hold(self, customer: str, amount: int) -> str:
        return scenarios.hold(self.fake, self.client, amount=amount)

    def dispute(self, customer: str, amount: int) -> str:
        intent = scenarios.hold(self.fake, self.client, amount=amount)
        captured = self.provider.payments.capture(intent, key=new_key())
        disputes.open_dispute(self.fake.simulation, captured.latest_charge)
        return intent

    def subscribe(self, customer: str, price: str, coupon: str = "", trial_days: int = 0) -> str:
        terms: dict[str, Any] = {"customer": customer, "price": price}
        terms["subscription_data"] = {"metadata": {"checkout": "1"}}
        if trial_days:
            terms["subscription_data"]["trial_period_days"] = trial_days
        if coupon:
            terms["discounts"] = [{"coupon": coupon}]
        return scenarios.subscribe(self.fake, self.client, **terms).id


@dataclass
class StripeAccount:
    key: str
    pages: tuple[str, ...] = (
        "https://checkout.stripe.com/",
        "https://billing.stripe.com/",
        "https://connect.stripe.com/",
    )

    def __post_init__(self) -> None:
        assert self.key.startswith(("sk_test_", "rk_test_")), "STRIPE_TEST_KEY is no key of a test account."
        self.client: stripe.StripeClient = connect_client(self.key)
        self.provider = Provider.of(self.client)

    def create_customer(self) -> str:
        created = self.provider.customers.create(str(uuid.uuid4()), email="fan@example.com", key=new_key())
        self.client.v1.payment_methods.attach("pm_card_visa", {"customer": created.id})
        card = self.client.v1.payment_methods.list({"customer": created.id}).data[0].id
        self.client.v1.customers.update(created.id, {"invoice_settings": {"default_payment_method": card}})
        return created.id

    def hold(self, customer: str, amount: int) -> str:
        return self._pay(customer, amount, "pm_card_visa", "manual")

    def dispute(self, customer: str, amount: int) -> str:
        return self._pay(customer, amount, "pm_card_createDispute", "automatic")

    def subscribe(self, customer: str, price: str, coupon: str = "", trial_days: int = 0) -> str:
        params: stripe.params.SubscriptionCreateParams = {
            "customer": customer,
            "items": [{"price": price}],
            "metadata": {"checkout": "1"},
        }
        if trial_days:
            params["trial_period_days"] = trial_days
        if coupon:
            params["discounts"] = [{"coupon": coupon}]
        return self.client.v1.subscriptions.create(params).id

    def _pay(self, customer: str, amount: int, card: str, capture_method: str) -> str:
        paid = self.client.v1.payment_intents.create(
            {
                "customer": customer,
                "amount": amount,
                "currency": "eur",
                "capture_method": capture_method,
                "confirm": True,
                "payment_method": card,
                "return_url": PAGE,
            }
        )
        return paid.id
