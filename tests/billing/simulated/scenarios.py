"""What tests of FakeStripe begin with: customers, prices, subscriptions, holds and payees."""

from typing import Any

import stripe

from billing.simulated import accounts, checkout
from billing.simulated.objects import Object
from billing.simulated.server import FakeStripe

DAY = 86_400


def customer(client: stripe.StripeClient) -> str:
    return client.v1.customers.create({"email": "ann@example.org", "name": "Ann", "metadata": {"person": "1"}}).id


def price(client: stripe.StripeClient, amount: int = 500, currency: str = "eur", interval: Any = "month") -> str:
    product = client.v1.products.create({"name": "Supporters"})
    return client.v1.prices.create(
        {"product": product.id, "currency": currency, "unit_amount": amount, "recurring": {"interval": interval}}
    ).id


def subscription_session(client: stripe.StripeClient, **fields: Any) -> str:
    given = {
        "mode": "subscription",
        "customer": fields.pop("customer", None) or customer(client),
        "client_reference_id": "7",
        "success_url": "https://fanfare.example/return",
        "line_items": [{"price": fields.pop("price", None) or price(client), "quantity": 1}],
        "subscription_data": {"metadata": {"tier": "3"}, **fields.pop("subscription_data", {})},
    }
    return client.v1.checkout.sessions.create({**given, **fields}).id  # type: ignore[typeddict-item]


def complete(fake: FakeStripe, session: str, card: str = "succeeds", *, authenticated: bool = False) -> Object:
    sim = fake.simulation
    return checkout.complete(sim, sim.find("checkout.session", session), card, authenticated=authenticated)


def subscribe(
    fake: FakeStripe, client: stripe.StripeClient, card: str = "succeeds", *, authenticated: bool = False, **fields: Any
) -> stripe.Subscription:
    session = complete(fake, subscription_session(client, **fields), card, authenticated=authenticated)
    return client.v1.subscriptions.retrieve(session["subscription"])


def hold_session(client: stripe.StripeClient, amount: int = 1500, currency: str = "eur") -> str:
    line = {"currency": currency, "unit_amount": amount, "product_data": {"name": "A message"}}
    given: Any = {
        "mode": "payment",
        "customer": customer(client),
        "success_url": "https://fanfare.example/return",
        "line_items": [{"price_data": line, "quantity": 1}],
        "payment_intent_data": {"capture_method": "manual", "metadata": {"request": "1"}},
    }
    return client.v1.checkout.sessions.create(given).id


def hold(fake: FakeStripe, client: stripe.StripeClient, card: str = "succeeds", amount: int = 1500) -> str:
    """Hold an amount. Returns the payment intent's id."""
    return str(complete(fake, hold_session(client, amount), card)["payment_intent"])


def payment(fake: FakeStripe, client: stripe.StripeClient, amount: int = 1500) -> stripe.PaymentIntent:
    """Hold an amount and capture it at once."""
    return client.v1.payment_intents.capture(hold(fake, client, amount=amount))


def payee(fake: FakeStripe, client: stripe.StripeClient, *, onboarded: bool = True) -> str:
    given: Any = {"country": "DE", "controller": {"stripe_dashboard": {"type": "express"}}}
    account = client.v1.accounts.create({**given, "capabilities": {"transfers": {"requested": True}}}).id
    if onboarded:
        accounts.set_requirements(fake.simulation, account, [])
    return account


def event_types(fake: FakeStripe, *prefixes: str) -> list[str]:
    """The types of all events so far that begin with one of these words, in order."""
    return [event["type"] for event in fake.simulation.store.all("event") if event["type"].startswith(prefixes)]
